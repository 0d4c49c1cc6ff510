"""Whether an addressee can be reached by mail. A dead mailbox is not disobedience: it presses nobody."""

from datetime import datetime

from sqlalchemy.orm import Session

from hoatoc.ledger.schema import Addressee
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
