"""A body in base64 with values spliced in: what lies between them is encoded once, however long the values are.

Base64 goes by lines of 57 octets, so all after a value depends on where in its line the value ends: one of 57 ways."""

from collections.abc import Iterable, Sequence

from hoatoc.mail.enclosure import base64_lines

#: Octets that make one line of 76 characters.
_LINE = 57


class _Piece:
    """The octets between two values, by how many of them the line takes that the value before has begun."""

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self._after: list[tuple[bytes, bytes] | None] = [None] * _LINE

    def after(self, taken: int) -> tuple[bytes, bytes]:
        """Without the first `taken` octets: the whole lines in base64, and the octets of the line that is left open."""
        found = self._after[taken]
        if found is None:
            end = len(self.octets) - (len(self.octets) - taken) % _LINE
            found = self._after[taken] = _lines(self.octets[taken:end]), self.octets[end:]
        return found


class Splice:
    """The octets `pieces`, between which the values go: one value less than there are pieces."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._first, *self._others = (_Piece(octets) for octets in pieces)

    def cast(self, values: Sequence[bytes]) -> list[bytes]:
        """In base64, lines as `base64_lines` makes them of it all, to be joined."""
        whole, open_line = self._first.after(0)
        parts = [whole]
        for value, piece in zip(values, self._others, strict=True):
            open_line += value
            taken = -len(open_line) % _LINE
            if taken > len(piece.octets):
                open_line += piece.octets
                continue
            parts.append(_lines(open_line + piece.octets[:taken]))
            whole, open_line = piece.after(taken)
            parts.append(whole)
        if open_line or not any(parts):
            parts.append(base64_lines(open_line))
        return parts


def _lines(octets: bytes) -> bytes:
    return base64_lines(octets) if octets else b""
