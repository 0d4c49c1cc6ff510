"""Claims notices for sending: who still owes is asked again, and what the mail says is fixed before it goes out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from hoatoc import process
from hoatoc.clock import machine_now
from hoatoc.ledger.schema import Directive, Notice, NoticeState
from hoatoc.localtime import NEVER
from hoatoc.rollout import contents, history, snapshot

#: How long a claimed notice stays claimed when its owner cannot be seen to have died.
LEASE = timedelta(minutes=5)


@dataclass(frozen=True)
class Claimed:
    """A notice in our hands, with everything its bytes are made from."""

    id: int
    template: str
    to_name: str
    to_address: str
    message_id: str
    written_at: datetime
    attempts: int
    context: dict[str, Any]


@dataclass(frozen=True)
class Claim:
    """One batch: what is to be sent, and how many were skipped because nothing was owed any more."""

    notices: list[Claimed]
    skipped: int


def claim(session: Session, directive: Directive, *, now: datetime, kid: str, limit: int) -> Claim:
    """Take up to `limit` notices that are due at `now` (aware, UTC), or were left by a sender that died.

    On PostgreSQL several workers share one outbox (SKIP LOCKED). `kid` is the key that signs their links."""
    due = session.scalars(
        select(Notice)
        .where(Notice.directive_id == directive.id, _claimable(session, directive, now))
        .order_by(Notice.next_attempt_at, Notice.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if not due:
        return Claim([], 0)
    snap = snapshot.of(directive)
    owed = contents.owed_by_notice(session, [notice.id for notice in due])
    claimed, skipped = [], []
    for notice in due:
        fresh = contents.content(session, directive, snap, notice, owed[notice.id], now, kid)
        if fresh is None:
            skipped.append(notice)
        else:
            claimed.append(_take(notice, fresh))
    _skip(session, directive, skipped, now)
    session.flush()
    return Claim(claimed, len(skipped))


def _claimable(session: Session, directive: Directive, now: datetime) -> Any:
    machine = machine_now()
    owners = session.scalars(
        select(Notice.owner).where(Notice.directive_id == directive.id, Notice.state == NoticeState.SENDING).distinct()
    )
    dead = [owner for owner in owners if process.is_dead(owner)]
    return or_(
        and_(Notice.state == NoticeState.PENDING, Notice.next_attempt_at <= now),
        and_(Notice.state == NoticeState.SENDING, or_(Notice.lease_until < machine, Notice.owner.in_(dead))),
    )


def _take(notice: Notice, fresh: dict[str, Any]) -> Claimed:
    # What was fixed at the first attempt stays: a second attempt sends the same bytes.
    notice.context = notice.context or fresh
    notice.state = NoticeState.SENDING
    notice.owner, notice.lease_until = process.this_process(), machine_now() + LEASE
    notice.attempts += 1
    return Claimed(
        id=notice.id, template=notice.template, to_name=notice.to_name, to_address=notice.to_address,
        message_id=notice.message_id, written_at=notice.written_at, attempts=notice.attempts,
        context=notice.context,
    )  # fmt: skip


def _skip(session: Session, directive: Directive, notices: Sequence[Notice], now: datetime) -> None:
    for notice in notices:
        notice.state, notice.reason, notice.settled_at = NoticeState.SKIPPED, "không còn nợ việc nào", now
        notice.next_attempt_at, notice.lease_until = NEVER, NEVER
    history.note_all(
        session, directive.id, at=now, kind="notice_skipped",
        subjects=[(f"notice:{notice.id}", {"reason": notice.reason}) for notice in notices],
    )  # fmt: skip
