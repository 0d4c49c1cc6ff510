"""Asking for permission, and answering: each on the page behind one's own link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, aliased

from hoatoc import clock
from hoatoc.errors import NotFound, SubmissionRefused
from hoatoc.ledger.schema import Addressee, Duty, DutyState, Obligation, PermissionRequest, PermissionState
from hoatoc.rollout import permissions
from hoatoc.rollout.permissions import Asked
from hoatoc.rollout.views import UnitPage, unit_page
from portal.front import Front, TheFront
from portal.language import Language
from portal.standing import Standing, Tone, of_duty
from portal.typed import NAME, RowId, Signature, Typed, read_day, signature
from portal.visitor import enter

router = APIRouter()
PERSON, FOR_HEAD, PURPOSE, FIRST, LAST = "nguoi-di", "la-thu-truong", "ly-do-di", "ngay-di", "ngay-ve"
REASON, ANSWER, YES, NO = "y-kien", "tra-loi", "dong-y", "khong-dong-y"
_NAMED = {"person": PERSON, "purpose": PURPOSE, "first_day": FIRST, "last_day": LAST, "asked_by": NAME}


@dataclass(frozen=True)
class Line:
    """One request with where it stands; `unit` is where it comes from, `decider` before whom it is put."""

    request: PermissionRequest
    clause: str
    due_at: datetime
    matter: str
    quote: str
    unit: str
    decider: str
    standing: Standing
    pending: bool


@router.get("/v/{token}/xin-phep/{clause}")
def show_request_form(front: TheFront, token: str, clause: str) -> Response:
    """The form for a request, and the requests made so far."""
    return _form(front, token, clause, None, {})


@router.post("/v/{token}/xin-phep/{clause}")
def take_request(front: TheFront, token: str, clause: str, typed: Typed) -> Response:
    """Put a request before the one who decides; a refusal gives the form back as it was filled in."""
    signed = signature(typed)
    days, problems = _days(typed)
    asked = Asked(
        person=" ".join(typed.get(PERSON, "").split()), for_head=FOR_HEAD in typed,
        purpose=typed.get(PURPOSE, ""), first_day=days.get(FIRST, days.get(LAST, date.max)),
        last_day=days.get(LAST, date.max), asked_by=signed.name,
    )  # fmt: skip
    try:
        ask(front, token, clause, asked, problems | signed.problems)
    except SubmissionRefused as refused:
        wrong = {_NAMED.get(key, key): says for key, says in refused.problems.items()}
        return _form(front, token, clause, typed, wrong, whole=str(refused))
    return RedirectResponse(f"/v/{token}/xin-phep/{quote(clause, safe='')}", status_code=303)


def ask(front: Front, token: str, clause: str, asked: Asked, unread: Mapping[str, str]) -> PermissionRequest:
    """Put a request before the one who decides; `unread` names what could not be read of it. Raises NotFound, and
    SubmissionRefused, which names that too."""
    with front.ledger.write() as session:
        addressee = enter(front, session, token).unit()
        try:
            request = permissions.ask(session, addressee, clause, asked, now=clock.read(session))
        except SubmissionRefused as refused:
            raise SubmissionRefused(str(refused), {**refused.problems, **unread}) from refused
        if unread:
            raise SubmissionRefused("Đề nghị chưa đủ.", dict(unread))
        return request


@router.get("/v/{token}/tra-loi")
def show_requests(front: TheFront, token: str) -> Response:
    """The requests put before one who decides."""
    return decider_page(front, token)


@router.get("/v/{token}/tra-loi/{request_id}")
def show_request(front: TheFront, token: str, request_id: RowId) -> Response:
    """The same, where a browser without JavaScript stands after an answer that could not be taken in."""
    return decider_page(front, token, open_id=request_id)


@router.post("/v/{token}/tra-loi/{request_id}")
def take_answer(front: TheFront, token: str, request_id: RowId, typed: Typed) -> Response:
    """Take in an answer; a refusal gives the page back with what was typed."""
    signed = signature(typed)
    granted = {YES: True, NO: False}.get(typed.get(ANSWER, ""))
    try:
        answer(front, token, request_id, granted, typed.get(REASON, ""), signed)
    except SubmissionRefused as refused:
        wrong = {REASON if key == "reason" else key: says for key, says in refused.problems.items()}
        return decider_page(front, token, open_id=request_id, typed=typed, problems=wrong | signed.problems,
                            whole=str(refused))  # fmt: skip
    return RedirectResponse(f"/v/{token}/tra-loi", status_code=303)


def answer(front: Front, token: str, request_id: int, granted: bool | None, reason: str, signed: Signature) -> None:
    """Take in an answer; `granted` is None where nothing was chosen. Raises NotFound, and SubmissionRefused."""
    with front.ledger.write() as session:
        decider = enter(front, session, token).unit()
        if granted is None:
            raise SubmissionRefused("Chưa chọn Đồng ý hoặc Không đồng ý.")
        permissions.answer(
            session, decider, request_id, granted=granted, reason=reason, now=clock.read(session), by_name=signed.name
        )
        if signed.problems:
            raise SubmissionRefused("Chưa nhận được trả lời.")


def decider_page(
    front: Front, token: str, *, open_id: int = 0, typed: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None, whole: str = "",
) -> Response:  # fmt: skip
    """The page of one who decides: what waits for an answer, and what was answered. Nothing else is theirs."""
    with front.ledger.read() as session:
        simulated = clock.is_simulated(session)
        page = unit_page(session, enter(front, session, token).unit(), clock.read(session))
        lines = put_before(session, page, front.language)
    if not lines and not page.addressee.decides:
        raise NotFound("không có đề nghị nào chờ trả lời", hint="mở lại liên kết trong thư")
    answered = [line for line in lines if not line.pending]
    return front.pages.page(
        "decider", status=422 if typed is not None else 200, token=token, page=page, simulated=simulated,
        waiting=sorted((line for line in lines if line.pending), key=lambda line: line.due_at), answered=answered,
        open_id=open_id, values=typed or {}, problems=problems or {}, whole=whole,
        usual_name=next((line.request.answered_by for line in answered), ""),
        reason=REASON, answer=ANSWER, yes=YES, no=NO, name=NAME,
    )  # fmt: skip


def _form(
    front: Front, token: str, clause: str, typed: Mapping[str, str] | None, problems: Mapping[str, str],
    *, whole: str = "",
) -> Response:  # fmt: skip
    with front.ledger.read() as session:
        page = unit_page(session, enter(front, session, token).unit(), clock.read(session))
        rule = next((rule for rule in permissions.matters(session, page.addressee) if rule.clause == clause), None)
        if rule is None:
            raise NotFound(
                "đơn vị không có việc xin phép này", hint="mở lại liên kết trong thư để xem các việc phải làm"
            )
        lines = [line for line in asked_by(session, page, front.language) if line.clause == clause]
    usual = {NAME: lines[0].request.asked_by if lines else page.receipt.by_name if page.receipt else ""}
    return front.pages.page(
        "permission_form", status=422 if typed is not None else 200, token=token, page=page, rule=rule,
        quote=page.snap.quote(clause), lines=lines, values=typed if typed is not None else usual,
        problems=problems, whole=whole, person=PERSON, for_head=FOR_HEAD, purpose=PURPOSE, first=FIRST, last=LAST,
        name=NAME, member=page.addressee.post_id is not None,
    )  # fmt: skip


def asked_by(session: Session, page: UnitPage, language: Language) -> Sequence[Line]:
    """What the people of the page's unit have asked for, the newest first."""
    return _lines(session, page, language, _ASKED)


