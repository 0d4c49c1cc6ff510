"""Asking the desk for more time, and giving back: the ladder goes on meanwhile, and two desks cannot both decide."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from hoatoc import clock
from hoatoc.errors import ChangedMeanwhile, HoatocError, NotFound, SubmissionRefused
from hoatoc.ledger.schema import Duty, DutyState, ExtensionRequest, ExtensionState
from hoatoc.rollout import relief, requests
from tests.worlds.mailserver import MailServer
from tests.worlds.rollouts import DUE, LOCK, RECEIPT_DUE, SLOT, World

UNIT = "so-0"
LATER = RECEIPT_DUE + timedelta(hours=4)
WHY = "Máy chủ hỏng, đang khắc phục"


def ask(world: World, until: datetime = LATER, why: str = WHY, key: str = UNIT, slot: str = "") -> ExtensionRequest:
    with world.ledger.write() as session:
        return requests.ask(
            session, world.addressee(key), world.duty(UNIT, slot).id, until, reason=why, by_name="Mai",
            now=clock.read(session),
        )  # fmt: skip


def decide(world: World, work: Any, *given: Any, reason: str = "được", **options: Any) -> ExtensionRequest:
    with world.ledger.write() as session:
        said = {"reason": reason, "by": "account:truc", "by_name": "Trực ban", "now": clock.read(session)}
        return work(session, *given, **said, **options)  # type: ignore[no-any-return]  # both give the request


def send_back(world: World, slot: str = "") -> None:
    with world.ledger.write() as session:
        duty = relief.duty_of(session, world.duty(UNIT, slot).id)
        relief.send_back(
            session, world.addressee(UNIT), duty, reason="gửi nhầm", by_name="Mai", channel="portal",
            now=clock.read(session),
        )  # fmt: skip


def waiting(world: World) -> list[int]:
    with world.ledger.read() as session:
        return [item.request.id for item in requests.waiting(session)]


def subjects(mail: MailServer) -> list[str]:
    return [str(kept.message["Subject"]) for kept in mail.kept]


def test_the_ladder_goes_on_while_a_request_waits(world: World) -> None:
    world.run()
    request = ask(world)
    assert waiting(world) == [request.id]
    world.follow(RECEIPT_DUE + timedelta(minutes=1))
    assert [notice for notice in world.notices(template="reminder", step="press") if notice.addressee_id]
    assert world.duty(UNIT).due_at == RECEIPT_DUE


def test_granting_moves_the_due_time_and_tells_the_unit(world: World, mail: MailServer) -> None:
    world.run()
    request = ask(world)
    granted = decide(world, requests.grant, request.id, LATER)
    assert (granted.state, granted.granted_until, granted.decided_by) == (ExtensionState.GRANTED, LATER, "Trực ban")
    assert world.duty(UNIT).due_at == LATER
    assert waiting(world) == []
    world.run()
    assert any("gia hạn" in subject for subject in subjects(mail))
    assert [event.actor for event in world.events("extension_granted")] == ["account:truc"]


def test_a_report_that_is_granted_time_past_the_lock_is_taken_in_until_then(world: World) -> None:
    world.run()
    world.at(DUE - timedelta(hours=1)).run()
    until = LOCK + timedelta(hours=5)
    decide(world, requests.grant, ask(world, until, slot=SLOT).id, until)
    world.follow(until)
    assert world.report(UNIT).on_time


def test_refusing_tells_the_unit_why_and_leaves_the_due_time(world: World, mail: MailServer) -> None:
    world.run()
    request = ask(world)
    with pytest.raises(SubmissionRefused):
        decide(world, requests.refuse, request.id, reason=" ")
    decide(world, requests.refuse, request.id, reason="Việc hỏa tốc")
    assert world.duty(UNIT).due_at == RECEIPT_DUE
    world.run()
    (kept,) = [kept for kept in mail.kept if "không đồng ý gia hạn" in str(kept.message["Subject"])]
    assert "Việc hỏa tốc" in kept.text


def test_two_desks_cannot_both_decide(world: World) -> None:
    world.run()
    request = ask(world)
    decide(world, requests.grant, request.id, LATER)
    with pytest.raises(ChangedMeanwhile):
        decide(world, requests.refuse, request.id)
    with pytest.raises(ChangedMeanwhile):
        decide(world, requests.grant, request.id, LATER)


def test_a_desk_does_not_decide_what_it_has_not_seen(world: World) -> None:
    world.run()
    seen = ask(world)
    world.at(world.now + timedelta(minutes=5))
    changed = ask(world, LATER + timedelta(days=3))
    assert changed.id == seen.id
    with pytest.raises(ChangedMeanwhile):
        decide(world, requests.grant, seen.id, LATER, asked_at=seen.asked_at)
    decide(world, requests.grant, seen.id, LATER, asked_at=changed.asked_at)


def test_asking_twice_is_one_request(world: World) -> None:
    world.run()
    assert ask(world).id == ask(world).id
    assert len(world.all(ExtensionRequest)) == 1
    assert len(world.events("extension_asked")) == 1


@pytest.mark.parametrize(
    ("until", "why", "field"),
    [(RECEIPT_DUE, WHY, "wanted_at"), (LATER, " ", "reason"), (LATER, "x" * 1001, "reason")],
)
def test_a_request_that_does_not_stand_is_refused(world: World, until: datetime, why: str, field: str) -> None:
    world.run()
    with pytest.raises(SubmissionRefused) as refused:
        ask(world, until, why)
    assert list(refused.value.problems) == [field]


def test_nobody_asks_for_another_unit_or_for_what_is_done(world: World) -> None:
    world.run()
    with pytest.raises(NotFound):
        ask(world, key="so-1")
    request = ask(world)
    world.acknowledge(UNIT)
    assert waiting(world) == [], "what was met meanwhile needs no decision"
    with pytest.raises(SubmissionRefused):
        ask(world)
    with pytest.raises(HoatocError):
        decide(world, requests.grant, request.id, LATER)


def test_what_was_given_back_waits_for_the_desk_with_its_reason(world: World) -> None:
    world.run()
    send_back(world)
    with world.ledger.read() as session:
        found = requests.returned(session)
    assert {(item.reason, item.by_name) for item in found} == {("gửi nhầm", "Mai")}
    assert len(found) == len(world.all(Duty, Duty.addressee_id == world.addressee(UNIT).id))


def test_a_unit_that_gave_back_and_then_acknowledges_has_acknowledged(world: World) -> None:
    world.run()
    send_back(world)
    world.acknowledge(UNIT)
    assert world.duty(UNIT).state is DutyState.MET
