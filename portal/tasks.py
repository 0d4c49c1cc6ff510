"""Saying that a task is done."""

from collections.abc import Mapping

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc import clock
from hoatoc.errors import SubmissionRefused
from hoatoc.ledger.schema import DutyKind, Fulfilment
from hoatoc.rollout import fulfilment
from hoatoc.rollout.views import UnitPage, addressee_of, unit_page
from portal import once
from portal.front import Front, TheFront
from portal.typed import NAME, Typed, signature

router = APIRouter()
#: The name of the result among what was typed.
EVIDENCE = "ket-qua"


@router.get("/v/{token}/viec/{duty_id}")
def show_task(front: TheFront, token: str, duty_id: int) -> Response:
    """The form on which a unit says what it has done."""
    return _form(front, token, duty_id, None, {})


@router.post("/v/{token}/viec/{duty_id}")
def take_result(front: TheFront, token: str, duty_id: int, typed: Typed) -> Response:
    """Take in the result; a refusal gives the form back as it was filled in."""
    signed = signature(typed)
    try:
        with front.ledger.write() as session:
            addressee = addressee_of(session, *front.links.read_unit(token))
            # What is wrong with the name is told together with the rest, and nothing is kept.
            fulfilment.fulfil(
                session, addressee, duty_id, typed.get(EVIDENCE, ""), now=clock.read(session), by_name=signed.name,
                channel="portal",
            )  # fmt: skip
            if signed.problems:
                raise SubmissionRefused("Chưa ghi kết quả.", signed.problems)
    except SubmissionRefused as refused:
        problems = {EVIDENCE if key == "evidence" else key: says for key, says in refused.problems.items()}
        return _form(front, token, duty_id, typed, problems | signed.problems, whole=str(refused))
    return RedirectResponse(f"/v/{token}", status_code=303)


def _form(
    front: Front, token: str, duty_id: int, typed: Mapping[str, str] | None, problems: Mapping[str, str],
    *, whole: str = "",
) -> Response:  # fmt: skip
    with front.ledger.read() as session:
        page = unit_page(session, addressee_of(session, *front.links.read_unit(token)), clock.read(session))
        duty = once.find_duty(session, page, duty_id, DutyKind.TASK)
        line = once.line_of(session, page, duty, front.language)
        values = typed if typed is not None else _said_before(session, page, duty_id)
    return front.pages.page(
        "task_form", status=422 if typed is not None else 200, token=token, page=page, line=line, values=values,
        problems=problems, whole=whole, evidence=EVIDENCE, name=NAME,
    )  # fmt: skip


def _said_before(session: Session, page: UnitPage, duty_id: int) -> dict[str, str]:
    done = session.scalar(select(Fulfilment).where(Fulfilment.duty_id == duty_id))
    if done is not None:
        return {EVIDENCE: done.evidence, NAME: done.by_name}
    return {EVIDENCE: "", NAME: page.receipt.by_name if page.receipt else ""}
