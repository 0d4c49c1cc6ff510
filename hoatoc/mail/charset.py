"""Octets as words, whatever a mail says they are written in."""

import codecs
import unicodedata

#: What many programs declare without looking. UTF-8 is never these by chance.
_SAID_LIGHTLY = frozenset({"", "ascii", "iso8859-1", "cp1252"})
#: Codecs of domain names, not of words: they take minutes over a megabyte.
_NO_CHARSETS = frozenset({"idna", "punycode"})


def decoded(content: bytes, declared: str = "") -> str:
    """The words of `content`, composed (NFC): as declared, else as UTF-8, else as Windows writes Vietnamese (CP1258).
    Never raises."""
    said = _name(declared)
    order = ("utf-8", said) if said in _SAID_LIGHTLY else (said, "utf-8")
    words = next((words for name in order if (words := _strictly(content, name)) is not None), None)
    # CP1258 writes letters and their marks apart.
    return unicodedata.normalize("NFC", content.decode("cp1258", "replace") if words is None else words)


def _name(declared: str) -> str:
    try:
        return codecs.lookup(declared).name
    except (LookupError, ValueError):
        return ""


def _strictly(content: bytes, name: str) -> str | None:
    if not name or name in _NO_CHARSETS:
        return None
    try:
        return content.decode(name)
    except (LookupError, ValueError):  # a codec of something else than words is a LookupError
        return None
