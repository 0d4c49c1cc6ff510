"""When the next pass is wanted: one minimum over the ledger."""

from datetime import datetime

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import Directive, DirectiveState, Duty, Notice, NoticeState, Period
from hoatoc.localtime import NEVER


def next_at(session: Session, directive: Directive) -> datetime:
    """The earliest instant (UTC) at which something of `directive` falls due; NEVER when nothing is to come."""
    if directive.state is not DirectiveState.RUNNING:
        return NEVER
    wanted = union_all(
        select(func.min(Duty.next_at).label("at")).where(Duty.directive_id == directive.id),
        select(func.min(Period.next_at)).where(Period.directive_id == directive.id),
        select(func.min(Notice.next_attempt_at)).where(
            Notice.directive_id == directive.id, Notice.state == NoticeState.PENDING
        ),
        select(func.min(Notice.lease_until)).where(
            Notice.directive_id == directive.id, Notice.state == NoticeState.SENDING
        ),
    ).subquery()
    found: datetime | None = session.scalar(select(func.min(wanted.c.at)))
    return found or NEVER


def overdue(session: Session, *, now: datetime) -> list[Directive]:
    """The running directives whose next pass should have been by `now`: what the watchdog starts."""
    running = session.scalars(select(Directive).where(Directive.state == DirectiveState.RUNNING)).all()
    return [directive for directive in running if next_at(session, directive) <= now]
