"""Fetches mail to signed return addresses from an IMAP mailbox."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import getaddresses, parsedate_to_datetime
from urllib.parse import unquote, urlsplit

from imap_tools import AND, BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted, MailMessage

from hoatoc.errors import SettingsError
from hoatoc.mail.inbound import Inbox

_PORTS = {"imap": 143, "imap+starttls": 143, "imaps": 993}
_BOXES: dict[str, Callable[..., BaseMailBox]] = {
    "imap": MailBoxUnencrypted, "imap+starttls": MailBoxStartTls, "imaps": MailBox,
}  # fmt: skip
#: Where a mail's address stands once it is in a mailbox; To comes last, since a forwarder leaves it as it was.
_ADDRESSES = ("delivered-to", "x-original-to", "envelope-to", "to", "cc")
_SECONDS = 60.0


@dataclass(frozen=True)
class Mailbox:
    """A mailbox on an IMAP server. What is taken in is marked as seen; what is not ours is left as it was."""

    scheme: str
    host: str
    port: int
    username: str
    password: str
    folder: str = "INBOX"

    def fetch(self, inbox: Inbox) -> int:
        """Take in the unseen mails to signed addresses; how many they were. Raises ImapToolsError,
        imaplib's error and OSError."""
        box = _BOXES[self.scheme](self.host, self.port, timeout=_SECONDS)
        with box.login(self.username, self.password, initial_folder=self.folder) as opened:
            unseen = opened.fetch(AND(seen=False), mark_seen=False)
            taken = [message.uid for message in unseen if message.uid and _take_in(inbox, message)]
            if taken:
                opened.flag(taken, r"\Seen", True)
        return len(taken)


def read_mailbox(url: str) -> Mailbox:
    """The mailbox behind `imaps://user:password@host[:port][/folder]`; `imap+starttls` and `imap` too.

    Raises SettingsError."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or not parts.username:
        raise SettingsError("HOATOC_INBOX_URL không đọc được", hint="ví dụ: imaps://vanthu:matkhau@mail.tinh.gov.vn")
    return Mailbox(
        scheme=parts.scheme, host=parts.hostname, port=parts.port or _PORTS[parts.scheme],
        username=unquote(parts.username), password=unquote(parts.password or ""),
        folder=unquote(parts.path.strip("/")) or "INBOX",
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
