"""The MIME frame of a notice: built once per template, only the parts of the recipient are filled in.

Building with `email.message.EmailMessage` costs about 6.5 ms a message, nearly all of it for folding Vietnamese words
in headers. EmailMessage stays the oracle in the tests."""

import binascii
import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import NamedTuple

from hoatoc.mail.enclosure import Enclosure, base64_lines

#: RFC 5322, 2.1.1: a line has at most 998 octets without its end.
MAX_LINE = 998
#: RFC 5321, 4.5.3.1: the longest address that fits a path with its brackets. A local part has 64 octets at most.
_LONGEST_ADDRESS = 254
#: Octets of text in one encoded word, so that the first line of a header has at most 76 characters (RFC 2047, 2).
_FIRST_WORD, _NEXT_WORD = 33, 42
#: What mail can go to (RFC 5321, 4.1.2), without the quoted forms that servers and libraries read in different ways.
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]+")
_BREAKS = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")


class BadRecipient(ValueError):
    """A notice's own address is none that mail can go to."""


class Envelope(NamedTuple):
    """A message ready for the wire: who it goes to, its bytes, and whether they need 8BITMIME (RFC 6152). Of one that
    is `dotless` it is known that none of its lines begins with a dot."""

    notice_id: int
    sender: str
    recipient: str
    message: bytes
    eight_bit: bool
    dotless: bool = False


def one_line(text: str) -> str:
    """`text` without line breaks and other control characters, which become spaces."""
    return text if text.isprintable() else _BREAKS.sub(" ", text)


@lru_cache(maxsize=4096)
def header_words(text: str) -> str:
    """`text` as it may stand in a header: as it is when plain ASCII, else in encoded words (RFC 2047), folded.

    Line breaks and other control characters become spaces, so that nothing can break out of its header."""
    text = one_line(text).strip()
    if text.isascii() and len(text) <= 200 and "=?" not in text:
        return text
    return "\r\n ".join(_encoded_words(text.encode(errors="replace")))


def _encoded_words(octets: bytes) -> Iterator[str]:
    start, length = 0, _FIRST_WORD
    while start < len(octets):
        end = min(start + length, len(octets))
        while end < len(octets) and octets[end] & 0xC0 == 0x80:  # never in the middle of a character
            end -= 1
        yield f"=?utf-8?b?{binascii.b2a_base64(octets[start:end], newline=False).decode()}?="
        start, length = end, _NEXT_WORD


@lru_cache(maxsize=4096)
def mailbox(name: str, address: str) -> str:
    """A mailbox header value: display name in encoded words or quoted, then the address. Raises ValueError when that is
    none, or longer than any may be: it could break out of its header, or mean another one to the server."""
    if not _ADDRESS.fullmatch(address) or len(address) > _LONGEST_ADDRESS:
        raise ValueError(f"địa chỉ thư không dùng được: {address!r}")
    words = header_words(name)
    if words.isascii() and words == one_line(name).strip() and not re.fullmatch(r"[A-Za-z0-9 ]*", words):
        escaped = words.replace("\\", "\\\\").replace('"', '\\"')
        words = f'"{escaped}"'
    return f"{words} <{address}>" if words else f"<{address}>"


@lru_cache(maxsize=256)
def header_date(date: datetime) -> str:
    """`date` (aware) as the Date header writes it (RFC 5322, 3.3)."""
    return format_datetime(date)


def octets(body: str) -> bytes:
    """`body` with its lines ended by CRLF."""
    return body.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n").encode(errors="replace")


def fits_8bit(body: bytes, boundary: bytes) -> bool:
    """Whether `body` may go out as it is (RFC 2045, 2.8): its lines short enough, no NUL, the boundary not in it."""
    return b"\0" not in body and boundary not in body and all(len(line) <= MAX_LINE for line in body.split(b"\r\n"))


