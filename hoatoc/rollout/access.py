"""How long a unit's link opens, and how the office takes one back."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hoatoc.errors import ChangedMeanwhile, HoatocError, TokenError
from hoatoc.ledger.schema import Addressee, Directive
from hoatoc.phrase import Phrase
from hoatoc.rollout import history
from hoatoc.rollout.change import announce


def require_open(session: Session, addressee: Addressee, *, lasts: timedelta, now: datetime) -> None:
    """Raise TokenError once `lasts` have passed since the end of the directive."""
    if now - lasts >= session.get_one(Directive, addressee.directive_id).ended_at:
        raise TokenError("liên kết không dùng được")


def revoke(
    session: Session, addressee: Addressee, *, generation: int, reason: str, by: str, now: datetime
) -> None:  # fmt: skip
    """Take back the link of `addressee`, and those of its specialists and of the readers of its lists, and mail a new
    one to its registry.

    `generation` is that of the link the desk has looked at. Raises HoatocError without a reason, and
    ChangedMeanwhile when somebody else has taken the same link back."""
    if not reason.strip():
        raise HoatocError("chưa ghi lý do", hint="lý do được gửi cho đơn vị và lưu trong lịch sử")
    session.refresh(addressee, with_for_update=True)
    if addressee.link_generation != generation:
        raise ChangedMeanwhile(Phrase("liên kết của %(addressee)s", addressee=addressee.name))
    addressee.link_generation += 1
    session.flush()
    directive = session.get_one(Directive, addressee.directive_id)
    history.note(
        session, directive.id, at=now, kind="link_revoked", subject=f"addressee:{addressee.id}", actor=by,
        reason=reason.strip(), generation=addressee.link_generation,
    )  # fmt: skip
    announce(
        session, directive, [addressee], what=f"link-{addressee.link_generation}", headline="Liên kết mới",
        lines=["Liên kết trong các thư trước không dùng được nữa; từ nay dùng liên kết trong thư này."],
        reason=reason.strip(), now=now,
    )  # fmt: skip
