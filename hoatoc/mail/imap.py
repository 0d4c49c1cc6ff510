"""Fetches mail to signed return addresses from an IMAP mailbox."""

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import getaddresses, parsedate_to_datetime
from imaplib import IMAP4
from urllib.parse import parse_qsl, unquote, urlsplit

from imap_tools import AND, BaseMailBox, ImapToolsError, MailBox, MailBoxStartTls, MailBoxUnencrypted, MailMessage

from hoatoc.errors import SettingsError
from hoatoc.mail.inbound import Inbox

_PORTS = {"imap": 143, "imap+starttls": 143, "imaps": 993}
_SECURED: dict[str, Callable[..., BaseMailBox]] = {"imap+starttls": MailBoxStartTls, "imaps": MailBox}
#: Where a mail's address stands once it is in a mailbox; To comes last, since a forwarder leaves it as it was.
_ADDRESSES = ("delivered-to", "x-original-to", "envelope-to", "to", "cc")
_SECONDS = 60.0


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

    def fetch(self, inbox: Inbox) -> int:
        """Take in the unseen mails to signed addresses; how many they were. Raises ImapToolsError,
        imaplib's error and OSError."""
        with self._open() as opened:
            unseen = opened.fetch(AND(seen=False), mark_seen=False)
            taken = [message.uid for message in unseen if message.uid and _take_in(inbox, message)]
            if taken:
                opened.flag(taken, r"\Seen", True)
        return len(taken)

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


def _take_in(inbox: Inbox, message: MailMessage) -> bool:
    headers: Mapping[str, tuple[str, ...]] = message.headers
    fields = [value for name in _ADDRESSES for value in headers.get(name, ())]
    addresses = [address for _, address in getaddresses(fields) if inbox.knows(address)]
    content, at = message.obj.as_bytes(), _arrival(message)
    taken = [inbox.take_in(address, content, received_at=at) for address in dict.fromkeys(addresses)]
    return any(taken)


def _arrival(message: MailMessage) -> datetime | None:
    """When our mail server had it, by the newest Received header; None when there is none to be read."""
    headers: Mapping[str, tuple[str, ...]] = message.headers
    newest = next(iter(headers.get("received", ())), "")
    try:
        at = parsedate_to_datetime(newest.rpartition(";")[2].strip())
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None
