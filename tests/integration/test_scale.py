"""Ten thousand units: the number of statements does not follow the number of units."""

from typing import Any

import pytest
from sqlalchemy import event

from hoatoc import process
from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import Directive, Notice
from hoatoc.rollout.claims import claim
from hoatoc.rollout.dispatch import dispatch
from hoatoc.rollout.escalate import escalate
from tests.worlds.ledgers import Ledgers
from tests.worlds.mailserver import MailServer
from tests.worlds.offices import small_office
from tests.worlds.rollouts import DUE, ISSUED, World, issued


def statements(ledger: Ledger, work: Any) -> int:
    """How many statements `work` takes."""
    seen: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(ledger.engine, "before_cursor_execute", count)
    try:
        with ledger.write() as session:
            work(session, session.get_one(Directive, 1))
    finally:
        event.remove(ledger.engine, "before_cursor_execute", count)
    return len(seen)


def counts(world: World) -> dict[str, int]:
    return {
        "dispatch": statements(world.ledger, lambda s, d: dispatch(s, d, ISSUED)),
        "claim": statements(
            world.ledger, lambda s, d: claim(s, d, now=ISSUED, kid="k1", limit=500, owner=process.holder())
        ),
        "escalate": statements(world.ledger, lambda s, d: escalate(s, d, DUE)),
    }


@pytest.fixture
def ten(sqlite_ledgers: Ledgers, mail: MailServer) -> dict[str, int]:
    return counts(issued(sqlite_ledgers.open(), mail.relay, small_office(departments=8, districts=2).read()))


@pytest.mark.parametrize("step", ["dispatch", "claim", "escalate"])
def test_a_thousand_units_take_hardly_more_statements_than_ten(
    sqlite_ledgers: Ledgers, mail: MailServer, ten: dict[str, int], step: str
) -> None:
    thousand = counts(issued(sqlite_ledgers.open(), mail.relay, small_office(departments=998, districts=2).read()))
    assert thousand[step] <= ten[step] + 12  # inserts that return their ids go in pages of several hundred rows


@pytest.mark.slow
def test_ten_thousand_units_are_dispatched_in_few_statements(sqlite_ledgers: Ledgers, mail: MailServer) -> None:
    world = issued(sqlite_ledgers.open(), mail.relay, small_office(departments=9998, districts=2).read())
    taken = statements(world.ledger, lambda s, d: dispatch(s, d, ISSUED))
    with world.ledger.write() as session:
        claimed = claim(session, session.get_one(Directive, 1), now=ISSUED, kid="k1", limit=500, owner=process.holder())
    assert len(claimed.notices) == 500
    assert len(world.all(Notice)) == 10_001
    assert taken < 150
