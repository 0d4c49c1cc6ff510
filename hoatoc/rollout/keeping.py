"""Keeping the directory: units and posts edited on screen or imported, in the file and in the ledger at once.

The file stays the source: it is what drafts are checked against and issued from. A running directive keeps its
addressees until it is amended; the mailboxes behind them are the directory's, and follow at once."""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.errors import FormatError
from hoatoc.format.folder import OfficeFolder, read_office
from hoatoc.format.shelf import fingerprint, put
from hoatoc.format.unitdiff import Change, differences
from hoatoc.format.units import Unit, Units
from hoatoc.format.unitsfile import with_units
from hoatoc.ledger.schema import Office
from hoatoc.phrase import Joined
from hoatoc.rollout import history, readdress
from hoatoc.rollout.issue import one_at_a_time

UNITS = "units.yaml"


@dataclass(frozen=True)
class Edition:
    """A directory as it would be: the `source` of its file, what `changes`, and the drafts that would `break`."""

    source: str
    units: Units
    changes: list[Change]
    breaks: list[str]


def edition(folder: OfficeFolder, units: Sequence[Unit]) -> Edition:
    """The directory of `folder` with `units` put in; the file itself is not touched. Raises FormatError when it would
    not hold together."""
    before = (folder.path / UNITS).read_text(encoding="utf-8")
    known = {unit.key: unit for unit in folder.units.units}
    return judge(folder, with_units(before, [unit for unit in units if known.get(unit.key) != unit]))


def judge(folder: OfficeFolder, source: str) -> Edition:
    """`source` as the office's units.yaml, read beside all its other files. Raises FormatError."""
    with tempfile.TemporaryDirectory() as root:
        beside = Path(root) / folder.key
        shutil.copytree(folder.path, beside)
        (beside / UNITS).write_text(source, encoding="utf-8")
        read = read_office(beside)
    breaks = sorted(key for key in read.broken if key in folder.drafts)
    return Edition(source, read.units, differences(folder.units, read.units), breaks)


def save(session: Session, folder: OfficeFolder, made: Edition, *, seen: str, now: datetime, by: str) -> OfficeFolder:
    """Put `made` in the place of the file that was `seen` (its fingerprint), and bring it into the ledger, where the
    office has issued something. Mail that waits or was refused goes to the new mailboxes. Raises ChangedMeanwhile when
    somebody else was faster, NotWritable."""
    one_at_a_time(session)
    put(folder.path / UNITS, made.source, seen=seen)
    read = read_office(folder.path)
    office = session.scalar(select(Office).where(Office.key == folder.key))
    if office is not None:
        readdress.bring_in(session, read, now=now, by=by)
    history.note(
        session, None, at=now, kind="directory_changed", subject=f"directory:{folder.key}", actor=by, before=seen,
        after=fingerprint(folder.path / UNITS),
        units=[{"key": change.key, "new": change.new, "lines": list(change.lines)} for change in made.changes],
    )  # fmt: skip
    return read


def problems_of(error: FormatError) -> list[str]:
    """What would not hold together, in words without the file's lines: nobody has seen that file."""
    return [Joined((problem.message, problem.hint), ". ") for problem in error.problems]  # type: ignore[attr-defined]  # Problem
