"""The content of a period's summary: figures with those of the day before, the books, who is missing, errata."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hoatoc.format.form import FieldType, Form
from hoatoc.ledger.schema import Addressee, Directive, Duty, Period, Report, Summary
from hoatoc.rollout import books, snapshot


def compile_summary(
    session: Session, directive: Directive, snap: snapshot.Snapshot, period: Period, now: datetime
) -> dict[str, Any]:
    """What the ledger says of `period` at `now`, as plain data. Instants are ISO 8601 in UTC."""
    before = _before(session, directive, period)
    counted = books.by_subject(session, directive.id, now)
    report = counted.get(("report", period.subject, period.slot), books.Books())
    receipt = counted.get(("receipt", "receipt", ""), books.Books())
    return {
        "date": period.local_date.isoformat(),
        "slot": period.slot,
        "due_at": period.due_at.isoformat(),
        "frozen_at": now.isoformat(),
        "books": report.as_dict(),
        "receipts": receipt.as_dict(),
        "figures": _figures(session, period, snap.form_of(period.subject), before),
        **_names(session, period, now),
        "errata": _errata(session, directive, period, before, now),
    }


def _before(session: Session, directive: Directive, period: Period) -> Summary | None:
    return session.scalar(
        select(Summary)
        .join(Period, Period.id == Summary.period_id)
        .where(Summary.directive_id == directive.id, Period.subject == period.subject, Period.due_at < period.due_at)
        .order_by(Period.due_at.desc())
        .limit(1)
    )


def _figures(session: Session, period: Period, form: Form, before: Summary | None) -> list[dict[str, Any]]:
    fields = [field for field in form.fields if field.type is not FieldType.TEXT]
    columns = []
    for field in fields:
        value = Report.figures[field.key].as_integer()
        columns += [func.sum(value), func.count(value)]
    totals = session.execute(select(*columns).where(Report.period_id == period.id)).one()
    earlier = {figure["key"]: figure["total"] for figure in before.content["figures"]} if before else {}
    figures = []
    for index, field in enumerate(fields):
        # A sum nobody contributed to is unknown, not zero.
        total = None if totals[2 * index] is None else int(totals[2 * index])
        previous = earlier.get(field.key)
        figures.append({
            "key": field.key, "label": field.label, "unit": field.unit or "", "type": field.type.value,
            "total": total, "reported": totals[2 * index + 1], "previous": previous,
            "change": None if total is None or previous is None else total - previous,
        })  # fmt: skip
    return figures


def _names(session: Session, period: Period, now: datetime) -> dict[str, list[dict[str, str]]]:
    """Who stands in each column that the leadership reads by name."""
    which = books.column(now).label("book_column")
    rows = session.execute(
        select(Addressee.key, Addressee.name, which)
        .join(Duty, Duty.addressee_id == Addressee.id)
        .where(Duty.period_id == period.id)
        .order_by(Addressee.id)
    ).all()
    return {
        column: [{"key": key, "name": name} for key, name, found in rows if found == column]
        for column in ("late", "missing", "exempt", "unreachable", "open")
    }


def _errata(
    session: Session, directive: Directive, period: Period, before: Summary | None, now: datetime
) -> list[dict[str, Any]]:
    """What came in for earlier, frozen periods since the summary before this one."""
    if before is None:
        return []
    rows = session.execute(
        select(Addressee.key, Addressee.name, Period.local_date, Report.first_at, Report.revised_at, Summary.frozen_at)
        .join(Duty, Duty.id == Report.duty_id)
        .join(Addressee, Addressee.id == Duty.addressee_id)
        .join(Period, Period.id == Report.period_id)
        .join(Summary, Summary.period_id == Period.id)
        .where(
            Duty.directive_id == directive.id, Period.subject == period.subject, Period.id != period.id,
            Report.revised_at > before.frozen_at, Report.revised_at <= now, Report.revised_at > Summary.frozen_at,
        )
        .order_by(Period.local_date, Addressee.id)
    )  # fmt: skip
    return [
        {
            "key": key, "name": name, "date": day.isoformat(), "at": revised_at.isoformat(),
            "kind": "late" if first_at > frozen_at else "revised",
        }
        for key, name, day, first_at, revised_at, frozen_at in rows
    ]  # fmt: skip
