"""Dispatch: open the duties that now exist, and put the notices that announce them in the outbox."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import (
    Addressee,
    Assignment,
    Directive,
    DirectiveState,
    Duty,
    DutyKind,
    Obligation,
    Period,
    PeriodState,
)
from hoatoc.localtime import following_day, local_date
from hoatoc.rollout import duties, history, outbox, periods, reach, snapshot
from hoatoc.rollout.climb import receipt_due
from hoatoc.rollout.command import ChainOfCommand
from hoatoc.rollout.once import owed_once

RECEIPT = "receipt"


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
    opened, written = _announce(session, directive, snap, now)
    while (period := periods.due_for_opening(session, directive.id, now)) is not None:
        opened += _open_period(session, directive, snap, period, now)
    return Dispatched(opened, written)


def _announce(session: Session, directive: Directive, snap: snapshot.Snapshot, now: datetime) -> tuple[int, int]:
    """Open what everyone owes from the start, and write the notice that carries the directive."""
    waiting = _unannounced(session, directive)
    if not waiting:
        return 0, 0
    ids = [addressee.id for addressee in waiting]
    owed: dict[int, list[int]] = {id_: [] for id_ in ids}
    _open_for(session, directive, snap, RECEIPT, DutyKind.RECEIPT, ids, _receipt_due(directive, snap), owed, now)
    for once in owed_once(snap.content.regime):
        due_at = once.due_at(directive.issued_at, directive.zone)
        bearers = [id_ for id_ in _bearers(session, directive, once.clause) if id_ in owed]
        if due_at <= directive.issued_at:
            # A document sent again after its day asks for nothing that nobody could still do in time.
            history.note(
                session, directive.id, at=now, kind="deadline_passed_before_issue",
                subject=f"directive:{directive.id}", clause=once.clause, due_at=due_at.isoformat(),
            )  # fmt: skip
            continue
        _open_for(session, directive, snap, once.clause, once.kind, bearers, due_at, owed, now)
    chain = ChainOfCommand(session, directive.office_id, local_date(now, directive.zone), snap.office.leadership)
    notices = [
        outbox.Written(
            template="dispatch", step="dispatch", to=chain.door(addressee), occurrence="", due_at=directive.issued_at,
            reason="văn bản được ban hành", duties=tuple(owed[addressee.id]), addressee_id=addressee.id,
        )
        for addressee in waiting
    ]  # fmt: skip
    outbox.write(session, directive.id, notices, now=now, domain=snap.office.sender.partition("@")[2])
    for addressee, notice in zip(waiting, notices, strict=True):
        if not notice.to.address:
            reach.lose(session, addressee, now, outbox.NO_MAILBOX)
    return sum(len(duties_) for duties_ in owed.values()), len(notices)


def _unannounced(session: Session, directive: Directive) -> list[Addressee]:
    has_receipt = select(Duty.id).where(Duty.addressee_id == Addressee.id, Duty.subject == RECEIPT).exists()
    return list(
        session.scalars(
            select(Addressee)
            .where(Addressee.directive_id == directive.id, Addressee.decides.is_(False), ~has_receipt)
            .order_by(Addressee.id)
        )
    )


def _receipt_due(directive: Directive, snap: snapshot.Snapshot) -> datetime:
    return receipt_due(snap.office, snap.content, directive.issued_at)


def _open_for(
    session: Session, directive: Directive, snap: snapshot.Snapshot, subject: str, kind: DutyKind,
    addressees: list[int], due_at: datetime, owed: dict[int, list[int]], now: datetime,
) -> None:  # fmt: skip
    """Open one duty for each of `addressees`, and note it in `owed`."""
    opened = duties.open_all(
        session, directive.id, addressees, subject=subject, kind=kind, slot="", period_id=None, due_at=due_at,
        rungs=snap.ladder(kind), now=now,
    )  # fmt: skip
    for addressee_id, duty_id in zip(addressees, opened, strict=True):
        owed[addressee_id].append(duty_id)


def _bearers(session: Session, directive: Directive, clause: str) -> list[int]:
    return list(
        session.scalars(
            select(Assignment.addressee_id)
            .join(Obligation, Obligation.id == Assignment.obligation_id)
            .where(Obligation.directive_id == directive.id, Obligation.clause == clause)
            .order_by(Assignment.addressee_id)
        )
    )


def _open_period(session: Session, directive: Directive, snap: snapshot.Snapshot, period: Period, now: datetime) -> int:
    rule = snap.report_rule(period.subject)
    reporters = _bearers(session, directive, period.subject)
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
