"""The ladder: who is told about a duty that is not met, and when."""

from enum import StrEnum
from typing import Literal

from hoatoc.format.model import Model, Span


class Step(StrEnum):
    """A rung of the ladder, in office terms."""

    REMIND = "remind"  #: Nhắc: to the unit's focal point.
    PRESS = "press"  #: Đôn đốc: to the unit's head.
    SUPERIOR = "superior"  #: Báo cáo cấp trên trực tiếp: one digest to the superior in the unit's own tree.
    LEADERSHIP = "leadership"  #: Danh sách chậm: one digest to the leadership of the issuer.
    EXPLAIN = "explain"  #: Yêu cầu giải trình: the unit owes an explanation, which is a duty of its own.


class Rung(Model):
    """When a step is taken: `at` is counted from the duty's due time, "-1h" before it, "30m" after it; by the clock,
    or in the working time of the office."""

    step: Step
    at: Span
    counted: Literal["clock", "working"] = "clock"


class Ladder(Model):
    """The rungs for each kind of duty, in the order they are climbed."""

    receipt: tuple[Rung, ...] = ()
    report: tuple[Rung, ...] = ()
    task: tuple[Rung, ...] = ()  # tasks, rosters and coverage
    decision: tuple[Rung, ...] = ()  # answers to permission requests
    first_action: tuple[Rung, ...] = ()
    explanation: tuple[Rung, ...] = ()
