"""Working time: office hours, weekends, public holidays, swap days and closures of one office, in its zone."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache

import holidays

from hoatoc.format.calendar import Calendar, Quiet
from hoatoc.localtime import following_day, instant, local, local_date

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: No office is closed for so long; a calendar that says so is a mistake.
_LONGEST_CLOSURE = 400


class CalendarClosed(ValueError):
    """The calendar has no working day within more than a year."""


class WorkingTime:
    """Counts in the working time of one office: its calendar on the wall clock of `zone`."""

    def __init__(self, calendar: Calendar, zone: str) -> None:
        self._calendar, self._zone = calendar, zone
        self._off = {swap.off for swap in calendar.swaps}
        self._worked = {swap.work for swap in calendar.swaps}

    def works_on(self, day: date) -> bool:
        """Whether the office works on `day`. What the office says itself goes before what the country announced."""
        if any(closure.since <= day <= closure.until for closure in self._calendar.closures) or day in self._off:
            return False
        if day in self._worked:
            return True
        if self._calendar.holidays:
            off, worked = _public(day.year)
            if day in off or day in worked:
                return day in worked
        return _WEEKDAYS[day.weekday()] in self._calendar.weekdays

    def is_open(self, moment: datetime) -> bool:
        """Whether `moment` (aware) lies in office hours; the end of a stretch does not."""
        return any(since <= moment < until for since, until in self._stretches(local_date(moment, self._zone)))

    def add(self, moment: datetime, span: timedelta) -> datetime:
        """The instant (UTC) that lies `span` of working time after `moment`, or before it if negative.

        Counting begins with the next working instant (the last one, backwards), and may end at the close of a
        stretch: an hour after 16:00 on Friday is 17:00 on Friday. A span of nothing leaves `moment` as it is."""
        if span < timedelta(0):
            return self._back(moment, -span)
        left = span
        if not left:
            return moment
        for since, until in self._from(moment):
            begin = max(since, moment)
            if left <= until - begin:
                return begin + left
            left -= until - begin
        raise CalendarClosed

    def working_day(self, day: date) -> date:
        """`day` if the office works on it, else the next day on which it does (Bộ luật Dân sự 2015, Điều 148)."""
        for ahead in range(_LONGEST_CLOSURE):
            if self.works_on(following_day(day, ahead)):
                return following_day(day, ahead)
        raise CalendarClosed

    def _back(self, moment: datetime, left: timedelta) -> datetime:
        for since, until in self._until(moment):
            end = min(until, moment)
            if left <= end - since:
                return end - left
            left -= end - since
        raise CalendarClosed

    def _from(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        for stretches in self._days(local_date(moment, self._zone), 1):
            yield from (item for item in stretches if item[1] > moment)

    def _until(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        for stretches in self._days(local_date(moment, self._zone), -1):
            yield from (item for item in reversed(stretches) if item[0] < moment)

    def _days(self, first: date, step: int) -> Iterator[list[tuple[datetime, datetime]]]:
        """The stretches of each working day from `first` on, forwards or backwards; it ends where the calendar does."""
        day, closed = first, 0
        while closed < _LONGEST_CLOSURE:
            stretches = self._stretches(day)
            if stretches:
                yield stretches
            closed = 0 if stretches else closed + 1
            day = following_day(day, step)

    def _stretches(self, day: date) -> list[tuple[datetime, datetime]]:
        if not self.works_on(day):
            return []
        return [
            (instant(day, hours.since, self._zone), instant(day, hours.until, self._zone))
            for hours in self._calendar.hours
        ]


def after_quiet(quiet: Quiet, moment: datetime, zone: str) -> datetime:
    """`moment` (aware), or the end of the quiet hours it falls into. `since` is quiet, `until` is not."""
    wall = local(moment, zone)
    hour, day = wall.time(), wall.date()
    if quiet.since <= quiet.until:
        return instant(day, quiet.until, zone) if quiet.since <= hour < quiet.until else moment
    if hour >= quiet.since:
        return instant(following_day(day), quiet.until, zone)
    return instant(day, quiet.until, zone) if hour < quiet.until else moment


def next_morning(moment: datetime, at: time, zone: str) -> datetime:
    """`at` on the day after `moment`'s."""
    return instant(following_day(local_date(moment, zone)), at, zone)


@cache
def _public(year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Vietnam's days off in `year`, swap days included, and the weekend days worked instead."""
    found = holidays.country_holidays("VN", years=year)
    return frozenset(found), frozenset(found.weekend_workdays)
