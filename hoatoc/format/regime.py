"""The regime part of a directive file: what the office decides because the text is silent."""

import datetime as dt
from enum import StrEnum

from pydantic import Field

from hoatoc.format.model import Clause, Hour, Key, Model, Span, Words
from hoatoc.format.office import PostRef


class Selector(Model):
    """Who: units by group or by key, and the members (by post) of collective bodies; `without` takes units out."""

    groups: tuple[Key, ...] = ()
    units: tuple[Key, ...] = ()
    members_of: tuple[Key, ...] = ()
    without: tuple[Key, ...] = ()


class AddresseeRule(Model):
    """Which units stand behind one line of kính gửi; `line` null marks addressees the office adds itself."""

    line: Words | None
    who: Selector


class Step(StrEnum):
    """A rung of the ladder, in office terms."""

    REMIND = "remind"  #: Nhắc: to the unit's focal point.
    PRESS = "press"  #: Đôn đốc: to the unit's head.
    SUPERIOR = "superior"  #: Báo cáo cấp trên trực tiếp: one digest to the superior in the unit's own tree.
    LEADERSHIP = "leadership"  #: Danh sách chậm: one digest to the leadership of the issuer.


class Rung(Model):
    """When a step is taken: `at` is counted from the duty's due time, "-1h" before it, "30m" after it."""

    step: Step
    at: Span


class ReceiptRule(Model):
    """Every addressee acknowledges `within` this span of the issue."""

    within: Span


class ReportRule(Model):
    """A daily report. A period covers the time from one cut-off to the next and is due at `cutoff` of its day."""

    clause: Clause
    form: Key
    who: Selector
    first: dt.date
    last: dt.date | None = None  # null: until the directive is ended
    cutoff: Hour
    freeze: Span  # after the cut-off: the summary is frozen and sent
    lock: Span  # after the cut-off: submission ends


class SummaryRule(Model):
    """Who reads the day's summary, and the unit it passes through."""

    to: tuple[PostRef, ...] = Field(min_length=1)
    through: PostRef


class Ladder(Model):
    """The rungs for each kind of duty, in the order they are climbed."""

    receipt: tuple[Rung, ...] = ()
    report: tuple[Rung, ...] = ()


class Regime(Model):
    """All decisions of the office on one directive."""

    decided_by: Words
    addressees: tuple[AddresseeRule, ...] = Field(min_length=1)
    receipt: ReceiptRule
    reports: tuple[ReportRule, ...] = ()
    ladder: Ladder
    summary: SummaryRule | None = None
    notes: tuple[Words, ...] = ()
