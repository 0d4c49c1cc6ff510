"""Fetches mail to signed return addresses from an IMAP mailbox."""

import logging
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from imaplib import IMAP4
from urllib.parse import parse_qsl, unquote, urlsplit

from imap_tools import AND, BaseMailBox, ImapToolsError, MailBox, MailBoxStartTls, MailBoxUnencrypted

from hoatoc.errors import SettingsError
from hoatoc.mail.inbound import Inbox

_PORTS = {"imap": 143, "imap+starttls": 143, "imaps": 993}
_SECURED: dict[str, Callable[..., BaseMailBox]] = {"imap+starttls": MailBoxStartTls, "imaps": MailBox}
#: Where a mail's address stands once it is in a mailbox; To comes last, since a forwarder leaves it as it was.
_ADDRESSES = ("delivered-to", "x-original-to", "envelope-to", "to", "cc")
#: An address wherever it stands: which of them are ours is told by their signature.
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"@]{1,64}@[^\s<>()\[\],;:\"@]{1,255}")
_SECONDS = 60.0
_log = logging.getLogger(__name__)


class _Known:
    """What this process has seen of the mails that stay unseen: those that are not ours are not asked for again, and
    those that could not be taken in come last, lest one breaks the line before the others."""

    def __init__(self) -> None:
        self._validity = ""
        self._foreign: set[str] = set()
        self._failed: set[str] = set()

    def wanted(self, validity: str, unseen: list[str]) -> list[str]:
        """The unseen mails to look at, in their order. Under another `validity` numbers mean other mails."""
        kept = set(unseen) if validity == self._validity else set()
        self._validity, self._foreign, self._failed = validity, self._foreign & kept, self._failed & kept
        return sorted((uid for uid in unseen if uid not in self._foreign), key=self._failed.__contains__)

    def begin(self, uid: str) -> bool:
        """Note that a mail is being looked at; whether it has failed before."""
        known = uid in self._failed
        self._failed.add(uid)
        return known

    def end(self, uid: str, *, ours: bool) -> None:
        """Note that it went well."""
        self._failed.discard(uid)
        if not ours:
            self._foreign.add(uid)


@dataclass(frozen=True)
class Mailbox:
    """A mailbox on an IMAP server. What is taken in is marked as seen; what is not ours is left as it was. `ca` is the
    file of the authority the server's certificate is of, where that is not one the system knows."""

    scheme: str
    host: str
    port: int
    username: str
    password: str
    folder: str = "INBOX"
    ca: str | None = None
    _known: _Known = field(default_factory=_Known, init=False, compare=False, repr=False)

    def fetch(self, inbox: Inbox) -> int:
        """Take in the unseen mails to signed addresses; how many they were. A mail that cannot be taken in stays
        unseen, is logged once, and holds up no other. Raises ImapToolsError, imaplib's error and OSError."""
        taken = 0
        with self._open() as opened:
            for uid in self._known.wanted(_validity(opened), opened.uids(AND(seen=False))):
                known = self._known.begin(uid)
                try:
                    ours = _take_in(inbox, opened, uid)
                except (IMAP4.abort, OSError):  # the line is gone
                    raise
                except Exception:  # noqa: BLE001  # whatever it is about this mail
                    _log.log(logging.DEBUG if known else logging.ERROR, "mail %s is left unseen", uid, exc_info=True)
                else:
                    self._known.end(uid, ours=ours)
                    taken += ours
        return taken

    @contextmanager
    def _open(self) -> Iterator[BaseMailBox]:
        box = self._connect()
        try:
            box.login(self.username, self.password, initial_folder=self.folder)
            yield box
        finally:
            try:
                box.logout()
            except (ImapToolsError, IMAP4.error, OSError):
                box.client.shutdown()

    def _connect(self) -> BaseMailBox:
        if self.scheme not in _SECURED:
            return MailBoxUnencrypted(self.host, self.port, timeout=_SECONDS)
        # Left to itself, imaplib trusts any certificate.
        trusted = ssl.create_default_context(cafile=self.ca)
        return _SECURED[self.scheme](self.host, self.port, timeout=_SECONDS, ssl_context=trusted)


def read_mailbox(url: str) -> Mailbox:
    """The mailbox behind `imaps://user:password@host[:port][/folder][?ca=/path]`; `imap+starttls` and `imap` too.

    Raises SettingsError."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if parts.scheme not in _PORTS or not parts.hostname or not parts.username or options.keys() - {"ca"}:
        raise SettingsError("HOATOC_INBOX_URL không đọc được", hint="ví dụ: imaps://vanthu:matkhau@mail.tinh.gov.vn")
    return Mailbox(
        scheme=parts.scheme, host=parts.hostname, port=parts.port or _PORTS[parts.scheme],
        username=unquote(parts.username), password=unquote(parts.password or ""),
        folder=unquote(parts.path.strip("/")) or "INBOX", ca=options.get("ca"),
    )  # fmt: skip


def _validity(opened: BaseMailBox) -> str:
    """What the server says the numbers of this folder's mails are good for (RFC 3501, 2.3.1.1)."""
    return str(opened.client.response("UIDVALIDITY")[1])


def _take_in(inbox: Inbox, opened: BaseMailBox, uid: str) -> bool:
    """Take the mail in if it is ours, and mark it as seen; whether it was."""
    head = BytesHeaderParser().parsebytes(
        _octets(opened, uid, f"HEADER.FIELDS ({' '.join((*_ADDRESSES, 'received'))})")
    )
    fields = [(name.lower(), str(value)) for name, value in head.raw_items()]
    found = (
        address for name in _ADDRESSES for key, value in fields if key == name for address in _ADDRESS.findall(value)
    )
    addresses = [address for address in dict.fromkeys(found) if inbox.knows(address)]
    if not addresses:
        return False
    content, at = _octets(opened, uid, ""), _arrival(next((value for key, value in fields if key == "received"), ""))
    taken = [inbox.take_in(address, content, received_at=at) for address in addresses]
    if any(taken):
        opened.client.uid(
            "STORE", uid, "+FLAGS.SILENT", r"(\Seen)"
        )  # imap_tools would expunge what others have deleted
    return any(taken)


def _octets(opened: BaseMailBox, uid: str, section: str) -> bytes:
    """A section of a mail as the server has it. Raises LookupError when the mail is gone."""
    _, answered = opened.client.uid("FETCH", uid, f"(BODY.PEEK[{section}])")
    contents: list[bytes] = [item[1] for item in answered if isinstance(item, tuple)]
    if not contents:
        raise LookupError(f"the server gives no mail {uid}")
    return contents[0]


def _arrival(received: str) -> datetime | None:
    """When our mail server had a mail, by its newest Received header; None when that cannot be read."""
    try:
        at = parsedate_to_datetime(received.rpartition(";")[2].strip())
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError, TypeError, IndexError):  # a day in the year 9999 is past all time in other zones
        return None
