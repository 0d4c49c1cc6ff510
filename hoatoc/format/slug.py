"""Keys out of words: lower-case ASCII letters, digits and hyphens."""

import re
import unicodedata


def slug(words: str, longest: int = 60) -> str:
    """`words` as a key: "13-CV/BCĐ" is "13-cv-bcd"; '' where nothing is left."""
    return "-".join(re.findall(r"[a-z0-9]+", plain(words)))[:longest].strip("-")


def is_key(words: str) -> bool:
    """Whether `words` are a key as they stand."""
    return bool(words) and words == slug(words, longest=80)


def plain(words: str) -> str:
    """`words` in lower case without diacritics: "Đơn vị" is "don vi"."""
    folded = unicodedata.normalize("NFD", words.casefold().replace("đ", "d"))
    return "".join(letter for letter in folded if not unicodedata.combining(letter))
