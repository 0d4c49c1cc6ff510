"""Reports over their life: two clocks, warnings, the desk's exceptions, and sums that climb the unit tree."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from hoatoc import clock
from hoatoc.errors import HoatocError, InvalidTransition, SubmissionRefused
from hoatoc.ledger.schema import Directive, DutyState, Event, Period, Report, Revision, Rollup, Summary
from hoatoc.rollout import grace, rates, rollups, snapshot, submission
from hoatoc.rollout.books import Books
from hoatoc.templating import changed
from tests.conftest import Issue
from tests.worlds.ledgers import Ledgers
from tests.worlds.offices import Files, small_office
from tests.worlds.rollouts import DUE, FREEZE, LOCK, NEXT_SLOT, SLOT, TICK, World, issued

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def in_ledger(world: World, work: Callable[[Session, datetime], Any]) -> Any:
    with world.ledger.write() as session:
        return work(session, clock.read(session))


def reopen(world: World, key: str, until: datetime, reason: str = "mất điện", slot: str = SLOT) -> None:
    def work(session: Session, now: datetime) -> None:
        duty, period = submission.lock(session, session.merge(world.addressee(key)), slot)
        grace.reopen(session, duty, period, until=until, now=now, by="account:lan", by_name="Lan", reason=reason)

    in_ledger(world, work)


def exempt(world: World, key: str, reason: str = "không có dịch", slot: str = SLOT) -> None:
    def work(session: Session, now: datetime) -> None:
        duty, _ = submission.lock(session, session.merge(world.addressee(key)), slot)
        grace.exempt(session, duty, now=now, by="account:lan", reason=reason)

    in_ledger(world, work)


def explained(world: World, key: str, slot: str, explanation: str, **typed: str) -> None:
    def work(session: Session, now: datetime) -> None:
        addressee = session.merge(world.addressee(key))
        duty, period = submission.lock(session, addressee, slot)
        submission.submit(session, addressee, duty, period, typed, now=now, by_name="An", channel="portal",
                          explanation=explanation)  # fmt: skip

    in_ledger(world, work)


def report_of(world: World, key: str, slot: str = SLOT) -> Report:
    return world.all(Report, Report.duty_id == world.duty(key, slot).id)[0]


def test_a_falling_total_is_taken_in_with_a_word_that_travels_with_it(world: World) -> None:
    world.run()
    world.report("so-0", luy_ke="10")
    world.follow(DUE + DAY)
    with pytest.raises(SubmissionRefused) as caught:
        world.report("so-0", NEXT_SLOT, luy_ke="9")
    assert not caught.value.problems
    assert "10 → 9; lệch 1" in caught.value.warnings["luy_ke"]
    explained(world, "so-0", NEXT_SLOT, " đính chính hôm qua ", moi="2", luy_ke="9")
    kept = report_of(world, "so-0", NEXT_SLOT)
    assert kept.explanation == "đính chính hôm qua"
    assert [warning["fields"] for warning in kept.warnings] == [["luy_ke"]]
    (revision,) = world.all(Revision, Revision.report_id == kept.id)
    assert (revision.explanation, revision.warnings) == (kept.explanation, kept.warnings)


def test_a_new_explanation_of_the_same_figures_is_a_revision(world: World) -> None:
    world.run()
    for word in ("a", "a", "b"):
        explained(world, "so-0", SLOT, word, moi="1", luy_ke="1")
    assert report_of(world, "so-0").revision == 2


def test_a_longer_explanation_than_anyone_reads_is_refused(world: World) -> None:
    world.run()
    with pytest.raises(SubmissionRefused) as caught:
        explained(world, "so-0", SLOT, "x" * 1001, moi="1", luy_ke="1")
    assert set(caught.value.problems) == {submission.EXPLANATION}


@pytest.mark.parametrize(("at", "taken"), [(LOCK, True), (LOCK + TICK, False)])
def test_submission_ends_at_the_lock(world: World, at: datetime, taken: bool) -> None:
    world.run()
    world.at(at)
    if taken:
        assert not world.report("so-0").on_time
    else:
        with pytest.raises(SubmissionRefused, match="đã khóa"):
            world.report("so-0")


@pytest.mark.parametrize("passed", [False, True], ids=["before the pass has locked it", "after"])
@pytest.mark.parametrize(("at", "taken"), [(LOCK + DAY, True), (LOCK + DAY + TICK, False)])
def test_the_desk_reopens_one_unit_until_an_instant(world: World, passed: bool, at: datetime, taken: bool) -> None:
    world.run()
    world.follow(LOCK) if passed else world.at(LOCK)
    reopen(world, "so-0", LOCK + DAY)
    world.at(at)
    with pytest.raises(SubmissionRefused, match="đã khóa"):
        world.report("so-1")
    if not taken:
        with pytest.raises(SubmissionRefused, match=r"đã khóa từ 16 giờ 00, ngày 26/11/2021"):
            world.report("so-0")
        return
    assert not world.report("so-0").on_time, "reopening gives no second due time"
    (event,) = world.events("report_reopened")
    assert (event.actor, event.detail["reason"]) == ("account:lan", "mất điện")
    world.follow(at + DAY)
    if passed:
        told = [item for summary in world.all(Summary) for item in summary.content["errata"]]
        assert [(item["key"], item["kind"]) for item in told] == [("so-0", "late")]


@pytest.mark.parametrize(("until", "reason"), [(LOCK, "x"), (LOCK - DAY, "x"), (LOCK + DAY, "  ")])
def test_reopening_needs_a_reason_and_gives_time(world: World, until: datetime, reason: str) -> None:
    world.run()
    with pytest.raises(HoatocError):
        reopen(world, "so-0", until, reason)
    assert not world.events("report_reopened")


def test_the_desk_exempts_one_unit_from_one_period_with_a_reason(world: World) -> None:
    world.run()
    with pytest.raises(HoatocError, match="lý do"):
        exempt(world, "so-0", " ")
    exempt(world, "so-0")
    (event,) = world.events("duty_waived")
    assert (event.actor, event.detail["reason"]) == ("account:lan", "không có dịch")
    with pytest.raises(SubmissionRefused, match="không phải báo cáo"):
        world.report("so-0")
    with pytest.raises(HoatocError, match="không phải báo cáo"):
        reopen(world, "so-0", LOCK + DAY)
    world.go(FREEZE)
    content = world.summary().content
    assert content["books"]["exempt"] == 1
    assert content["rates"] == {"reporting": "0.0", "timeliness": "0.0"}


def test_who_has_reported_is_not_exempted(world: World) -> None:
    world.run()
    world.report("so-0")
    with pytest.raises(InvalidTransition):
        exempt(world, "so-0")


# Late, revised, frozen, locked, reopened, exempted, in every order.
_ACTIONS = st.sampled_from(["report", "revise", "pass", "reopen", "exempt", "other"])
_STEPS = st.lists(st.tuples(_ACTIONS, st.sampled_from([0, 1, 30, 119, 120, 121, 1440, 1441])), max_size=10)


@given(_STEPS)
@settings(max_examples=40)
def test_in_every_order_the_two_clocks_and_the_books_hold(
    sqlite_ledgers: Ledgers, steps: list[tuple[str, int]]
) -> None:
    from hoatoc.mail.relay import Relay

    world = issued(sqlite_ledgers.open(), Relay("127.0.0.1", 1))
    world.run()
    now, figure, first, granted, frozen = DUE - MINUTE, 0, None, None, None
    kept: dict[str, Any] | None = None
    waived = False
    for action, minutes in steps:
        now += timedelta(minutes=minutes)
        world.at(now)
        if action == "pass":
            world.follow(now)
        elif action == "reopen":
            try:
                reopen(world, "so-0", now + 2 * DAY)
                granted = now + 2 * DAY
            except HoatocError:
                assert waived or now + 2 * DAY <= LOCK
        elif action == "exempt":
            try:
                exempt(world, "so-0")
                waived = True
            except InvalidTransition:
                assert waived or first is not None
        else:
            key = "so-1" if action == "other" else "so-0"
            figure += 1
            try:
                world.report(key, moi=str(figure), luy_ke=str(1000 + figure))
            except SubmissionRefused:
                closed = now > max(LOCK, granted or LOCK) if key == "so-0" else now > LOCK
                assert closed or (waived and key == "so-0")
            else:
                if key == "so-0":
                    first, kept = first or now, {"moi": figure, "luy_ke": 1000 + figure}
        summaries = world.all(Summary, Summary.period_id == world.period().id)
        if summaries:
            frozen = frozen or summaries[0].content
            assert summaries[0].content == frozen, "what is frozen stays frozen"
        duty = world.duty("so-0", SLOT)
        expected = DutyState.OPEN if first is None else DutyState.MET if first <= DUE else DutyState.MET_LATE
        assert duty.state is (DutyState.WAIVED if waived else expected), "the first submission decides"
        if kept is not None:
            report = report_of(world, "so-0")
            assert (report.first_at, report.figures) == (first, kept), "the newest revision has the figures"
        assert world.books().balance()
    world.ledger.close()


def tree_office() -> Files:
    """A province with districts, each with communes; the districts report too."""
    files = small_office(districts=3, departments=1, members=0)
    for number in range(7):
        files.units["units"].append({
            "key": f"xa-{number}", "name": f"Xã {number}", "tree": "party", "kind": "đơn vị",
            "parent": f"huyen-{number % 2}", "groups": ["xa"], "mail": f"xa-{number}@mau.example", "posts": [],
        })  # fmt: skip
    files.units["groups"]["xa"] = "Các xã"
    files.directive["regime"]["addressees"].append({"line": None, "who": {"groups": ["xa"]}})
    files.directive["regime"]["reports"][0]["who"]["groups"].append("xa")
    files.form["fields"].append({
        "key": "ty_le", "label": "Tỷ lệ", "type": "ratio", "part": "moi", "whole": "dang", "required": False,
    })  # fmt: skip
    return files


PARENTS = {
    "tinh-uy": "", "ubnd-tinh": "", "so-0": "ubnd-tinh", **{f"huyen-{n}": "tinh-uy" for n in range(3)},
    **{f"xa-{n}": f"huyen-{n % 2}" for n in range(7)},
}  # fmt: skip
UNITS = ["so-0", *(f"huyen-{n}" for n in range(3)), *(f"xa-{n}" for n in range(7))]


def above(key: str) -> list[str]:
    found = [key]
    while found[-1]:
        found.append(PARENTS[found[-1]])
    return found


def check_sums(world: World, sent: dict[str, dict[str, int]]) -> None:
    """Every node is the sum of the units beneath it, and of its children and itself."""
    nodes = {node.key: node for node in in_ledger(world, lambda s, now: live(world, s, now))}
    assert set(nodes) == {"", "tinh-uy", "ubnd-tinh", "huyen-0", "huyen-1"}
    for key, node in nodes.items():
        beneath = [unit for unit in UNITS if key in above(unit)]
        assert (node.books.expected, node.books.balance()) == (len(beneath), True)
        assert node.books.on_time + node.books.late == len([unit for unit in beneath if unit in sent])
        for figure in ("moi", "luy_ke", "dang"):
            given = [sent[unit][figure] for unit in beneath if unit in sent and figure in sent[unit]]
            assert node.figures[figure] == rollups.Total(sum(given) if given else None, len(given))
        both = [sent[unit] for unit in beneath if unit in sent and "dang" in sent[unit]]
        part, whole = sum(unit["moi"] for unit in both), sum(unit["dang"] for unit in both)
        percent = None if not whole else f"{(20000 * part + whole) // (2 * whole) / 100:.2f}"
        assert node.figures["ty_le"].value == percent
    assert nodes["huyen-0"].level == 2
    assert nodes["huyen-0"].name == "Huyện ủy 0"


def live(world: World, session: Session, now: datetime) -> list[rollups.Node]:
    directive = session.get_one(Directive, world.directive_id)
    period = session.get_one(Period, world.period().id)
    return rollups.compute(session, directive, period, snapshot.of(directive).form_of("1"), now)


def test_sums_at_every_level_are_the_sums_of_the_units(issue_in: Issue) -> None:
    world = issue_in(tree_office().read())
    world.run()
    check_sums(world, {})
    sent: dict[str, dict[str, int]] = {}
    for number, key in enumerate(UNITS[:-2], 1):
        figures = {"moi": number, "luy_ke": 10**11 * number} | ({"dang": 3 * number} if number % 3 else {})
        world.report(key, **{name: str(value) for name, value in figures.items()})
        sent[key] = figures
    check_sums(world, sent)
    exempt(world, UNITS[-1])
    world.go(FREEZE)
    with world.ledger.read() as session:
        assert rollups.frozen(session, world.period().id) == live(world, session, FREEZE)
    world.report("xa-0", moi="500", luy_ke="999999999999")
    sent["xa-0"] = {"moi": 500, "luy_ke": 999999999999}
    check_sums(world, sent)
    with world.ledger.read() as session:
        kept = {node.key: node for node in rollups.frozen(session, world.period().id)}
    assert kept[""].figures["moi"].value == sum(range(1, 10)), "late and corrected figures never touch what is frozen"


@given(st.dictionaries(st.sampled_from(UNITS), st.tuples(*[st.integers(0, 10**9)] * 2)))
@settings(max_examples=15)
def test_sums_hold_for_any_figures(sqlite_ledgers: Ledgers, figures: dict[str, tuple[int, int]]) -> None:
    from hoatoc.mail.relay import Relay

    world = issued(sqlite_ledgers.open(), Relay("127.0.0.1", 1), tree_office().read())
    world.run()
    sent = {key: {"moi": moi, "luy_ke": moi + more} for key, (moi, more) in figures.items()}
    for key, values in sent.items():
        world.report(key, **{name: str(value) for name, value in values.items()})
    check_sums(world, sent)
    world.ledger.close()


def test_the_summary_seals_the_roll_up_and_tells_the_week(world: World) -> None:
    world.run()
    world.report("so-0", moi="4", luy_ke="10")
    world.follow(FREEZE + DAY)
    content = world.summary(NEXT_SLOT).content
    assert [day["date"] for day in content["series"]] == ["2021-11-24", "2021-11-25"]
    assert [day["totals"]["moi"] for day in content["series"]] == [4, None]
    first = world.summary().content
    with world.ledger.read() as session:
        nodes = rollups.frozen(session, world.period().id)
    assert first["rollup_hash"] == snapshot.digest([node.plain() for node in nodes])
    assert first["rates"] == {"reporting": "25.0", "timeliness": "25.0"}
    assert len(world.all(Rollup, Rollup.period_id == world.period().id)) == 3


@pytest.mark.parametrize(
    ("books", "rate", "on_time"),
    [
        (Books(), None, None),
        (Books(expected=2, exempt=2), None, None),
        (Books(expected=42, on_time=38, late=3, missing=1), "97.6", "90.5"),
        (Books(expected=5, on_time=1, late=1, exempt=1, unreachable=1, missing=1), "50.0", "25.0"),
    ],
)
def test_rates_are_of_the_expected_without_the_exempt(books: Books, rate: str | None, on_time: str | None) -> None:
    assert (rates.reporting_rate(books), rates.timeliness(books)) == (rate, on_time)


def test_every_exception_leaves_an_event_of_its_duty(world: World) -> None:
    world.run()
    reopen(world, "so-0", LOCK + DAY)
    exempt(world, "so-1")
    subjects = {event.subject for event in world.all(Event) if event.actor == "account:lan"}
    assert subjects == {f"duty:{world.duty(key, SLOT).id}" for key in ("so-0", "so-1")}


def told_of(world: World, slot: str) -> list[tuple[int, int]]:
    """Figures before and after, of all errata of a summary."""
    return [
        (change["before"], change["after"]) for item in world.summary(slot).content["errata"]
        for change in item["changes"] if change["key"] == "moi"
    ]  # fmt: skip


def test_an_erratum_tells_the_figures_as_they_were_told_last_and_as_they_are(world: World) -> None:
    world.run()
    world.report("so-0", moi="2")
    world.go(FREEZE)
    for moi in ("3", "4"):
        world.at(world.now + timedelta(hours=1)).report("so-0", moi=moi)
    world.follow(FREEZE + DAY)
    reopen(world, "so-0", FREEZE + 2 * DAY)
    world.at(world.now + timedelta(hours=1)).report("so-0", moi="9")
    world.follow(FREEZE + 2 * DAY)

    assert [told_of(world, slot) for slot in (NEXT_SLOT, "2021-11-26/P1D")] == [[(2, 4)], [(4, 9)]]
    [item] = world.summary(NEXT_SLOT).content["errata"]
    assert changed(item["changes"]) == f": {item['changes'][0]['label']} từ 2 thành 4"
