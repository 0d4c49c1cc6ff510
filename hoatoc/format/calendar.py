"""The office's calendar in `office.yaml`: when it works, when nobody is to be disturbed, and what ignores both."""

import datetime as dt
from typing import Literal, Self

from pydantic import Field, model_validator

from hoatoc.format.model import Hour, Model, Span, Words
from hoatoc.format.text import Urgency

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Hours(Model):
    """One stretch of office hours of a working day; `until` is not part of it."""

    since: Hour
    until: Hour

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.since >= self.until:
            raise ValueError("giờ kết thúc phải sau giờ bắt đầu")
        return self


class Swap(Model):
    """A day taken off and another worked instead (hoán đổi ngày nghỉ), as announced each year."""

    off: dt.date
    work: dt.date


class Closure(Model):
    """Days on which this office does not work: a storm, a local holiday. Both days are included."""

    since: dt.date
    until: dt.date
    why: Words

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.since > self.until:
            raise ValueError("ngày cuối trước ngày đầu")
        return self


class Calendar(Model):
    """When the office works. `holidays` takes Vietnam's public holidays (Tết and Giỗ Tổ by the lunar calendar) with
    the swap days already announced; `swaps` and `closures` are what comes on top. Documents of the urgencies in
    `ignored_by`, and duties of the kinds in `ignored_for`, are pressed by the clock whatever the hour."""

    weekdays: tuple[Weekday, ...] = Field(default=("mon", "tue", "wed", "thu", "fri"), min_length=1)
    hours: tuple[Hours, ...] = Field(
        default=(Hours(since=dt.time(7, 30), until=dt.time(11, 30)), Hours(since=dt.time(13, 30), until=dt.time(17))),
        min_length=1,
    )
    holidays: bool = True
    swaps: tuple[Swap, ...] = ()
    closures: tuple[Closure, ...] = ()
    ignored_by: tuple[Urgency, ...] = (Urgency.FLASH,)
    ignored_for: tuple[Words, ...] = ("report",)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for earlier, later in zip(self.hours, self.hours[1:], strict=False):
            if later.since < earlier.until:
                raise ValueError("các quãng giờ làm việc phải xếp theo thứ tự, không chồng nhau")
        return self


class Quiet(Model):
    """The hours in which nobody is pressed, past midnight as a rule: what falls due waits until `until`. Documents
    of the urgencies in `ignored_by` do not wait."""

    since: Hour
    until: Hour
    ignored_by: tuple[Urgency, ...] = (Urgency.FLASH,)


class Pressing(Model):
    """What spares the pressed: quiet hours, and how many pressing notices a mailbox gets a day at most; what is over
    the cap goes out next morning, in one notice."""

    quiet: Quiet | None = None
    most_a_day: int | None = Field(default=None, ge=1)
    explain_within: Span = dt.timedelta(days=2)  # for a yêu cầu giải trình; a regime may say otherwise
