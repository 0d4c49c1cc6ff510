"""Takes in everything that is reported at one instant at once: a thousand units in thirty days report thirty thousand
times, and statement by statement that takes minutes.

It leaves the ledger as `submission.submit` would, report by report; a test holds the two against each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import (
    LIVE,
    Addressee,
    Duty,
    DutyState,
    Erratum,
    Event,
    Period,
    PeriodState,
    Receipt,
    Report,
    Revision,
)
from hoatoc.localtime import NEVER
from hoatoc.rollout import errata
from hoatoc.rollout.acknowledge import ACCEPTED, acknowledge

_BY, _CHANNEL = "Đầu mối", "portal"
#: Fewer bound parameters than any SQLite takes.
_CHUNK = 500


@dataclass(frozen=True)
class Sheet:
    """What one unit hands in: figures as the form reads them."""

    duty_id: int
    figures: dict[str, Any]


def take_in(session: Session, directive_id: int, sheets: Sequence[Sheet], now: datetime) -> int:
    """Take in `sheets` at `now` (aware, UTC), each for a report duty of its own. What is settled or closed is left
    out; how many were refused because their period is locked."""
    refused = 0
    for start in range(0, len(sheets), _CHUNK):
        refused += _chunk(session, directive_id, sheets[start : start + _CHUNK], now)
    return refused


def _chunk(session: Session, directive_id: int, sheets: Sequence[Sheet], now: datetime) -> int:
    of = {sheet.duty_id: sheet for sheet in sheets}
    rows = session.execute(
        select(Duty.id, Duty.addressee_id, Duty.due_at, Duty.period_id, Addressee.key)
        .join(Addressee, Addressee.id == Duty.addressee_id)
        .where(Duty.id.in_(of), Duty.state.in_(LIVE))
        .order_by(Duty.id)
    ).all()
    periods = {
        period.id: period
        for period in session.scalars(select(Period).where(Period.id.in_({row.period_id for row in rows})))
    }
    open_ = {id_ for id_, period in periods.items() if _is_open(period, now)}
    taken = [row for row in rows if row.period_id in open_]
    if taken:
        _write(session, [_report(row, periods[row.period_id], of[row.id].figures, now) for row in taken], periods)
    for state in (DutyState.MET, DutyState.MET_LATE):
        ids = [row.id for row in taken if (state is DutyState.MET) == (now <= row.due_at)]
        _settle(session, ids, state, now)
    _note(session, directive_id, taken, now)
    _receipts(session, [row.addressee_id for row in taken], now)
    return len(rows) - len(taken)


def _is_open(period: Period, now: datetime) -> bool:
    return period.state is not PeriodState.LOCKED and now <= period.lock_at


def _write(session: Session, reports: list[dict[str, Any]], periods: dict[int, Period]) -> None:
    """Write `reports`, each with its first revision."""
    ids = session.scalars(insert(Report).returning(Report.id, sort_by_parameter_order=True), reports)
    revisions = [
        {
            "report_id": id_, "number": 1, "at": report["first_at"], "figures": report["figures"], "warnings": [],
            "explanation": "", "by_name": _BY, "channel": _CHANNEL,
            "in_summary": not errata.is_frozen(periods[report["period_id"]]),
        }
        for id_, report in zip(ids.all(), reports, strict=True)
    ]  # fmt: skip
    session.execute(insert(Revision), revisions)


def _report(row: Any, period: Period, figures: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "duty_id": row.id, "period_id": row.period_id, "addressee_id": row.addressee_id, "first_at": now,
        "on_time": now <= row.due_at, "revision": 1, "revised_at": now, "figures": figures, "warnings": [],
        "explanation": "", "erratum": Erratum.LATE if errata.is_frozen(period) else Erratum.NONE,
    }  # fmt: skip


def _settle(session: Session, ids: Sequence[int], state: DutyState, now: datetime) -> None:
    if ids:
        session.execute(
            update(Duty)
            .where(Duty.id.in_(ids))
            .values(state=state, met_at=now, next_at=NEVER, version=Duty.version + 1)
            .execution_options(synchronize_session=False)
        )


def _note(session: Session, directive_id: int, taken: Sequence[Any], now: datetime) -> None:
    rows: list[dict[str, Any]] = []
    for row in taken:
        common = {
            "directive_id": directive_id, "at": now, "subject": f"duty:{row.id}", "actor": f"addressee:{row.key}",
        }  # fmt: skip
        state = DutyState.MET if now <= row.due_at else DutyState.MET_LATE
        sent = {"revision": 1, "channel": _CHANNEL, "warnings": 0}
        rows.append({**common, "kind": "report_submitted", "detail": sent})
        rows.append({**common, "kind": f"duty_{state}", "detail": {"reason": ""}})
    if rows:
        session.execute(insert(Event), rows)


def _receipts(session: Session, addressee_ids: Sequence[int], now: datetime) -> None:
    """Who reports has plainly received the directive."""
    known = set(
        session.scalars(
            select(Receipt.addressee_id).where(Receipt.addressee_id.in_(addressee_ids), Receipt.code == ACCEPTED)
        )
    )
    for id_ in addressee_ids:
        if id_ not in known:
            addressee = session.get_one(Addressee, id_)
            acknowledge(session, addressee, now=now, by_name=_BY, by_title="", channel="report")