def put_before(session: Session, page: UnitPage, language: Language) -> Sequence[Line]:
    """What the one behind the page decides or has decided, the newest first."""
    return _lines(session, page, language, _PUT)


# Built once: every page of a unit that may ask for something asks them.
_DECIDER = aliased(Addressee)
_REQUESTS = (
    select(PermissionRequest, Duty, Obligation.clause, Addressee.name, _DECIDER.name)
    .join(Duty, Duty.id == PermissionRequest.duty_id)
    .join(Obligation, Obligation.id == PermissionRequest.obligation_id)
    .join(Addressee, Addressee.id == PermissionRequest.addressee_id)
    .join(_DECIDER, _DECIDER.id == Duty.addressee_id)
    .where(Obligation.directive_id == bindparam("directive"))
    .order_by(PermissionRequest.id.desc())
)
_ASKED = _REQUESTS.where(PermissionRequest.addressee_id == bindparam("of"))
_PUT = _REQUESTS.where(Duty.addressee_id == bindparam("of"))


def _lines(session: Session, page: UnitPage, language: Language, requests: Select[Any]) -> Sequence[Line]:
    rows = session.execute(requests, {"directive": page.directive.id, "of": page.addressee.id})
    matters = {rule.clause: rule.matter for rule in page.snap.content.regime.permissions}
    return [
        Line(
            request=request, clause=clause, due_at=duty.due_at, matter=matters.get(clause, ""),
            quote=page.snap.quote(clause), unit=unit, decider=decider_name,
            standing=_standing(request, duty, page.time, language), pending=duty.state is DutyState.OPEN,
        )
        for request, duty, clause, unit, decider_name in rows
    ]  # fmt: skip


def _standing(request: PermissionRequest, duty: Duty, now: datetime, language: Language) -> Standing:
    if request.state is PermissionState.GRANTED:
        return Standing(Tone.DONE, language.say("đồng ý"))
    if request.state is PermissionState.REFUSED:
        return Standing(Tone.QUIET, language.say("không đồng ý"))
    return of_duty(duty, now, language)


def _days(typed: Mapping[str, str]) -> tuple[dict[str, date], dict[str, str]]:
    """The days of a journey, as a date field of a browser gives them or as a person writes them."""
    days: dict[str, date] = {}
    problems: dict[str, str] = {}
    for key in (FIRST, LAST):
        try:
            days[key] = read_day(typed.get(key, ""))
        except ValueError:
            problems[key] = "ghi ngày, ví dụ 24/11/2021"
    return days, problems
