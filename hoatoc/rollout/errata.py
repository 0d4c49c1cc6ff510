"""What came in for periods already frozen: told once, in the next summary of the same report; after the last, in an
edition of its own (`supplements`)."""

from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import Addressee, Duty, Erratum, Period, PeriodState, Report


def mark(report: Report, period: Period) -> None:
    """Mark a revision that was just taken in for its locked `period`: after the freeze it is an erratum. The period's
    state decides, not instants, so that what comes at the very instant of the freeze is told too."""
    if is_frozen(period) and report.erratum is Erratum.NONE:
        report.erratum = Erratum.LATE if report.revision == 1 else Erratum.REVISED


def is_frozen(period: Period) -> bool:
    """Whether the summary of `period` has been made."""
    return period.state in (PeriodState.FROZEN, PeriodState.LOCKED)


def waiting(session: Session, period: Period) -> bool:
    """Whether the report of `period` has errata that no summary has told."""
    return session.scalar(select(Report.id).join(Period).where(*_untold(period)).limit(1)) is not None


def _untold(period: Period) -> tuple[ColumnElement[bool], ...]:
    return (
        Report.erratum.in_((Erratum.LATE, Erratum.REVISED)), Period.directive_id == period.directive_id,
        Period.subject == period.subject,
    )  # fmt: skip


def take(session: Session, period: Period) -> list[dict[str, Any]]:
    """The errata that the summary of `period` tells, as plain data; from then on they are told."""
    rows = session.execute(
        select(Report.id, Addressee.key, Addressee.name, Period.local_date, Report.revised_at, Report.erratum)
        .join(Duty, Duty.id == Report.duty_id)
        .join(Addressee, Addressee.id == Duty.addressee_id)
        .join(Period, Period.id == Report.period_id)
        .where(*_untold(period))
        .order_by(Period.local_date, Addressee.id)
        .with_for_update(of=Report)
    ).all()
    told = [row[0] for row in rows]
    for start in range(0, len(told), 1000):
        ids = told[start : start + 1000]
        session.execute(update(Report).where(Report.id.in_(ids)).values(erratum=Erratum.NONE))
    return [
        {"key": key, "name": name, "date": day.isoformat(), "at": at.isoformat(), "kind": kind.value}
        for _, key, name, day, at, kind in rows
    ]
