"""Claims notices for sending: who still owes is asked again, and what the mail says is fixed before it goes out."""

import hashlib
import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, Update, and_, bindparam, case, func, literal, or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from hoatoc import process
from hoatoc.clock import machine_now
from hoatoc.ledger.rows import among, bound, on_postgresql, packed_ids, parameters
from hoatoc.ledger.schema import Directive, Notice, NoticeState, table
from hoatoc.ledger.types import Json
from hoatoc.localtime import NEVER
from hoatoc.rollout import answers, contents, history, life, sample, snapshot, sparing
from hoatoc.rollout.answers import Answer, Outcome
from hoatoc.rollout.snapshot import Snapshot

#: How long a claimed notice stays claimed when its owner cannot be seen to have died.
LEASE = timedelta(minutes=5)
_log = logging.getLogger(__name__)

#: Of the table, not the class: no object is made of a row, and some 50 µs a notice are too many for that.
_OF = table(Notice).c
_COLUMNS = (
    _OF.id, _OF.template, _OF.step, _OF.recipient, _OF.occurrence, _OF.addressee_id, _OF.to_name, _OF.to_address,
    _OF.message_id, _OF.written_at, _OF.attempts, _OF.state, _OF.answer_code,
    # Nothing, where nothing is fixed yet: nearly everywhere, and an empty object has to be read, too.
    func.nullif(_OF.context, literal({}, Json), type_=Json).label("context"),
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
    """One batch: what is to be sent, how many were skipped because nothing was owed any more, how many of `notices`
    are in doubt: a sender that died had them, and may have sent them; and how many wait, since what they would say
    cannot be told."""

    notices: list[Claimed]
    skipped: int
    in_doubt: int = 0
    deferred: int = 0


def claim(
    session: Session, directive: Directive, *, now: datetime, kid: str, limit: int, owner: str,
    snap: Snapshot | None = None,
) -> Claim:  # fmt: skip
    """Take up to `limit` notices for `owner` (see hoatoc.process) that are due at `now` (aware, UTC), or were left by a
    sender that died. Who is at it for longer than `LEASE` has to `renew`.

    On PostgreSQL several workers share one outbox (SKIP LOCKED). `kid` is the key that signs their links; `snap`
    spares reading the directive's snapshot again."""
    snap = snap or snapshot.of(directive)
    sparing.hush(session, directive, snap, now)
    session.flush()  # the statements below are on tables, not on classes
    due = session.execute(_WAITING, {"directive": directive.id, "now": now, "most": limit}).all()
    if len(due) < limit:
        due = [*due, *_abandoned(session, directive.id, owner, limit - len(due))]
    if not due:
        return Claim([], 0)
    # What was being sent when the directive was recalled, and comes back, is as little sent as what waited.
    stopped = {notice.id: why for notice in due if (why := life.stopped(directive, notice.template))}
    if directive.trial:
        stopped = dict.fromkeys(sample.spared(session, directive.id, due), sample.ENOUGH) | stopped
    for why in set(stopped.values()):
        _skip(session, directive.id, [id_ for id_, told in stopped.items() if told == why], now, why)
    due = [notice for notice in due if notice.id not in stopped]
    # Asked of those tried before too: whoever has reported by now is not pressed.
    fresh = _fresh(session, directive, snap, due, now, kid)
    skipped = [notice.id for notice in due if fresh[notice.id] is None]
    said = [(notice, _said(notice, context)) for notice in due if isinstance(context := fresh[notice.id], dict)]
    failed = {notice.id: error for notice in due if isinstance(error := fresh[notice.id], Exception)}
    _mark(session, said, owner)
    _skip(session, directive.id, skipped, now, "không còn nợ việc nào")
    _defer(session, directive.id, failed, now, owner)
    in_doubt = sum(notice.state is NoticeState.SENDING for notice, _ in said)
    return Claim(list(_claimed(said)), len(skipped) + len(stopped), in_doubt, len(failed))


def _fresh(
    session: Session, directive: Directive, snap: Snapshot, notices: Sequence[Row[Any]], now: datetime, kid: str
) -> dict[int, dict[str, Any] | Exception | None]:
    """What each notice says as the ledger stands now, or why that cannot be told: a mistake of ours in one keeps
    nobody else from theirs. So a batch that fails is halved until the ones it fails for stand alone."""
    try:
        return {**contents.contents(session, directive, snap, notices, now, kid)}
    except DBAPIError:  # the transaction is lost, whatever it was about
        raise
    except Exception as error:  # noqa: BLE001  # whatever it was, it is told
        if len(notices) == 1:
            _log.exception("what notice %d says cannot be told; it will be tried again", notices[0].id)
            return {notices[0].id: error}
    half = len(notices) // 2
    return {
        **_fresh(session, directive, snap, notices[:half], now, kid),
        **_fresh(session, directive, snap, notices[half:], now, kid),
    }


def _said(notice: Row[Any], fresh: dict[str, Any]) -> dict[str, Any]:
    """What the mail says: as the ledger stands now. Yet where an attempt has ended without an answer the mail may have
    arrived, and a second attempt sends the same bytes."""
    in_doubt = notice.state is NoticeState.SENDING or not notice.answer_code
    kept: dict[str, Any] = notice.context or {}
    return kept if kept and notice.attempts and in_doubt else fresh


def _taking(which: ColumnElement[bool]) -> Select[Any]:
    return (
        select(*_COLUMNS)
        .where(_OF.directive_id == bindparam("directive"), which)
        .order_by(_OF.next_attempt_at, _OF.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
    )


_WAITING = _taking(and_(_OF.state == NoticeState.PENDING, _OF.next_attempt_at <= bindparam("now")))


def renew(session: Session, directive_id: int, owner: str) -> None:
    """Keep what `owner` has claimed and not yet settled from being taken for abandoned."""
    session.execute(_LEASING, {"directive": directive_id, "me": owner, "until": machine_now() + LEASE})


def give_up(session: Session, directive_id: int, owner: str) -> None:
    """Leave what `owner` has claimed and not settled to whoever claims next: in doubt, and at once."""
    session.execute(_LEASING, {"directive": directive_id, "me": owner, "until": machine_now() - LEASE})


def put_off(session: Session, directive_id: int, now: datetime) -> None:
    """Nothing is to be tried at `now` (aware, UTC): what is due, and what senders that died have left, waits as long as
    a lease."""
    answers.postpone(session, directive_id, now, LEASE)
    machine = machine_now()
    session.execute(
        update(Notice)
        .where(Notice.directive_id == directive_id, Notice.state == NoticeState.SENDING, Notice.lease_until < machine)
        .values(lease_until=machine + LEASE)
    )


_LEASING = (
    update(table(Notice))
    .where(
        _OF.directive_id == bindparam("directive"), _OF.state == NoticeState.SENDING, _OF.owner == bindparam("me")
    )
    .values(lease_until=bindparam("until", type_=_OF.lease_until.type))
)  # fmt: skip


def _abandoned(session: Session, directive_id: int, owner: str, most: int) -> Sequence[Row[Any]]:
    owners = session.scalars(
        select(Notice.owner).where(Notice.directive_id == directive_id, Notice.state == NoticeState.SENDING).distinct()
    )
    dead = [owner for owner in owners if process.is_dead(owner)]
    given_up = or_(_OF.lease_until < machine_now(), _OF.owner.in_(dead))
    # Never one's own: the answer to it is on its way.
    taking = _taking(and_(_OF.state == NoticeState.SENDING, _OF.owner != owner, given_up))
    return session.execute(taking, {"directive": directive_id, "most": most}).all()


def _mark(session: Session, said: Sequence[tuple[Row[Any], dict[str, Any]]], owner: str) -> None:
    """Write down that the notices are ours, and what they say: one statement for all that say the same."""
    groups: dict[int, tuple[dict[str, Any], list[int]]] = {}
    for notice, context in said:
        groups.setdefault(id(context), (context, []))[1].append(notice.id)
    mine = _mine(owner)
    for context, ids in groups.values():
        _update(session, ids, {**mine, "state": NoticeState.SENDING, "context": context}, attempts=1)


def _mine(owner: str) -> dict[str, Any]:
    return {"owner": owner, "lease_until": machine_now() + LEASE}


def _update(session: Session, ids: Iterable[int], values: dict[str, Any], *, attempts: int = 0) -> None:
    statement = _updating(on_postgresql(session), tuple(values))
    session.execute(statement, {**bound(values), **packed_ids(ids), "more": attempts})


@lru_cache
def _updating(postgresql: bool, names: tuple[str, ...]) -> Update:
    values = dict(zip(names, parameters(Notice, names), strict=True))
    return (
        update(table(Notice))
        .where(among(_OF.id, postgresql=postgresql))
        # What a sender that died had is still at the attempt it died in: that had no answer to wait longer for.
        .values(**values, attempts=_OF.attempts + case((_OF.state == NoticeState.SENDING, 0), else_=bindparam("more")))
    )


def _claimed(said: Iterable[tuple[Row[Any], dict[str, Any]]]) -> Iterable[Claimed]:
    likeness: dict[tuple[str, int], str] = {}
    for notice, context in said:
        key = (notice.template, id(context))
        if key not in likeness:
            likeness[key] = _likeness(notice.template, context)
        yield Claimed(
            notice.id, notice.template, notice.to_name, notice.to_address, notice.message_id, notice.written_at,
            notice.attempts + (notice.state is not NoticeState.SENDING), context, notice.addressee_id, likeness[key],
        )  # fmt: skip


def _likeness(template: str, context: dict[str, Any]) -> str:
    said = {**context, "link": "link" in context}
    canonical = json.dumps([template, said], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _defer(session: Session, directive_id: int, failed: dict[int, Exception], now: datetime, owner: str) -> None:
    """An attempt that ends before the wire."""
    if not failed:
        return
    _update(session, failed, {**_mine(owner), "state": NoticeState.SENDING}, attempts=1)
    told = [Answer(id_, Outcome.DEFERRED, 0, f"không soạn được thư: {error!r}") for id_, error in failed.items()]
    answers.record(session, directive_id, told, now, owner=owner)


def _skip(session: Session, directive_id: int, ids: Sequence[int], now: datetime, reason: str) -> None:
    if not ids:
        return
    settled = {
        "state": NoticeState.SKIPPED, "reason": reason, "settled_at": now, "next_attempt_at": NEVER,
        "lease_until": NEVER,
    }  # fmt: skip
    _update(session, ids, settled)
    history.note_all(
        session, directive_id, at=now, kind="notice_skipped",
        subjects=[(f"notice:{id_}", {"reason": reason}) for id_ in ids],
    )  # fmt: skip
