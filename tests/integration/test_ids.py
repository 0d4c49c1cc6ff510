"""No id is given a second time, whatever a restore has lost: on SQLite by our own copies, on PostgreSQL by pg_dump."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url, select
from typer.testing import CliRunner

from hoatoc import clock
from hoatoc.cli import app
from hoatoc.errors import LedgerError, TokenError
from hoatoc.installation import initialise
from hoatoc.ledger import copies, ids
from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import Addressee, Base, Notice, Period
from hoatoc.mail import verp
from hoatoc.rollout.issue import issue
from hoatoc.rollout.views import addressee_of
from hoatoc.settings import read_settings
from tests.worlds.ledgers import Ledgers
from tests.worlds.mailserver import MailServer
from tests.worlds.offices import small_office
from tests.worlds.postgresql import Server, binary
from tests.worlds.rollouts import DUE, ISSUED, LINKS, World, issued

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
NUMBERED = {table for table in Base.metadata.sorted_tables if table.autoincrement_column is not None}
Restore = Callable[[datetime], Ledger]


def back_up(ledgers: Ledgers, ledger: Ledger, folder: Path) -> Restore:
    """Back `ledger` up as is done on its database; what is returned restores that at an instant, to be used anew."""
    if ledgers.server is None:
        backup = folder / "backup.db"
        assert ledger.file
        copies.back_up(Path(ledger.file), backup)
        return lambda now: from_copy(ledgers, backup, now)
    server, dumped = ledgers.server, folder / "backup.dump"
    url = ledger.engine.url.set(drivername="postgresql").render_as_string()
    subprocess.run([binary("pg_dump"), "--format=custom", f"--file={dumped}", url], check=True)
    return lambda now: from_dump(ledgers, server, dumped, now)


def from_copy(ledgers: Ledgers, backup: Path, now: datetime) -> Ledger:
    url = ledgers.url()
    copies.restore(Path(make_url(url).database or ""), backup, aside=".lost", now=now)
    return ledgers.open_at(url)


def from_dump(ledgers: Ledgers, server: Server, dumped: Path, now: datetime) -> Ledger:
    url = pg_restored(server, dumped)
    ledger = ledgers.open_at(url)
    with ledger.engine.begin() as connection:
        ids.skip_in_database(connection, now)
    return ledger


def pg_restored(server: Server, dumped: Path) -> str:
    url = server.url(server.create("template0"))
    subprocess.run([binary("pg_restore"), "--no-owner", f"--dbname={url}", dumped], check=True)
    return url


def goes_on(ledger: Ledger, mail: MailServer, number: int) -> World:
    """One more directive is issued in the ledger, and rolls out until its first reports are late."""
    files = small_office()
    files.directive["text"] |= {"number": number, "code": f"{number}-CV/TU"}
    folder, draft = files.read()
    with ledger.write() as session:
        draft = replace(draft, key=f"tinh-mau/{number}-cv")
        added = issue(session, folder, draft, now=clock.read(session), by="desk").id
    world = World(ledger, mail.relay, added)
    world.follow(DUE + timedelta(minutes=1))
    return world


def given(ledger: Ledger) -> dict[str, set[int]]:
    """The ids of all rows, by table."""
    with ledger.read() as session:
        return {table.name: set(session.scalars(select(table.c.id))) for table in NUMBERED}


def test_no_id_of_the_lost_time_is_given_again_by_whatever_is_restored_after_whatever(
    ledgers: Ledgers, mail: MailServer, tmp_path: Path
) -> None:
    world = issued(ledgers.open(), mail.relay)
    restore = back_up(ledgers, world.ledger, tmp_path)
    before = given(world.ledger)
    goes_on(world.ledger, mail, 2)
    (tmp_path / "later").mkdir()
    restore_later = back_up(ledgers, world.ledger, tmp_path / "later")

    found = [given(world.ledger)]
    second = timedelta(seconds=1)
    for again, number, at in ((restore_later, 3, NOW), (restore, 4, NOW + second), (restore, 5, NOW + 2 * second)):
        ledger = again(at)
        known = given(ledger)
        goes_on(ledger, mail, number)
        found.append({table: all_ - known[table] for table, all_ in given(ledger).items()})
    found[0] = {table: all_ - before[table] for table, all_ in found[0].items()}

    for table in ("addressee", "duty", "notice", "event", "directive", "period"):
        counts = [len(each[table]) for each in found]
        assert min(counts) > 0
        assert len(set.union(*(each[table] for each in found))) == sum(counts), table


def test_a_link_mailed_between_backup_and_restore_opens_nothing_afterwards(
    ledgers: Ledgers, mail: MailServer, tmp_path: Path
) -> None:
    world = issued(ledgers.open(), mail.relay)
    restore = back_up(ledgers, world.ledger, tmp_path)
    kept = {row.id: LINKS.unit(row.id, row.link_generation) for row in world.all(Addressee)}
    lost = {
        LINKS.unit(row.id, row.link_generation)
        for row in goes_on(world.ledger, mail, 2).all(Addressee)
        if row.id not in kept
    }
    ring = LINKS.ring
    came_back = verp.ReturnAddresses(ring, "vptu@mau.example").address(world.all(Notice)[-1].id)

    restored = restore(NOW)
    later = goes_on(restored, mail, 3)

    assert len(later.all(Addressee)) - len(kept) == len(lost) > 0  # without a jump the lost links would fit them
    with restored.read() as session:
        for addressee_id, link in kept.items():
            assert addressee_of(session, *LINKS.read_unit(link.rpartition("/")[2])).id == addressee_id
        for link in lost:
            with pytest.raises(TokenError):
                addressee_of(session, *LINKS.read_unit(link.rpartition("/")[2]))
        assert session.get(Notice, verp.read(ring, came_back)) is None
        newest = later.all(Notice)[-1].id
    assert verp.read(ring, verp.ReturnAddresses(ring, "vptu@mau.example").address(newest)) == newest
    slip = LINKS.slip(later.all(Addressee)[-1].id, ISSUED)
    assert LINKS.read_slip(slip) == (later.all(Addressee)[-1].id, ISSUED)


def test_every_table_that_numbers_its_rows_goes_on_above(ledgers: Ledgers, tmp_path: Path) -> None:
    restored = back_up(ledgers, ledgers.open(), tmp_path)(NOW)
    above = ids.beyond(0, NOW)
    on_sqlite = "SELECT name, seq FROM sqlite_sequence"
    asked = on_sqlite if restored.one_writer else "SELECT sequencename, last_value FROM pg_sequences"
    with restored.engine.begin() as connection:
        rows = connection.exec_driver_sql(asked).all()
    assert {(name.removesuffix("_id_seq"), last) for name, last in rows} == {(table.name, above) for table in NUMBERED}


def test_a_deleted_row_leaves_its_id_to_nobody(world: World) -> None:
    [period] = world.all(Period)
    with world.ledger.write() as session:
        session.delete(session.get_one(Period, period.id))
        session.flush()
        columns = set(Period.__table__.columns.keys()) - {"id"}
        anew = Period(**{column: getattr(period, column) for column in columns})
        session.add(anew)
        session.flush()
        assert anew.id > period.id


def test_a_clock_that_stood_wrong_at_a_restore_costs_ids_and_gives_none_again() -> None:
    ahead = ids.beyond(20_000, NOW.replace(year=2096)) + 500
    assert ids.beyond(ahead, NOW) > ahead
    assert ids.beyond(ahead, NOW) < 2**48  # what a return address carries
    assert ids.beyond(20_000, datetime(1970, 1, 1, 0, 0, 10, tzinfo=UTC)) == 30_000


@pytest.mark.postgresql
def test_one_command_finishes_what_pg_restore_has_begun(
    postgresql: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOATOC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOATOC_DATABASE_URL", postgresql.url(postgresql.create(postgresql.template)))
    initialise(read_settings()).ledger.close()
    dumped = tmp_path / "dump"
    settings = read_settings()
    subprocess.run([binary("pg_dump"), "--format=custom", f"--file={dumped}", settings.ledger_url], check=True)
    monkeypatch.setenv("HOATOC_DATABASE_URL", pg_restored(postgresql, dumped))
    before = clock.machine_now()

    done = CliRunner().invoke(app, ["restore"], catch_exceptions=False)

    assert done.exit_code == 0
    assert "cao hơn mọi số đã cấp" in done.output
    here = initialise(read_settings())
    with here.ledger.engine.begin() as connection:
        lowest = connection.exec_driver_sql("SELECT min(last_value) FROM pg_sequences").scalar()
    here.ledger.close()
    assert lowest >= ids.beyond(0, before)


def test_a_ledger_in_a_file_is_restored_from_a_named_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOATOC_HOME", str(tmp_path / "home"))
    initialise(read_settings()).ledger.close()
    with pytest.raises(LedgerError, match="chưa ghi bản sao lưu"):
        CliRunner().invoke(app, ["restore"], catch_exceptions=False)
