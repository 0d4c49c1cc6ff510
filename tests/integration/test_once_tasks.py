"""Tasks: due at the instant the office reads from the text, met once, told late when late."""

from datetime import UTC, date, datetime, timedelta

import pytest

from hoatoc.errors import NotFound, SubmissionRefused
from hoatoc.format.calendar import Calendar, Closure
from hoatoc.format.folder import read_office
from hoatoc.format.regime import Deadline
from hoatoc.ledger.schema import Addressee, Directive, Duty, DutyKind, DutyState, Fulfilment
from hoatoc.localtime import NEVER
from hoatoc.rollout import books, duties, fulfilment
from hoatoc.rollout.deadlines import due_instant
from hoatoc.rollout.issue import issue
from hoatoc.settings import ROOT
from tests.conftest import Issue
from tests.worlds.duties import (
    ISSUED_360,
    ISSUED_1722,
    POSTS_BY,
    VACCINATED_BY,
    do_task,
    drafted,
    duties_of,
    duty_of,
)
from tests.worlds.rollouts import TICK, World

OFFICE = read_office(ROOT / "directives" / "binh-phuoc").office
EDGES = [(-TICK, DutyState.MET), (timedelta(), DutyState.MET), (TICK, DutyState.MET_LATE)]


@pytest.fixture
def letter(issue_in: Issue) -> World:
    """360-CV/TU on its day."""
    world = issue_in(drafted("binh-phuoc/360-cv-tu"), at=ISSUED_360)
    world.run()
    return world


def due(**said: object) -> datetime:
    return due_instant(Deadline(source="office", **said), issued_at=ISSUED_360, office=OFFICE)  # type: ignore[arg-type]


SATURDAY = date(2021, 5, 15)


@pytest.mark.parametrize(
    ("said", "instant"),
    [
        ({"date": SATURDAY, "reading": "before"}, datetime(2021, 5, 14, 17, tzinfo=UTC)),
        ({"date": SATURDAY, "reading": "through"}, datetime(2021, 5, 15, 17, tzinfo=UTC)),
        ({"date": SATURDAY, "reading": "through", "roll": True}, datetime(2021, 5, 17, 17, tzinfo=UTC)),
        ({"date": SATURDAY, "reading": "before", "roll": True}, datetime(2021, 5, 14, 17, tzinfo=UTC)),
        ({"date": date(2021, 5, 16), "reading": "before", "roll": True}, datetime(2021, 5, 17, 17, tzinfo=UTC)),
        ({"date": date(2021, 5, 17), "reading": "before", "roll": True}, datetime(2021, 5, 17, 17, tzinfo=UTC)),
        # 1 May, a Saturday, was made up for on Monday the 3rd; 31 December 2021 was worked, New Year's Day not.
        ({"date": date(2021, 5, 1), "reading": "through", "roll": True}, datetime(2021, 5, 4, 17, tzinfo=UTC)),
        ({"date": date(2022, 1, 1), "reading": "through", "roll": True}, datetime(2022, 1, 4, 17, tzinfo=UTC)),
        ({"within": timedelta(hours=48)}, ISSUED_360 + timedelta(hours=48)),
        ({"at": datetime.fromisoformat("2021-05-28T08:00:00+07:00")}, POSTS_BY),
    ],
)
def test_a_deadline_is_one_instant(said: dict[str, object], instant: datetime) -> None:
    assert due(**said) == instant
    assert due(**said).tzinfo is UTC


def test_a_day_that_the_office_is_closed_rolls_too() -> None:
    closed = Calendar(closures=(Closure(since=SATURDAY, until=date(2021, 5, 18), why="bão"),))
    office = OFFICE.model_copy(update={"calendar": closed})
    last = Deadline(source="office", date=SATURDAY, reading="through", roll=True)
    assert due_instant(last, issued_at=ISSUED_360, office=office) == datetime(2021, 5, 19, 17, tzinfo=UTC)


def test_an_hour_of_the_last_day_is_that_hour(letter: World) -> None:
    hour = datetime(2021, 1, 1, 16, 30).time()  # noqa: DTZ001  # an hour of any day
    assert due(date=SATURDAY, reading="through", hour=hour) == datetime(2021, 5, 15, 9, 30, tzinfo=UTC)


def test_before_15_may_lasts_until_the_end_of_14_may(letter: World) -> None:
    task = duty_of(letter, "so-y-te", DutyKind.TASK)
    assert (task.subject, task.due_at) == ("4.3", VACCINATED_BY)


@pytest.mark.parametrize(("off", "state"), EDGES)
def test_a_task_is_on_time_up_to_and_at_its_due_time(letter: World, off: timedelta, state: DutyState) -> None:
    letter.at(VACCINATED_BY + off)
    do_task(letter, "so-y-te")
    assert duty_of(letter, "so-y-te", DutyKind.TASK).state is state


@pytest.mark.parametrize(("off", "column"), [(-TICK, "open"), (timedelta(), "open"), (TICK, "missing")])
def test_a_task_is_missing_only_after_its_due_time(letter: World, off: timedelta, column: str) -> None:
    letter.at(VACCINATED_BY + off)
    with letter.ledger.read() as session:
        found = books.by_subject(session, letter.directive_id, letter.now)["task", "4.3", ""]
    assert getattr(found, column) == found.expected == 1


