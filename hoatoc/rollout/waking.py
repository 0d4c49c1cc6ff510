"""When the next pass is wanted: one minimum over the ledger."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import (
    Directive,
    DirectiveState,
    Duty,
    InboxMail,
    InboxState,
    Notice,
    NoticeState,
    Period,
    PeriodState,
    Roster,
)
from hoatoc.localtime import NEVER
from hoatoc.rollout import reach, snapshot
from hoatoc.rollout.bundle import STEP_NAMES


@dataclass(frozen=True)
class Wake:
    """When a directive wants to be passed over next, and why, in the office's words."""

    at: datetime
    cause: str


_PERIOD_CAUSES = {
    PeriodState.PLANNED: "mở kỳ báo cáo", PeriodState.OPEN: "chốt số liệu", PeriodState.FROZEN: "khóa kỳ báo cáo",
    PeriodState.LOCKED: "hết giờ mở lại",
}  # fmt: skip


def next_wake(session: Session, directive: Directive) -> Wake:
    """The earliest instant (UTC) at which something of `directive` falls due; at NEVER when nothing is to come."""
    if directive.state is not DirectiveState.RUNNING:  # what was written goes out, what comes in is taken in
        left = [_next_attempt(session, directive), _next_mail(session, directive), _next_deletion(session, directive)]
        if directive.state is DirectiveState.ENDED:  # what the desk has reopened closes again
            left.append(_next_of_period(session, directive))
        return min((wake for wake in left if wake), key=lambda wake: wake.at, default=Wake(NEVER, ""))
    candidates = [
        _unannounced(session, directive),
        _next_step(session, directive),
        _next_of_period(session, directive),
        _next_attempt(session, directive),
        _next_mail(session, directive),
        _next_deletion(session, directive),
    ]
    return min((wake for wake in candidates if wake), key=lambda wake: wake.at, default=Wake(NEVER, ""))


def next_at(session: Session, directive: Directive) -> datetime:
    """The instant of `next_wake`."""
    return next_wake(session, directive).at


def _unannounced(session: Session, directive: Directive) -> Wake | None:
    """An addressee that has not been sent the directive wants a pass since it was named."""
    waiting = reach.unannounced(session, directive.id)
    return Wake(waiting[0], "gửi văn bản") if waiting else None


def _next_step(session: Session, directive: Directive) -> Wake | None:
    duty = session.scalar(
        select(Duty)
        .where(Duty.directive_id == directive.id, Duty.next_at < NEVER)
        .order_by(Duty.next_at, Duty.id)
        .limit(1)
    )
    if duty is None:
        return None
    return Wake(duty.next_at, STEP_NAMES[snapshot.of(directive).ladder(duty.kind)[duty.step].step])


def _next_of_period(session: Session, directive: Directive) -> Wake | None:
    period = session.scalar(
        select(Period)
        .where(Period.directive_id == directive.id, Period.next_at < NEVER)
        .order_by(Period.next_at, Period.id)
        .limit(1)
    )
    return Wake(period.next_at, _PERIOD_CAUSES[period.state]) if period else None


def _next_deletion(session: Session, directive: Directive) -> Wake | None:
    at = session.scalar(
        select(func.min(Roster.delete_at)).where(Roster.directive_id == directive.id, Roster.delete_at < NEVER)
    )
    return Wake(at, "xóa danh sách hết hạn") if at else None


def _next_attempt(session: Session, directive: Directive) -> Wake | None:
    pending = session.scalar(
        select(func.min(Notice.next_attempt_at)).where(
            Notice.directive_id == directive.id, Notice.state == NoticeState.PENDING
        )
    )
    # What a sender that died has left: leases are machine time, which is the ledger's own time but in a simulation.
    sending = session.scalar(
        select(func.min(Notice.lease_until)).where(
            Notice.directive_id == directive.id, Notice.state == NoticeState.SENDING
        )
    )
    at = min((moment for moment in (pending, sending) if moment is not None), default=None)
    return Wake(at, "gửi thư") if at else None


def _next_mail(session: Session, directive: Directive) -> Wake | None:
    """Mail that has come in and waits to be collected; one whose notice is still being sent waits with it."""
    at = session.scalar(
        select(func.min(InboxMail.received_at))
        .join(Notice, Notice.id == InboxMail.notice_id)
        .where(
            InboxMail.directive_id == directive.id, InboxMail.state == InboxState.NEW,
            Notice.state != NoticeState.SENDING,
        )
    )  # fmt: skip
    return Wake(at, "thư đến") if at else None


def overdue(session: Session, *, now: datetime) -> list[Directive]:
    """The directives whose next pass should have been by `now`: what the watchdog starts."""
    known = session.scalars(select(Directive).order_by(Directive.id)).all()
    return [directive for directive in known if next_at(session, directive) <= now]
