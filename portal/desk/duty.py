"""Why one duty stands where it stands, and what the desk does about it: more time, none at all, another unit."""

from datetime import datetime

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc import clock
from hoatoc.errors import ChangedMeanwhile, HoatocError, NotFound
from hoatoc.ledger.schema import LIVE, Addressee, Directive, Duty, DutyKind, DutyState, Period, Unit
from hoatoc.localtime import local
from hoatoc.phrase import Phrase
from hoatoc.rollout import books, permissions, relief, why
from portal import once
from portal.desk import phrases
from portal.desk.faroff import require_sure
from portal.desk.people import People
from portal.front import Front, TheFront
from portal.officer import AnyOfficer, DeskOfficer, Officer
from portal.typed import RowId, Typed, read_moment

router = APIRouter(prefix="/viec/{duty_id}")
REASON, SEEN, UNTIL, UNIT, LASTING = "ly-do", "da-xem", "den", "don-vi", "ca-sau-nay"
EXTEND, WAIVE, REOPEN, REASSIGN = "gia-han", "mien", "giao-lai", "chuyen"


@router.get("")
def show_duty(front: TheFront, officer: AnyOfficer, duty_id: RowId, xong: bool = False) -> Response:
    """The story of a duty; `xong` says that something has just been done about it."""
    return _page(front, officer, duty_id, done=xong)


@router.post("/{action}")
def act(front: TheFront, officer: DeskOfficer, duty_id: RowId, action: str, typed: Typed) -> Response:
    """Do something about it, if it still stands as it was seen."""
    try:
        with front.ledger.write() as session:
            duty_id = _do(session, _locked(session, duty_id, typed), action, typed, officer)
    except NotFound:
        raise
    except HoatocError as error:
        return _page(front, officer, duty_id, action=action, typed=typed, wrong=error)
    return RedirectResponse(f"/ban/viec/{duty_id}?xong=1", status_code=303)


def _locked(session: Session, duty_id: int, typed: dict[str, str]) -> Duty:
    seen = typed.get(SEEN, "")
    if not seen.isdecimal():
        raise ChangedMeanwhile(Phrase("việc số %(number)s", number=duty_id))
    return relief.duty_of(session, duty_id, int(seen[:9]))


def _do(session: Session, duty: Duty, action: str, typed: dict[str, str], officer: Officer) -> int:
    """The id of the duty to look at afterwards."""
    now, reason = clock.read(session), typed.get(REASON, "").strip()
    if action == EXTEND:
        until = _until(session, duty, typed)
        relief.extend(session, duty, until, reason=reason, by=officer.actor, now=now)
    elif action == WAIVE:
        relief.waive(session, duty, reason=reason, by=officer.actor, now=now)
    elif action == REOPEN:
        relief.reopen(session, duty, reason=reason, by=officer.actor, now=now)
    elif action == REASSIGN:
        due_at = _until(session, duty, typed) if typed.get(UNTIL) else None
        return relief.reassign(
            session, duty, typed.get(UNIT, ""), reason=reason, by=officer.actor, now=now, due_at=due_at,
            lasting=LASTING in typed,
        ).id  # fmt: skip
    else:
        raise NotFound("không có việc này")
    return duty.id


def _until(session: Session, duty: Duty, typed: dict[str, str]) -> datetime:
    """The new due time that was typed. Raises HoatocError where it cannot be read, or is to be confirmed."""
    directive = session.get_one(Directive, duty.directive_id)
    try:
        until = read_moment(typed.get(UNTIL, ""), directive.zone)
    except ValueError as error:
        raise HoatocError("chưa chọn hạn mới", hint="chọn ngày và giờ") from error
    require_sure(directive, duty.due_at, until, typed, UNTIL)
    return until


def _page(
    front: Front, officer: Officer, duty_id: int, *, action: str = "", typed: dict[str, str] | None = None,
    wrong: HoatocError | None = None, done: bool = False,
) -> Response:  # fmt: skip
    with front.ledger.read() as session:
        now = clock.read(session)
        duty = session.get(Duty, duty_id)
        if duty is None:
            raise NotFound("không có việc này", hint="mở lại bảng theo dõi")
        directive = session.get_one(Directive, duty.directive_id)
        addressee = session.get_one(Addressee, duty.addressee_id)
        period = session.get(Period, duty.period_id) if duty.period_id else None
        stands = session.scalar(
            select(books.column(now)).select_from(Duty).join(Addressee, Addressee.id == Duty.addressee_id)
            .where(Duty.id == duty.id)
        )  # fmt: skip
        withdrawn = duty.state is DutyState.WITHDRAWN
        put = permissions.of_duty(session, duty.id) if duty.kind is DutyKind.DECISION else None
        column = "returned" if duty.state is DutyState.RETURNED else stands or ""
        return front.pages.page(
            "desk/duty", status=200 if typed is None else 422, officer=officer, now=now, duty=duty, wrong=wrong,
            simulated=clock.is_simulated(session), directive=directive, addressee=addressee, period=period,
            title=once.title(duty.kind, duty.subject, front.language, duty.slot), story=why.story(session, duty),
            standing=None if withdrawn else phrases.stands(column, front.language),
            live=duty.state in LIVE, returned=duty.state is DutyState.RETURNED,
            is_report=duty.kind is DutyKind.REPORT, units=_others(session, directive, addressee),
            until=f"{local(duty.due_at, directive.zone):%Y-%m-%dT%H:%M}", typed=typed or {}, action=action,
            put=put, matter=permissions.matter(session, duty) if put else "",
            who=People(session, front.language), done=done,
        )  # fmt: skip


def _others(session: Session, directive: Directive, addressee: Addressee) -> list[Unit]:
    return list(
        session.scalars(
            select(Unit)
            .where(Unit.office_id == directive.office_id, Unit.id != addressee.unit_id)
            .order_by(Unit.name)
        )
    )  # fmt: skip
