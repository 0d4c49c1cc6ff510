"""Requests at a steady pace, whatever the server does: each is timed from when it was due, not when sent."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

_CONNECTIONS = 64


@dataclass(frozen=True)
class Steady:
    """Seconds of each answer, sorted, and how often each status came."""

    seconds: list[float]
    statuses: dict[int, int]

    def at(self, share: float) -> float:
        """The seconds within which `share` of the answers came."""
        return self.seconds[min(len(self.seconds) - 1, int(len(self.seconds) * share))]


def post_steadily(url: str, paths: Sequence[str], form: str, *, a_second: int) -> Steady:
    """Post `form` to each of `paths`, so many a second."""
    return asyncio.run(_post_all(url, paths, form, 1 / a_second))


async def _post_all(url: str, paths: Sequence[str], form: str, every: float) -> Steady:
    where = urlsplit(url)
    lines: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    opened = [await asyncio.open_connection(where.hostname, where.port) for _ in range(_CONNECTIONS)]
    for line in opened:
        lines.put_nowait(line)
    seconds: list[float] = []
    statuses: dict[int, int] = {}

    async def post(path: str, due: float) -> None:
        reader, writer = await lines.get()
        writer.write(_request(where.netloc, path, form))
        status = await _status(reader)
        seconds.append(time.perf_counter() - due)
        statuses[status] = statuses.get(status, 0) + 1
        lines.put_nowait((reader, writer))

    began = time.perf_counter() + 0.1
    tasks = []
    for number, path in enumerate(paths):
        due = began + number * every
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(post(path, due)))
    await asyncio.gather(*tasks)
    for _, writer in opened:
        writer.close()
        await writer.wait_closed()
    return Steady(sorted(seconds), statuses)


def _request(host: str, path: str, form: str) -> bytes:
    body = form.encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _status(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            await reader.readexactly(int(line.partition(b":")[2]))
    return int(head.split(b" ", 2)[1])
