"""What an examination finds."""

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """How something is."""

    WELL = "well"  #: Nothing to do.
    WARNING = "warning"  #: Works, and wants looking at.
    ILL = "ill"  #: Does not work.


@dataclass(frozen=True)
class Finding:
    """One thing examined: how it is, what was seen, and how to mend it ('' while it is well)."""

    what: str
    health: Health
    seen: str
    mend: str = ""
