"""A ledger on SQLite is copied while it is in use, and put back with nothing of the later one played into it."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from hoatoc.clock import machine_now
from hoatoc.errors import LedgerError
from hoatoc.installation import Installation, initialise, open_installation
from hoatoc.ledger.copies import back_up, restore
from hoatoc.ledger.schema import Meta
from hoatoc.settings import Settings


@pytest.fixture
def here(tmp_path: Path) -> Installation:
    return initialise(Settings(home=tmp_path / "home", database_url="", secret_key=""))


def note(here: Installation, name: str) -> None:
    with here.ledger.write() as session:
        session.add(Meta(name=name, value="x"))


def notes(here: Installation) -> set[str]:
    with here.ledger.read() as session:
        return {row.name for row in session.query(Meta) if row.name in ("before", "after")}


def test_what_came_after_the_backup_is_gone_and_kept_aside_with_its_journal(here: Installation, tmp_path: Path) -> None:
    home = here.settings.home
    file = home / "ledger.db"
    note(here, "before")
    back_up(file, tmp_path / "backup.db")
    note(here, "after")
    # As a process that was killed leaves it: what was written last is in the journal alone.
    (tmp_path / "killed").mkdir()
    for path in home.glob("ledger.db*"):
        shutil.copy(path, tmp_path / "killed")
    here.ledger.close()
    for path in (tmp_path / "killed").iterdir():
        shutil.copy(path, home)
    assert (home / "ledger.db-wal").stat().st_size

    moved = restore(file, tmp_path / "backup.db", aside=".before-x", now=machine_now())

    assert [path.name for path in moved] == [f"ledger.db{end}.before-x" for end in ("", "-wal", "-shm")]
    assert file.stat().st_mode & 0o777 == 0o600
    again = open_installation(here.settings)
    assert notes(again) == {"before"}
    again.ledger.close()
    for path in moved:
        path.rename(path.with_name(path.name.removesuffix(".before-x")))
    again = open_installation(here.settings)
    assert notes(again) == {"before", "after"}
    again.ledger.close()


def test_a_backup_is_one_file_for_its_owner_alone_and_overwrites_none(here: Installation, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    back_up(here.settings.home / "ledger.db", there / "backup.db")
    with pytest.raises(LedgerError, match="đã có"):
        back_up(here.settings.home / "ledger.db", there / "backup.db")
    assert [path.name for path in there.iterdir()] == ["backup.db"]
    assert (there / "backup.db").stat().st_mode & 0o777 == 0o600
    here.ledger.close()


@pytest.mark.parametrize("content", ["words", "empty", "other", "newer", "torn"])
def test_what_is_no_ledger_of_this_program_takes_no_ledgers_place(
    here: Installation, tmp_path: Path, content: str
) -> None:
    here.ledger.close()
    file, bad = here.settings.home / "ledger.db", tmp_path / "bad.db"
    if content == "words":
        bad.write_text("Đây không phải là cơ sở dữ liệu. " * 100)
    elif content == "empty":
        bad.touch()
    elif content == "torn":
        bad.write_bytes(file.read_bytes()[:100_000])
    else:
        if content == "newer":
            back_up(file, bad)
        with closing(sqlite3.connect(bad)) as other:
            newer = "UPDATE alembic_version SET version_num = '9999'"
            other.execute(newer if content == "newer" else "CREATE TABLE a (b)")
            other.commit()
    was = file.read_bytes()
    with pytest.raises(LedgerError, match=r"bad\.db"):
        restore(file, bad, aside=".before-x", now=machine_now())
    assert file.read_bytes() == was
    assert not [path for path in file.parent.iterdir() if "part" in path.name or "before" in path.name]
