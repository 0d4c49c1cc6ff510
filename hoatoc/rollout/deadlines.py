"""Turns the deadlines of a regime into instants."""

from datetime import UTC, date, datetime, time

from hoatoc.format.regime import Deadline
from hoatoc.localtime import following_day, instant

_SATURDAY = 5


def due_instant(due: Deadline, *, issued_at: datetime, zone: str) -> datetime:
    """The instant (aware, UTC) up to and including which what is owed once is on time.

    A day ends at 24:00 (Bộ luật Dân sự 2015, Điều 148); "before" a date ends with the day before it."""
    if due.at is not None:
        return due.at.astimezone(UTC)
    if due.within is not None:
        return issued_at + due.within
    assert due.date is not None
    last = due.date if due.reading == "through" else following_day(due.date, -1)
    last = _working_day(last) if due.roll else last
    if due.hour is not None:
        return instant(last, due.hour, zone)
    return instant(following_day(last), time(0), zone)


def _working_day(day: date) -> date:
    while day.weekday() >= _SATURDAY:
        day = following_day(day)
    return day
