"""What an examination finds."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from hoatoc.errors import HoatocError
from hoatoc.phrase import Phrase
from hoatoc.refusals import of_system


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


def safely(what: str, examination: Callable[[], list[Finding]]) -> list[Finding]:
    """What `examination` finds; one that cannot be made is a finding like any other."""
    try:
        return examination()
    except HoatocError as error:
        return [Finding(what, Health.ILL, str(error), error.hint)]
    except PermissionError as error:
        told = of_system(error)
        return [Finding(what, Health.ILL, str(told), told.hint)]
    except Exception as error:  # noqa: BLE001  # whatever is broken is what the doctor is asked about
        mend = Phrase("xem nhật ký của tiến trình tương ứng")
        return [Finding(what, Health.ILL, f"{type(error).__name__}: {error}", mend)]
