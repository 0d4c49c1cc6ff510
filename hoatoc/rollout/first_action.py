"""Acknowledged is not done: who has acknowledged says what it has done first, where the regime asks for it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.errors import NotFound, SubmissionRefused
from hoatoc.ledger.schema import (
    ALIVE,
    LIVE,
    Addressee,
    Directive,
    Duty,
    DutyKind,
    DutyState,
    Fulfilment,
    Receipt,
)
from hoatoc.phrase import Phrase
from hoatoc.rollout import duties, history, snapshot
from hoatoc.rollout.climb import working_time

SUBJECT = "first_action"
#: Exchange code 05, "đang xử lý" (Quyết định 28/2018/QĐ-TTg).
PROCESSING = "05"
_LONGEST = 4000


def open_for(session: Session, addressee: Addressee, now: datetime) -> None:
    """Open the duty of an addressee that has acknowledged at `now` (aware, UTC), where the regime asks for it; it is
    due after the regime's span, in working time where the office counts in it."""
    open_for_all(session, addressee.directive_id, [addressee.id], now)


def open_for_all(session: Session, directive_id: int, addressee_ids: Sequence[int], now: datetime) -> None:
    """The same for several addressees of one directive."""
    directive = session.get_one(Directive, directive_id)
    snap = snapshot.of(directive)
    due_at = due_instant(snap, now)
    if due_at is None or directive.state not in ALIVE:
        return
    rungs = snap.ladder(DutyKind.FIRST_ACTION)
    passed_on = select(Duty.addressee_id).where(  # another's was passed on to it: it has one
        Duty.addressee_id.in_(addressee_ids), Duty.kind == DutyKind.FIRST_ACTION, Duty.state != DutyState.WITHDRAWN
    )
    has_one = set(session.scalars(passed_on))
    duties.open_all(
        session, directive.id, [id_ for id_ in addressee_ids if id_ not in has_one], subject=SUBJECT,
        kind=DutyKind.FIRST_ACTION, slot="", period_id=None, due_at=due_at, rungs=rungs, now=now,
        step=rungs.ahead(due_at, now),
    )  # fmt: skip


def due_instant(snap: snapshot.Snapshot, now: datetime) -> datetime | None:
    """When the first action of who has acknowledged at `now` (aware, UTC) is due; None where it is not asked for."""
    rule = snap.content.regime.first_action
    if rule is None:
        return None
    working = working_time(snap.office, snap.content, DutyKind.FIRST_ACTION.value)
    return working.add(now, rule.within) if working and rule.counted == "working" else now + rule.within


def withdraw(session: Session, directive: Directive, *, reason: str, by: str, now: datetime) -> int:
    """Withdraw those that are owed under `directive` where it asks for them no more; how many."""
    if snapshot.of(directive).content.regime.first_action is not None:
        return 0
    owed = session.scalars(
        select(Duty)
        .where(Duty.directive_id == directive.id, Duty.kind == DutyKind.FIRST_ACTION, Duty.state.in_(LIVE))
        .with_for_update()
    ).all()
    for duty in owed:
        duties.move(session, duty, DutyState.WITHDRAWN, at=now, actor=by, reason=reason)
    return len(owed)


def settle(session: Session, addressee: Addressee, *, now: datetime, by_name: str, channel: str) -> None:
    """Who reports or hands something in has plainly begun: meet its first-action duty, if one is open."""
    directive = session.get_one(Directive, addressee.directive_id)
    if snapshot.of(directive).content.regime.first_action is None:
        return
    duty = _open(session, addressee)
    if duty is not None:
        _begun(session, addressee, duty, now=now, by_name=by_name, channel=channel)


def act(session: Session, addressee: Addressee, done: str, *, now: datetime, by_name: str, channel: str) -> Fulfilment:
    """Record at `now` (aware, UTC) what `addressee` has done first. Raises NotFound when nothing of the kind is owed,
    SubmissionRefused when nothing is said."""
    done = done.strip()
    if not done or len(done) > _LONGEST:
        told = "ghi việc đã triển khai" if not done else Phrase("dài quá %(most)s ký tự", most=_LONGEST)
        raise SubmissionRefused("Chưa ghi việc đã triển khai.", {"evidence": told})
    duty = _open(session, addressee)
    if duty is None:
        raise NotFound("không có việc nào phải báo đã triển khai", hint="mở lại liên kết trong thư")
    said = Fulfilment(duty_id=duty.id, at=now, evidence=done, by_name=by_name, channel=channel)
    session.add(said)
    _begun(session, addressee, duty, now=now, by_name=by_name, channel=channel)
    return said


def _open(session: Session, addressee: Addressee) -> Duty | None:
    return session.scalar(
        select(Duty)
        .where(
            Duty.addressee_id == addressee.id, Duty.kind == DutyKind.FIRST_ACTION, Duty.state == DutyState.OPEN
        )
        .with_for_update()
    )  # fmt: skip


def _begun(
    session: Session, addressee: Addressee, duty: Duty, *, now: datetime, by_name: str, channel: str
) -> None:  # fmt: skip
    actor = f"addressee:{addressee.key}"
    known = select(Receipt.id).where(Receipt.addressee_id == addressee.id, Receipt.code == PROCESSING)
    if session.scalar(known) is None:
        session.add(
            Receipt(directive_id=addressee.directive_id, addressee_id=addressee.id, code=PROCESSING, at=now,
                    by_name=by_name, by_title="", channel=channel)
        )  # fmt: skip
        history.note(
            session, addressee.directive_id, at=now, kind="receipt_recorded", subject=f"addressee:{addressee.id}",
            actor=actor, code=PROCESSING, channel=channel,
        )  # fmt: skip
    duties.meet(session, duty, at=now, actor=actor)
    session.flush()
