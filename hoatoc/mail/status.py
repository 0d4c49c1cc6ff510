"""What a mail server says became of a mail: delivery status notifications (RFC 3464, RFC 6533)."""

import base64
import quopri
import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import HeaderParser

from hoatoc.mail import parts
from hoatoc.mail.charset import decoded

_KINDS = frozenset({"message/delivery-status", "message/global-delivery-status"})
#: What has been relayed, delivered or expanded to many is on its way.
_SEVERITY = {"delayed": 1, "failed": 2}
#: Our mails have one recipient each, whom a server may know by some names more.
_MOST = 100
_COMMENT = re.compile(r"\([^()]*\)")


@dataclass(frozen=True)
class Status:
    """What became of the mail to one recipient. `address` is the one it was sent to where the server says so, else the
    one it was passed on to; '' where it names none."""

    action: str
    words: str
    address: str


def worst(message: EmailMessage) -> Status | None:
    """The worst of what the mail says of its recipients; None when it is no delivery status notification. What stands
    in an attached mail is not looked at: a person may pass on a bounce."""
    told = [_status(fields) for part in parts.leaves(message) if parts.kind(part) in _KINDS for fields in _fields(part)]
    return max(told, key=lambda status: _SEVERITY.get(status.action, 0), default=None)


def _status(fields: dict[str, str]) -> Status:
    action = _COMMENT.sub(" ", fields["action"]).strip().lower()
    words = " ".join(fields.get(name, "") for name in ("status", "diagnostic-code")).strip()
    addresses = (fields.get(name, "").partition(";")[2] for name in ("original-recipient", "final-recipient"))
    return Status(action, words, next(filter(None, (address.strip(" <>") for address in addresses)), ""))


def _fields(part: EmailMessage) -> list[dict[str, str]]:
    """The fields of each recipient."""
    source = b"\n\n".join(_source(block) for block in parts.children(part)[:_MOST])
    encoding = parts.header(part, "Content-Transfer-Encoding").strip().lower()
    return _recipients(source) or _recipients(_decoded(source, encoding))


def _source(block: EmailMessage) -> bytes:
    """A block as it was written: the parser has taken it for a mail, or the first of many for the head of one."""
    head = "".join(f"{name}: {value}\n" for name, value in block.raw_items())
    return head.encode("utf-8", "surrogateescape") + b"\n" + parts.octets(block)


def _decoded(source: bytes, encoding: str) -> bytes:
    if encoding == "base64":
        return base64.b64decode(source + b"==")  # what is no base64 is passed over
    return quopri.decodestring(source) if encoding == "quoted-printable" else b""


def _recipients(source: bytes) -> list[dict[str, str]]:
    blocks = re.split(r"\n[ \t\r]*\n", decoded(source))[:_MOST]
    found = [{name.lower(): " ".join(value.split()) for name, value in _head(block)} for block in blocks]
    return [fields for fields in found if "action" in fields]


def _head(block: str) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in HeaderParser().parsestr(block.strip()).items()]
