"""Plain aiosmtplib: the same messages, built beforehand, over kept connections; nothing is recorded."""

import asyncio
import time

import aiosmtplib


def send_all(port: int, messages: list[tuple[str, bytes]], *, connections: int = 4) -> float:
    """Seconds for all of `messages` (recipient and octets)."""
    return asyncio.run(_send_all(port, messages, connections))


async def _send_all(port: int, messages: list[tuple[str, bytes]], connections: int) -> float:
    clients = [aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) for _ in range(connections)]
    for client in clients:
        await client.connect()
    began = time.perf_counter()
    await asyncio.gather(*(_lane(client, messages[at::connections]) for at, client in enumerate(clients)))
    took = time.perf_counter() - began
    for client in clients:
        await client.quit()
    return took


async def _lane(client: aiosmtplib.SMTP, messages: list[tuple[str, bytes]]) -> None:
    for recipient, message in messages:
        await client.sendmail("vptu@mau.example", [recipient], message)
