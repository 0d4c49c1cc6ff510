"""Claims notices for sending: who still owes is asked again, and what the mail says is fixed before it goes out."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, and_, func, literal, or_, select, update
from sqlalchemy.orm import Session

from hoatoc import process
from hoatoc.clock import machine_now
from hoatoc.ledger.rows import NUMBER, rows
from hoatoc.ledger.schema import Directive, Notice, NoticeState
from hoatoc.ledger.types import Json
from hoatoc.localtime import NEVER
from hoatoc.rollout import contents, history, snapshot, sparing
from hoatoc.rollout.snapshot import Snapshot

#: How long a claimed notice stays claimed when its owner cannot be seen to have died.
LEASE = timedelta(minutes=5)

_COLUMNS = (
    Notice.id, Notice.template, Notice.step, Notice.recipient, Notice.occurrence, Notice.addressee_id, Notice.to_name,
    Notice.to_address, Notice.message_id, Notice.written_at, Notice.due_at, Notice.attempts, Notice.state,
    Notice.answer_code,
    # Nothing, where nothing is fixed yet: nearly everywhere, and an empty object has to be read, too.
    func.nullif(Notice.context, literal({}, Json), type_=Json).label("context"),
)  # fmt: skip


class Claimed(NamedTuple):
    """A notice in our hands, with everything its bytes are made from.

    Notices of one `likeness` have the same template and context: they differ in recipient and link alone."""

    id: int
    template: str
    to_name: str
    to_address: str
    message_id: str
    written_at: datetime
    attempts: int
    context: dict[str, Any]
    addressee_id: int | None
    likeness: str


@dataclass(frozen=True)
class Claim:
    """One batch: what is to be sent, how many were skipped because nothing was owed any more, and how many of
    `notices` are in doubt: a sender that died had them, and may have sent them."""

    notices: list[Claimed]
    skipped: int
    in_doubt: int = 0


def claim(
    session: Session, directive: Directive, *, now: datetime, kid: str, limit: int, snap: Snapshot | None = None
) -> Claim:
    """Take up to `limit` notices that are due at `now` (aware, UTC), or were left by a sender that died.

    On PostgreSQL several workers share one outbox (SKIP LOCKED). `kid` is the key that signs their links; `snap`
    spares reading the directive's snapshot again."""
    snap = snap or snapshot.of(directive)
    sparing.hush(session, directive, snap, now)
    waiting = and_(Notice.state == NoticeState.PENDING, Notice.next_attempt_at <= now)
    due = _take(session, directive.id, waiting, limit)
    if len(due) < limit:
        due += _take(session, directive.id, _abandoned(session, directive.id), limit - len(due))
    if not due:
        return Claim([], 0)
    # Asked of those tried before too: whoever has reported by now is not pressed.
    fresh = contents.contents(session, directive, snap, due, now, kid)
    skipped = [notice.id for notice in due if fresh[notice.id] is None]
    said = [(notice, _said(notice, context)) for notice in due if (context := fresh[notice.id]) is not None]
    _mark(session, said)
    _skip(session, directive.id, skipped, now)
    in_doubt = sum(notice.state is NoticeState.SENDING for notice, _ in said)
    return Claim(list(_claimed(said)), len(skipped), in_doubt)


def _said(notice: Row[Any], fresh: dict[str, Any]) -> dict[str, Any]:
    """What the mail says: as the ledger stands now. Yet where an attempt has ended without an answer the mail may have
    arrived, and a second attempt sends the same bytes."""
    in_doubt = notice.state is NoticeState.SENDING or not notice.answer_code
    kept: dict[str, Any] = notice.context or {}
    return kept if notice.attempts and in_doubt else fresh


def _take(session: Session, directive_id: int, which: ColumnElement[bool], limit: int) -> list[Row[Any]]:
    statement = (
        select(*_COLUMNS)
        .where(Notice.directive_id == directive_id, which)
        .order_by(Notice.next_attempt_at, Notice.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(session.execute(statement))


def _abandoned(session: Session, directive_id: int) -> ColumnElement[bool]:
    owners = session.scalars(
        select(Notice.owner).where(Notice.directive_id == directive_id, Notice.state == NoticeState.SENDING).distinct()
    )
    dead = [owner for owner in owners if process.is_dead(owner)]
    return and_(Notice.state == NoticeState.SENDING, or_(Notice.lease_until < machine_now(), Notice.owner.in_(dead)))


def _mark(session: Session, said: Sequence[tuple[Row[Any], dict[str, Any]]]) -> None:
    """Write down that the notices are ours, and what they say: one statement for all that say the same."""
    groups: dict[int, tuple[dict[str, Any], list[int]]] = {}
    for notice, context in said:
        groups.setdefault(id(context), (context, []))[1].append(notice.id)
    mine = {
        "state": NoticeState.SENDING, "owner": process.this_process(), "lease_until": machine_now() + LEASE,
        "attempts": Notice.attempts + 1,
    }  # fmt: skip
    for context, ids in groups.values():
        _update(session, ids, {**mine, "context": context})


def _update(session: Session, ids: Iterable[int], values: dict[str, Any]) -> None:
    of = rows(session, ([id_] for id_ in ids), id=NUMBER)
    session.execute(
        update(Notice).where(Notice.id == of.c.id).values(values).execution_options(synchronize_session=False)
    )


def _claimed(said: Iterable[tuple[Row[Any], dict[str, Any]]]) -> Iterable[Claimed]:
    likeness: dict[tuple[str, int], str] = {}
    for notice, context in said:
        key = (notice.template, id(context))
        if key not in likeness:
            likeness[key] = _likeness(notice.template, context)
        yield Claimed(
            id=notice.id, template=notice.template, to_name=notice.to_name, to_address=notice.to_address,
            message_id=notice.message_id, written_at=notice.written_at, attempts=notice.attempts + 1, context=context,
            addressee_id=notice.addressee_id, likeness=likeness[key],
        )  # fmt: skip


def _likeness(template: str, context: dict[str, Any]) -> str:
    said = {**context, "link": "link" in context}
    canonical = json.dumps([template, said], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _skip(session: Session, directive_id: int, ids: Sequence[int], now: datetime) -> None:
    if not ids:
        return
    reason = "không còn nợ việc nào"
    settled = {
        "state": NoticeState.SKIPPED, "reason": reason, "settled_at": now, "next_attempt_at": NEVER,
        "lease_until": NEVER,
    }  # fmt: skip
    _update(session, ids, settled)
    history.note_all(
        session, directive_id, at=now, kind="notice_skipped",
        subjects=[(f"notice:{id_}", {"reason": reason}) for id_ in ids],
    )  # fmt: skip
