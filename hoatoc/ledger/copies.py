"""Backs up a ledger on SQLite, and puts a backup in its place. PostgreSQL has pg_dump and pg_restore for it."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from hoatoc.errors import LedgerError
from hoatoc.ledger import ids
from hoatoc.ledger.revision import NEWER, NEWEST
from hoatoc.phrase import Phrase
from hoatoc.unfinished import unfinished

#: What SQLite keeps beside a file: left there, a journal would be played into whatever stands in the file's place.
_BESIDE = ("", "-wal", "-shm", "-journal")


def back_up(file: Path, target: Path) -> None:
    """Copy the ledger in `file`, which may be in use, to `target`, whole or not at all. Raises LedgerError, OSError."""
    if not file.is_file():
        raise LedgerError(Phrase("chưa có %(file)s", file=file), hint="chạy `hoatoc init`")
    if target.exists():
        raise LedgerError(Phrase("%(file)s đã có", file=target), hint="ghi tên khác: bản sao lưu cũ không bị ghi đè")
    with unfinished(target) as half:
        _copy(file, half)
        half.replace(target)


def restore(file: Path, backup: Path, *, aside: str, now: datetime) -> list[Path]:
    """Put `backup` in the place of the ledger in `file` at `now` (aware, machine time); what stood there, its journals
    too, gets `aside` after its name. Returns the new names. No id that was given after the backup is given again.
    Nobody may use the ledger meanwhile. Raises LedgerError and OSError."""
    with backup.open("rb"):  # says what is wrong with the path better than SQLite does
        pass
    file.parent.mkdir(parents=True, exist_ok=True)
    with unfinished(file) as half:
        _copy(backup, half)
        with closing(sqlite3.connect(half)) as copy:
            ids.skip_in_copy(copy, now)
        moved = move_aside(file, aside)
        half.replace(file)
    return moved


def move_aside(file: Path, aside: str) -> list[Path]:
    """Give a database's file and what SQLite keeps beside it new names, with `aside` at their end; those names."""
    there = [path for end in _BESIDE if (path := file.with_name(f"{file.name}{end}")).exists()]
    return [path.rename(path.with_name(f"{path.name}{aside}")) for path in there]


def _copy(source: Path, target: Path) -> None:
    """Copy a ledger into the empty file `target`, what its journal holds too, and look at the copy."""
    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as there,
            closing(sqlite3.connect(target)) as here,
        ):
            there.backup(here)
            here.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
            healthy = here.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
            revision = here.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise LedgerError(Phrase("không chép được %(file)s: %(error)s", file=source, error=error)) from error
        revision, healthy = None, True
    except sqlite3.DatabaseError:
        revision, healthy = None, False
    if not healthy or revision is None:
        raise LedgerError(
            Phrase("%(file)s không phải là sổ cái, hoặc đã hỏng", file=source), hint="dùng bản sao lưu khác"
        )
    if revision[0] > NEWEST:
        raise LedgerError(Phrase("%(file)s là sổ cái của chương trình mới hơn", file=source), hint=NEWER)
