"""A unit's duties as its page lists them: what is still to be done first, most pressing on top."""

from dataclasses import dataclass
from itertools import islice

from hoatoc.ledger.schema import DutyState
from hoatoc.rollout.views import OwedReport, UnitPage
from portal.language import Language
from portal.standing import Standing, of_receipt, of_report

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
        return self.takes_figures and not self.sent


@dataclass(frozen=True)
class Owed:
    """What a unit owes: the acknowledgement, the reports to come, and those settled."""

    receipt: Standing
    pending: list[Line]
    settled: list[Line]
    older: list[Line]


def owed_by(page: UnitPage, language: Language) -> Owed:
    """The duties of a unit's page in the order of reading."""
    lines = [line_of(page, report, language) for report in page.reports]
    done = (line for line in lines if not line.pending)
    return Owed(
        receipt=of_receipt(page, language),
        pending=sorted((line for line in lines if line.pending), key=lambda line: line.report.due_at),
        settled=list(islice(done, _SHOWN)),
        older=list(done),
    )


def line_of(page: UnitPage, report: OwedReport, language: Language) -> Line:
    """One report of a unit's page."""
    return Line(report, of_report(report, page.now, language))
