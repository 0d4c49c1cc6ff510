"""Turns the deadlines of a regime into instants."""

from datetime import UTC, date, datetime, time

from hoatoc.format.office import Office
from hoatoc.format.regime import Deadline
from hoatoc.localtime import following_day, instant
from hoatoc.worktime import WorkingTime


def due_instant(due: Deadline, *, issued_at: datetime, office: Office) -> datetime:
    """The instant (aware, UTC) up to and including which what is owed once is on time, on `office`'s wall clock.

    A day ends at 24:00 (Bộ luật Dân sự 2015, Điều 148); "before" a date ends with the day before it. A day that rolls
    goes to the next working day of the office's calendar: weekends, public holidays, swap days, closures."""
    if due.at is not None:
        return due.at.astimezone(UTC)
    if due.within is not None:
        return issued_at + due.within
    last = last_day(due, office)
    if due.hour is not None:
        return instant(last, due.hour, office.zone)
    return instant(following_day(last), time(0), office.zone)


def last_day(due: Deadline, office: Office) -> date:
    """The last day, of a deadline that is a date, on which what is owed is on time."""
    assert due.date is not None
    last = due.date if due.reading == "through" else following_day(due.date, -1)
    return WorkingTime(office.calendar, office.zone).working_day(last) if due.roll else last
