"""What goes with a letter, the same for all its recipients, encoded once: a picture in its HTML, or a file."""

import binascii
from dataclasses import dataclass
from urllib.parse import quote

#: Characters of a file's name; and what it may come to, nine for a Vietnamese letter, in a line of 998 octets.
_LONGEST_NAME, _LONGEST_QUOTED = 120, 960


@dataclass(frozen=True)
class Enclosure:
    """A MIME part, its headers too, ended by CRLF."""

    part: bytes


def picture(content: bytes, *, content_id: str) -> Enclosure:
    """A PNG that HTML shows as "cid:CONTENT_ID" (RFC 2392); an ASCII id with an @ in it."""
    headers = f"Content-ID: <{content_id}>\r\nContent-Disposition: inline\r\n"
    return _enclosure("image/png", headers, content)


def file(content: bytes, *, name: str, kind: str) -> Enclosure:
    """A file of the MIME type `kind`, kept by its recipient as `name`, or as the end of one that is too long."""
    kept = name[-_LONGEST_NAME:]
    while len(quoted := quote(kept, safe="")) > _LONGEST_QUOTED:
        kept = kept[1:]
    # RFC 2231: a name in another alphabet, and the octets of a header stay ASCII.
    headers = f"Content-Disposition: attachment;\r\n filename*=utf-8''{quoted}\r\n"
    return _enclosure(kind, headers, content)


def base64_lines(body: bytes) -> bytes:
    """`body` in base64, in lines of 76 characters (RFC 2045, 6.8)."""
    encoded = binascii.b2a_base64(body, newline=False)
    return b"\r\n".join([encoded[at : at + 76] for at in range(0, len(encoded), 76)]) + b"\r\n"


def _enclosure(kind: str, headers: str, content: bytes) -> Enclosure:
    head = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n{headers}\r\n"
    return Enclosure(head.encode() + base64_lines(content))
