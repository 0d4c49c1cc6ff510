"""The schema and its engine, on both databases."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlalchemy.exc import StatementError

from hoatoc import clock, keyring
from hoatoc.errors import LedgerError
from hoatoc.keyring import Keyring
from hoatoc.ledger.engine import Ledger, open_ledger
from hoatoc.ledger.migrate import config, migrate
from hoatoc.ledger.revision import NEWEST, require_current
from hoatoc.ledger.schema import Base, SimulatedClock
from hoatoc.localtime import NEVER
from tests.worlds.ledgers import Ledgers, dump
from tests.worlds.mailserver import MailServer
from tests.worlds.rollouts import World


def test_the_migrations_make_what_the_models_say(ledger: Ledger) -> None:
    with ledger.engine.begin() as connection:
        command.check(config(connection))


def test_the_newest_revision_is_the_one_the_program_knows(ledger: Ledger) -> None:
    assert ScriptDirectory.from_config(config()).get_current_head() == NEWEST
    require_current(ledger)


def test_migrating_again_changes_nothing(world: World) -> None:
    before = dump(world.ledger, frozenset())
    migrate(world.ledger)
    assert dump(world.ledger, frozenset()) == before


def test_a_ledger_that_was_never_made_is_refused_with_the_way_out(tmp_path: object) -> None:
    ledger = open_ledger(f"sqlite:///{tmp_path}/none.db")
    with pytest.raises(LedgerError) as caught:
        require_current(ledger)
    assert "hoatoc init" in caught.value.hint
    ledger.close()


def test_no_key_column_takes_null(ledger: Ledger) -> None:
    for table in Base.metadata.sorted_tables:
        for constraint in inspect(ledger.engine).get_unique_constraints(table.name):
            assert not any(table.c[column].nullable for column in constraint["column_names"])


def test_a_naive_time_is_refused(ledger: Ledger) -> None:
    with pytest.raises(StatementError, match="naive time refused"), ledger.write() as session:
        session.add(SimulatedClock(id=1, now=datetime(2021, 11, 23, 9)))  # noqa: DTZ001  # that is the point


@pytest.mark.parametrize(
    "moment",
    [datetime(2021, 11, 23, 16, 0, 0, 1, tzinfo=timezone(timedelta(hours=7))), NEVER, datetime(1, 1, 2, tzinfo=UTC)],
)
def test_an_instant_comes_back_in_utc_to_the_microsecond(ledger: Ledger, moment: datetime) -> None:
    with ledger.write() as session:
        session.add(SimulatedClock(id=1, now=moment))
    with ledger.read() as session:
        found = clock.read(session)
    assert found == moment
    assert found.tzinfo is UTC


def test_a_block_that_fails_leaves_nothing_behind(ledger: Ledger) -> None:
    with pytest.raises(ZeroDivisionError), ledger.write() as session:  # noqa: PT012  # the block is the test
        clock.simulate(session, datetime(2021, 11, 23, tzinfo=UTC))
        session.flush()
        raise ZeroDivisionError
    with ledger.read() as session:
        assert not clock.is_simulated(session)


def test_the_simulated_clock_never_goes_back(world: World) -> None:
    with pytest.raises(ValueError, match="does not go back"):
        world.at(world.now - timedelta(microseconds=1))


def test_a_ring_that_lacks_the_ledgers_key_is_refused(ledger: Ledger) -> None:
    old, new = Keyring({"old": "a" * 40}), Keyring({"new": "b" * 40})
    with ledger.write() as session:
        keyring.remember(session, old)
        keyring.remember(session, old)
    with ledger.read() as session:
        keyring.require(session, old)
        keyring.require(session, Keyring({**new.keys, **old.keys}))
        with pytest.raises(LedgerError, match="old"):
            keyring.require(session, new)


def test_every_ledger_of_the_tests_starts_empty(ledgers: Ledgers, mail: MailServer) -> None:
    tables = dump(ledgers.open())
    assert not any(tables.values())
