"""Aggregate: close the periods whose time has come: freeze the summary and put it in the outbox, then lock."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import Directive, DirectiveState, Period, PeriodState, Summary
from hoatoc.localtime import NEVER, local_date
from hoatoc.rollout import history, outbox, periods, rollups, rosters, snapshot, summaries
from hoatoc.rollout.command import ChainOfCommand


@dataclass(frozen=True)
class Aggregated:
    """What an aggregation did: periods frozen and locked."""

    frozen: int
    locked: int


def aggregate(session: Session, directive: Directive, now: datetime) -> Aggregated:
    """Freeze and lock every period that is due for it at `now` (aware, UTC), the oldest first."""
    if directive.state is not DirectiveState.RUNNING:
        return Aggregated(0, 0)
    snap = snapshot.of(directive)
    frozen = locked = 0
    for period_id in _due(session, directive, PeriodState.OPEN, now):
        _freeze(session, directive, snap, periods.lock_row(session, period_id), now)
        frozen += 1
    for period_id in _due(session, directive, PeriodState.FROZEN, now):
        period = periods.lock_row(session, period_id)
        period.state, period.next_at = PeriodState.LOCKED, NEVER
        history.note(session, directive.id, at=now, kind="period_locked", subject=f"period:{period.id}")
        locked += 1
    rosters.delete_expired(session, directive.id, now)
    session.flush()
    return Aggregated(frozen, locked)


def _due(session: Session, directive: Directive, state: PeriodState, now: datetime) -> list[int]:
    return list(
        session.scalars(
            select(Period.id)
            .where(Period.directive_id == directive.id, Period.state == state, Period.next_at <= now)
            .order_by(Period.due_at)
        )
    )


def _freeze(session: Session, directive: Directive, snap: snapshot.Snapshot, period: Period, now: datetime) -> None:
    nodes = rollups.compute(session, directive, period, snap.form_of(period.subject), now)
    rollups.freeze(session, period, nodes)
    content = summaries.compile_summary(session, directive, snap, period, nodes, now)
    summary = Summary(
        directive_id=directive.id, period_id=period.id, frozen_at=now, content=content,
        data_hash=snapshot.digest(content),
    )  # fmt: skip
    session.add(summary)
    period.state, period.next_at = PeriodState.FROZEN, period.lock_at
    session.flush()
    history.note(
        session, directive.id, at=now, kind="summary_frozen", subject=f"summary:{summary.id}", hash=summary.data_hash
    )
    rule = snap.content.regime.summary
    if rule is None:
        return
    chain = ChainOfCommand(session, directive.office_id, local_date(now, directive.zone), snap.office.leadership)
    readers = {mailbox.key: mailbox for mailbox in map(chain.post, (*rule.to, rule.through))}
    notices = [
        outbox.Written(
            template="daily_summary", step="summary", to=mailbox, occurrence=f"{period.subject}/{period.slot}",
            due_at=period.freeze_at, reason=f"chốt số liệu ngày {period.local_date:%d/%m/%Y}",
        )
        for mailbox in readers.values()
    ]  # fmt: skip
    outbox.write(session, directive.id, notices, now=now, domain=snap.office.sender.partition("@")[2])
