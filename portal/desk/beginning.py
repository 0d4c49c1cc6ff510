"""What each office does next while nothing has been issued: its directory, its first directive, the issue."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from hoatoc.errors import FormatError
from hoatoc.format.folder import OfficeFolder, office_paths, read_office


class Step(StrEnum):
    """What an office lacks first."""

    MEND = "mend"  #: Its shared files are wrong.
    DIRECTORY = "directory"  #: There is nobody yet to whom a directive could go.
    DRAFT = "draft"  #: There is no directive in its folder.
    ISSUE = "issue"  #: There is one; its plan is looked at, and it is issued.


@dataclass(frozen=True)
class Beginning:
    """An office before its first directive: `units` are in its directory, `drafts` in its folder, broken ones too."""

    key: str
    name: str
    step: Step
    units: int = 0
    drafts: int = 0


def beginnings(directives: Path) -> list[Beginning]:
    """The offices under `directives`, each with what it does next."""
    return [_beginning(path) for path in office_paths(directives)]


def _beginning(path: Path) -> Beginning:
    try:
        folder = read_office(path)
    except FormatError:
        return Beginning(path.name, path.name, Step.MEND)
    drafts = len(folder.drafts) + len(folder.broken)
    step = Step.DIRECTORY if _is_alone(folder) else Step.ISSUE if drafts else Step.DRAFT
    return Beginning(folder.key, folder.office.name, step, len(folder.units.units), drafts)


def _is_alone(folder: OfficeFolder) -> bool:
    """Whether the directory has nobody but those whom office.yaml itself names."""
    own = {folder.office.unit, *(post.unit for post in folder.office.leadership)}
    return own >= {unit.key for unit in folder.units.units}
