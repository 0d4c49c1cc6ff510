"""A problem found in a file of an office's folder: where it is, what is wrong, and the way out."""

from dataclasses import dataclass
from pathlib import Path


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
        way_out = f"\n    → {self.hint}" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column}: {self.field}: {self.message}{way_out}"
