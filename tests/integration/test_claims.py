"""Who has which notices: what is claimed is one sender's, until it is dead or lets its lease end."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from hoatoc import process
from hoatoc.ledger.schema import Directive, Event, Notice, NoticeState
from hoatoc.rollout import answers, claims, life
from hoatoc.rollout.answers import Answer, Outcome, delay
from hoatoc.rollout.claims import Claim
from hoatoc.rollout.dispatch import dispatch
from tests.worlds.ledgers import Ledgers
from tests.worlds.mailserver import MailServer
from tests.worlds.postgresql import Server
from tests.worlds.rollouts import ISSUED, World, issued

ME, ANOTHER = process.holder(), process.holder()
ALL = 5


@pytest.fixture
def waiting(world: World) -> World:
    """The small office's notices are in the outbox."""
    with world.ledger.write() as session:
        dispatch(session, session.get_one(Directive, world.directive_id), ISSUED)
    return world


def claim(session: Session, world: World, owner: str, most: int = 500) -> Claim:
    directive = session.get_one(Directive, world.directive_id)
    return claims.claim(session, directive, now=ISSUED, kid="k1", limit=most, owner=owner)


def claimed(world: World, owner: str) -> Claim:
    with world.ledger.write() as session:
        return claim(session, world, owner)


def let_the_lease_end(world: World) -> None:
    with world.ledger.write() as session:
        session.execute(update(Notice).values(lease_until=ISSUED).where(Notice.state == NoticeState.SENDING))


def accepted(world: World, taken: Claim, owner: str) -> None:
    with world.ledger.write() as session:
        told = [Answer(notice.id, Outcome.ACCEPTED, 250, "ok") for notice in taken.notices]
        answers.record(session, world.directive_id, told, ISSUED, owner=owner)


def test_what_is_claimed_is_nobody_elses(waiting: World) -> None:
    assert len(claimed(waiting, ME).notices) == ALL
    assert claimed(waiting, ANOTHER).notices == claimed(waiting, ME).notices == []


def test_what_a_lease_has_ended_for_is_taken_over_in_doubt_by_another_and_never_by_oneself(waiting: World) -> None:
    claimed(waiting, ME)
    let_the_lease_end(waiting)
    assert claimed(waiting, ME).notices == []
    over = claimed(waiting, ANOTHER)
    assert (len(over.notices), over.in_doubt) == (ALL, ALL)


def test_an_attempt_in_which_the_sender_died_goes_on_with_the_next_and_makes_nobody_wait_longer(waiting: World) -> None:
    claimed(waiting, ME)
    let_the_lease_end(waiting)
    over = claimed(waiting, ANOTHER)
    assert {notice.attempts for notice in over.notices} == {1}
    with waiting.ledger.write() as session:
        told = [Answer(notice.id, Outcome.DEFERRED, 450, "") for notice in over.notices]
        answers.record(session, waiting.directive_id, told, ISSUED, owner=ANOTHER)
    assert {(notice.attempts, notice.next_attempt_at) for notice in waiting.notices()} == {(1, ISSUED + delay(1))}
    with waiting.ledger.write() as session:
        session.execute(update(Notice).values(next_attempt_at=ISSUED))
    assert {notice.attempts for notice in claimed(waiting, ME).notices} == {2}


def test_a_renewed_lease_is_not_taken_over(waiting: World) -> None:
    claimed(waiting, ME)
    let_the_lease_end(waiting)
    with waiting.ledger.write() as session:
        claims.renew(session, waiting.directive_id, ANOTHER)  # it has none
        claims.renew(session, waiting.directive_id, ME)
    assert claimed(waiting, ANOTHER).notices == []


def test_what_is_given_up_is_free_at_once(waiting: World) -> None:
    taken = claimed(waiting, ME)
    with waiting.ledger.write() as session:
        claims.give_up(session, waiting.directive_id, ANOTHER)  # it has none
    assert claimed(waiting, ANOTHER).notices == []
    with waiting.ledger.write() as session:
        claims.give_up(session, waiting.directive_id, ME)
    again = claimed(waiting, ANOTHER)
    assert {notice.message_id for notice in again.notices} == {notice.message_id for notice in taken.notices}


@pytest.mark.parametrize("dies", [False, True])
@pytest.mark.parametrize(("way", "sent"), [(life.recall, 0), (life.end, ALL)])
def test_what_was_being_sent_when_the_directive_was_recalled_is_not_sent_again(
    waiting: World, way: Any, sent: int, dies: bool
) -> None:
    taken = claimed(waiting, ME)
    with waiting.ledger.write() as session:
        directive = session.get_one(Directive, waiting.directive_id)
        way(session, directive, reason="nhầm", by="desk", now=ISSUED)
    if dies:
        let_the_lease_end(waiting)
    else:
        with waiting.ledger.write() as session:
            away = [Answer(notice.id, Outcome.NO_SERVER, 421, "không có máy chủ") for notice in taken.notices]
            answers.record(session, waiting.directive_id, away, ISSUED - timedelta(minutes=1), owner=ME)
    again = claimed(waiting, ANOTHER)
    assert len([notice for notice in again.notices if notice.template == "dispatch"]) == sent
    assert again.skipped == ALL - sent
    gone = waiting.notices(state="skipped")
    assert [notice.reason for notice in gone] == ["văn bản bị thu hồi"] * (ALL - sent)


@pytest.mark.parametrize("outcome", Outcome)
def test_an_answer_to_what_another_has_taken_over_is_left_alone(waiting: World, outcome: Outcome) -> None:
    taken = claimed(waiting, ME)
    let_the_lease_end(waiting)
    over = claimed(waiting, ANOTHER)
    before = waiting.all(Event)
    with waiting.ledger.write() as session:
        late = [Answer(notice.id, outcome, 250, "late") for notice in taken.notices]
        answers.record(session, waiting.directive_id, late, ISSUED + timedelta(minutes=6), owner=ME)
    assert {notice.state for notice in waiting.notices()} == {NoticeState.SENDING}
    assert len(waiting.all(Event)) == len(before)
    accepted(waiting, over, ANOTHER)
    assert {notice.state for notice in waiting.notices()} == {NoticeState.SENT}
    assert len(waiting.events("notice_sent")) == ALL


def test_an_answer_recorded_twice_is_one(waiting: World) -> None:
    taken = claimed(waiting, ME)
    for _ in range(2):  # the first time the ledger took it, and its word of that was lost
        accepted(waiting, taken, ME)
    assert len(waiting.events("notice_sent")) == ALL


@pytest.mark.postgresql
def test_one_claim_does_not_wait_for_another(postgresql: Server, tmp_path: object, mail: MailServer) -> None:
    ledgers = Ledgers("postgresql", tmp_path, postgresql)  # type: ignore[arg-type]  # a Path
    world = issued(ledgers.open(), mail.relay)
    with world.ledger.write() as session:
        dispatch(session, session.get_one(Directive, world.directive_id), ISSUED)
    with world.ledger.write() as first, world.ledger.write() as second:
        mine = claim(first, world, ME, most=2)
        second.execute(text("SET LOCAL lock_timeout = '10s'"))
        others = claim(second, world, ANOTHER)
    assert (len(mine.notices), len(others.notices)) == (2, ALL - 2)
    ledgers.close()
