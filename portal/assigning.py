"""Assigning inside the unit (phân công): who does what, each with a link of their own, which the unit can close."""

from collections.abc import Mapping

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from hoatoc import clock
from hoatoc.errors import SubmissionRefused
from hoatoc.ledger.schema import Specialist
from hoatoc.localtime import NEVER
from hoatoc.rollout import specialists
from hoatoc.rollout.specialists import Asked
from hoatoc.rollout.views import unit_page
from portal import once
from portal.front import Front, TheFront
from portal.typed import NAME, RowId, Signature, Typed, signature
from portal.visitor import enter

router = APIRouter()
PERSON, MAIL, NOTE, SUBJECT = "nguoi-nhan-viec", "thu-dien-tu", "dan-them", "viec-"
_NAMED = {"name": PERSON, "mail": MAIL, "note": NOTE, "assigned_by": NAME}


@router.get("/v/{token}/phan-cong")
def show_form(front: TheFront, token: str) -> Response:
    """Who was assigned what, and the form for one more."""
    return _form(front, token, None, {})


@router.post("/v/{token}/phan-cong")
def take_assignment(front: TheFront, token: str, typed: Typed) -> Response:
    """Assign; a refusal gives the form back as it was filled in. Doing it again changes nothing."""
    signed = signature(typed)
    asked = Asked(
        name=" ".join(typed.get(PERSON, "").split()), mail=typed.get(MAIL, "").strip(),
        subjects=tuple(key.removeprefix(SUBJECT) for key in typed if key.startswith(SUBJECT)),
        note=" ".join(typed.get(NOTE, "").split()), assigned_by=signed.name,
    )  # fmt: skip
    try:
        assign(front, token, asked, signed, channel="portal")
    except SubmissionRefused as refused:
        wrong = {_NAMED.get(key, key): says for key, says in refused.problems.items()}
        return _form(front, token, typed, wrong | signed.problems, whole=str(refused))
    return RedirectResponse(f"/v/{token}/phan-cong", status_code=303)


@router.post("/v/{token}/phan-cong/{specialist_id}/thu-hoi")
def take_back(front: TheFront, token: str, specialist_id: RowId, typed: Typed) -> Response:
    """Close the link of one of the unit's people."""
    close(front, token, specialist_id, signature(typed).name)
    return RedirectResponse(f"/v/{token}/phan-cong", status_code=303)


def assign(front: Front, token: str, asked: Asked, signed: Signature, *, channel: str) -> Specialist:
    """Assign in the name of the unit behind `token`. Raises NotFound, and SubmissionRefused."""
    with front.ledger.write() as session:
        addressee = enter(front, session, token).unit()
        specialist = specialists.assign(session, addressee, asked, now=clock.read(session), channel=channel)
        if signed.problems:
            raise SubmissionRefused("Chưa phân công được.")
        return specialist


def close(front: Front, token: str, specialist_id: int, by_name: str) -> None:
    """Close the link of one of the unit's people, '' for whoever does most things there. Raises NotFound."""
    with front.ledger.write() as session:
        visitor = enter(front, session, token)
        page = unit_page(session, visitor.unit(), clock.read(session))
        specialists.revoke(
            session, page.addressee, specialist_id, by_name=by_name or visitor.usual_name(page), now=page.now
        )


def _form(
    front: Front, token: str, typed: Mapping[str, str] | None, problems: Mapping[str, str], *, whole: str = ""
) -> Response:
    with front.ledger.read() as session:
        visitor = enter(front, session, token)
        page = unit_page(session, visitor.unit(), clock.read(session))
        offered = specialists.assignable(session, page.addressee)
        people = specialists.all_of(session, page.addressee)
    parts = {subject: once.title(kind, subject, front.language) for subject, kind in offered.items()}
    usual = {NAME: visitor.usual_name(page), **{SUBJECT + subject: "1" for subject in offered}}
    return front.pages.page(
        "assign_form", status=422 if typed is not None else 200, token=token, page=page, offered=parts,
        at_work=[one for one in people if one.revoked_at == NEVER],
        before=[one for one in people if one.revoked_at < NEVER], whole=whole, problems=problems,
        values=typed if typed is not None else usual, person=PERSON, mail=MAIL, note=NOTE, subject=SUBJECT, name=NAME,
    )  # fmt: skip
