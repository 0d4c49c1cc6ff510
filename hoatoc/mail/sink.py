"""A loopback mail server that keeps each mail as an .eml file: what an installation uses until it has a real one."""

import asyncio
import re
import socket
import time
from collections.abc import Awaitable
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class KeepingHandler:
    """Writes each accepted mail into `folder`. Mailboxes in `dead` are refused as unknown (550)."""

    def __init__(self, folder: Path, dead: frozenset[str] = frozenset()) -> None:
        self._folder, self._dead = folder, dead
        self._count = 0
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Refuse dead mailboxes."""
        if address.lower() in self._dead:
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        """Keep the mail; it is on disk before it is accepted."""
        self._count += 1
        first = re.sub(r"[^A-Za-z0-9.@_-]", "_", envelope.rcpt_tos[0])
        name = f"{time.time_ns()}-{self._count:05d}-{first}"
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        half = self._folder / f".{name}.part"
        half.write_bytes(content)
        half.rename(self._folder / f"{name}.eml")
        return "250 2.0.0 OK kept"


class _OnSocket(Controller):
    """Listens on a socket that is there already."""

    def __init__(self, handler: KeepingHandler, listener: socket.socket) -> None:
        host, port = listener.getsockname()
        super().__init__(handler, hostname=host, port=port, server_hostname="hoatoc.sink.example")
        self._listener = listener

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._listener)


def start_sink(folder: Path, listener: socket.socket, *, dead: frozenset[str] = frozenset()) -> Controller:
    """Start a sink in a thread of its own, on a socket that listens; it is closed with the sink."""
    controller = _OnSocket(KeepingHandler(folder, dead), listener)
    controller.start()
    return controller
