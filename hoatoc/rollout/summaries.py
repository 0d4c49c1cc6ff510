"""The content of a period's summary: figures with those of the day before, the books, who is missing, errata."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

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
    """Each figure's total, how many units gave it, the total before, and the change over those that gave it both
    times: with different units in the two sums, their difference would say nothing."""
    keys = [field.key for field in form.fields if field.type is not FieldType.TEXT]
    totals = _totals(session, period.id, keys)
    changes = _changes(session, period.id, before.period_id, keys) if before else {}
    earlier = {figure["key"]: figure["total"] for figure in before.content["figures"]} if before else {}
    fields = {field.key: field for field in form.fields}
    return [
        {
            "key": key, "label": fields[key].label, "unit": fields[key].unit or "", "type": fields[key].type.value,
            "total": totals[key][0], "reported": totals[key][1], "previous": earlier.get(key),
            "change": changes.get(key),
        }
        for key in keys
    ]  # fmt: skip


def _totals(session: Session, period_id: int, keys: list[str]) -> dict[str, tuple[int | None, int]]:
    columns = []
    for key in keys:
        value = Report.figures[key].as_integer()
        columns += [func.sum(value), func.count(value)]
    row = session.execute(select(*columns).where(Report.period_id == period_id)).one()
    # A sum nobody contributed to is unknown, not zero.
    return {key: (_whole(row[2 * index]), row[2 * index + 1]) for index, key in enumerate(keys)}


def _changes(session: Session, period_id: int, before_id: int, keys: list[str]) -> dict[str, int | None]:
    now, then = aliased(Report), aliased(Report)
    duty_now, duty_then = aliased(Duty), aliased(Duty)
    differences = [func.sum(now.figures[key].as_integer() - then.figures[key].as_integer()) for key in keys]
    row = session.execute(
        select(*differences)
        .select_from(now)
        .join(duty_now, duty_now.id == now.duty_id)
        .join(duty_then, duty_then.addressee_id == duty_now.addressee_id)
        .join(then, then.duty_id == duty_then.id)
        .where(now.period_id == period_id, then.period_id == before_id)
    ).one()
    return {key: _whole(value) for key, value in zip(keys, row, strict=True)}


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


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
