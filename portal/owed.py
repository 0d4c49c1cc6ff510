"""A unit's duties as its page lists them: what is still to be done first, most pressing on top."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from hoatoc.ledger.schema import DutyState
from hoatoc.localtime import NEVER
from hoatoc.rollout.views import OwedReport, UnitPage
from portal.language import Language
from portal.once import Line as OnceLine
from portal.once import Once
from portal.standing import Standing, of_receipt, of_report
from portal.visitor import Visitor

#: Settled reports shown before the rest is folded away: a week of a daily report.
_SHOWN = 7


@dataclass(frozen=True)
class Line:
    """One report with where it stands, and what can still be done about it."""

    report: OwedReport
    standing: Standing

    @property
    def sent(self) -> bool:
        """Whether there are figures to look at."""
        return self.report.first_at is not None

    @property
    def takes_figures(self) -> bool:
        """Whether figures can be sent or revised."""
        return not self.report.closed and self.report.state is not DutyState.WAIVED

    @property
    def pending(self) -> bool:
        """Whether it is still to be done."""
        return self.takes_figures and not self.sent and self.report.state is not DutyState.RETURNED


@dataclass(frozen=True)
class Owed:
    """What a unit owes: the acknowledgement, the reports to come, those given back about which the office has still to
    decide, and those settled."""

    receipt: Standing
    pending: list[Line]
    returned: list[Line]
    settled: list[Line]
    older: list[Line]


def owed_by(page: UnitPage, language: Language) -> Owed:
    """The duties of a unit's page in the order of reading."""
    lines = [line_of(page, report, language) for report in page.reports]
    returned = [line for line in lines if line.report.state is DutyState.RETURNED]
    done = (line for line in lines if not line.pending and line not in returned)
    return Owed(
        receipt=of_receipt(page, language),
        pending=sorted((line for line in lines if line.pending), key=lambda line: line.report.due_at),
        returned=returned,
        settled=list(islice(done, _SHOWN)),
        older=list(done),
    )


def pressing(owed: Owed, once: Once) -> list[Line | OnceLine]:
    """What is still to be done but the acknowledgement, the earliest due first; what has no due time last."""
    pending: list[tuple[datetime, Line | OnceLine]] = [(line.report.due_at, line) for line in owed.pending]
    pending += [(line.due_at or NEVER, line) for line in once.lines if line.pending]
    return [line for _, line in sorted(pending, key=lambda item: item[0])]


@dataclass(frozen=True)
class Short:
    """What a hurried reader has to know: how many things are to be done, and the most pressing of them."""

    count: int
    first: str
    due_at: datetime | None
    standing: Standing | None


def in_short(visitor: Visitor, page: UnitPage, owed: Owed, once: Once, language: Language) -> Short:
    """What is still to be done by a unit, or by one of its people."""
    waiting = [
        (line.report.due_at, language.say("Báo cáo ngày %(day)s", day=f"{line.report.day:%d/%m/%Y}"), line.standing)
        for line in owed.pending
        if line.report.state is DutyState.OPEN
    ]  # fmt: skip
    waiting += [
        (line.due_at, line.title, line.standing) for line in once.lines if line.pending and line.due_at is not None
    ]
    duty = page.receipt_duty
    if duty is not None and duty.state is DutyState.OPEN and visitor.specialist is None:
        waiting.append((duty.due_at, language.say("Xác nhận đã nhận văn bản"), owed.receipt))
    if not waiting:
        return Short(0, "", None, None)
    due_at, first, standing = min(waiting, key=lambda item: item[0])
    return Short(len(waiting), first, due_at, standing)


def line_of(page: UnitPage, report: OwedReport, language: Language) -> Line:
    """One report of a unit's page."""
    return Line(report, of_report(report, page, language))
