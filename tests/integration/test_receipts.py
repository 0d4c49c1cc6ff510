"""Many acknowledgements at once leave the same ledger as one after another, and those that are not plain are left."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from hoatoc import clock
from hoatoc.ledger.schema import Addressee, Directive, Duty, DutyKind, DutyState, Receipt
from hoatoc.rollout import access, life, reach
from hoatoc.rollout.acknowledge import acknowledge
from hoatoc.rollout.receipts import Acknowledgement, acknowledge_all
from tests.worlds.ledgers import Ledgers, dump
from tests.worlds.mailserver import MailServer
from tests.worlds.offices import small_office
from tests.worlds.rollouts import ISSUED, RECEIPT_DUE, TICK, World, issued

LASTS = timedelta(days=90)


def said(world: World, *keys: str, generation: int = 0) -> list[Acknowledgement]:
    ids = {each.key: each.id for each in world.all(Addressee)}
    return [Acknowledgement(ids[key], generation, f"Người {key}", "Văn thư") for key in keys]


def take(world: World, asked: list[Acknowledgement]) -> set[int]:
    with world.ledger.write() as session:
        done = acknowledge_all(session, asked, lasts=LASTS, now=clock.read(session), channel="portal")
    return {each.addressee_id for each in done}


def told(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """Every row but its number, in no order: in one transaction events come kind by kind, not unit by unit."""
    rows = dump(world.ledger)
    return {table: sorted((row[1:] for row in found), key=repr) for table, found in rows.items()}


@pytest.mark.parametrize("at", [RECEIPT_DUE - TICK, RECEIPT_DUE, RECEIPT_DUE + TICK])
@pytest.mark.parametrize("regime", [{}, {"first_action": {"within": "4h"}}], ids=["plain", "first action"])
def test_many_at_once_leave_what_one_after_another_leaves(
    ledgers: Ledgers, mail: MailServer, at: datetime, regime: dict[str, Any]
) -> None:
    ways = []
    for together in (True, False):
        files = small_office()
        files.directive["regime"] |= regime
        world = issued(ledgers.open(), mail.relay, files.read())
        world.run()
        world.at(at)
        asked = said(world, *(each.key for each in world.all(Addressee) if not each.decides))
        if together:
            assert take(world, asked) == {each.addressee_id for each in asked}
        else:
            with world.ledger.write() as session:
                for each in asked:
                    acknowledge(
                        session, session.get_one(Addressee, each.addressee_id), now=at, by_name=each.by_name,
                        by_title=each.by_title, channel="portal",
                    )  # fmt: skip
        ways.append(told(world))
    for table in ("receipt", "event", "duty", "addressee"):
        assert ways[0][table] == ways[1][table], table
    met = [row for row in world.all(Duty) if row.kind is DutyKind.RECEIPT]
    assert {duty.state for duty in met} == {DutyState.MET if at <= RECEIPT_DUE else DutyState.MET_LATE}


def test_those_that_are_not_plain_are_left_and_the_others_go_in(world: World) -> None:
    world.run()
    everyone = [each.key for each in world.all(Addressee)]
    again, dead, revoked, *plain = everyone
    assert take(world, said(world, again)) != set()
    with world.ledger.write() as session:
        rows = {each.key: each for each in session.query(Addressee)}
        reach.lose(session, rows[dead], ISSUED, "550")
        access.revoke(session, rows[revoked], generation=0, reason="mất máy", by="desk", now=ISSUED)
    asked = [*said(world, *everyone), Acknowledgement(9999, 0, "Ai đó", "")]
    ids = {each.key: each.id for each in world.all(Addressee)}
    assert take(world, asked) == {ids[key] for key in (again, *plain)}
    assert {row.addressee_id for row in world.all(Receipt)} == {ids[key] for key in (again, *plain)}


def test_who_presses_twice_is_answered_and_changes_nothing(world: World) -> None:
    world.run()
    asked = said(world, *(each.key for each in world.all(Addressee)))
    first, before = take(world, asked), told(world)
    world.at(RECEIPT_DUE + TICK)
    with world.ledger.write() as session:
        named_again = session.query(Duty).filter_by(kind=DutyKind.RECEIPT).first()
        assert named_again is not None
        named_again.state = DutyState.OPEN  # as of one that is taken off the addressees and named again

    assert take(world, asked) == first - {named_again.addressee_id}

    after = told(world)
    assert (after["receipt"], after["event"]) == (before["receipt"], before["event"])


def test_links_that_have_ended_are_left(world: World) -> None:
    world.run()
    with world.ledger.write() as session:
        life.end(session, session.get_one(Directive, world.directive_id), reason="xong", by="desk", now=ISSUED)
    world.at(ISSUED + LASTS)
    assert take(world, said(world, "so-0")) == set()
    assert world.all(Receipt) == []
