"""Asking the desk for more time (gia hạn)."""

from collections.abc import Mapping

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from hoatoc import clock
from hoatoc.errors import SubmissionRefused
from hoatoc.ledger.schema import DutyState
from hoatoc.rollout import requests
from hoatoc.rollout.views import unit_page
from portal import once
from portal.front import Front, TheFront
from portal.returning import live_duty
from portal.typed import NAME, RowId, Typed, read_moment, signature
from portal.visitor import enter

router = APIRouter()
UNTIL, REASON = "han-moi", "ly-do"
_NAMED = {"wanted_at": UNTIL, "reason": REASON}


@router.get("/v/{token}/gia-han/{duty_id}")
def show_form(front: TheFront, token: str, duty_id: RowId) -> Response:
    """The form, and the requests made so far."""
    return _form(front, token, duty_id, None, {})


@router.post("/v/{token}/gia-han/{duty_id}")
def take_request(front: TheFront, token: str, duty_id: RowId, typed: Typed) -> Response:
    """Put a request before the desk; a refusal gives the form back as it was filled in."""
    signed, problems = signature(typed), dict[str, str]()
    try:
        with front.ledger.write() as session:
            addressee, now = enter(front, session, token).unit(), clock.read(session)
            page = unit_page(session, addressee, now)
            duty = live_duty(session, page, duty_id)
            wanted_at = now
            try:
                wanted_at = read_moment(typed.get(UNTIL, ""), page.directive.zone)
            except ValueError:
                problems[UNTIL] = "ghi ngày và giờ, ví dụ 25/11/2021 16:00"
            requests.ask(
                session, addressee, duty.id, wanted_at, reason=typed.get(REASON, ""), by_name=signed.name, now=now
            )
            if problems or signed.problems:
                raise SubmissionRefused("Chưa gửi được đề nghị gia hạn.")
    except SubmissionRefused as refused:
        wrong = {_NAMED.get(key, key): says for key, says in refused.problems.items()}
        return _form(front, token, duty_id, typed, wrong | problems | signed.problems, whole=str(refused))
    return RedirectResponse(f"/v/{token}/gia-han/{duty_id}", status_code=303)


def _form(
    front: Front, token: str, duty_id: int, typed: Mapping[str, str] | None, problems: Mapping[str, str],
    *, whole: str = "",
) -> Response:  # fmt: skip
    with front.ledger.read() as session:
        visitor = enter(front, session, token)
        page = unit_page(session, visitor.unit(), clock.read(session))
        duty = live_duty(session, page, duty_id)
        asked = [each for each in requests.of_addressee(session, page.addressee) if each.duty_id == duty_id]
    return front.pages.page(
        "more_time_form", status=422 if typed is not None else 200, token=token, page=page, duty=duty, asked=asked,
        possible=duty.state in (DutyState.OPEN, DutyState.RETURNED), whole=whole, problems=problems,
        title=once.title(duty.kind, duty.subject, front.language, duty.slot),
        values=typed if typed is not None else {NAME: visitor.usual_name(page)}, until=UNTIL, reason=REASON, name=NAME,
    )  # fmt: skip
