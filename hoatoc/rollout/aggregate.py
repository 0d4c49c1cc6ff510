"""Aggregate: close the periods whose time has come: freeze the summary and put it in the outbox, then lock."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import Directive, DirectiveState, Period, PeriodState, Report
from hoatoc.localtime import NEVER
from hoatoc.rollout import editions, grace, history, periods, rollups, rosters, snapshot, supplements


@dataclass(frozen=True)
class Aggregated:
    """What an aggregation did: periods frozen, locked, closed again after the desk had reopened them, and editions
    that tell what came in after a report's last summary."""

    frozen: int = 0
    locked: int = 0
    closed: int = 0
    supplements: int = 0


def aggregate(session: Session, directive: Directive, now: datetime) -> Aggregated:
    """Freeze and lock every period that is due for it at `now` (aware, UTC), the oldest first. Lists of persons are
    deleted at their time whatever the state of the directive."""
    rosters.delete_expired(session, directive.id, now)
    if directive.state not in (DirectiveState.RUNNING, DirectiveState.ENDED):
        return Aggregated()
    snap = snapshot.of(directive)
    due = {state: _due(session, directive, state, now) for state in (PeriodState.LOCKED, PeriodState.OPEN)}
    for period_id in due[PeriodState.LOCKED]:
        periods.lock_row(session, period_id).next_at = NEVER
    for period_id in due[PeriodState.OPEN]:
        _freeze(session, directive, snap, period_id, now)
    frozen = _due(session, directive, PeriodState.FROZEN, now)
    for period_id in frozen:
        _lock(session, periods.lock_row(session, period_id), now)
    session.flush()
    ended = bool(frozen or due[PeriodState.LOCKED])
    told = supplements.write(session, directive, snap, now) if ended else 0
    return Aggregated(len(due[PeriodState.OPEN]), len(frozen), len(due[PeriodState.LOCKED]), told)


def freeze_last(session: Session, directive: Directive, now: datetime) -> None:
    """Freeze, as of `now` (aware, UTC), what is open of a directive that asks for no more: periods whose cut-off has
    passed, and those under way for which somebody has reported. Call it while its duties still stand: who was in time
    yet is told as such."""
    reported = select(Report.id).where(Report.period_id == Period.id).exists()
    under_way = session.scalars(
        select(Period.id)
        .where(
            Period.directive_id == directive.id, Period.state == PeriodState.OPEN,
            or_(Period.due_at <= directive.time_at(now), reported),
        )
        .order_by(Period.due_at)
    ).all()  # fmt: skip
    snap = snapshot.of(directive)
    for period_id in under_way:
        _freeze(session, directive, snap, period_id, now)


def _due(session: Session, directive: Directive, state: PeriodState, now: datetime) -> list[int]:
    return list(
        session.scalars(
            select(Period.id)
            .where(Period.directive_id == directive.id, Period.state == state, Period.next_at <= now)
            .order_by(Period.due_at)
        )
    )


def _freeze(session: Session, directive: Directive, snap: snapshot.Snapshot, period_id: int, now: datetime) -> None:
    period = periods.lock_row(session, period_id)
    if period.state is not PeriodState.OPEN:
        return  # a pass and the end of the directive came together: the other was faster
    nodes = rollups.compute(session, directive, period, snap.form_of(period.subject), now)
    rollups.freeze(session, period, nodes)
    editions.keep(session, directive, snap, period, nodes, now)
    period.state, period.next_at = PeriodState.FROZEN, period.lock_at
    session.flush()


def _lock(session: Session, period: Period, now: datetime) -> None:
    closes = grace.closes_at(session, period)
    period.state, period.next_at = PeriodState.LOCKED, closes if closes > now else NEVER
    history.note(session, period.directive_id, at=now, kind="period_locked", subject=f"period:{period.id}")
