"""Working time and quiet hours hold together for any calendar an office may write: whatever the hour, Tết, month end or
leap day, counted here a second time, hour by hour and day by day."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hoatoc.format.calendar import Calendar, Closure, Hours, Quiet, Swap, Weekday
from hoatoc.format.ladder import Rung, Step
from hoatoc.localtime import DEFAULT_ZONE, local, local_date
from hoatoc.rollout.climb import Climb
from hoatoc.worktime import WorkingTime, after_quiet, next_morning

_DAY = timedelta(days=1)
#: Two years with Tết (11/2/2021, 1/2/2022), a leap day (29/2/2020), month and year ends.
FIRST, LAST = date(2020, 1, 20), date(2022, 2, 20)
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

days = st.dates(FIRST, LAST)
minutes = st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))
moments = st.datetimes(datetime(2020, 1, 20), datetime(2022, 2, 20)).map(  # noqa: DTZ001  # made aware at once
    lambda naive: naive.replace(tzinfo=UTC)
)
spans = st.integers(1, 60 * 60).map(lambda minute: timedelta(minutes=minute))


@st.composite
def stretches(draw: st.DrawFn) -> tuple[Hours, ...]:
    edges = sorted(draw(st.lists(minutes, min_size=2, max_size=6, unique=True)))
    edges = edges[: len(edges) // 2 * 2]
    return tuple(Hours(since=since, until=until) for since, until in zip(edges[::2], edges[1::2], strict=True))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    closures = draw(st.lists(st.tuples(days, st.integers(0, 6)), max_size=3))
    return Calendar(
        weekdays=tuple(draw(st.sets(st.sampled_from(WEEKDAYS), min_size=1))),
        hours=draw(stretches()),
        holidays=draw(st.booleans()),
        swaps=tuple(Swap(off=off, work=work) for off, work in draw(st.lists(st.tuples(days, days), max_size=3))),
        closures=tuple(Closure(since=day, until=day + _DAY * length, why="bão") for day, length in closures),
    )


times = calendars().map(lambda calendar: (calendar, WorkingTime(calendar, DEFAULT_ZONE)))


def worked(calendar: Calendar, working: WorkingTime, since: datetime, until: datetime) -> timedelta:
    """The office hours between two instants, added up day by day."""
    total, day = timedelta(), local_date(since, DEFAULT_ZONE)
    begin, end = (local(moment, DEFAULT_ZONE).replace(tzinfo=None) for moment in (since, until))
    while day <= end.date():
        if working.works_on(day):
            for hours in calendar.hours:
                opens, closes = datetime.combine(day, hours.since), datetime.combine(day, hours.until)
                total += max(timedelta(), min(closes, end) - max(opens, begin))
        day += _DAY
    return total


@given(times, moments, spans)
def test_a_span_of_working_time_is_worked_to_the_minute(
    made: tuple[Calendar, WorkingTime], moment: datetime, span: timedelta
) -> None:
    calendar, working = made
    later, earlier = working.add(moment, span), working.add(moment, -span)
    assert worked(calendar, working, moment, later) == worked(calendar, working, earlier, moment) == span
    assert working.is_open(later - timedelta(microseconds=1))
    assert working.is_open(earlier)


@given(times, moments, spans, spans)
def test_one_span_after_another_is_both_at_once(
    made: tuple[Calendar, WorkingTime], moment: datetime, first: timedelta, second: timedelta
) -> None:
    _, working = made
    assert working.add(working.add(moment, first), second) == working.add(moment, first + second)


@given(times, moments, moments, spans)
def test_what_begins_later_ends_no_earlier(
    made: tuple[Calendar, WorkingTime], one: datetime, other: datetime, span: timedelta
) -> None:
    _, working = made
    assert working.add(min(one, other), span) <= working.add(max(one, other), span)


@given(times, moments, spans)
def test_going_and_coming_back_is_where_one_was(
    made: tuple[Calendar, WorkingTime], moment: datetime, span: timedelta
) -> None:
    _, working = made
    if working.is_open(moment):
        assert working.add(working.add(moment, span), -span) == moment


@given(times, days)
def test_the_next_working_day_is_the_first_that_is_worked(made: tuple[Calendar, WorkingTime], day: date) -> None:
    _, working = made
    found = working.working_day(day)
    assert working.works_on(found)
    assert not any(working.works_on(day + _DAY * ahead) for ahead in range((found - day).days))


@given(times, days)
def test_what_the_office_says_itself_goes_before_what_the_country_announced(
    made: tuple[Calendar, WorkingTime], day: date
) -> None:
    calendar, working = made
    closed = any(closure.since <= day <= closure.until for closure in calendar.closures)
    off = any(swap.off == day for swap in calendar.swaps)
    if closed or off:
        assert not working.works_on(day)
    elif any(swap.work == day for swap in calendar.swaps):
        assert working.works_on(day)


@given(st.builds(Quiet, since=minutes, until=minutes), moments)
def test_quiet_hours_end_within_a_day_and_only_once(quiet: Quiet, moment: datetime) -> None:
    at = after_quiet(quiet, moment, DEFAULT_ZONE)
    assert moment <= at <= moment + _DAY
    assert after_quiet(quiet, at, DEFAULT_ZONE) == at
    hour = local(moment, DEFAULT_ZONE).time()
    across = quiet.since > quiet.until
    is_quiet = (hour >= quiet.since or hour < quiet.until) if across else quiet.since <= hour < quiet.until
    assert (at > moment) is is_quiet
    assert not is_quiet or local(at, DEFAULT_ZONE).time() == quiet.until


@given(moments, minutes)
def test_the_next_morning_is_on_the_next_day(moment: datetime, at: time) -> None:
    morning = next_morning(moment, at, DEFAULT_ZONE)
    assert local(morning, DEFAULT_ZONE).time() == at
    assert local_date(morning, DEFAULT_ZONE) == local_date(moment, DEFAULT_ZONE) + _DAY


@given(
    times, moments,
    st.lists(
        st.builds(
            Rung, step=st.sampled_from(Step), at=st.integers(-3000, 3000).map(lambda minute: timedelta(minutes=minute)),
            counted=st.sampled_from(["clock", "working"]),
        ),
        min_size=1, max_size=5,
    ),
)  # fmt: skip
def test_no_rung_comes_before_the_one_below_it(
    made: tuple[Calendar, WorkingTime], due_at: datetime, rungs: list[Rung]
) -> None:
    climb = Climb(tuple(rungs), made[1])
    instants = [climb.instant(step, due_at) for step in range(len(rungs) + 1)]
    assert instants == sorted(instants)
    by_clock = Climb(tuple(rungs), None)  # hỏa tốc: the clock rules
    assert by_clock.instant(0, due_at) == due_at + rungs[0].at
