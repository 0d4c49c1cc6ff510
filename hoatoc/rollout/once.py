"""What a regime makes owed once: tasks, lists of persons, and shares to be reached, each with its deadline."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from hoatoc.format.office import Office
from hoatoc.format.regime import Deadline, Regime, Selector
from hoatoc.ledger.schema import DutyKind
from hoatoc.rollout.deadlines import due_instant


@dataclass(frozen=True)
class Once:
    """One thing owed once by each of `who`."""

    clause: str
    kind: DutyKind
    who: Selector
    due: Deadline

    def due_at(self, issued_at: datetime, office: Office) -> datetime:
        """When it falls due (aware, UTC), the directive being issued by `office` at `issued_at`."""
        return due_instant(self.due, issued_at=issued_at, office=office)


def owed_once(regime: Regime) -> Iterator[Once]:
    """Everything of `regime` that opens one duty a bearer; coverage without a deadline opens none."""
    for task in regime.tasks:
        yield Once(task.clause, DutyKind.TASK, task.who, task.due)
    for roster in regime.rosters:
        yield Once(roster.clause, DutyKind.ROSTER, roster.who, roster.due)
    for coverage in regime.coverage:
        if coverage.due is not None:
            yield Once(coverage.clause, DutyKind.COVERAGE, coverage.who, coverage.due)


def duty_clauses(regime: Regime) -> set[str]:
    """The clauses that open duties: what is owed once, reports, and answers to requests."""
    return {
        *(once.clause for once in owed_once(regime)),
        *(report.clause for report in regime.reports),
        *(permission.clause for permission in regime.permissions),
    }
