"""The parts of a mail that anybody may have made: read without trust, and never into a mail that is attached."""

from collections.abc import Iterator
from email.message import EmailMessage

from hoatoc.mail.charset import decoded

_UNKNOWN = "application/octet-stream"
#: Nobody puts more into a mail.
_MOST = 1_000


def leaves(message: EmailMessage) -> Iterator[EmailMessage]:
    """The parts that hold something themselves, as they stand; an attached mail is one of them."""
    left = [message]
    while left:  # a mail may be nested as deep as it likes
        part = left.pop()
        if kind(part).startswith("multipart/") and part.is_multipart():
            left.extend(reversed(children(part)))
        else:
            yield part


def children(part: EmailMessage) -> list[EmailMessage]:
    """What stands directly in a part; nothing in one that is no container."""
    inside = part.get_payload()
    return [child for child in inside[:_MOST] if isinstance(child, EmailMessage)] if isinstance(inside, list) else []


def kind(part: EmailMessage) -> str:
    """The part's media type, in lower case."""
    try:
        return part.get_content_type()
    except Exception:  # noqa: BLE001  # the parser of structured headers stumbles over much of what is sent
        return _UNKNOWN


def header(part: EmailMessage, name: str) -> str:
    """A header as it reads; as it was written where its octets are not encoded or it cannot be read; '' without one."""
    written = next((str(value) for key, value in part.raw_items() if key.lower() == name.lower()), "")
    if not written.isascii():
        return decoded(written.encode("utf-8", "surrogateescape"))
    try:
        return str(part.get(name, ""))
    except Exception:  # noqa: BLE001  # as above
        return written


def octets(part: EmailMessage) -> bytes:
    """What the part holds, decoded; of an attached mail, its source. Raises whatever email raises."""
    if part.is_multipart():
        return b"".join(child.as_bytes() for child in children(part))
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def clean(words: str) -> str:
    """Words as the ledger can keep them: no NUL, nothing that is not Unicode."""
    return words.replace("\0", "").encode("utf-8", "replace").decode()
