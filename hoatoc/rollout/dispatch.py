"""Dispatch: open the duties that now exist, and put the notices that announce them in the outbox."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import Directive, DirectiveState, Duty, DutyKind, DutyState, Period, PeriodState
from hoatoc.localtime import following_day
from hoatoc.rollout import announcement, duties, history, periods, snapshot


@dataclass(frozen=True)
class Dispatched:
    """What a dispatch did: duties opened and notices written."""

    duties: int
    notices: int


def dispatch(session: Session, directive: Directive, now: datetime) -> Dispatched:
    """Open receipt duties not yet open, with the notice that carries the directive, and every period whose time
    has come. Doing it again at the same `now` (aware, UTC) does nothing."""
    if directive.state is not DirectiveState.RUNNING:
        return Dispatched(0, 0)
    snap = snapshot.of(directive)
    opened, written = announcement.announce(session, directive, snap, now)
    while (period := periods.due_for_opening(session, directive.id, now)) is not None:
        opened += _open_period(session, directive, snap, period, now)
    return Dispatched(opened, written)


def _open_period(session: Session, directive: Directive, snap: snapshot.Snapshot, period: Period, now: datetime) -> int:
    rule = snap.report_rule(period.subject)
    reporters = announcement.bearers(directive.id, period.subject)
    rungs = snap.ladder(DutyKind.REPORT)
    # Of the first they are told only now. One that opens late because the engine stood still leaves nothing out.
    news = period.opens_at == directive.issued_at or periods.begins_short(period, rule)
    step = rungs.begun(period.due_at, now) if news else 0
    opened = duties.open_for(
        session, directive.id, reporters, subject=period.subject, kind=DutyKind.REPORT, slot=period.slot,
        period_id=period.id, due_at=period.due_at, rungs=rungs, now=now, step=step,
    )  # fmt: skip
    _leave_alone(session, period, now)
    period.state, period.next_at = PeriodState.OPEN, period.freeze_at
    periods.plan_period(
        session, directive.id, rule, following_day(period.local_date), zone=period.zone, earliest=directive.issued_at
    )
    session.flush()
    history.note(session, directive.id, at=now, kind="period_opened", subject=f"period:{period.id}", slot=period.slot)
    return opened


def _leave_alone(session: Session, period: Period, now: datetime) -> None:
    """Who has given the document itself back is not pressed for its reports either, until the desk decides."""
    # Asked apart: nearly always there is nobody, and in one statement PostgreSQL joins each duty with each.
    gave_back = session.scalars(
        select(Duty.addressee_id).where(
            Duty.directive_id == period.directive_id, Duty.subject == announcement.RECEIPT,
            Duty.state == DutyState.RETURNED,
        )
    ).all()  # fmt: skip
    if not gave_back:
        return
    returned = session.scalars(
        select(Duty).where(
            Duty.addressee_id.in_(gave_back), Duty.period_id == period.id, Duty.state == DutyState.OPEN
        )
    ).all()  # fmt: skip
    for duty in returned:
        duties.move(session, duty, DutyState.RETURNED, at=now, actor=history.ENGINE, reason="đơn vị đã trả lại văn bản")
