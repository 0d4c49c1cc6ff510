"""The regime part of a directive file: what the office decides because the text is silent."""

import datetime as dt
from typing import Literal, Self

from pydantic import Field, model_validator

from hoatoc.format.ladder import Ladder
from hoatoc.format.model import Clause, Hour, Key, Mailbox, Model, Span, Words
from hoatoc.format.office import PostRef


class Selector(Model):
    """Who: units by group or by key, and the members (by post) of collective bodies; `without` takes units out."""

    groups: tuple[Key, ...] = ()
    units: tuple[Key, ...] = ()
    members_of: tuple[Key, ...] = ()
    without: tuple[Key, ...] = ()


class AddresseeRule(Model):
    """Which units stand behind one line of kính gửi; `line` null marks addressees the office adds itself, and then
    `basis` says on what: a line of nơi nhận, or the words of the text."""

    line: Words | None
    who: Selector
    basis: Words | None = None

    @model_validator(mode="after")
    def _a_line_rests_on_itself(self) -> Self:
        if self.line is not None and self.basis is not None:
            raise ValueError("basis chỉ đi với line: null; dòng kính gửi tự nó là căn cứ")
        return self


class ReceiptRule(Model):
    """Every addressee acknowledges `within` this span of the issue, by the clock or in the office's working time."""

    within: Span
    counted: Literal["clock", "working"] = "clock"


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


class Deadline(Model):
    """When a thing owed once falls due: at an instant, by a date, or within a span of the issue (exactly one).

    By a date, `reading` says whether the day itself still counts ("through") or not ("before"); the law leaves
    "trước ngày" open. The day ends at 24:00, or at `hour`. `roll` moves a last day on which the office does not work
    to the next working day of its calendar (Bộ luật Dân sự 2015, Điều 148), which an office may want, and an urgent
    document does not."""

    at: dt.datetime | None = None
    date: dt.date | None = None
    reading: Literal["before", "through"] | None = None
    hour: Hour | None = None
    roll: bool = False
    within: Span | None = None
    source: Literal["text", "office"]

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(given is not None for given in (self.at, self.date, self.within)) != 1:
            raise ValueError("hạn ghi bằng đúng một trong: at, date, within")
        if (self.date is None) != (self.reading is None):
            raise ValueError(
                'hạn theo ngày cần reading: "before" (không tính ngày đó) hoặc "through" (tính cả ngày đó)'
            )
        if self.at is not None and self.at.tzinfo is None:
            raise ValueError("thời điểm phải có múi giờ, ví dụ 2021-05-28T08:00:00+07:00")
        return self


class TaskRule(Model):
    """Something to be done once. Only the lead (`who`) owes; `support` is told."""

    clause: Clause
    who: Selector
    support: Selector | None = None
    due: Deadline


class RosterRule(Model):
    """A list of persons to be handed in. Lists name people: only `readers` may open one, each opening is in the
    history, and it is deleted `keep` after it came."""

    clause: Clause
    who: Selector
    due: Deadline
    roster: Key
    readers: tuple[PostRef, ...] = Field(min_length=1)
    keep: Span


class CoverageRule(Model):
    """A share to be reached: `counted` of `of`, at least `target` per cent (up to `best` where the text gives a
    range). With a deadline it is a duty, met when the share is reached; without one it is followed as a series."""

    clause: Clause
    who: Selector
    counted: Words
    of: Words
    target: int = Field(ge=1, le=100)
    best: int | None = Field(default=None, ge=1, le=100)
    due: Deadline | None = None


class PermissionRule(Model):
    """A matter that needs permission. People of `who` ask; their unit's head decides, and for a head the level
    above; the answer is owed within `answer_within`."""

    clause: Clause
    who: Selector
    matter: Words
    answer_within: Span


class BearerRule(Model):
    """Which units stand behind words that the text uses for a bearer."""

    text: Words
    who: Selector


class SummaryRule(Model):
    """Who reads the day's summary, and the unit it passes through."""

    to: tuple[PostRef, ...] = Field(min_length=1)
    through: PostRef


class FirstActionRule(Model):
    """Who has acknowledged says `within` this span of its acknowledgement what it has done first."""

    within: Span
    counted: Literal["clock", "working"] = "clock"


class ExplanationRule(Model):
    """An explanation (giải trình) is owed `within` this span of being asked for."""

    within: Span


class IssuerRule(Model):
    """What differs from office.yaml for this directive: another body issues it through the same office."""

    sender: Mailbox
    sender_name: Words
    desk: Mailbox
    leadership: tuple[PostRef, ...] = Field(min_length=1)


class Regime(Model):
    """All decisions of the office on one directive."""

    decided_by: Words
    addressees: tuple[AddresseeRule, ...] = Field(min_length=1)
    receipt: ReceiptRule
    first_action: FirstActionRule | None = None
    reports: tuple[ReportRule, ...] = ()
    tasks: tuple[TaskRule, ...] = ()
    rosters: tuple[RosterRule, ...] = ()
    coverage: tuple[CoverageRule, ...] = ()
    permissions: tuple[PermissionRule, ...] = ()
    bearers: tuple[BearerRule, ...] = ()
    issuer: IssuerRule | None = None
    ladder: Ladder | None = None  # null: the office's own for the urgency of the document
    explanation: ExplanationRule | None = None
    summary: SummaryRule | None = None
    notes: tuple[Words, ...] = ()
