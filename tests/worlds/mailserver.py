"""A real SMTP listener on a free port, which does to each recipient what the test tells it to."""

import asyncio
import email
import email.policy
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import StrEnum
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from hoatoc.mail.relay import Relay


class Manner(StrEnum):
    """What the listener does with a recipient."""

    ACCEPT = "accept"
    UNKNOWN = "unknown"  #: 550 at RCPT.
    GREYLIST = "greylist"  #: 450 at RCPT, in the words of `greylisted`, `times` times, then accepts.
    REFUSE_CONTENT = "refuse_content"  #: 554 after the final dot.
    CLOSING = "closing"  #: 421 at RCPT, `times` times.
    DROP_BEFORE = "drop_before"  #: The line breaks in DATA, `times` times; the message is lost.
    DROP_AFTER = "drop_after"  #: The message is kept, then the line breaks before the answer, `times` times.


@dataclass(frozen=True)
class Kept:
    """A message that the listener has taken in."""

    sender: str
    recipient: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The message, parsed."""
        parsed = email.message_from_bytes(self.content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def message_id(self) -> str:
        """Its Message-ID."""
        return str(self.message["Message-ID"])

    @property
    def text(self) -> str:
        """Its plain body."""
        body = self.message.get_body(("plain",))
        assert body is not None
        return str(body.get_content())


@dataclass
class MailServer:
    """The listener: `kept` is its mailbox, `attempts` counts transactions by recipient."""

    kept: list[Kept] = field(default_factory=list)
    attempts: Counter[str] = field(default_factory=Counter)
    connections: int = 0
    refuse_sender: str = ""
    greylisted: str = "4.2.0 Come back later"
    most_connections: int = 1000
    seconds: float = 0.0  # how long it takes over each message
    _manners: dict[str, Manner] = field(default_factory=lambda: defaultdict(lambda: Manner.ACCEPT))
    _left: Counter[str] = field(default_factory=Counter)
    _port: int = 0
    transports: set[asyncio.Transport] = field(default_factory=set)  # of the connections that are open
    _controller: Controller | None = None
    _open: int = 0

    def treat(self, address: str, manner: Manner, times: int = 10**9) -> None:
        """From now on do `manner` to `address`, `times` times."""
        self._manners[address], self._left[address] = manner, times

    @property
    def relay(self) -> Relay:
        """How to reach it."""
        return Relay("127.0.0.1", self._port)

    def start(self) -> None:
        """Listen; on the same port as before when it was stopped."""
        self._controller = _Listening(self, hostname="127.0.0.1", port=self._port)
        self._controller.start()
        self._port = self._controller.port
        self.connections = self._open = 0

    def stop(self) -> None:
        """Stop listening."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def forget(self) -> None:
        """Empty the mailbox and treat everyone well again."""
        self.kept.clear()
        self.attempts.clear()
        self._manners.clear()
        self._left.clear()
        self.greylisted = MailServer.greylisted

    def to(self, address: str) -> list[Kept]:
        """What `address` has been sent."""
        return [kept for kept in self.kept if kept.recipient == address]

    def _counts(self, address: str, manner: Manner) -> bool:
        if self._manners[address] is not manner or self._left[address] <= 0:
            return False
        self._left[address] -= 1
        return True

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuse_sender:
            return self.refuse_sender
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.attempts[address] += 1
        if self._counts(address, Manner.UNKNOWN):
            return "550 5.1.1 No such mailbox"
        if self._counts(address, Manner.GREYLIST):
            return f"450 {self.greylisted}"
        if self._counts(address, Manner.CLOSING):
            return "421 4.3.2 Closing"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        address = envelope.rcpt_tos[0]
        if self.seconds:
            await asyncio.sleep(self.seconds)
        if self._counts(address, Manner.REFUSE_CONTENT):
            return "554 5.7.1 Refused"
        if self._counts(address, Manner.DROP_BEFORE):
            assert server.transport is not None
            server.transport.close()
            return "250 never seen"
        assert isinstance(envelope.content, bytes)
        self.kept.append(Kept(envelope.mail_from or "", address, envelope.content))
        if self._counts(address, Manner.DROP_AFTER):
            assert server.transport is not None
            server.transport.close()
        return "250 2.0.0 OK"


class _Listening(Controller):
    def cancel_tasks(self, stop_loop: bool = True) -> None:
        """Close what is open first: the controller leaves that to the garbage collector."""
        for transport in self.handler.transports:
            transport.abort()
        self.loop.call_soon(super().cancel_tasks, stop_loop)

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]  # port 0 was asked for: which one is it?
        super()._trigger_server()

    def factory(self) -> SMTP:
        return _Counted(self.handler, **self.SMTP_kwargs)


class _Counted(SMTP):
    """Counts connections, and turns away those over the listener's limit, as hosted servers do."""

    counted = False

    def connection_made(self, transport: Any) -> None:
        self.event_handler.transports.add(transport)
        super().connection_made(transport)

    async def _handle_client(self) -> None:
        handler: MailServer = self.event_handler
        handler.connections += 1
        if handler._open >= handler.most_connections:
            await self.push("421 4.7.0 Too many connections")
            assert self.transport is not None
            self.transport.close()
            return
        self.counted = True
        handler._open += 1
        await super()._handle_client()

    def connection_lost(self, error: Exception | None) -> None:
        if self.transport is not None:
            self.event_handler.transports.discard(self.transport)
        if self.counted:
            self.event_handler._open -= 1
        super().connection_lost(error)

    async def push(self, status: Any) -> None:
        if self.transport is not None and not self.transport.is_closing():
            await super().push(status)


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A listener for as long as the block lasts."""
    server = MailServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()
