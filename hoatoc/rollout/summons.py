"""Which directives want a pass at once, since somebody has just set something going: issued one, answered a request.

What falls due by the clock is asked for ahead by the pass before it; what people do cannot be."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hoatoc.clock import machine_now
from hoatoc.ledger.schema import Directive, DirectiveState, Duty, Notice, NoticeState, Turn, WakeUp


@dataclass(frozen=True)
class Summons:
    """A directive that wants a pass at once, and why, in the office's words."""

    directive: Directive
    cause: str


def summoned(session: Session, now: datetime) -> list[Summons]:
    """The directives nobody is at work on that were issued and never passed over, or have a letter to send at `now`
    (aware, UTC) which was written after their next pass was asked for, or a duty whose step falls due before it."""
    idle = (
        select(Directive)
        .join(WakeUp, WakeUp.directive_id == Directive.id)
        .join(Turn, Turn.directive_id == Directive.id)
        .where(or_(Turn.holder == "", Turn.expires_at < machine_now()))
        .order_by(Directive.id)
    )
    unheard = (
        select(Notice.id)
        .where(
            Notice.directive_id == Directive.id, Notice.state == NoticeState.PENDING, Notice.next_attempt_at <= now,
            or_(Notice.next_attempt_at > WakeUp.due_at, WakeUp.due_at > now),
        )
        .exists()
    )  # fmt: skip
    # What somebody has opened since may be pressed before that pass: a first action, once it is acknowledged.
    fallen_due = (
        select(Duty.id)
        .where(Duty.directive_id == Directive.id, Duty.next_at <= now, WakeUp.due_at > now)
        .exists()
    )  # fmt: skip
    fresh = session.scalars(idle.where(WakeUp.generation == 0, Directive.state == DirectiveState.RUNNING)).all()
    asked = session.scalars(idle.where(WakeUp.generation > 0, unheard)).all()
    running = idle.where(WakeUp.generation > 0, Directive.state == DirectiveState.RUNNING)
    due = session.scalars(running.where(fallen_due, ~unheard)).all()
    return [
        *(Summons(directive, "chạy thử" if directive.trial else "ban hành") for directive in fresh),
        *(Summons(directive, "có thư mới") for directive in asked),
        *(Summons(directive, "đến nấc") for directive in due),
    ]