class _Multipart:
    """A multipart body (RFC 2046, 5.1): what opens it, what comes before each part, and what ends it."""

    def __init__(self, kind: str, name: str) -> None:
        # No boundary is the beginning of another.
        self.boundary = f"=_{hashlib.sha256(name.encode()).hexdigest()[:32]}_{kind}".encode()
        said = b'; type="text/html"' if kind == "related" else b""
        self.opening = b'Content-Type: multipart/%b; boundary="%b"%b\r\n\r\n' % (kind.encode(), self.boundary, said)
        self.next, self.end = b"--%b\r\n" % self.boundary, b"--%b--\r\n" % self.boundary

    def enclosing(self, enclosures: Sequence[Enclosure]) -> bytes:
        """The last parts, and the end."""
        return b"".join(self.next + one.part for one in enclosures) + self.end


class Frame:
    """The static parts of one template's messages: `pictures` stand in the HTML, `files` go with the whole."""

    def __init__(
        self, name: str, *, sender_name: str, sender: str, headers: Sequence[tuple[str, str]] = (),
        pictures: Sequence[Enclosure] = (), files: Sequence[Enclosure] = (),
    ) -> None:  # fmt: skip
        bodies, rich, whole = (_Multipart(kind, name) for kind in ("alternative", "related", "mixed"))
        fixed = [("From", mailbox(sender_name, sender)), *headers, ("MIME-Version", "1.0")]
        outer = whole if files else bodies
        #: No body may hold what all boundaries begin with.
        self.boundary = bodies.boundary[: -len("alternative")]
        #: The headers that all messages share, and the empty line after them.
        self.head = "".join(f"{key}: {value}\r\n" for key, value in fixed).encode() + outer.opening
        if files:
            self.head += whole.next + bodies.opening
        self.end = bodies.end
        if pictures:
            self.end = rich.enclosing(pictures) + self.end
        if files:
            self.end += whole.enclosing(files)
        before = {b"plain": bodies.next, b"html": bodies.next + (rich.opening + rich.next if pictures else b"")}
        self._opened = {
            (kind, encoding): (
                b"%bContent-Type: text/%b; charset=utf-8\r\nContent-Transfer-Encoding: %b\r\n\r\n"
                % (before[kind], kind, encoding)
            )
            for kind in (b"plain", b"html")
            for encoding in (b"8bit", b"base64")
        }

    def fill(
        self, *, to: str, subject: str, message_id: str, date: datetime, text: str, html: str, eight_bit: bool,
        reply_to: str = "",
    ) -> tuple[bytes, bool]:  # fmt: skip
        """The message's bytes, and whether they hold octets over 127. `to` and `reply_to` are values made by `mailbox`.

        Bodies go out as 8bit where `eight_bit` allows it and every line is short enough, else as base64."""
        head = personal_head(to=to, subject=header_words(subject), message_id=message_id, date=date, reply_to=reply_to)
        plain, rich = octets(text), octets(html)
        if eight_bit and fits_8bit(plain, self.boundary) and fits_8bit(rich, self.boundary):
            return b"".join((head, self.head, *self.in_8bit(plain, rich))), True
        return b"".join((head, self.head, *self.in_base64(plain, rich))), False

    def in_8bit(self, plain: bytes, rich: bytes) -> tuple[bytes, ...]:
        """The bodies as they are, between their boundaries."""
        return (self.open(b"plain", b"8bit"), plain, b"\r\n", self.open(b"html", b"8bit"), rich, b"\r\n", self.end)

    def in_base64(self, plain: bytes, rich: bytes) -> tuple[bytes, ...]:
        """The bodies in base64, between their boundaries."""
        parts = (b"plain", base64_lines(plain)), (b"html", base64_lines(rich))
        return (*(octets_ for kind, body in parts for octets_ in (self.open(kind, b"base64"), body)), self.end)

    def open(self, kind: bytes, encoding: bytes) -> bytes:
        """The boundary and headers before a body."""
        return self._opened[kind, encoding]


def personal_head(*, to: str, subject: str, message_id: str, date: datetime, reply_to: str) -> bytes:
    """The headers that differ from one recipient to the next. `subject` is made by `header_words`."""
    answer = f"Reply-To: {reply_to}\r\n" if reply_to else ""
    return (
        f"To: {to}\r\nSubject: {subject}\r\nMessage-ID: {message_id}\r\nDate: {header_date(date)}\r\n{answer}".encode()
    )
