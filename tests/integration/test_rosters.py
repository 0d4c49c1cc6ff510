"""Lists of persons: checked cell by cell, opened only by named readers, deleted when their time is over."""

import unicodedata
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import update

from hoatoc.errors import NotFound, SubmissionRefused
from hoatoc.ledger.schema import Addressee, DutyKind, DutyState, Event, Roster
from hoatoc.localtime import NEVER
from hoatoc.rollout import rosters
from hoatoc.rollout.rosters import read_rows
from tests.conftest import Issue
from tests.worlds.duties import ISSUED_360, LISTED_BY, PERSON, drafted, duty_of, hand_in
from tests.worlds.rollouts import TICK, World

DISTRICT = "huyen-uy-bu-dang"
KEEP = timedelta(days=30)
READER = "so-y-te/head"


@pytest.fixture
def letter(issue_in: Issue) -> World:
    """360-CV/TU on its day: district committees owe a list within 48 hours."""
    world = issue_in(drafted("binh-phuoc/360-cv-tu"), at=ISSUED_360)
    world.run()
    return world


def problems(*table: dict[str, object]) -> dict[str, str]:
    """What the form of clause 1.5 finds wrong with a list."""
    folder, draft = drafted("binh-phuoc/360-cv-tu")
    timing = next(item.timing for item in draft.content.text.obligations if item.clause == "1.5")
    try:
        read_rows(folder.rosters["nguoi-di-ve-ngoai-tinh"], table, timing)
    except SubmissionRefused as refused:
        return refused.problems
    return {}


def other(**cells: object) -> dict[str, object]:
    return {**PERSON, "Số giấy tờ": "", **{key.replace("_", " "): value for key, value in cells.items()}}


def opened(world: World, reader: str) -> Roster | None:
    duty = duty_of(world, DISTRICT, DutyKind.ROSTER)
    with world.ledger.write() as session:
        return rosters.open_for(session, duty.id, reader, now=world.now)


def told(world: World, kind: str) -> list[tuple[str, datetime]]:
    return [(event.actor, event.at) for event in world.all(Event, Event.kind == kind)]


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("21/04/2021", False),
        ("22/04/2021", True),
        ("06/05/2021", True),
        ("07/05/2021", False),
        (date(2021, 4, 21), False),
        (datetime(2021, 4, 22, 0, 0), True),  # noqa: DTZ001  # a date cell of a workbook has no zone
        (date(2021, 5, 7), False),
        ("2021-05-06", True),
        ("06-05-2021", True),
        ("05/13/2021", False),
        ("hôm qua", False),
        ("", False),
    ],
)
def test_a_day_of_return_lies_in_the_window_of_the_clause(typed: object, right: bool) -> None:
    assert (problems(other(Ngày_về=typed)) == {}) is right


def test_every_wrong_cell_is_named_by_its_line_in_the_file_and_its_column() -> None:
    table = [other(), other(Diện="F9"), {}, other(Họ_và_tên=" ", Ngày_về="07/05/2021")]
    assert problems(*table) == {
        "dòng 3, Diện": "“F9” không có trong: F1, F2, đi về",
        "dòng 5, Họ và tên": "chưa điền",
        "dòng 5, Ngày về": "07/05/2021 ngoài khoảng 22/04/2021 – 06/05/2021",
    }


def test_a_choice_is_read_however_its_letters_are_typed() -> None:
    pieces = unicodedata.normalize("NFD", "Cách ly tại nhà")
    assert problems(other(Diện="f1", Hình_thức_theo_dõi=pieces)) == {}


def test_the_same_paper_twice_is_named_at_the_second_line() -> None:
    assert problems({**PERSON}, other(), {**PERSON, "Họ và tên": "Khác"}) == {
        "dòng 4, Số giấy tờ": "trùng với dòng 2"
    }  # fmt: skip
    assert problems(other(), other()) == {}, "blanks are not the same paper"


def test_a_long_cell_is_refused() -> None:
    assert list(problems(other(Nơi_đã_đến="x" * 501))) == ["dòng 2, Nơi đã đến"]


def test_a_list_is_kept_by_key_with_days_in_iso(letter: World) -> None:
    roster = hand_in(letter, DISTRICT, [PERSON, {}])
    assert (roster.count, roster.revision, roster.delete_at) == (1, 1, ISSUED_360 + KEEP)
    assert roster.rows == [{
        "ho_ten": "Nguyễn Văn An", "nam_sinh": "1985", "dia_chi": "Đồng Xoài", "noi_den": "Bắc Ninh",
        "ngay_ve": "2021-04-30", "dien": "F2", "theo_doi": "cách ly tại nhà", "so_giay_to": "285111222",
    }]  # fmt: skip
    assert duty_of(letter, DISTRICT, DutyKind.RECEIPT).state is DutyState.MET


@pytest.mark.parametrize(
    ("off", "state"), [(-TICK, DutyState.MET), (timedelta(), DutyState.MET), (TICK, DutyState.MET_LATE)]
)
def test_a_list_is_on_time_up_to_and_at_its_due_time(letter: World, off: timedelta, state: DutyState) -> None:
    letter.at(LISTED_BY + off)
    hand_in(letter, DISTRICT, [PERSON])
    assert duty_of(letter, DISTRICT, DutyKind.ROSTER).state is state


