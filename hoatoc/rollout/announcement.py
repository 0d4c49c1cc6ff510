"""Announces a directive: opens what everyone owes from the start, and writes the notice that carries it.

It may go to a hundred thousand, so the ledger does it by itself: a statement each, and no row comes out of it."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, insert, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from hoatoc.ledger.rows import as_object, newest
from hoatoc.ledger.schema import (
    Addressee,
    Assignment,
    Directive,
    Duty,
    DutyKind,
    DutyState,
    Notice,
    NoticeDuty,
    NoticeState,
    Obligation,
)
from hoatoc.localtime import NEVER, local_date
from hoatoc.rollout import duties, history, outbox, reach
from hoatoc.rollout.bundle import LATE
from hoatoc.rollout.climb import receipt_due
from hoatoc.rollout.doors import doors
from hoatoc.rollout.once import Once, owed_once
from hoatoc.rollout.snapshot import Snapshot

TEMPLATE, RECEIPT = "dispatch", "receipt"
_REASON, _ADDED = "văn bản được ban hành", "đơn vị được thêm vào nơi nhận"


def announce(session: Session, directive: Directive, snap: Snapshot, now: datetime) -> tuple[int, int]:
    """Announce `directive` to those of its addressees who have no receipt duty since they were named; who has no
    mailbox at all becomes unreachable at `now` (aware, UTC). How many duties were opened, and how many notices
    written."""
    opened = written = 0
    for named_at in reach.unannounced(session, directive.id):
        # Another machine's clock may be ahead: what is opened before they were named would be opened again.
        done = _announce(session, directive, snap, named_at, max(now, named_at))
        opened, written = opened + done[0], written + done[1]
    return opened, written


def _announce(
    session: Session, directive: Directive, snap: Snapshot, named_at: datetime, now: datetime
) -> tuple[int, int]:
    """The same to those who were named at `named_at`: at the issue, or since. From then on their time counts."""
    fresh = Duty.id > newest(session, Duty.id)
    due_at, rungs = receipt_due(snap.office, snap.content, since(named_at, now)), snap.ladder(DutyKind.RECEIPT)
    opened = duties.open_for(
        session, directive.id, _unannounced(directive, named_at), subject=RECEIPT, kind=DutyKind.RECEIPT, slot="",
        period_id=None, due_at=due_at, rungs=rungs, now=now, again=named_at != directive.issued_at,
        step=rungs.begun(due_at, now),
    )  # fmt: skip
    told = select(Duty.addressee_id).where(Duty.directive_id == directive.id, Duty.subject == RECEIPT, fresh)
    opened += _open_once(session, directive, snap, told, named_at, now)
    return opened, _write(session, directive, snap, fresh, named_at, now)


def since(named_at: datetime, now: datetime) -> datetime:
    """From when their time counts: from being named, but where the engine stood still, from being told. Nobody is late
    with what nobody could know of."""
    return named_at if now - named_at <= LATE else now


def bearers(directive_id: int, clause: str) -> Select[tuple[int]]:
    """Those who bear a clause."""
    return (
        select(Assignment.addressee_id)
        .join(Obligation, Obligation.id == Assignment.obligation_id)
        .where(Obligation.directive_id == directive_id, Obligation.clause == clause)
        .order_by(Assignment.addressee_id)
    )


def _unannounced(directive: Directive, named_at: datetime) -> Select[tuple[int]]:
    # A value, not EXISTS: just after a dispatch PostgreSQL takes the tables for nearly empty, and would join each
    # addressee with each duty. A value it looks up by its key.
    receipt = (
        select(Duty.id)
        .where(
            Duty.directive_id == directive.id,
            Duty.subject == RECEIPT,
            Duty.addressee_id == Addressee.id,
            Duty.opened_at >= named_at,
        )
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(Addressee.id)
        .where(Addressee.directive_id == directive.id, Addressee.named_at == named_at, receipt.is_(None))
        .order_by(Addressee.id)
    )


def _open_once(
    session: Session, directive: Directive, snap: Snapshot, told: Select[tuple[int]], named_at: datetime, now: datetime
) -> int:
    opened = 0
    for once in owed_once(snap.content.regime):
        due_at = once.due_at(since(named_at, now), snap.office)
        if due_at <= now:
            # A document sent after its day, again or because the engine stood still, asks for nothing that nobody could
            # still do in time.
            history.note(
                session, directive.id, at=now, kind="deadline_passed_before_issue",
                subject=f"directive:{directive.id}", clause=once.clause, due_at=due_at.isoformat(),
            )  # fmt: skip
            continue
        owing = bearers(directive.id, once.clause).where(Assignment.addressee_id.in_(told))
        if named_at != directive.issued_at:  # it may have been given the thing already, or have done it before
            owing = owing.where(~owes(once).exists())
        opened += duties.open_for(
            session, directive.id, owing, subject=once.clause, kind=once.kind, slot="", period_id=None, due_at=due_at,
            rungs=snap.ladder(once.kind), now=now, again=named_at != directive.issued_at,
            step=snap.ladder(once.kind).begun(due_at, now),
        )  # fmt: skip
    return opened


def owes(once: Once) -> Select[tuple[int]]:
    """The duties by which the addressee of an assignment owes `once`, or has done it."""
    return select(Duty.id).where(
        Duty.addressee_id == Assignment.addressee_id, Duty.subject == once.clause, Duty.kind == once.kind,
        Duty.state != DutyState.WITHDRAWN,
    )  # fmt: skip


def _write(
    session: Session, directive: Directive, snap: Snapshot, fresh: ColumnElement[bool], named_at: datetime,
    now: datetime,
) -> int:  # fmt: skip
    """The notices of the addressees who have just got their receipt duty, each linked to all its `fresh` duties."""
    before = newest(session, Notice.id)
    named = f"<{secrets.token_hex(12)}.", f"@{snap.office.sender.partition('@')[2]}>"
    door = doors(directive.id, local_date(now, directive.zone))
    columns = _columns(directive, door.c, named, named_at, now)
    told = select(*columns.values()).join(Duty, Duty.addressee_id == door.c.addressee_id)
    opened = and_(Duty.directive_id == directive.id, Duty.slot == "", fresh)
    session.execute(
        insert(Notice).from_select(
            [column.key for column in columns],
            told.where(opened, Duty.subject == RECEIPT).order_by(door.c.addressee_id),
        )
    )
    # A value, as above: each duty finds the notice that its addressee has just got.
    just_written = and_(Notice.template == TEMPLATE, Notice.id > before)
    of = select(Notice.id).where(Notice.addressee_id == Duty.addressee_id, just_written).scalar_subquery()
    subjects = (RECEIPT, *(once.clause for once in owed_once(snap.content.regime)))
    linked = select(of, Duty.id).where(opened, Duty.subject.in_(subjects))
    session.execute(insert(NoticeDuty).from_select(["notice_id", "duty_id"], linked))
    ours = and_(Notice.directive_id == directive.id, Notice.template == TEMPLATE, Notice.id > before)
    detail = as_object(session, step=Notice.step, to=Notice.recipient, reason=Notice.reason)
    written = history.note_each(
        session, directive.id, at=now, kind="notice_written",
        subjects=select(literal("notice:").concat(Notice.id), detail).where(ours).order_by(Notice.id),
    )  # fmt: skip
    lost = select(Addressee).join(Notice, Notice.addressee_id == Addressee.id).where(ours, Notice.to_address == "")
    for addressee in session.scalars(lost):
        reach.lose(session, addressee, now, outbox.NO_MAILBOX)
    return written


def _columns(
    directive: Directive, door: Any, named: tuple[str, str], named_at: datetime, now: datetime
) -> dict[InstrumentedAttribute[Any], Any]:
    """The columns of the notices; one without a mailbox is undeliverable from the start."""
    since = "" if named_at == directive.issued_at else named_at.isoformat()
    fixed = {
        Notice.directive_id: directive.id, Notice.template: TEMPLATE, Notice.step: TEMPLATE, Notice.occurrence: since,
        Notice.context: {}, Notice.written_at: now, Notice.due_at: named_at, Notice.attempts: 0,
        Notice.next_attempt_at: now, Notice.owner: "", Notice.lease_until: NEVER, Notice.answer_code: 0,
        Notice.answer_text: "",
    }  # fmt: skip
    settled = {
        Notice.state: (NoticeState.PENDING, NoticeState.UNDELIVERABLE),
        Notice.reason: (_ADDED if since else _REASON, outbox.NO_MAILBOX),
        Notice.settled_at: (NEVER, now),
    }  # fmt: skip
    return {
        **{column: literal(value, column.type) for column, value in fixed.items()},
        **{
            column: case((door.address != "", literal(well, column.type)), else_=literal(lost, column.type))
            for column, (well, lost) in settled.items()
        },
        Notice.recipient: door.key, Notice.addressee_id: door.addressee_id, Notice.to_name: door.name,
        Notice.to_address: door.address,
        Notice.message_id: literal(named[0]).concat(door.addressee_id).concat(named[1]),
    }  # fmt: skip