def test_evidence_said_again_changes_the_words_and_never_the_time(letter: World) -> None:
    do_task(letter, "so-y-te", "Báo cáo số 1")
    letter.at(VACCINATED_BY + timedelta(days=1))
    do_task(letter, "so-y-te", "Báo cáo số 2", by="Bình")
    (done,) = letter.all(Fulfilment)
    assert (done.at, done.evidence, done.by_name) == (ISSUED_360, "Báo cáo số 2", "Bình")
    task = duty_of(letter, "so-y-te", DutyKind.TASK)
    assert (task.state, task.met_at, task.next_at) == (DutyState.MET, ISSUED_360, NEVER)
    assert [event.detail["evidence"] for event in letter.events("task_reported")] == ["Báo cáo số 1", "Báo cáo số 2"]


def test_who_has_done_its_task_has_plainly_received(letter: World) -> None:
    do_task(letter, "so-y-te")
    assert duty_of(letter, "so-y-te", DutyKind.RECEIPT).state is DutyState.MET


@pytest.mark.parametrize("evidence", ["", "  \n", "x" * 4001])
def test_a_task_without_usable_evidence_is_refused(letter: World, evidence: str) -> None:
    with pytest.raises(SubmissionRefused) as refused:
        do_task(letter, "so-y-te", evidence)
    assert set(refused.value.problems) == {"evidence"}
    assert duty_of(letter, "so-y-te", DutyKind.TASK).state is DutyState.OPEN


def test_nobody_does_the_task_of_another(letter: World) -> None:
    task = duty_of(letter, "so-y-te", DutyKind.TASK)
    with letter.ledger.write() as session, pytest.raises(NotFound):
        fulfilment.fulfil(
            session, letter.addressee("so-noi-vu"), task.id, "Xong", now=letter.now, by_name="An", channel="portal"
        )


def test_a_waived_task_takes_no_result(letter: World) -> None:
    task = duty_of(letter, "so-y-te", DutyKind.TASK)
    with letter.ledger.write() as session:
        duties.move(
            session, session.get_one(Duty, task.id), DutyState.WAIVED, at=letter.now, actor="desk", reason="đã làm xong"
        )
    with pytest.raises(SubmissionRefused):
        do_task(letter, "so-y-te")


def test_a_task_climbs_its_own_ladder(letter: World) -> None:
    letter.go(VACCINATED_BY - timedelta(hours=4) - TICK)
    told = {"template": "reminder", "to_address": "daumoi.so-y-te@binhphuoc.example"}
    before = len(letter.notices(**told))
    letter.go(VACCINATED_BY - timedelta(hours=4))
    assert len(letter.notices(**told)) == before + 1
    letter.go(VACCINATED_BY)
    pressed = letter.notices(step="press", to_address="giamdoc.so-y-te@binhphuoc.example")
    assert VACCINATED_BY in [notice.due_at for notice in pressed]


def test_support_owes_nothing(issue_in: Issue) -> None:
    world = issue_in(drafted("binh-phuoc/1722-ubnd-kgvx"), at=ISSUED_1722)
    world.run()
    assert duty_of(world, "cong-an-tinh", DutyKind.TASK).due_at == POSTS_BY
    assert duties_of(world, "so-y-te", DutyKind.TASK) == []


@pytest.mark.parametrize("issued", [VACCINATED_BY, VACCINATED_BY + timedelta(days=13)])
def test_a_directive_issued_at_or_after_a_deadline_opens_no_overdue_task(issue_in: Issue, issued: datetime) -> None:
    world = issue_in(drafted("binh-phuoc/360-cv-tu"), at=issued)
    world.run()
    assert duties_of(world, "so-y-te", DutyKind.TASK) == []
    (passed,) = world.events("deadline_passed_before_issue")
    assert passed.detail == {"clause": "4.3", "due_at": VACCINATED_BY.isoformat()}
    world.run()
    assert len(world.events("deadline_passed_before_issue")) == 1


@pytest.mark.parametrize("late", [timedelta(), timedelta(minutes=2), timedelta(days=1)])
def test_a_day_that_passes_before_the_document_is_sent_opens_no_overdue_task(issue_in: Issue, late: timedelta) -> None:
    world = issue_in(drafted("binh-phuoc/360-cv-tu"), at=VACCINATED_BY - timedelta(minutes=1))
    world.go(VACCINATED_BY + late)
    assert duties_of(world, "so-y-te", DutyKind.TASK) == []
    assert [event.detail["clause"] for event in world.events("deadline_passed_before_issue")] == ["4.3"]
    assert duty_of(world, "so-y-te", DutyKind.RECEIPT).due_at > world.now


def test_a_directive_issued_just_before_a_deadline_opens_the_task(issue_in: Issue) -> None:
    world = issue_in(drafted("binh-phuoc/360-cv-tu"), at=VACCINATED_BY - TICK)
    world.run()
    assert duty_of(world, "so-y-te", DutyKind.TASK).due_at == VACCINATED_BY


def test_1722_sent_after_360_has_run_out_doubles_nothing_and_opens_nothing_overdue(letter: World) -> None:
    letter.at(VACCINATED_BY - timedelta(days=1))
    do_task(letter, "so-y-te")
    letter.at(ISSUED_1722)
    folder, draft = drafted("binh-phuoc/1722-ubnd-kgvx")
    with letter.ledger.write() as session:
        later = World(letter.ledger, letter.relay, issue(session, folder, draft, now=ISSUED_1722, by="desk").id)
    later.run()
    owed = later.all(Addressee, Addressee.directive_id == later.directive_id)
    with later.ledger.read() as session:
        found = books.by_subject(session, later.directive_id, ISSUED_1722)
        directives = session.query(Directive).count()
    assert directives == 2
    assert {key: (book.expected, book.missing) for key, book in found.items()} == {
        ("receipt", "receipt", ""): (len(owed), 0), ("task", "3.3", ""): (1, 0), ("roster", "3.1", ""): (1, 0),
    }  # fmt: skip
    assert later.events("deadline_passed_before_issue") == []
