"""The listener: takes in mail to signed return addresses, and writes each as a row of the inbox."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import select

from hoatoc import clock
from hoatoc.keyring import Keyring
from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import Directive, InboxKind, InboxMail, InboxState, Notice
from hoatoc.mail import verp
from hoatoc.mail.incoming import Incoming, read_incoming

_MOST_OCTETS = 20 * 1024 * 1024
_UNKNOWN = "550 5.1.1 No such mailbox"
_log = logging.getLogger(__name__)

#: Called with a directive's key when something has come in for it: a pass is wanted.
Wanted = Callable[[str], None]


@dataclass(frozen=True)
class Inbox:
    """Where incoming mail goes: the ledger, and the ring that has signed the addresses it may come to."""

    ledger: Ledger
    ring: Keyring
    wanted: Wanted

    def knows(self, address: str) -> bool:
        """Whether `address` is one of ours."""
        return verp.read(self.ring, address) is not None

    def take_in(
        self, address: str, content: bytes, *, return_path: str | None = None, received_at: datetime | None = None
    ) -> bool:
        """Write the mail to `address` as an inbox row, stamped `received_at` (aware; the ledger's now when None,
        simulated or later than now, and never before its notice was written), and ask for a pass. False when the
        address is not signed, or its notice is gone; a mail taken in before is taken in once."""
        notice_id = verp.read(self.ring, address)
        key = self._write(notice_id, content, return_path, received_at) if notice_id is not None else None
        if key:
            self.wanted(key)
        return key is not None

    def _write(
        self, notice_id: int, content: bytes, return_path: str | None, received_at: datetime | None
    ) -> str | None:
        """The key of the directive that gained a row, '' when the mail was there already, None without a notice."""
        incoming = read_incoming(content, return_path=return_path)
        fingerprint = f"{notice_id}:{incoming.fingerprint}"
        with self.ledger.write() as session:
            # The notice's row is the lock: the same mail twice at once makes one row.
            notice = session.scalar(select(Notice).where(Notice.id == notice_id).with_for_update())
            if notice is None:
                return None
            if session.scalar(select(InboxMail.id).where(InboxMail.fingerprint == fingerprint)) is not None:
                return ""
            now, simulated = clock.look(session)
            at = now
            if received_at is not None and not simulated:
                at = min(max(received_at, notice.written_at), now)  # nothing is answered before it was written
            session.add(
                InboxMail(
                    directive_id=notice.directive_id, notice_id=notice_id, fingerprint=fingerprint, kind=incoming.kind,
                    received_at=at, sender=incoming.sender, subject=incoming.subject, body=incoming.words,
                    sheet=incoming.sheet, attached=incoming.attached, bounced=incoming.bounced,
                    original=_original(incoming, content), state=InboxState.NEW, outcome="",
                )
            )  # fmt: skip
            return session.get_one(Directive, notice.directive_id).key


def _original(incoming: Incoming, content: bytes) -> bytes | None:
    """The mail as the desk may want to have it: what machines write says nothing more than is kept of it."""
    return content if incoming.kind is InboxKind.REPLY and len(content) <= _MOST_OCTETS else None


class InboundHandler:
    """What the SMTP listener does: unsigned addresses are unknown, a mail is in the ledger before it is accepted."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Refuse what is not signed."""
        if not self._inbox.knows(address):
            return _UNKNOWN
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        """Take the mail in for each of its addresses."""
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        try:
            taken = [
                await asyncio.to_thread(self._inbox.take_in, address, content, return_path=envelope.mail_from or "")
                for address in envelope.rcpt_tos
            ]
        except Exception:  # noqa: BLE001  # whatever it is, the server that brings the mail keeps it
            _log.exception("inbox: the ledger did not take a mail")
            return "451 4.3.0 Try again later"
        # A ledger that was restored has not all that was mailed: its sender is told, or nobody would know of the mail.
        return "250 2.0.0 OK" if any(taken) else _UNKNOWN


def listening_at(url: str) -> tuple[str, int]:
    """Where to listen by `smtp://[host][:port]`: on loopback, port 8026, where it names none. Raises ValueError."""
    parts = urlsplit(url)
    return parts.hostname or "127.0.0.1", parts.port or 8026


def start_listener(inbox: Inbox, *, host: str, port: int) -> Controller:
    """Listen in a thread of its own. Raises OSError when the port is taken."""
    controller = Controller(
        InboundHandler(inbox), hostname=host, port=port, server_hostname="hoatoc.inbox.example",
        data_size_limit=_MOST_OCTETS,
    )  # fmt: skip
    controller.start()
    return controller
