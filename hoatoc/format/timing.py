"""When the text wants something: a closed union, with the text's own words kept beside the reading of them."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from hoatoc.format.model import Clause, Model, Words


class _Timing(Model):
    verbatim: Words | None = None
    inferred: Words | None = None  # why the reading is an inference, where it is one


class NoTiming(_Timing):
    """The text says nothing about when."""

    type: Literal["none"]


class AtOnce(_Timing):
    """ "ngay", "khẩn trương": at once, without an instant."""

    type: Literal["at_once"]


class ByDate(_Timing):
    """ "trước ngày 15/5/2021": the office's regime says whether the day itself still counts."""

    type: Literal["by_date"]
    date: dt.date


class FromMoment(_Timing):
    """In force from an instant (with its zone) on; `implied_deadline` when what is needed must stand by then."""

    type: Literal["from_moment"]
    moment: dt.datetime
    implied_deadline: bool = False


class Recurring(_Timing):
    """Every day, or `times` in each `every`; `times` is null where the text only says "thường xuyên"."""

    type: Literal["recurring"]
    every: Literal["day", "week", "month"] | None = None
    times: int | None = None


class Continuous(_Timing):
    """ "24/24": without a pause."""

    type: Literal["continuous"]


class DailyWindow(_Timing):
    """A window of every day, "sau 21 giờ"; `to` is null where the text gives no end."""

    type: Literal["daily_window"]
    start: Words
    to: Words | None = None


class OnEvent(_Timing):
    """Each time `trigger` happens."""

    type: Literal["on_event"]
    trigger: Words


class LookBack(_Timing):
    """Concerns a window that lies behind: `start` to `end`, both days included."""

    type: Literal["look_back"]
    start: dt.date
    end: dt.date


class PerCase(_Timing):
    """A duration from an event of each single case: "đủ 28 ngày kể từ ngày nhập cảnh"."""

    type: Literal["per_case"]
    days: int
    counted_from: Words


class Until(_Timing):
    """Until a condition holds, or until further notice."""

    type: Literal["until"]
    condition: Words


class Inherited(_Timing):
    """Takes the timing of another clause."""

    type: Literal["inherited"]
    clause: Clause


Timing = Annotated[
    NoTiming
    | AtOnce
    | ByDate
    | FromMoment
    | Recurring
    | Continuous
    | DailyWindow
    | OnEvent
    | LookBack
    | PerCase
    | Until
    | Inherited,
    Field(discriminator="type"),
]
