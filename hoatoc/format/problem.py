"""A problem found in a file of an office's folder: where it is, what is wrong, and the way out."""

from dataclasses import dataclass
from pathlib import Path

from hoatoc.phrase import Joined


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file. Lines and columns count from 1; `field` is a dotted path such as `text.date`."""

    file: Path
    line: int
    column: int
    field: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        way_out = ("\n    → ", self.hint) if self.hint else ()
        place = f"{self.file}:{self.line}:{self.column}: "
        return Joined((place, self.field, ": ", self.message, *way_out))
