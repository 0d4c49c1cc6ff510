"""A mould: one letter rendered once, into which each recipient's name and link are cast.

Where a template says a value word for word, all the rest of the letter is the same for everyone. Whether it does is
found out by rendering it with stand-ins that can be printed and nothing else, twice, under different words: what then
differs elsewhere than at the stand-ins cannot be moulded, and is rendered for each recipient."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from markupsafe import escape

from hoatoc.mail.frame import MAX_LINE, Frame, fits_8bit, header_words, octets
from hoatoc.mail.letters import Letter
from hoatoc.mail.splice import Splice

#: The values that may be cast, and the stand-ins of two renderings: one short and plain, one long, with spaces, breaks
#: of words and everything HTML escapes. U+E000 and U+E001 are of the private use area.
_SLOTS = ("name", "link")
_STAND_INS = (
    {"name": "\ue000n\ue001", "link": "\ue000l\ue001"},
    {
        "name": "\ue000" + "ên <b>&'\"%s{{ x }} " * 12 + "\ue001",
        "link": "\ue000" + "h://x/y?a=b&c='<\"> Đ " * 14 + "\ue001",
    },
)

T = TypeVar("T")
Render = Callable[[Mapping[str, Any]], Letter]


class NotMouldable(Exception):
    """The letter does something else with a recipient's value than say it."""


class _StandIn:
    """Stands in for a value: it can be printed, and nothing else may be done with it."""

    def __init__(self, word: str) -> None:
        self._word = word

    def __str__(self) -> str:
        return self._word

    def _refuse(self, *_args: object) -> NoReturn:
        raise NotMouldable

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __hash__ = __bool__ = __len__ = __iter__ = __getitem__ = __contains__ = _refuse
    __add__ = __radd__ = __mul__ = __mod__ = __format__ = _refuse

    def __getattr__(self, name: str) -> NoReturn:
        if name == "__html__":  # asked of everything printed in HTML: it is words, to be escaped
            raise AttributeError(name)
        raise NotMouldable


@dataclass(frozen=True, slots=True)
class _Body:
    """A body cut at its slots: the pieces between them, the slots in order, and how long their lines are."""

    pieces: tuple[bytes, ...]
    slots: tuple[str, ...]
    longest: int  # octets of the longest line that has a slot, without its values
    most: int  # the most values in one line


class Mould:
    """One letter's mould in `frame`. Raises NotMouldable."""

    def __init__(self, frame: Frame, render: Render) -> None:
        letters = [render({slot: _StandIn(word) for slot, word in words.items()}) for words in _STAND_INS]
        self._frame = frame
        #: The subject as it stands in the header.
        self.subject = header_words(_same(letters[0].subject, letters[1].subject))
        self._text = _cut([letter.text for letter in letters], str)
        self._html = _cut([letter.html for letter in letters], lambda word: str(escape(word)))
        self._room = min(MAX_LINE - body.longest for body in (self._text, self._html))
        self._most = max(self._text.most, self._html.most)
        statics = [*self._text.pieces, *self._html.pieces]
        self._in_8bit = all(fits_8bit(piece, frame.boundary) for piece in statics)
        begin = [b"\r\n" + body.pieces[0] for body in (self._text, self._html)]
        self._dotless = not any(b"\r\n." in piece for piece in (*begin, *statics))
        self._pieces, self._order = self._whole()
        self._in_base64 = [
            (frame.open(kind, b"base64"), Splice(body.pieces), [_SLOTS.index(slot) for slot in body.slots])
            for kind, body in ((b"plain", self._text), (b"html", self._html))
        ]

    def cast(self, head: bytes, *, name: str, link: str, eight_bit: bool) -> tuple[bytes, bool]:
        """The message's bytes, and whether they hold octets over 127. `head` is made by `personal_head`; `name` and
        `link` are one line each."""
        plain = (name.encode(errors="replace"), link.encode(errors="replace"))
        rich = (str(escape(name)).encode(errors="replace"), str(escape(link)).encode(errors="replace"))
        if eight_bit and self._in_8bit and self._fits(rich):
            values = (head, *plain, *rich)
            parts = list(self._pieces)
            for at, index in self._order:
                parts[at] = values[index]
            return b"".join(parts), True
        parts = [head, self._frame.head]
        for (opened, splice, slots), said in zip(self._in_base64, (plain, rich), strict=True):
            parts.append(opened)
            parts += splice.cast([said[slot] for slot in slots])
        parts.append(self._frame.end)
        return b"".join(parts), False

    def dotless(self, *, name: str, link: str) -> bool:
        """Whether it is known that no line of the message cast with these values begins with a dot."""
        return self._dotless and all(value and not value.startswith(".") for value in (name, link))

    def _fits(self, values: tuple[bytes, bytes]) -> bool:
        # Escaping only lengthens: what fits in HTML fits in the text. Two dashes begin a boundary.
        longest = max(len(values[0]), len(values[1]))
        return longest * self._most <= self._room and not any(b"--=_" in value or b"\0" in value for value in values)

    def _whole(self) -> tuple[list[bytes], tuple[tuple[int, int], ...]]:
        """The message in 8bit as a list to be joined, and which of (head, name, link, escaped name, escaped link)
        goes where in it."""
        opened = self._frame.open(b"plain", b"8bit"), self._frame.open(b"html", b"8bit")
        parts: list[bytes | int] = [0, self._frame.head + opened[0] + self._text.pieces[0]]
        for slot, piece in zip(self._text.slots, self._text.pieces[1:], strict=True):
            parts += (1 + _SLOTS.index(slot), piece)
        parts.append(b"\r\n" + opened[1] + self._html.pieces[0])
        for slot, piece in zip(self._html.slots, self._html.pieces[1:], strict=True):
            parts += (3 + _SLOTS.index(slot), piece)
        parts += (b"\r\n", self._frame.end)  # not joined: it may hold a large file, and there are many moulds
        order = tuple((at, part) for at, part in enumerate(parts) if isinstance(part, int))
        return [part if isinstance(part, bytes) else b"" for part in parts], order


def _cut(rendered: list[str], shown: Callable[[str], str]) -> _Body:
    cuts = [_split(text, {shown(word): slot for slot, word in words.items()})
            for text, words in zip(rendered, _STAND_INS, strict=True)]  # fmt: skip
    pieces, slots = _same(cuts[0], cuts[1])
    if any("\ue000" in piece or "\ue001" in piece for piece in pieces):
        raise NotMouldable
    return _Body(tuple(octets(piece) for piece in pieces), slots, *_measure(pieces, slots))


def _split(text: str, shown: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    found = re.split("(" + "|".join(re.escape(word) for word in shown) + ")", text)
    return tuple(found[0::2]), tuple(shown[word] for word in found[1::2])


def _measure(pieces: tuple[str, ...], slots: tuple[str, ...]) -> tuple[int, int]:
    """The octets of the longest line that has a slot, and the most slots in one line."""
    marked = "".join(piece + ("\ue000" if at < len(slots) else "") for at, piece in enumerate(pieces))
    lines = [line for line in re.split(r"[\r\n]", marked) if "\ue000" in line]
    longest = max((len(line.replace("\ue000", "").encode()) for line in lines), default=0)
    return longest, max((line.count("\ue000") for line in lines), default=1)


def _same(first: T, second: T) -> T:
    if first != second:
        raise NotMouldable
    return first
