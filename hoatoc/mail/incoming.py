"""Reads mail that has come back: what kind it is, and the words that matter."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import EmailPolicy
from email.utils import parseaddr
from typing import Any, TypeVar
from unicodedata import normalize

from hoatoc.ledger.schema import InboxKind
from hoatoc.mail import attached, parts, status, words

_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_MOST_WORDS = 10_000
_LONGEST_SUBJECT = 300
_LONGEST_HEADER = 4_000
_AUTOMATIC_SUBJECT = re.compile(
    r"^(auto(matic)?[ -]?(repl|respon)|out of (the )?office|vắng mặt"
    r"|(thư )?((trả lời|phản hồi) tự động|tự động (trả lời|phản hồi)))",
    re.IGNORECASE,
)
#: Headers that only machines write (RFC 3834 and what came before it).
_AUTOMATIC_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress", "List-Id", "X-Loop")
_AUTOMATIC_PRECEDENCE = frozenset({"auto_reply", "bulk", "junk", "list"})
_AUTOMATIC_SENDERS = ("mailer-daemon@", "postmaster@", "no-reply@")
_KINDS = {"failed": InboxKind.BOUNCE, "delayed": InboxKind.DELAY}
T = TypeVar("T")


class _Wary(EmailPolicy):
    """Cuts headers that are longer than anybody's: the parser takes minutes over a hundred kilobytes of commas."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """The name and what is read of the value."""
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_LONGEST_HEADER]


_PARSER = BytesParser(policy=_Wary())


@dataclass(frozen=True)
class Incoming:
    """A mail that came back. `words` is what a person wrote, without quotes, or what a server says is the matter;
    `sheet` what the workbook holds that a person has attached: its `marks` and what was `typed`, or the `problem`;
    `attached` the files, each with its `name`, `kind` (media type) and `octets`; `bounced` the address a delivery
    status is about, '' where it names none."""

    kind: InboxKind
    sender: str
    words: str
    fingerprint: str
    sheet: dict[str, Any] = field(default_factory=dict)
    subject: str = ""
    attached: list[dict[str, Any]] = field(default_factory=list)
    bounced: str = ""


def read_incoming(content: bytes, *, return_path: str | None = None) -> Incoming:
    """The mail behind `content`. `return_path` is its envelope sender, '' for the null one of bounces, None when it is
    not known. Never raises: what cannot be read is a reply without words."""
    message = _safely(lambda: _parse(content), None)
    return _unread(content, return_path) if message is None else _read(message, content, return_path)


def _read(message: EmailMessage, content: bytes, return_path: str | None) -> Incoming:
    sender, subject = _sender(message), _subject(message)
    fingerprint = _fingerprint(message, content, _safely(lambda: _substance(message), _body(content)))
    machine = _is_report(message) or _is_automatic(message, sender, return_path)
    sender = sender or parts.clean(return_path or "")
    told = _safely(lambda: status.worst(message), None) if machine else None
    if told is not None:  # failed is for good, even with a status of 4.x.x: the server has given up
        kind, bounced = _KINDS.get(told.action, InboxKind.AUTO), parts.clean(told.address)
        return Incoming(kind, sender, _kept(told.words), fingerprint, subject=subject, bounced=bounced)
    written = _kept(_safely(lambda: words.own(words.of(message)), ""))
    if machine:
        return Incoming(InboxKind.AUTO, sender, written, fingerprint, subject=subject)
    return Incoming(
        InboxKind.REPLY, sender, written, fingerprint, _safely(lambda: attached.sheet(message), {}), subject,
        attached=_safely(lambda: attached.files(message), []),
    )  # fmt: skip


def _unread(content: bytes, return_path: str | None) -> Incoming:
    """A mail whose body cannot be parsed, as one that is nested a thousand deep: what its head says."""
    message = _safely(lambda: _parse(_END_OF_HEAD.split(content, maxsplit=1)[0]), EmailMessage())
    sender = _sender(message) or parts.clean(return_path or "")
    fingerprint = _fingerprint(message, content, _body(content))
    return Incoming(InboxKind.REPLY, sender, "", fingerprint, subject=_subject(message))


def _parse(content: bytes) -> EmailMessage:
    message = _PARSER.parsebytes(content)
    assert isinstance(message, EmailMessage)
    return message


def _safely(read: Callable[[], T], otherwise: T) -> T:
    """What `read` gives, or `otherwise`: there is no telling what email's parsers raise on what nobody should send."""
    try:
        return read()
    except Exception:  # noqa: BLE001  # as the docstring says; the original is kept
        return otherwise


def _is_report(message: EmailMessage) -> bool:
    """Whether a server or a program reports: that a mail was not delivered, or was opened."""
    return parts.kind(message) == "multipart/report"


def _sender(message: EmailMessage) -> str:
    return _safely(lambda: parts.clean(parseaddr(parts.header(message, "From"))[1]), "")


def _subject(message: EmailMessage) -> str:
    return " ".join(parts.clean(parts.header(message, "Subject")).split())[:_LONGEST_SUBJECT]


def _is_automatic(message: EmailMessage, sender: str, return_path: str | None) -> bool:
    submitted = parts.header(message, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        return_path == ""
        or parts.header(message, "Return-Path").strip() == "<>"
        or submitted not in ("", "no")
        or any(name in message for name in _AUTOMATIC_HEADERS)
        or parts.header(message, "Precedence").strip().lower() in _AUTOMATIC_PRECEDENCE
        or bool(_AUTOMATIC_SUBJECT.match(normalize("NFC", parts.header(message, "Subject").strip())))
        or sender.lower().startswith(_AUTOMATIC_SENDERS)
    )


def _fingerprint(message: EmailMessage, content: bytes, substance: bytes) -> str:
    """What tells a mail from any other. Some programs give all their mails one number, so what it says counts too."""
    own = parts.header(message, "Message-ID").strip()
    told = "\0".join((own, _subject(message), "")).encode(errors="replace") + substance
    return hashlib.sha256(told if own else content).hexdigest()


def _substance(message: EmailMessage) -> bytes:
    """What a mail says and brings, however it was encoded on its way."""
    return b"\0".join(parts.octets(part).translate(None, b" \t\r\n") for part in parts.leaves(message))


def _body(content: bytes) -> bytes:
    """What stands below a mail's head, as it stands."""
    return b"\n".join(b"".join(_END_OF_HEAD.split(content, maxsplit=1)[1:]).splitlines())


def _kept(said: str) -> str:
    return parts.clean(said)[:_MOST_WORDS]
