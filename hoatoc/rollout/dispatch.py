"""Dispatch: open the duties that now exist, and put the notices that announce them in the outbox."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import Addressee, Assignment, Directive, Duty, DutyKind, Obligation, Period, PeriodState
from hoatoc.localtime import following_day, local_date
from hoatoc.rollout import duties, history, outbox, periods, reach, snapshot
from hoatoc.rollout.command import ChainOfCommand

RECEIPT = "receipt"


@dataclass(frozen=True)
class Dispatched:
    """What a dispatch did: duties opened and notices written."""

    duties: int
    notices: int


def dispatch(session: Session, directive: Directive, now: datetime) -> Dispatched:
    """Open receipt duties not yet open, with the notice that carries the directive, and every period whose time
    has come. Doing it again at the same `now` (aware, UTC) does nothing."""
    snap = snapshot.of(directive)
    opened, written = _announce(session, directive, snap, now)
    while (period := periods.due_for_opening(session, directive.id, now)) is not None:
        opened += _open_period(session, directive, snap, period, now)
    return Dispatched(opened, written)


def _announce(session: Session, directive: Directive, snap: snapshot.Snapshot, now: datetime) -> tuple[int, int]:
    has_receipt = select(Duty.id).where(Duty.addressee_id == Addressee.id, Duty.subject == RECEIPT).exists()
    waiting = session.scalars(
        select(Addressee).where(Addressee.directive_id == directive.id, ~has_receipt).order_by(Addressee.id)
    ).all()
    if not waiting:
        return 0, 0
    due_at = directive.issued_at + snap.content.regime.receipt.within
    ids = duties.open_all(
        session, directive.id, [addressee.id for addressee in waiting], subject=RECEIPT, kind=DutyKind.RECEIPT,
        slot="", period_id=None, due_at=due_at, rungs=snap.ladder(DutyKind.RECEIPT), now=now,
    )  # fmt: skip
    chain = ChainOfCommand(session, directive.office_id, local_date(now, directive.zone), snap.office.leadership)
    notices = [
        outbox.Written(
            template="dispatch", step="dispatch", to=chain.door(addressee), occurrence="", due_at=directive.issued_at,
            reason="văn bản được ban hành", duties=(duty_id,), addressee_id=addressee.id,
        )
        for addressee, duty_id in zip(waiting, ids, strict=True)
    ]  # fmt: skip
    outbox.write(session, directive.id, notices, now=now, domain=snap.office.sender.partition("@")[2])
    for addressee, notice in zip(waiting, notices, strict=True):
        if not notice.to.address:
            reach.lose(session, addressee, now, outbox.NO_MAILBOX)
    return len(ids), len(notices)


def _open_period(session: Session, directive: Directive, snap: snapshot.Snapshot, period: Period, now: datetime) -> int:
    rule = snap.report_rule(period.subject)
    reporters = session.scalars(
        select(Assignment.addressee_id)
        .join(Obligation, Obligation.id == Assignment.obligation_id)
        .where(Obligation.directive_id == directive.id, Obligation.clause == period.subject)
        .order_by(Assignment.addressee_id)
    ).all()  # fmt: skip
    ids = duties.open_all(
        session, directive.id, reporters, subject=period.subject, kind=DutyKind.REPORT, slot=period.slot,
        period_id=period.id, due_at=period.due_at, rungs=snap.ladder(DutyKind.REPORT), now=now,
    )  # fmt: skip
    period.state, period.next_at = PeriodState.OPEN, period.freeze_at
    periods.plan_period(
        session, directive.id, rule, following_day(period.local_date), zone=period.zone, earliest=directive.issued_at
    )
    session.flush()
    history.note(session, directive.id, at=now, kind="period_opened", subject=f"period:{period.id}", slot=period.slot)
    return len(ids)
