"""Reads mail that has come back: what kind it is, and the words that matter."""

import email
import email.policy
import hashlib
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from email.message import EmailMessage, Message
from email.utils import parseaddr
from typing import Any

from hoatoc.errors import SubmissionRefused
from hoatoc.ledger.schema import InboxKind
from hoatoc.papers.reportsheet import read_workbook

_MOST_WORDS = 10_000
_LONGEST_SUBJECT = 300
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Where a quoted mail begins: what follows is not the writer's.
_QUOTED = re.compile(
    r"^(>|-{2,} ?(original message|forwarded message|thư gốc|tin nhắn gốc)"
    r"|(on|vào|ngày) .{5,200}(wrote|đã viết):?$|(from|từ): .+@)",
    re.IGNORECASE,
)
_AUTOMATIC_SUBJECT = re.compile(
    r"^(auto(matic)?[ -]?repl|out of (the )?office|trả lời tự động|thư trả lời tự động|vắng mặt)", re.IGNORECASE
)
#: Headers that only machines write (RFC 3834 and what came before it).
_AUTOMATIC_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress", "List-Id", "X-Loop")
_AUTOMATIC_PRECEDENCE = frozenset({"auto_reply", "bulk", "junk", "list"})


@dataclass(frozen=True)
class Incoming:
    """A mail that came back. `words` is what a person wrote, without quotes, or what a server says is the matter;
    `sheet` what the workbook holds that a person has attached: its `marks` and what was `typed`, or the `problem`;
    `attached` the files, each with its name, kind (media type) and octets; `bounced` the address a delivery status is
    about, '' where it names none."""

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
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    sender = parseaddr(_header(message, "From"))[1] or return_path or ""
    status = next(_delivery_statuses(message), None)
    if status is not None:
        kind, words = _read_status(status)
    else:
        kind = InboxKind.AUTO if _is_automatic(message, return_path) else InboxKind.REPLY
        words = own_words(_text(message))
    sheet = _sheet(message) if kind is InboxKind.REPLY else {}
    subject = " ".join(_clean(_header(message, "Subject")).split())[:_LONGEST_SUBJECT]
    return Incoming(
        kind, _clean(sender), _clean(words)[:_MOST_WORDS], _fingerprint(message, content), sheet, subject,
        attached=_attached(message),
    )  # fmt: skip


def own_words(text: str) -> str:
    """`text` up to the first quoted line."""
    kept: list[str] = []
    for line in text.splitlines():
        if _QUOTED.match(line.strip()):
            break
        kept.append(line.rstrip())
    return "\n".join(kept).strip()


def _sheet(message: EmailMessage) -> dict[str, Any]:
    """The first attached workbook, read; empty without one."""
    for part in message.walk():
        name = str(part.get_filename() or "").lower()
        if part.is_multipart() or not (name.endswith(".xlsx") or part.get_content_type() == _XLSX):
            continue
        content = part.get_payload(decode=True)
        try:
            returned = read_workbook(content if isinstance(content, bytes) else b"")
        except SubmissionRefused as refused:
            return {"problem": str(refused)}
        except Exception:  # noqa: BLE001  # a broken or hostile file: whatever the parsers raise, the mail is taken in
            return {"problem": "Không đọc được tệp Excel (.xlsx) gửi kèm."}
        typed = {_clean(key): _clean(value) for key, value in returned.typed.items()}
        marks = {key: _clean(value) for key, value in asdict(returned.marks).items()} if returned.marks else {}
        return {"marks": marks, "typed": typed}
    return {}


def _attached(message: EmailMessage) -> list[dict[str, Any]]:
    return [
        {"name": _clean(str(part.get_filename() or "")), "kind": part.get_content_type(), "octets": _octets(part)}
        for part in message.iter_attachments()
    ]


def _octets(part: Message) -> int:
    content = part.get_payload(decode=True)
    return len(content) if isinstance(content, bytes) else len(part.as_bytes())


def _delivery_statuses(message: EmailMessage) -> Iterator[dict[str, str]]:
    """The fields of each recipient in a delivery status notification (RFC 3464, 2.3)."""
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            blocks = part.get_payload()
            for block in blocks if isinstance(blocks, list) else []:
                assert isinstance(block, Message)
                fields = {name.lower(): str(value) for name, value in block.items()}
                if "action" in fields:
                    yield fields


def _read_status(fields: dict[str, str]) -> tuple[InboxKind, str]:
    action = fields["action"].strip().lower()
    words = " ".join(fields.get(name, "") for name in ("status", "diagnostic-code")).strip()
    if action == "failed":  # for good, even with a status of 4.x.x: the server has given up
        return InboxKind.BOUNCE, words
    return (InboxKind.DELAY if action == "delayed" else InboxKind.AUTO), words


def _is_automatic(message: EmailMessage, return_path: str | None) -> bool:
    submitted = _header(message, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        return_path == ""
        or _header(message, "Return-Path").strip() == "<>"
        or submitted not in ("", "no")
        or any(name in message for name in _AUTOMATIC_HEADERS)
        or _header(message, "Precedence").strip().lower() in _AUTOMATIC_PRECEDENCE
        or bool(_AUTOMATIC_SUBJECT.match(_header(message, "Subject").strip()))
        or parseaddr(_header(message, "From"))[1].lower().startswith(("mailer-daemon@", "postmaster@", "no-reply@"))
    )


def _text(message: EmailMessage) -> str:
    try:
        part = message.get_body(("plain", "html"))
        words = str(part.get_content()) if part is not None else ""
    except (LookupError, ValueError, AttributeError):  # a charset nobody knows, a part that is none
        return ""
    if part is not None and part.get_content_subtype() == "html":
        words = re.sub(r"<(br|/p|/div)[^>]*>", "\n", words, flags=re.IGNORECASE)
        words = re.sub(r"<[^>]+>", "", words)
    return words


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name, ""))
    except (ValueError, IndexError, AttributeError):  # the parser of a structured header gave up
        return ""


def _fingerprint(message: EmailMessage, content: bytes) -> str:
    own = _header(message, "Message-ID").strip()
    return hashlib.sha256(own.encode(errors="replace") if own else content).hexdigest()


def _clean(words: str) -> str:
    return words.replace("\0", "").encode("utf-8", "replace").decode()
