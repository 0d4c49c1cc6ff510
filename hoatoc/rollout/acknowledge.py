"""Acknowledging: an addressee says that it has received the directive."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import LIVE, Addressee, Duty, DutyKind, Receipt
from hoatoc.rollout import duties, first_action, history, reach

#: Exchange code 03, "đã tiếp nhận": registered by the receiving unit (Quyết định 28/2018/QĐ-TTg).
ACCEPTED = "03"
#: Channels by which a unit does something of what is asked; an acknowledgement that comes with it asks for no first
#: action any more.
_ACTING = frozenset({"report", "task"})


def acknowledge(
    session: Session, addressee: Addressee, *, now: datetime, by_name: str, by_title: str, channel: str,
    actor: str | None = None,
) -> Receipt:  # fmt: skip
    """Record the receipt of `addressee` at `now` (aware, UTC) and meet its receipt duty. The first acknowledgement
    stands: doing it again gives the receipt that is there. Who does so itself can be reached. `channel` is "portal",
    "report", "task", "assign", "mail" or "desk"; `actor` is who does it by the history, the unit itself where nothing
    is said."""
    actor = actor or f"addressee:{addressee.key}"
    # The addressee's row is the lock: two people of one unit pressing at once make one receipt.
    session.execute(select(Addressee.id).where(Addressee.id == addressee.id).with_for_update())
    if channel != "desk":
        reach.regain(session, addressee, now)
    receipt = session.scalar(select(Receipt).where(Receipt.addressee_id == addressee.id, Receipt.code == ACCEPTED))
    acts = channel in _ACTING
    if receipt is not None:
        _meet(session, addressee, now, actor)  # it was taken off the addressees, and named again
        if acts:
            first_action.settle(session, addressee, now=now, by_name=by_name, channel=channel)
        return receipt
    receipt = Receipt(
        directive_id=addressee.directive_id, addressee_id=addressee.id, code=ACCEPTED, at=now, by_name=by_name,
        by_title=by_title, channel=channel,
    )  # fmt: skip
    session.add(receipt)
    session.flush()
    history.note(
        session, addressee.directive_id, at=now, kind="receipt_recorded", subject=f"addressee:{addressee.id}",
        actor=actor, code=ACCEPTED, channel=channel,
    )  # fmt: skip
    _meet(session, addressee, now, actor)
    if not acts:
        first_action.open_for(session, addressee, now)
    return receipt


def _meet(session: Session, addressee: Addressee, now: datetime, actor: str) -> None:
    duty = session.scalar(
        select(Duty).where(
            Duty.addressee_id == addressee.id,
            Duty.kind == DutyKind.RECEIPT,
            Duty.state.in_(LIVE),
        )
    )
    if duty is not None:
        duties.meet(session, duty, at=now, actor=actor)
