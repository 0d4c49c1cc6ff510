"""Mail that does not leave since the mail server cannot be used: the desk cannot be told of it by mail."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import Directive, Notice, NoticeState
from hoatoc.localtime import NEVER
from hoatoc.rollout.claims import LEASE

#: What is over sooner is a hiccup.
_LEAST = timedelta(minutes=5)
#: Of a server that was not there, or not for us, whatever the mailbox: no code at all, or that of RFC 5321, 3.8.
_NOT_THERE = (0, 421)


@dataclass(frozen=True)
class Outage:
    """So many `letters` wait, the first since `since` (UTC); `words` are the last that were heard of the server."""

    letters: int
    since: datetime
    words: str


def outage(session: Session, now: datetime) -> Outage | None:
    """The mail that the mail server should have taken by `now` (aware, UTC) and could not; None when there is none.
    What a mailbox puts off is no outage, and trials are not watched."""
    earnest = select(Directive.id).where(Directive.trial.is_(False))
    waits = and_(Notice.directive_id.in_(earnest), Notice.state == NoticeState.PENDING, Notice.next_attempt_at < NEVER)
    words = session.scalar(
        select(Notice.answer_text)
        .where(waits, _was_turned_away(), Notice.written_at <= now - _LEAST)
        .order_by(Notice.next_attempt_at.desc(), Notice.id.desc())
        .limit(1)
    )
    if words is None:
        return None
    # While the server is down, what has not been tried yet waits as long as a lease, and no longer.
    letters, since = session.execute(
        select(func.count(), func.min(Notice.written_at)).where(
            waits, or_(_was_turned_away(), Notice.next_attempt_at <= now + LEASE)
        )
    ).one()
    return Outage(letters, since, words)


def _was_turned_away() -> ColumnElement[bool]:
    return and_(Notice.attempts > 0, Notice.answer_code.in_(_NOT_THERE), Notice.answer_text != "")
