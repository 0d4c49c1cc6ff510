"""Shares on their way to a target: a series of figures, and a duty that is met when the target is reached."""

from datetime import timedelta

import pytest

from hoatoc.errors import NotFound, SubmissionRefused
from hoatoc.format.folder import Draft, OfficeFolder
from hoatoc.ledger.schema import CoverageEntry, Duty, DutyKind, DutyState
from hoatoc.rollout import coverage, duties, relief
from tests.conftest import Issue
from tests.worlds.duties import ISSUED_1722, drafted, duties_of, duty_of, enter
from tests.worlds.offices import small_office
from tests.worlds.rollouts import DUE, ISSUED, TICK, World

DISTRICT = "ubnd-bu-dang"


def with_share(target: int = 100, best: int | None = None, within: str | None = "48h") -> tuple[OfficeFolder, Draft]:
    """A directive that wants a share, within 48 hours."""
    files = small_office()
    files.directive["text"]["obligations"].append({
        "clause": "2", "quote": "khai báo y tế toàn dân", "kind": "coverage_target",
        "bearer": {"kind": "unit", "text": ["các sở"]}, "timing": {"type": "none"},
    })  # fmt: skip
    rule = {"clause": "2", "who": {"groups": ["so"]}, "counted": "Đã khai báo", "of": "Dân số", "target": target}
    rule |= {"best": best} if best else {}
    rule |= {"due": {"within": within, "source": "office"}} if within else {}
    files.directive["regime"]["coverage"] = [rule]
    return files.read()


@pytest.fixture
def everyone(issue_in: Issue) -> World:
    """A target of 100 %."""
    world = issue_in(with_share())
    world.run()
    return world


@pytest.mark.parametrize(("counted", "reached"), [("999", False), ("1.000", True)])
def test_999_of_1000_is_not_100_per_cent(everyone: World, counted: str, reached: bool) -> None:
    enter(everyone, "so-0", "2", counted, "1000")
    assert duty_of(everyone, "so-0", DutyKind.COVERAGE).state is (DutyState.MET if reached else DutyState.OPEN)


@pytest.mark.parametrize(("counted", "reached"), [("699", False), ("700", True), ("800", True)])
def test_a_range_is_reached_at_its_lower_end(issue_in: Issue, counted: str, reached: bool) -> None:
    world = issue_in(with_share(70, 80))
    world.run()
    enter(world, "so-0", "2", counted, "1000")
    assert (duty_of(world, "so-0", DutyKind.COVERAGE).state is DutyState.MET) is reached


@pytest.mark.parametrize(
    ("off", "state"), [(-TICK, DutyState.MET), (timedelta(), DutyState.MET), (TICK, DutyState.MET_LATE)]
)
def test_a_target_is_reached_on_time_up_to_and_at_its_due_time(
    everyone: World, off: timedelta, state: DutyState
) -> None:
    enter(everyone, "so-0", "2", "10", "1000")
    everyone.at(ISSUED + timedelta(hours=48) + off)
    enter(everyone, "so-0", "2", "1000", "1000")
    assert duty_of(everyone, "so-0", DutyKind.COVERAGE).state is state


def test_a_target_once_reached_stays_reached_and_the_series_goes_on(everyone: World) -> None:
    enter(everyone, "so-0", "2", "1000", "1000")
    everyone.at(DUE)
    enter(everyone, "so-0", "2", "990", "1000")
    assert duty_of(everyone, "so-0", DutyKind.COVERAGE).state is DutyState.MET
    with everyone.ledger.read() as session:
        (series,) = coverage.series_of(session, everyone.addressee("so-0"))
    assert [entry.counted for entry in series.entries] == [1000, 990]
    assert not series.reached
    assert [event.detail["counted"] for event in everyone.events("coverage_entered")] == [1000, 990]


def test_a_target_that_was_passed_on_and_came_back_is_met(everyone: World) -> None:
    for holder, to in (("so-0", "ubnd-tinh"), ("ubnd-tinh", "so-0")):
        with everyone.ledger.write() as session:
            duty = relief.duty_of(session, duties_of(everyone, holder, DutyKind.COVERAGE)[-1].id)
            relief.reassign(session, duty, to, reason="có lý do", by="desk", now=everyone.now)
    enter(everyone, "so-0", "2", "1000", "1000")
    assert [duty.state for duty in duties_of(everyone, "so-0", DutyKind.COVERAGE)] == [
        DutyState.WITHDRAWN, DutyState.MET,
    ]  # fmt: skip


def test_the_figures_of_one_unit_are_not_those_of_another(everyone: World) -> None:
    enter(everyone, "so-0", "2", "1000", "1000")
    assert duty_of(everyone, "so-1", DutyKind.COVERAGE).state is DutyState.OPEN
    with everyone.ledger.read() as session:
        (series,) = coverage.series_of(session, everyone.addressee("so-1"))
    assert series.entries == []


@pytest.mark.parametrize(
    ("counted", "of", "wrong"),
    [
        ("11", "10", {"counted"}),
        ("0", "0", {"of"}),
        ("", "10", {"counted"}),
        ("-1", "10", {"counted"}),
        ("9,5", "10", {"counted"}),
        ("một", "hai", {"counted", "of"}),
        ("1", "99.999.999.999", {"of"}),
    ],
)
def test_figures_that_do_not_stand_are_refused_and_nothing_is_kept(
    everyone: World, counted: str, of: str, wrong: set[str]
) -> None:
    with pytest.raises(SubmissionRefused) as refused:
        enter(everyone, "so-0", "2", counted, of)
    assert set(refused.value.problems) == wrong
    assert everyone.all(CoverageEntry) == []


def test_who_does_not_bear_the_share_cannot_enter_one(everyone: World) -> None:
    with pytest.raises(NotFound):
        enter(everyone, "huyen-0", "2", "1", "10")


def test_a_waived_target_takes_figures_and_stays_waived(everyone: World) -> None:
    duty = duty_of(everyone, "so-0", DutyKind.COVERAGE)
    with everyone.ledger.write() as session:
        duties.move(session, session.get_one(Duty, duty.id), DutyState.WAIVED, at=everyone.now, actor="desk")
    enter(everyone, "so-0", "2", "1000", "1000")
    assert duty_of(everyone, "so-0", DutyKind.COVERAGE).state is DutyState.WAIVED


def test_a_share_without_a_deadline_is_followed_and_owes_nothing(issue_in: Issue) -> None:
    world = issue_in(drafted("binh-phuoc/1722-ubnd-kgvx"), at=ISSUED_1722)
    world.run()
    enter(world, DISTRICT, "6.2", "120.000", "134.000")
    assert duties_of(world, DISTRICT, DutyKind.COVERAGE) == []
    assert duty_of(world, DISTRICT, DutyKind.RECEIPT).state is DutyState.MET
