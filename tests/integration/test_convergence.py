"""A pass converges: a second one at the same instant writes nothing and sends nothing, whatever came before."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoatoc.ledger.schema import Addressee, Directive, Duty, DutyState, Notice, NoticeDuty, NoticeState, Period
from hoatoc.localtime import NEVER
from hoatoc.rollout import books
from hoatoc.rollout.aggregate import aggregate
from hoatoc.rollout.collect import collect
from hoatoc.rollout.dispatch import dispatch
from hoatoc.rollout.escalate import escalate
from tests.worlds.ledgers import Ledgers, dump
from tests.worlds.mailserver import MailServer, Manner, mail_server
from tests.worlds.rollouts import DUE, FREEZE, ISSUED, SLOT, World, issued

UNITS = ("huyen-0", "huyen-1", "so-0", "so-1")
STEPS = {"dispatch": dispatch, "collect": collect, "escalate": escalate, "aggregate": aggregate}
waits = st.sampled_from([1, 29, 30, 60, 61, 119, 240, 1140, 1200, 1440, 2880]).map(lambda m: timedelta(minutes=m))
acts = st.one_of(
    st.tuples(st.just("wait"), waits),
    st.tuples(st.just("pass"), st.none()),
    st.tuples(st.just("acknowledge"), st.sampled_from(UNITS)),
    st.tuples(st.just("report"), st.sampled_from(UNITS)),
    st.tuples(st.just("refuse"), st.sampled_from([f"{unit}@mau.example" for unit in UNITS])),
    st.tuples(st.just("defer"), st.sampled_from([f"head.{unit}@mau.example" for unit in UNITS])),
    st.tuples(st.just("step"), st.sampled_from(sorted(STEPS))),
)  # fmt: skip


def perform(world: World, mail: MailServer, act: str, what: Any) -> None:
    if act == "wait":
        world.at(world.now + what)
    elif act == "pass":
        world.run()
    elif act == "acknowledge":
        world.acknowledge(what)
    elif act == "report":
        open_now = [
            period.slot for period in world.all(Period) if period.state == "open" and world.now <= period.lock_at
        ]
        if open_now and world.all(Duty, Duty.slot == open_now[0]):
            world.report(what, open_now[0])
    elif act == "refuse":
        mail.treat(what, Manner.UNKNOWN)
    elif act == "defer":
        mail.treat(what, Manner.GREYLIST, times=2)
    else:
        with world.ledger.write() as session:
            STEPS[what](session, session.get_one(Directive, world.directive_id), world.now)


def check(world: World, mail: MailServer) -> None:
    """What must hold after any pass."""
    with world.ledger.read() as session:
        for book in books.by_subject(session, world.directive_id, world.now).values():
            assert book.balance()
    notices = world.all(Notice)
    keys = [(n.template, n.step, n.recipient, n.occurrence) for n in notices]
    assert len(keys) == len(set(keys))
    assert all(notice.state is not NoticeState.SENDING for notice in notices)
    duties = {duty.id: duty for duty in world.all(Duty)}
    assert all(duty.next_at == NEVER for duty in duties.values() if duty.state is not DutyState.OPEN)
    assert [period.state for period in world.all(Period)].count("planned") == 1
    pressed = {link.notice_id: [] for link in world.all(NoticeDuty)}
    for link in world.all(NoticeDuty):
        pressed[link.notice_id].append(duties[link.duty_id])
    for notice in notices:
        if notice.template in ("reminder", "escalation_digest") and notice.attempts == 1 and notice.state == "sent":
            # Somebody it speaks of still owed when it was claimed, which was at this one attempt.
            assert any(duty.met_at >= notice.settled_at for duty in pressed[notice.id])
    sent = [kept.message_id for kept in mail.kept]
    assert len(sent) == len(set(sent))
    assert set(sent) == {notice.message_id for notice in notices if notice.state is NoticeState.SENT}


@pytest.fixture
def quick_mail() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@settings(max_examples=8)
@given(st.lists(acts, max_size=10))
def test_a_second_pass_at_the_same_instant_writes_nothing_and_sends_nothing(
    ledgers: Ledgers, quick_mail: MailServer, story: list[tuple[str, Any]]
) -> None:
    quick_mail.forget()
    world = issued(ledgers.open(), quick_mail.relay)
    met: dict[int, DutyState] = {}
    for act, what in [*story, ("pass", None)]:
        perform(world, quick_mail, act, what)
        if act != "pass":
            continue
        check(world, quick_mail)
        before, kept = dump(world.ledger), len(quick_mail.kept)
        world.run()
        assert dump(world.ledger) == before
        assert len(quick_mail.kept) == kept
        now_met = {duty.id: duty.state for duty in world.all(Duty) if duty.state in (DutyState.MET, DutyState.MET_LATE)}
        assert met.items() <= now_met.items()  # a met duty never reopens
        met = now_met
    world.ledger.close()


@settings(max_examples=4)
@given(st.lists(st.sampled_from(sorted(STEPS)), min_size=1, max_size=8))
def test_steps_in_any_order_and_number_end_where_one_pass_ends(
    sqlite_ledgers: Ledgers, quick_mail: MailServer, order: list[str]
) -> None:
    """At each instant at which something is due, steps are repeated and shuffled, and then a pass is made."""

    def story(shuffled: bool) -> tuple[list[Any], list[Any], list[Any]]:
        quick_mail.forget()
        world = issued(sqlite_ledgers.open(), quick_mail.relay)
        while world.now < FREEZE:
            if shuffled:
                for step in order:
                    perform(world, quick_mail, "step", step)
            world.run()
            world.at(max(world.now, world.next_at()))
        duties = [(d.subject, d.slot, d.addressee_id, d.state, d.step, d.next_at) for d in world.all(Duty)]
        notices = [(n.template, n.step, n.recipient, n.occurrence, n.state) for n in world.all(Notice)]
        periods = [(p.slot, p.state, p.next_at) for p in world.all(Period)]
        return sorted(duties), sorted(notices), periods

    assert story(shuffled=True) == story(shuffled=False)


def test_a_pass_after_every_rung_at_once_ends_like_one_after_each(ledgers: Ledgers, mail: MailServer) -> None:
    """After an outage the duties stand where they would have stood."""
    one, other = issued(ledgers.open(), mail.relay), issued(ledgers.open(), mail.relay)
    one.run()
    one.follow(FREEZE)
    other.run()
    other.go(FREEZE)
    for key in UNITS:
        mine, theirs = one.duty(key, SLOT), other.duty(key, SLOT)
        assert (mine.step, mine.next_at, mine.state) == (theirs.step, theirs.next_at, theirs.state)


def test_every_change_of_state_leaves_an_event(world: World, mail: MailServer) -> None:
    mail.treat("so-1@mau.example", Manner.UNKNOWN)
    world.run()
    world.report("so-0")
    world.follow(DUE + timedelta(days=2))
    settled = [duty for duty in world.all(Duty) if duty.state is not DutyState.OPEN]
    assert len(world.events("duty_met")) + len(world.events("duty_met_late")) == len(settled) == 2
    assert len(world.events("duty_opened")) == len(world.all(Duty))
    assert len(world.events("notice_written")) == len(world.all(Notice))
    for state, kind in (("sent", "notice_sent"), ("undeliverable", "notice_refused"), ("skipped", "notice_skipped")):
        assert len(world.events(kind)) == len(world.notices(state=state))
    lost = [addressee for addressee in world.all(Addressee) if addressee.unreachable_at < NEVER]
    assert len(world.events("addressee_unreachable")) == len(lost) == 1
    frozen = [period for period in world.all(Period) if period.state in ("frozen", "locked")]
    assert len(world.events("summary_frozen")) == len(frozen)
    assert all(event.at >= ISSUED for event in world.events("duty_opened"))
