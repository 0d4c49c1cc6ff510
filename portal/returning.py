"""Giving back what is not one's own to do: the whole document before it is acknowledged, or one duty."""

from collections.abc import Mapping

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from hoatoc import clock
from hoatoc.errors import NotFound, SubmissionRefused
from hoatoc.ledger.schema import ALIVE, LIVE, Duty, DutyKind, DutyState
from hoatoc.phrase import Phrase
from hoatoc.rollout import relief
from hoatoc.rollout.views import UnitPage, unit_page
from portal import once
from portal.front import Front, TheFront
from portal.typed import NAME, RowId, Signature, Typed, signature
from portal.visitor import enter

router = APIRouter()
REASON = "ly-do"
_LONGEST = 1000


@router.get("/v/{token}/tra-lai/{duty_id}")
def show_return(front: TheFront, token: str, duty_id: RowId) -> Response:
    """The form on which a unit says that a duty is not its to do."""
    return _form(front, token, duty_id, None, {})


@router.post("/v/{token}/tra-lai/{duty_id}")
def take_return(front: TheFront, token: str, duty_id: RowId, typed: Typed) -> Response:
    """Give a duty back; giving back the acknowledgement gives back the document. Doing it again changes nothing."""
    try:
        give_back(front, token, duty_id, typed.get(REASON, ""), signature(typed), channel="portal")
    except SubmissionRefused as refused:
        return _form(front, token, duty_id, typed, refused.problems, whole=str(refused))
    return RedirectResponse(f"/v/{token}", status_code=303)


def give_back(front: Front, token: str, duty_id: int, reason: str, signed: Signature, *, channel: str) -> None:
    """Give a duty back in the name of the unit behind `token`. Raises NotFound, and SubmissionRefused."""
    reason = reason.strip()
    with front.ledger.write() as session:
        visitor, now = enter(front, session, token), clock.read(session)
        addressee = visitor.unit()
        visitor.require_alive()
        duty = live_duty(session, unit_page(session, addressee, now), duty_id)
        _refuse(duty, reason, signed.problems)
        if duty.state is DutyState.OPEN:
            relief.send_back(session, addressee, duty, reason=reason, by_name=signed.name, channel=channel, now=now)


def live_duty(session: Session, page: UnitPage, duty_id: int) -> Duty:
    """The duty of that id, locked, if the addressee of `page` owes it and it was not withdrawn. Raises NotFound."""
    duty = relief.duty_of(session, duty_id)
    if duty.addressee_id != page.addressee.id or duty.state is DutyState.WITHDRAWN:
        raise NotFound("không có việc này", hint="mở lại liên kết trong thư để xem các việc phải làm")
    return duty


def _refuse(duty: Duty, reason: str, problems: Mapping[str, str]) -> None:
    wrong = dict(problems)
    if not reason or len(reason) > _LONGEST:
        wrong[REASON] = Phrase("dài quá %(most)s ký tự", most=_LONGEST) if reason else "ghi lý do trả lại"
    if duty.state not in LIVE:
        raise SubmissionRefused("Việc này đã xong hoặc không còn phải làm, không trả lại được.")
    if wrong:
        raise SubmissionRefused("Chưa trả lại được.", wrong)


def _form(
    front: Front, token: str, duty_id: int, typed: Mapping[str, str] | None, problems: Mapping[str, str],
    *, whole: str = "",
) -> Response:  # fmt: skip
    with front.ledger.read() as session:
        visitor = enter(front, session, token)
        page = unit_page(session, visitor.unit(), clock.read(session))
        duty = live_duty(session, page, duty_id)
    return front.pages.page(
        "return_form", status=422 if typed is not None else 200, token=token, page=page, duty=duty,
        whole_document=duty.kind is DutyKind.RECEIPT,
        possible=duty.state is DutyState.OPEN and page.directive.state in ALIVE,
        title=once.title(duty.kind, duty.subject, front.language, duty.slot), whole=whole, problems=problems,
        values=typed if typed is not None else {NAME: visitor.usual_name(page)}, reason=REASON, name=NAME,
    )  # fmt: skip
