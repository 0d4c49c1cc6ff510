"""Counting in an office's working time: just before, at and after every edge of it."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hoatoc.format.calendar import Calendar, Closure, Hours, Quiet, Swap
from hoatoc.localtime import DEFAULT_ZONE, instant, local
from hoatoc.worktime import CalendarClosed, WorkingTime, after_quiet

ORDINARY = WorkingTime(Calendar(), DEFAULT_ZONE)
HOUR = timedelta(hours=1)


#: Wall-clock times of any day, from before one leap year to after another.
MOMENTS = st.integers(0, 60 * 24 * 365 * 7).map(
    lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def at(text: str) -> datetime:
    day, hour = text.split()
    return instant(date.fromisoformat(day), time.fromisoformat(hour), DEFAULT_ZONE)


def wall(moment: datetime) -> str:
    return local(moment, DEFAULT_ZONE).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("since", "hours", "until"),
    [
        ("2021-11-24 08:00", 1, "2021-11-24 09:00"),
        ("2021-11-24 10:30", 1, "2021-11-24 11:30"),  # to the close of the morning, not into the afternoon
        ("2021-11-24 10:31", 1, "2021-11-24 13:31"),  # over the noon pause
        ("2021-11-24 11:30", 1, "2021-11-24 14:30"),
        ("2021-11-26 16:00", 1, "2021-11-26 17:00"),  # to the close of Friday
        ("2021-11-26 16:30", 1, "2021-11-29 08:00"),  # over a weekend
        ("2021-11-27 10:00", 1, "2021-11-29 08:30"),  # from a Saturday
        ("2021-11-24 00:00", 1, "2021-11-24 08:30"),  # from midnight
        ("2022-01-28 16:30", 1, "2022-02-07 08:00"),  # over Tết Nhâm Dần
        ("2021-02-09 16:30", 1, "2021-02-17 08:00"),  # over Tết Tân Sửu
        ("2020-02-28 16:30", 1, "2020-03-02 08:00"),  # a leap day that is a Saturday
        ("2024-02-28 16:30", 1, "2024-02-29 08:00"),  # a leap day that is worked
        ("2023-02-28 16:30", 1, "2023-03-01 08:00"),  # no leap day
        ("2021-04-30 08:00", 1, "2021-05-04 08:30"),  # 30/4, 1/5 on a Saturday, made up for on Monday
        ("2021-12-31 16:30", 1, "2022-01-04 08:00"),  # New Year's Day on a Saturday
        ("2025-04-25 16:30", 1, "2025-04-26 08:00"),  # the Saturday worked for Friday 2 May
        ("2021-11-29 08:00", -1, "2021-11-26 16:30"),
        ("2021-11-29 08:30", -1, "2021-11-29 07:30"),  # back to the opening, not to Friday
        ("2021-11-29 07:30", -1, "2021-11-26 16:00"),
        ("2022-02-07 07:30", -1, "2022-01-28 16:00"),
        ("2021-11-24 13:00", -1, "2021-11-24 10:30"),
    ],
)
def test_hours_are_counted_over_what_is_not_worked(since: str, hours: int, until: str) -> None:
    assert wall(ORDINARY.add(at(since), hours * HOUR)) == until


def test_nothing_added_moves_nothing_even_at_night() -> None:
    assert ORDINARY.add(at("2021-11-27 03:00"), timedelta()) == at("2021-11-27 03:00")


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [("07:29", False), ("07:30", True), ("11:29", True), ("11:30", False), ("13:30", True), ("17:00", False)],
)
def test_office_hours_begin_at_their_first_minute_and_end_before_their_last(moment: str, is_open: bool) -> None:
    assert ORDINARY.is_open(at(f"2021-11-24 {moment}")) is is_open


def test_what_the_office_says_goes_before_what_the_country_announced() -> None:
    storm = Closure(since=date(2021, 11, 24), until=date(2021, 11, 25), why="bão")
    swap = Swap(off=date(2021, 11, 26), work=date(2021, 11, 27))
    office = WorkingTime(Calendar(closures=(storm,), swaps=(swap,)), DEFAULT_ZONE)
    assert [office.works_on(date(2021, 11, day)) for day in range(23, 29)] == [True, False, False, False, True, False]
    assert wall(office.add(at("2021-11-23 16:30"), HOUR)) == "2021-11-27 08:00"
    assert office.working_day(date(2021, 11, 24)) == date(2021, 11, 27)


def test_holidays_may_be_worked_where_the_office_says_so() -> None:
    assert not ORDINARY.works_on(date(2021, 9, 2))
    assert WorkingTime(Calendar(holidays=False), DEFAULT_ZONE).works_on(date(2021, 9, 2))


def test_an_office_that_never_opens_is_an_error_not_a_loop() -> None:
    forever = Closure(since=date(2000, 1, 1), until=date(2100, 1, 1), why="giải thể")
    closed = WorkingTime(Calendar(closures=(forever,)), DEFAULT_ZONE)
    with pytest.raises(CalendarClosed):
        closed.add(at("2021-11-24 08:00"), HOUR)


def test_hours_that_overlap_or_run_backwards_are_refused() -> None:
    with pytest.raises(ValidationError, match="giờ kết thúc"):
        Hours(since=time(12), until=time(12))
    with pytest.raises(ValidationError, match="chồng nhau"):
        Calendar(hours=(Hours(since=time(7), until=time(12)), Hours(since=time(11), until=time(17))))


@given(MOMENTS, st.integers(1, 60 * 60))
def test_going_there_and_back_ends_where_working_time_began(moment: datetime, minutes: int) -> None:
    span = timedelta(minutes=minutes)
    there = ORDINARY.add(moment, span)
    back = ORDINARY.add(there, -span)
    # The same working instant, or the other edge of a pause in which nobody works.
    assert ORDINARY.add(back, span) == there
    assert there > moment


@given(MOMENTS, st.integers(1, 3000), st.integers(0, 3000))
def test_more_time_is_never_earlier(moment: datetime, minutes: int, more: int) -> None:
    assert ORDINARY.add(moment, timedelta(minutes=minutes)) <= ORDINARY.add(moment, timedelta(minutes=minutes + more))


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        ("2021-11-24 20:59", "2021-11-24 20:59"), ("2021-11-24 21:00", "2021-11-25 06:30"),
        ("2021-11-30 23:59", "2021-12-01 06:30"), ("2021-12-31 23:59", "2022-01-01 06:30"),
        ("2024-02-28 22:00", "2024-02-29 06:30"), ("2021-11-25 00:00", "2021-11-25 06:30"),
        ("2021-11-25 06:29", "2021-11-25 06:30"), ("2021-11-25 06:30", "2021-11-25 06:30"),
    ],
)  # fmt: skip
def test_quiet_hours_end_in_the_morning(moment: str, until: str) -> None:
    assert wall(after_quiet(Quiet(since=time(21), until=time(6, 30)), at(moment), DEFAULT_ZONE)) == until


def test_quiet_hours_within_one_day() -> None:
    noon = Quiet(since=time(11, 30), until=time(13, 30))
    assert wall(after_quiet(noon, at("2021-11-24 12:00"), DEFAULT_ZONE)) == "2021-11-24 13:30"
    assert wall(after_quiet(noon, at("2021-11-24 13:30"), DEFAULT_ZONE)) == "2021-11-24 13:30"
