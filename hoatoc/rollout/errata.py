"""What came in for periods already frozen: told once, in the next summary of the same report; after the last, in an
edition of its own (`supplements`)."""

from typing import Any

from sqlalchemy import ColumnElement, case, func, select, update
from sqlalchemy.orm import Session

from hoatoc.format.form import Form
from hoatoc.ledger.schema import Addressee, Duty, Erratum, Period, PeriodState, Report, Revision


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


def take(session: Session, period: Period, form: Form) -> list[dict[str, Any]]:
    """The errata that the summary of `period` tells, as plain data; from then on they are told. What was revised is
    told with the figures of `form` that have changed, as they stood when they were told last and as they stand."""
    rows = session.execute(
        select(Report, Addressee.key, Addressee.name, Period.local_date)
        .join(Duty, Duty.id == Report.duty_id)
        .join(Addressee, Addressee.id == Duty.addressee_id)
        .join(Period, Period.id == Report.period_id)
        .where(*_untold(period))
        .order_by(Period.local_date, Addressee.id)
        .with_for_update(of=Report)
    ).all()
    before = _told_before(session, period)
    items = [
        {"key": key, "name": name, "date": day.isoformat(), "at": report.revised_at.isoformat(),
         "kind": report.erratum.value,
         "changes": _changes(form, before[report.id], report.figures) if report.id in before else []}
        for report, key, name, day in rows
    ]  # fmt: skip
    told = [report.id for report, *_ in rows]
    for start in range(0, len(told), 1000):
        ids = told[start : start + 1000]
        session.execute(
            update(Report).where(Report.id.in_(ids)).values(erratum=Erratum.NONE, told=Report.revision)
        )  # fmt: skip
    return items


def _told_before(session: Session, period: Period) -> dict[int, dict[str, Any]]:
    """The figures that were told last of each report that has been revised since."""
    frozen = (
        select(func.max(Revision.number))
        .where(Revision.report_id == Report.id, Revision.in_summary.is_(True))
        .correlate(Report)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Report.id, Revision.figures)
        .join(Period, Period.id == Report.period_id)
        .join(Revision, Revision.report_id == Report.id)
        .where(*_untold(period), Report.erratum == Erratum.REVISED,
               Revision.number == case((Report.told > 0, Report.told), else_=frozen))
    )  # fmt: skip
    return {row.id: row.figures for row in rows}


def _changes(form: Form, before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"key": field.key, "label": field.label, "unit": field.unit or "", "before": before.get(field.key),
         "after": after.get(field.key)}
        for field in form.figures
        if before.get(field.key) != after.get(field.key)
    ]  # fmt: skip
