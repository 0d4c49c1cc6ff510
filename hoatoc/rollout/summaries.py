"""The content of a period's summary: figures with those of the day before and the week behind, the books, who is
missing, errata."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import BigInteger, and_, case, cast, func, select
from sqlalchemy.orm import Session, aliased

from hoatoc.format.form import Form
from hoatoc.ledger.schema import Addressee, Directive, Duty, DutyKind, DutyState, Period, Report, Summary, Unit
from hoatoc.rollout import books, errata, rates, snapshot
from hoatoc.rollout.areas import AREA, beneath
from hoatoc.rollout.figures import rounded
from hoatoc.rollout.rollups import Node, whole

#: How many periods the lines go back, this one included.
_WEEK = 7
_PASSED_BACK = " (đã trả lại, chờ giải quyết)"


def compile_summary(
    session: Session,
    directive: Directive,
    snap: snapshot.Snapshot,
    period: Period,
    nodes: Sequence[Node],
    now: datetime,
) -> dict[str, Any]:
    """What the ledger says of `period` at `now`, as plain data; `nodes` is its roll-up, whose hash goes into it. The
    errata it holds are told with it, and with no other. Instants are ISO 8601 in UTC."""
    before = _before(session, directive, period)
    all_ = nodes[0]
    receipt = books.by_subject(session, directive.id, now, DutyKind.RECEIPT).get(("receipt", "receipt", ""))
    return {
        "date": period.local_date.isoformat(),
        "slot": period.slot,
        "due_at": period.due_at.isoformat(),
        "frozen_at": now.isoformat(),
        "opened_late": _opened_late(session, period),
        "books": all_.books.as_dict(),
        "rates": {"reporting": rates.reporting_rate(all_.books), "timeliness": rates.timeliness(all_.books)},
        "receipts": (receipt or books.Books()).as_dict(),
        "figures": _figures(session, period, snap.form_of(period.subject), before[:1], all_),
        "series": _series(before, period, all_),
        **_names(session, period, now),
        "errata": errata.take(session, period, snap.form_of(period.subject)),
        "rollup_hash": snapshot.digest([node.plain() for node in nodes]),
    }


def _opened_late(session: Session, period: Period) -> str | None:
    """When the period was opened, where that was after its due time because the engine stood still: whoever has not
    reported then is not to blame."""
    opened_at = session.scalar(select(func.min(Duty.opened_at)).where(Duty.period_id == period.id))
    return opened_at.isoformat() if opened_at is not None and opened_at > period.due_at else None


def _before(session: Session, directive: Directive, period: Period) -> Sequence[Summary]:
    """The summaries before this one, the newest first, as far back as the lines go."""
    return session.scalars(
        select(Summary)
        .join(Period, Period.id == Summary.period_id)
        .where(
            Summary.directive_id == directive.id,
            Summary.edition == 1,
            Period.subject == period.subject,
            Period.due_at < period.due_at,
        )
        .order_by(Period.due_at.desc())
        .limit(_WEEK - 1)
    ).all()


def _figures(
    session: Session, period: Period, form: Form, before: Sequence[Summary], all_: Node
) -> list[dict[str, Any]]:
    """Each figure's total, how many units gave it, the total before, and the change over those that gave it both
    times: with different units in the two sums, their difference would say nothing."""
    changes = _changes(session, period.id, before[0].period_id, form) if before else {}
    earlier = {figure["key"]: figure["total"] for figure in before[0].content["figures"]} if before else {}
    return [
        {
            "key": field.key, "label": field.label, "unit": field.unit or "", "type": field.type.value,
            "total": all_.figures[field.key].value, "reported": all_.figures[field.key].units,
            "previous": earlier.get(field.key), "change": changes.get(field.key),
        }
        for field in form.figures
    ]  # fmt: skip


def _series(before: Sequence[Summary], period: Period, all_: Node) -> list[dict[str, Any]]:
    """The totals of the last periods as they were frozen, the oldest first, this one last."""
    earlier = [
        {"date": summary.content["date"], "totals": {item["key"]: item["total"] for item in summary.content["figures"]}}
        for summary in reversed(before)
    ]
    totals = {key: total.value for key, total in all_.figures.items()}
    return [*earlier, {"date": period.local_date.isoformat(), "totals": totals}]


def _changes(session: Session, period_id: int, before_id: int, form: Form) -> dict[str, int | str | None]:
    """By how much each figure has changed over the units that gave it in both periods; of a percentage, in points."""
    now, then = aliased(Report), aliased(Report)
    keys = {field.key for field in form.summed}
    value = {
        (side, key): cast(report.figures[key].as_string(), BigInteger)
        for side, report in (("now", now), ("then", then))
        for key in keys
    }
    differences = {key: func.sum(value["now", key] - value["then", key]) for key in sorted(keys)}
    ratios = [field for field in form.ratios if field.part is not None and field.whole is not None]
    parts = [column for field in ratios for column in _parts(value, field.part or "", field.whole or "")]
    row = session.execute(
        select(*differences.values(), *parts)
        .select_from(now)
        .join(then, then.addressee_id == now.addressee_id)
        .where(now.period_id == period_id, then.period_id == before_id)
    ).one()
    changes: dict[str, int | str | None] = dict(zip(differences, map(whole, row), strict=False))
    for index, field in enumerate(ratios):
        start = len(differences) + 4 * index
        changes[field.key] = _points(*map(whole, row[start : start + 4]), decimals=field.decimals)
    return changes


def _parts(value: dict[tuple[str, str], Any], part: str, all_: str) -> list[Any]:
    """The sums of a percentage's part and whole, now and then, over the units that gave all four."""
    four = [value[side, key] for side in ("now", "then") for key in (part, all_)]
    given = and_(*(figure.is_not(None) for figure in four))
    return [func.sum(case((given, figure))) for figure in four]


def _points(
    part: int | None, all_: int | None, part_then: int | None, all_then: int | None, *, decimals: int
) -> str | None:
    if part is None or part_then is None or not all_ or not all_then:
        return None
    now, then = rounded(Fraction(100 * part, all_), decimals), rounded(Fraction(100 * part_then, all_then), decimals)
    return str(now - then)


def _names(session: Session, period: Period, now: datetime) -> dict[str, list[dict[str, str]]]:
    """Who stands in each column that the leadership reads by name, with the area of whoever has one."""
    which = books.column(now)
    columns = ("late", "missing", "exempt", "unreachable", "open")
    # Whoever has passed it back stands where the clock puts it until the desk decides, and is not to be blamed.
    name = case((Duty.state == DutyState.RETURNED, Addressee.name.concat(_PASSED_BACK)), else_=Addressee.name)
    rows = session.execute(
        select(Addressee.key, name, AREA.name, which.label("book_column"))
        .join(Duty, Duty.addressee_id == Addressee.id)
        .join(Unit, Unit.id == Addressee.unit_id)
        .outerjoin(AREA, beneath())
        .where(Duty.period_id == period.id, Duty.state != DutyState.WITHDRAWN, which.in_(columns))
        .order_by(Addressee.id)
    ).all()
    return {
        column: [
            {"key": key, "name": name} | ({"area": area} if area else {})
            for key, name, area, found in rows
            if found == column
        ]
        for column in columns
    }
