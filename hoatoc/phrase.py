"""Vietnamese words with something filled in, which another language can say too."""

from collections.abc import Callable, Iterable
from typing import Any


class Phrase(str):
    """`pattern` with its %(names)s filled in: the Vietnamese words as they are read, and what they are made of.

    Values that are phrases themselves are said in the other language too; everything else stays as it is written. A
    phrase of words alone says that they are ours and no name: `Phrase(words)`."""

    pattern: str
    values: dict[str, object]

    def __new__(cls, pattern: str, **values: object) -> "Phrase":
        if isinstance(pattern, Phrase) and not values:
            return pattern
        phrase = super().__new__(cls, pattern % values if values else pattern)
        phrase.pattern, phrase.values = pattern, values
        return phrase

    def __str__(self) -> str:
        return self  # str() of it, or of an error that carries it, forgets nothing

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        return (self.pattern,), self.values


class Joined(str):
    """Several pieces with `separator` between them, each said in the other language where that has words for it."""

    pieces: tuple[str, ...]
    separator: str

    def __new__(cls, pieces: Iterable[str], separator: str = "") -> "Joined":
        kept = tuple(pieces)
        joined = super().__new__(cls, separator.join(kept))
        joined.pieces, joined.separator = kept, separator
        return joined

    def __str__(self) -> str:
        return self

    def __getnewargs__(self) -> tuple[Any, ...]:
        return self.pieces, self.separator


def translated(words: str, gettext: Callable[[str], str]) -> str:
    """`words` by a catalogue: words without anything filled in as a whole, those of phrases by their patterns."""
    if isinstance(words, Joined):
        return words.separator.join(translated(piece, gettext) for piece in words.pieces)
    if isinstance(words, Phrase) and words.values:
        return gettext(words.pattern) % {name: _value(value, gettext) for name, value in words.values.items()}
    return gettext(words) if words else ""


def _value(value: Any, gettext: Callable[[str], str]) -> Any:
    return translated(value, gettext) if isinstance(value, Phrase | Joined) else value
