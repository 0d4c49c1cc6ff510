"""The desk's own letter: what units ask of it and wait for. One letter a window, whatever the number of requests."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from hoatoc.ledger.schema import (
    ALIVE,
    LIVE,
    Addressee,
    Directive,
    Duty,
    DutyKind,
    DutyState,
    Event,
    ExtensionRequest,
    ExtensionState,
    Notice,
    NoticeDuty,
    PermissionRequest,
    PermissionState,
)
from hoatoc.localtime import spoken_due
from hoatoc.rollout import history, outbox, snapshot, sparing
from hoatoc.rollout.command import Mailbox
from hoatoc.rollout.snapshot import Snapshot
from hoatoc.rollout.wording import duty_name

TEMPLATE, STEP = "desk_requests", "requests"
#: What is asked within one window is told at its end.
WINDOW = timedelta(minutes=30)
_DESK = "desk"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def announce(session: Session, directive: Directive, duty_ids: Sequence[int], now: datetime) -> None:
    """Have the desk told what was asked at `now` (aware, UTC) about these duties of `directive`: at the end of the
    window or of the quiet hours, in one letter with whatever else is asked until then. A trial asks nobody."""
    if directive.trial:
        return
    snap = snapshot.of(directive)
    at = sparing.disturbed_at(snap, _end_of_window(now))
    waiting = _of_window(session, directive, at) or _written(session, directive, snap, at, duty_ids, now)
    if waiting is not None:
        _join(session, waiting, duty_ids, now)


def said(session: Session, directive: Directive, snap: Snapshot, notice_id: int) -> dict[str, Any] | None:
    """What the letter says: those of its requests that nobody has decided yet; None when there is none."""
    if directive.state not in ALIVE:
        return None
    told = select(NoticeDuty.duty_id).where(NoticeDuty.notice_id == notice_id)
    rows = (
        select(Duty, Addressee)
        .join(Addressee, Addressee.id == Duty.addressee_id)
        .where(Duty.id.in_(told), Duty.state.in_(LIVE))
        .order_by(Duty.due_at, Duty.id)
    )
    live = [(duty, addressee) for duty, addressee in session.execute(rows)]
    found = {
        "more_time": _more_time(session, snap, live), "returned": _returned(session, snap, live),
        "permissions": _permissions(session, snap, live),
    }  # fmt: skip
    return found if any(found.values()) else None


def _end_of_window(now: datetime) -> datetime:
    return _EPOCH + ((now - _EPOCH) // WINDOW + 1) * WINDOW


def _of_window(session: Session, directive: Directive, at: datetime) -> Notice | None:
    return session.scalar(
        select(Notice).where(
            Notice.directive_id == directive.id, Notice.template == TEMPLATE, Notice.step == STEP,
            Notice.recipient == _DESK, Notice.occurrence == at.isoformat(),
        )
    )  # fmt: skip


def _written(
    session: Session, directive: Directive, snap: Snapshot, at: datetime, duty_ids: Sequence[int], now: datetime
) -> Notice | None:
    """Write the letter of the window; the one that somebody else has written at the same moment, None when it is
    ours."""
    office = snap.office
    letter = outbox.Written(
        template=TEMPLATE, step=STEP, to=Mailbox(_DESK, f"Bàn trực {office.sender_name}", office.desk),
        occurrence=at.isoformat(), due_at=at, reason="có đề nghị chờ quyết định", duties=tuple(duty_ids), send_at=at,
    )  # fmt: skip
    try:
        with session.begin_nested():
            outbox.write(session, directive.id, [letter], now=now, domain=office.sender.partition("@")[2])
    except IntegrityError:
        return _of_window(session, directive, at)
    return None


def _join(session: Session, letter: Notice, duty_ids: Sequence[int], now: datetime) -> None:
    known = set(session.scalars(select(NoticeDuty.duty_id).where(NoticeDuty.notice_id == letter.id)))
    fresh = [id_ for id_ in duty_ids if id_ not in known]
    session.add_all(NoticeDuty(notice_id=letter.id, duty_id=id_) for id_ in fresh)
    session.flush()
    if fresh:
        history.note(
            session, letter.directive_id, at=now, kind="notice_joined", subject=f"notice:{letter.id}",
            reason=letter.reason,
        )  # fmt: skip


def _more_time(session: Session, snap: Snapshot, live: Sequence[tuple[Duty, Addressee]]) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(ExtensionRequest).where(
            ExtensionRequest.duty_id.in_([duty.id for duty, _ in live]), ExtensionRequest.state == ExtensionState.ASKED
        )
    )
    asked = {request.duty_id: request for request in rows}
    return [
        {
            "unit": addressee.name, "what": duty_name(duty, snap), "due": spoken_due(duty.due_at, snap.office.zone),
            "until": spoken_due(request.wanted_at, snap.office.zone), "why": request.reason, "by": request.asked_by,
        }
        for duty, addressee in live
        if (request := asked.get(duty.id)) is not None
    ]  # fmt: skip


def _returned(session: Session, snap: Snapshot, live: Sequence[tuple[Duty, Addressee]]) -> list[dict[str, Any]]:
    """One line a unit and reason; what came back with the document itself goes without saying."""
    back = [(duty, addressee) for duty, addressee in live if duty.state is DutyState.RETURNED]
    whole = {addressee.id for duty, addressee in back if duty.kind is DutyKind.RECEIPT}
    subjects = [f"duty:{duty.id}" for duty, _ in back]
    events = session.scalars(
        select(Event).where(Event.kind == "duty_returned", Event.subject.in_(subjects)).order_by(Event.id)
    )
    why = {event.subject: event.detail for event in events}
    return [
        {
            "unit": addressee.name, "what": "cả văn bản" if addressee.id in whole else duty_name(duty, snap),
            "due": spoken_due(duty.due_at, snap.office.zone), "why": detail.get("reason", ""),
            "by": detail.get("by_name", ""),
        }
        for duty, addressee in back
        if duty.kind is DutyKind.RECEIPT or addressee.id not in whole
        for detail in [why.get(f"duty:{duty.id}", {})]
    ]  # fmt: skip


def _permissions(session: Session, snap: Snapshot, live: Sequence[tuple[Duty, Addressee]]) -> list[dict[str, Any]]:
    asker = aliased(Addressee)
    rows = session.execute(
        select(PermissionRequest, asker.name)
        .join(asker, asker.id == PermissionRequest.addressee_id)
        .where(
            PermissionRequest.duty_id.in_([duty.id for duty, _ in live]),
            PermissionRequest.state == PermissionState.ASKED,
        )
    )
    asked = {request.duty_id: (request, name) for request, name in rows}
    matters = {rule.clause: rule.matter for rule in snap.content.regime.permissions}
    return [
        {
            "unit": name, "person": request.person, "what": matters.get(duty.subject, ""), "why": request.purpose,
            "first_day": request.first_day.isoformat(), "last_day": request.last_day.isoformat(),
            "decider": decider.name, "due": spoken_due(duty.due_at, snap.office.zone), "by": request.asked_by,
        }
        for duty, decider in live
        if duty.id in asked
        for request, name in [asked[duty.id]]
    ]  # fmt: skip
