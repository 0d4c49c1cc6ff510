"""Whether an addressee has been sent its directive, and can be reached by mail. A dead mailbox is not disobedience: it
presses nobody."""

from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import Addressee, Duty, DutyKind
from hoatoc.localtime import NEVER
from hoatoc.rollout import history


def lose(session: Session, addressee: Addressee, now: datetime, reason: str) -> None:
    """Mark `addressee` unreachable from `now` (aware, UTC) on; nothing happens when it was so before."""
    if addressee.unreachable_at < NEVER:
        return
    addressee.unreachable_at = now
    session.flush()
    history.note(
        session, addressee.directive_id, at=now, kind="addressee_unreachable", subject=f"addressee:{addressee.id}",
        reason=reason,
    )  # fmt: skip


def regain(session: Session, addressee: Addressee, now: datetime) -> None:
    """Mark `addressee` reachable again, since it has acted on what it was sent; nothing happens when it was so."""
    regained = session.execute(
        update(Addressee)
        .where(Addressee.id == addressee.id, Addressee.unreachable_at < NEVER)
        .values(unreachable_at=NEVER)
    )
    if regained.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE gives a CursorResult, which has it
        return
    history.note(
        session, addressee.directive_id, at=now, kind="addressee_reachable", subject=f"addressee:{addressee.id}",
        actor=f"addressee:{addressee.key}",
    )  # fmt: skip


def announced() -> ColumnElement[bool]:
    """The SQL condition that an addressee is one still, and has been sent the directive since it was named."""
    # A value, not EXISTS: just after a dispatch PostgreSQL takes the tables for nearly empty, and would join each
    # addressee with each duty. A value it looks up by its key.
    receipt = (
        select(Duty.id)
        .where(Duty.addressee_id == Addressee.id, Duty.kind == DutyKind.RECEIPT, Duty.opened_at >= Addressee.named_at)
        .limit(1)
        .scalar_subquery()
    )
    return receipt.is_not(None)


def unannounced(session: Session, directive_id: int) -> list[datetime]:
    """The instants (aware, UTC) at which those were named who wait for the directive, the earliest first."""
    return list(
        session.scalars(
            select(Addressee.named_at)
            .where(Addressee.directive_id == directive_id, Addressee.named_at < NEVER, ~announced())
            .distinct()
            .order_by(Addressee.named_at)
        )
    )