def test_an_empty_list_is_a_list(letter: World) -> None:
    assert hand_in(letter, DISTRICT, []).count == 0
    assert duty_of(letter, DISTRICT, DutyKind.ROSTER).state is DutyState.MET


def test_a_wrong_list_leaves_nothing_behind(letter: World) -> None:
    with pytest.raises(SubmissionRefused):
        hand_in(letter, DISTRICT, [PERSON, other(Diện="F9")])
    assert letter.all(Roster) == []
    assert duty_of(letter, DISTRICT, DutyKind.ROSTER).state is DutyState.OPEN


def test_a_later_list_replaces_the_one_before_and_is_kept_as_long(letter: World) -> None:
    hand_in(letter, DISTRICT, [PERSON])
    letter.at(LISTED_BY + TICK)
    hand_in(letter, DISTRICT, [other(Họ_và_tên="Bình"), other(Họ_và_tên="Chi")])
    (roster,) = letter.all(Roster)
    assert (roster.count, roster.revision, roster.delete_at) == (2, 2, LISTED_BY + TICK + KEEP)
    assert [row["ho_ten"] for row in roster.rows] == ["Bình", "Chi"]
    assert duty_of(letter, DISTRICT, DutyKind.ROSTER).state is DutyState.MET, "the first list decides"


def test_no_event_names_a_person(letter: World) -> None:
    hand_in(letter, DISTRICT, [PERSON])
    opened(letter, READER)
    assert not [event for event in letter.all(Event) if "Nguyễn Văn An" in str(event.detail)]


@pytest.mark.parametrize(("off", "rows"), [(-TICK, 1), (timedelta(), 0), (TICK, 0)])
def test_a_pass_deletes_a_list_when_its_time_is_over(letter: World, off: timedelta, rows: int) -> None:
    hand_in(letter, DISTRICT, [PERSON])
    letter.go(ISSUED_360 + KEEP + off)
    (roster,) = letter.all(Roster)
    assert (len(roster.rows), roster.count) == (rows, 1)
    assert (roster.delete_at == NEVER) is (rows == 0)
    assert len(letter.events("roster_deleted")) == 1 - rows
    assert duty_of(letter, DISTRICT, DutyKind.ROSTER).state is DutyState.MET


def test_the_ledger_asks_for_a_pass_at_the_hour_of_deletion(letter: World) -> None:
    hand_in(letter, DISTRICT, [PERSON])
    letter.follow(ISSUED_360 + KEEP - TICK)
    assert letter.next_at() == ISSUED_360 + KEEP
    letter.follow(ISSUED_360 + KEEP)
    assert letter.next_at() == NEVER


@pytest.mark.parametrize("reader", [READER, "van-phong-tinh-uy/focal"])
def test_a_named_reader_opens_the_list_and_each_opening_is_in_the_history(letter: World, reader: str) -> None:
    hand_in(letter, DISTRICT, [PERSON])
    for _ in range(2):
        roster = opened(letter, reader)
        assert roster is not None
        assert roster.rows[0]["ho_ten"] == "Nguyễn Văn An"
    assert told(letter, "roster_opened") == [(reader, ISSUED_360)] * 2


@pytest.mark.parametrize("reader", ["so-y-te/deputy", "so-y-te", f"{DISTRICT}/head", "tinh-uy/head", ""])
def test_anyone_else_gets_nothing_and_that_is_in_the_history_too(letter: World, reader: str) -> None:
    hand_in(letter, DISTRICT, [PERSON])
    assert opened(letter, reader) is None
    assert told(letter, "roster_opening_refused") == [(reader, ISSUED_360)]
    assert told(letter, "roster_opened") == []


@pytest.mark.parametrize(("off", "rows"), [(-TICK, 1), (timedelta(), 0)])
def test_a_list_whose_time_is_over_opens_empty_even_before_a_pass(letter: World, off: timedelta, rows: int) -> None:
    hand_in(letter, DISTRICT, [PERSON])
    letter.at(ISSUED_360 + KEEP + off)
    roster = opened(letter, READER)
    assert roster is not None
    assert len(roster.rows) == rows


def test_a_list_that_was_not_handed_in_cannot_be_opened(letter: World) -> None:
    with pytest.raises(NotFound):
        opened(letter, READER)


def test_each_list_has_its_readers(letter: World) -> None:
    hand_in(letter, DISTRICT, [PERSON])
    with letter.ledger.write() as session:
        session.execute(update(Addressee).where(Addressee.key == DISTRICT).values(link_generation=1))
    with letter.ledger.read() as session:
        found = rosters.readings(session, letter.directive_id)
    assert {each.reader for each in found} == {READER, "van-phong-tinh-uy/focal"}
    mine = duty_of(letter, DISTRICT, DutyKind.ROSTER).id
    assert {(each.count, each.generation) for each in found if each.duty_id == mine} == {(1, 1)}
    assert {(each.count, each.generation) for each in found if each.duty_id != mine} == {(None, 0)}
