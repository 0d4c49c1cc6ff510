"""Asking the desk for more time (gia hạn)."""

from collections.abc import Callable, Mapping
from datetime import datetime

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from hoatoc import clock
from hoatoc.errors import SubmissionRefused
from hoatoc.ledger.schema import ALIVE, LIVE
from hoatoc.rollout import requests
from hoatoc.rollout.views import unit_page
from portal import once
from portal.front import Front, TheFront
from portal.returning import live_duty
from portal.typed import NAME, RowId, Signature, Typed, read_moment, signature
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
    signed = signature(typed)
    try:
        ask(front, token, duty_id, lambda zone: read_moment(typed.get(UNTIL, ""), zone), typed.get(REASON, ""), signed)
    except SubmissionRefused as refused:
        wrong = {_NAMED.get(key, key): says for key, says in refused.problems.items()}
        return _form(front, token, duty_id, typed, wrong | signed.problems, whole=str(refused))
    return RedirectResponse(f"/v/{token}/gia-han/{duty_id}", status_code=303)


def ask(
    front: Front, token: str, duty_id: int, until: Callable[[str], datetime], reason: str, signed: Signature
) -> None:
    """Put a request before the desk; `until` reads the wanted instant (aware) for a zone and may raise ValueError.
    Raises NotFound, and SubmissionRefused."""
    with front.ledger.write() as session:
        visitor, now = enter(front, session, token), clock.read(session)
        addressee = visitor.unit()
        visitor.require_alive()
        page = unit_page(session, addressee, now)
        duty = live_duty(session, page, duty_id)
        wanted_at, unread = now, dict[str, str]()
        try:
            wanted_at = until(page.directive.zone)
        except ValueError:
            unread = {"wanted_at": "ghi ngày và giờ, ví dụ 25/11/2021 16:00"}
        try:
            requests.ask(session, addressee, duty.id, wanted_at, reason=reason, by_name=signed.name, now=now)
        except SubmissionRefused as refused:
            raise SubmissionRefused(str(refused), refused.problems | unread | signed.problems) from refused
        if unread or signed.problems:
            raise SubmissionRefused("Chưa gửi được đề nghị gia hạn.", unread | signed.problems)


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
        possible=duty.state in LIVE and page.directive.state in ALIVE, whole=whole, problems=problems,
        title=once.title(duty.kind, duty.subject, front.language, duty.slot),
        values=typed if typed is not None else {NAME: visitor.usual_name(page)}, until=UNTIL, reason=REASON, name=NAME,
    )  # fmt: skip
