"""Just before, at and just after every instant that matters."""

from datetime import datetime, timedelta

import pytest

from hoatoc.errors import NotFound, SubmissionRefused
from hoatoc.ledger.schema import DutyState, Period, PeriodState
from hoatoc.localtime import NEVER
from tests.worlds.mailserver import MailServer
from tests.worlds.offices import small_office
from tests.worlds.rollouts import DUE, FREEZE, ISSUED, LOCK, NEXT_SLOT, RECEIPT_DUE, SLOT, TICK, World

HOUR, HALF = timedelta(hours=1), timedelta(minutes=30)
RUNGS = [("remind", -HOUR), ("press", timedelta()), ("superior", HALF), ("leadership", HOUR)]


def only_reports(world: World) -> World:
    world.run()
    for key in ("huyen-0", "huyen-1", "so-0", "so-1", "ban-chap-hanh/uv-0"):
        world.acknowledge(key)
    return world


@pytest.mark.parametrize(("step", "after"), RUNGS)
@pytest.mark.parametrize(("off", "written"), [(-TICK, False), (timedelta(), True), (TICK, True)])
def test_a_rung_is_climbed_at_its_instant_and_not_before(
    world: World, step: str, after: timedelta, off: timedelta, written: bool
) -> None:
    only_reports(world).go(DUE + after + off)
    assert bool(world.notices(step=step)) is written


@pytest.mark.parametrize(("off", "state"), [(-TICK, "met"), (timedelta(), "met"), (TICK, "met_late")])
def test_a_report_is_on_time_up_to_and_at_its_due_time(world: World, off: timedelta, state: str) -> None:
    only_reports(world)
    submitted = world.at(DUE + off).report("so-0")
    assert world.duty("so-0", SLOT).state == state
    assert submitted.on_time is (state == "met")
    assert world.duty("so-0", SLOT).next_at == NEVER


@pytest.mark.parametrize(("off", "state"), [(-TICK, "met"), (timedelta(), "met"), (TICK, "met_late")])
def test_a_receipt_is_on_time_up_to_and_at_its_due_time(world: World, off: timedelta, state: str) -> None:
    world.run()
    world.at(RECEIPT_DUE + off).acknowledge("so-0")
    assert world.duty("so-0").state == state


@pytest.mark.parametrize(("off", "column"), [(-TICK, "open"), (timedelta(), "open"), (TICK, "missing")])
def test_what_is_owed_is_missing_only_after_its_due_time(world: World, off: timedelta, column: str) -> None:
    only_reports(world).at(DUE + off)
    books = world.books()
    assert getattr(books, column) == books.expected == 4
    assert books.balance()


@pytest.mark.parametrize(("off", "state"), [(-TICK, "open"), (timedelta(), "frozen"), (TICK, "frozen")])
def test_a_period_freezes_at_its_instant(world: World, off: timedelta, state: str) -> None:
    only_reports(world).go(FREEZE + off)
    assert world.period().state == state
    assert bool(world.notices(template="daily_summary")) is (state == "frozen")


@pytest.mark.parametrize(("off", "state"), [(-TICK, "frozen"), (timedelta(), "locked"), (TICK, "locked")])
def test_a_period_locks_at_its_instant(world: World, off: timedelta, state: str) -> None:
    only_reports(world).go(FREEZE)
    world.go(LOCK + off)
    assert world.period().state == state


@pytest.mark.parametrize("off", [-TICK, timedelta()])
def test_a_report_is_taken_up_to_and_at_the_lock(world: World, off: timedelta) -> None:
    only_reports(world).go(FREEZE)
    world.at(LOCK + off).report("so-0")
    assert world.duty("so-0", SLOT).state is DutyState.MET_LATE


def test_a_report_after_the_lock_is_refused_even_before_a_pass_has_locked_it(world: World) -> None:
    only_reports(world).at(LOCK + TICK)
    with pytest.raises(SubmissionRefused, match="đã khóa"):
        world.report("so-0")
    assert world.duty("so-0", SLOT).state is DutyState.OPEN


@pytest.mark.parametrize(("off", "opened"), [(-TICK, False), (timedelta(), True), (TICK, True)])
def test_the_next_period_opens_at_the_cut_off_of_the_one_before(world: World, off: timedelta, opened: bool) -> None:
    only_reports(world).go(DUE + off)
    assert (world.period(NEXT_SLOT).state is PeriodState.OPEN) is opened


def test_a_report_for_a_period_that_is_not_open_finds_nothing(world: World) -> None:
    only_reports(world)
    with pytest.raises(NotFound):
        world.report("so-0", NEXT_SLOT)


@pytest.mark.parametrize("days", [0, 1, 3])
def test_the_next_period_is_always_a_row(world: World, days: int) -> None:
    world.go(DUE + timedelta(days=days))
    assert [period.state for period in world.all(Period)].count(PeriodState.PLANNED) == 1


def test_after_the_last_day_no_period_follows(sqlite_ledgers: object, mail: MailServer) -> None:
    from tests.worlds.rollouts import issued

    files = small_office()
    files.directive["regime"]["reports"][0]["last"] = "2021-11-25"
    world = issued(sqlite_ledgers.open(), mail.relay, files.read())  # type: ignore[attr-defined]
    world.follow(DUE + timedelta(days=5))
    assert [period.slot for period in world.all(Period)] == [SLOT, NEXT_SLOT]
    assert all(period.state is PeriodState.LOCKED for period in world.all(Period))
    assert world.next_at() == NEVER


def test_a_met_duty_never_reopens(world: World) -> None:
    only_reports(world)
    world.at(DUE).report("so-0")
    world.at(DUE + HOUR).report("so-0", moi="1")
    world.run()
    world.go(LOCK)
    assert world.duty("so-0", SLOT).state is DutyState.MET
    assert world.duty("so-0", SLOT).met_at == DUE


def test_who_reports_first_and_acknowledges_never_has_plainly_received(world: World) -> None:
    world.run()
    world.report("so-0")
    assert world.duty("so-0").state is DutyState.MET
    world.acknowledge("so-0")
    assert len(world.events("receipt_recorded")) == 1


def test_a_receipt_said_again_changes_nothing(world: World) -> None:
    world.run()
    world.at(ISSUED + HOUR).acknowledge("so-0")
    world.at(ISSUED + HOUR * 2).acknowledge("so-0")
    assert world.duty("so-0").met_at == ISSUED + HOUR


def test_a_repeated_report_makes_no_revision_and_a_changed_one_does(world: World) -> None:
    world.run()
    assert (world.report("so-0").revision, world.report("so-0").revision) == (1, 1)
    assert world.report("so-0").repeated
    assert world.report("so-0", moi="3").revision == 2


def test_a_wrong_report_leaves_nothing_behind(world: World) -> None:
    world.run()
    with pytest.raises(SubmissionRefused):
        world.report("so-0", moi="9.999")
    assert world.duty("so-0", SLOT).state is DutyState.OPEN
    assert world.duty("so-0").state is DutyState.OPEN


def test_instants_are_those_of_the_regime(world: World) -> None:
    period = world.period()
    expected: tuple[datetime, ...] = (ISSUED, DUE, FREEZE, LOCK)
    assert (period.opens_at, period.due_at, period.freeze_at, period.lock_at) == expected
