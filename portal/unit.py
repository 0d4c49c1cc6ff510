"""A unit's pages, behind the link in its mail. Opening one changes nothing: mail scanners open links too."""

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from hoatoc import clock
from hoatoc.errors import NotFound
from hoatoc.ledger.schema import Addressee
from hoatoc.rollout import acknowledge
from hoatoc.rollout.views import UnitPage, addressee_of, unit_page
from portal.front import Front, TheFront
from portal.once import once_by
from portal.owed import owed_by
from portal.permissions import decider_page
from portal.typed import NAME, TITLE, Signature, Typed, signature

router = APIRouter()


# The second path is where a browser without JavaScript stands after a refused acknowledgement, and may reload.
@router.get("/v/{token}")
@router.get("/v/{token}/nhan")
def show_unit(front: TheFront, token: str) -> Response:
    """The directive, and what the unit owes by when."""
    return _unit(front, token, Signature("", ""))


@router.post("/v/{token}/nhan")
def take_receipt(front: TheFront, token: str, typed: Typed) -> Response:
    """Acknowledge the directive in the name of the person who presses."""
    signed = signature(typed)
    if signed.problems:
        return _unit(front, token, signed)
    with front.ledger.write() as session:
        addressee = _addressee(front, session, token)
        if addressee.decides:
            raise NotFound("văn bản này không gửi tới người trả lời xin phép", hint="mở lại liên kết trong thư")
        acknowledge.acknowledge(
            session, addressee, now=clock.read(session), by_name=signed.name, by_title=signed.title, channel="portal"
        )
    return _see(f"/v/{token}")


def _unit(front: Front, token: str, signed: Signature) -> Response:
    with front.ledger.read() as session:
        page, simulated = _page(front, session, token), clock.is_simulated(session)
        once = once_by(session, page, front.language)
    if page.addressee.decides:
        return decider_page(front, token)
    return front.pages.page(
        "unit", status=422 if signed.problems else 200, token=token, page=page, owed=owed_by(page, front.language),
        once=once, signed=signed, name=NAME, title=TITLE, simulated=simulated,
    )  # fmt: skip


def _page(front: Front, session: Session, token: str) -> UnitPage:
    return unit_page(session, _addressee(front, session, token), clock.read(session))


def _addressee(front: Front, session: Session, token: str) -> Addressee:
    return addressee_of(session, *front.links.read_unit(token))


def _see(path: str) -> Response:
    return RedirectResponse(path, status_code=303)
