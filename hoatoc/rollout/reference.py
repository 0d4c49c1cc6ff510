"""Finds directives by the key people use."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.errors import NotFound
from hoatoc.ledger.schema import Directive
from hoatoc.phrase import Phrase

#: What follows the draft's key in the key of a trial: "kien-giang/13-cv-bcd~thu-2". No file may be called so.
TRIAL_MARK = "~thu-"


def directive_of(session: Session, key: str) -> Directive:
    """The issued directive of `key` ("office/file"). Raises NotFound."""
    found = session.scalar(select(Directive).where(Directive.key == key))
    if found is None:
        known = session.scalars(select(Directive.key).order_by(Directive.key)).all()
        hint = (
            Phrase("đã ban hành: %(known)s", known=", ".join(known))
            if known
            else Phrase("chưa ban hành văn bản nào; xem `hoatoc issue %(key)s`", key=key)
        )
        raise NotFound(Phrase("%(key)r chưa được ban hành", key=key), hint=hint)
    return found


def draft_key(key: str) -> str:
    """The key of the draft behind a directive: its own, unless it is a trial."""
    return key.partition(TRIAL_MARK)[0]
