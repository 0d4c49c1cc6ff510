"""Saying in words what was done: a task, the first action after the acknowledgement, why something was late."""

from collections.abc import Mapping
from datetime import datetime

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc import clock
from hoatoc.errors import SubmissionRefused
from hoatoc.ledger.schema import Addressee, Duty, DutyKind, DutyState, Fulfilment
from hoatoc.rollout import explanation, first_action, fulfilment
from hoatoc.rollout.explanation import Known
from hoatoc.rollout.views import unit_page
from portal import once
from portal.front import Front, TheFront
from portal.steps import step_words
from portal.typed import NAME, RowId, Signature, Typed, signature
from portal.visitor import enter

router = APIRouter()
#: The name of what is said among what was typed.
EVIDENCE = "ket-qua"


@router.get("/v/{token}/viec/{duty_id}")
def show_task(front: TheFront, token: str, duty_id: RowId) -> Response:
    """The form on which a unit says what it has done."""
    return _form(front, token, duty_id, DutyKind.TASK, None, {})


@router.post("/v/{token}/viec/{duty_id}")
def take_result(front: TheFront, token: str, duty_id: RowId, typed: Typed) -> Response:
    """Take in the result; a refusal gives the form back as it was filled in."""
    return _take(front, token, duty_id, DutyKind.TASK, typed)


@router.get("/v/{token}/trien-khai/{duty_id}")
def show_first_action(front: TheFront, token: str, duty_id: RowId) -> Response:
    """The form on which a unit says what it has done first."""
    return _form(front, token, duty_id, DutyKind.FIRST_ACTION, None, {})


@router.post("/v/{token}/trien-khai/{duty_id}")
def take_first_action(front: TheFront, token: str, duty_id: RowId, typed: Typed) -> Response:
    """Take in the first action; a refusal gives the form back as it was filled in."""
    return _take(front, token, duty_id, DutyKind.FIRST_ACTION, typed)


@router.get("/v/{token}/giai-trinh/{duty_id}")
def show_explanation(front: TheFront, token: str, duty_id: RowId) -> Response:
    """The facts of what was late, and the form for the unit's own words."""
    return _form(front, token, duty_id, DutyKind.EXPLANATION, None, {})


@router.post("/v/{token}/giai-trinh/{duty_id}")
def take_explanation(front: TheFront, token: str, duty_id: RowId, typed: Typed) -> Response:
    """Take in the explanation; a refusal gives the form back as it was filled in."""
    return _take(front, token, duty_id, DutyKind.EXPLANATION, typed)


def _take(front: Front, token: str, duty_id: int, kind: DutyKind, typed: Mapping[str, str]) -> Response:
    signed = signature(typed)
    try:
        settle(front, token, duty_id, kind, typed.get(EVIDENCE, ""), signed, channel="portal")
    except SubmissionRefused as refused:
        problems = {EVIDENCE if key == "evidence" else key: says for key, says in refused.problems.items()}
        return _form(front, token, duty_id, kind, typed, problems | signed.problems, whole=str(refused))
    return RedirectResponse(f"/v/{token}", status_code=303)


def settle(
    front: Front, token: str, duty_id: int, kind: DutyKind, said: str, signed: Signature, *, channel: str
) -> None:  # fmt: skip
    """Take in what the one behind `token` has `said` about a duty. Raises NotFound, and SubmissionRefused."""
    with front.ledger.write() as session:
        addressee, now = enter(front, session, token).settling(session, duty_id), clock.read(session)
        duty = once.find_duty(session, unit_page(session, addressee, now), duty_id, kind)
        # What is wrong with the name is told together with the rest, and nothing is kept.
        _settle(session, addressee, duty, said, now, signed.name, channel)
        if signed.problems:
            raise SubmissionRefused("Chưa ghi nhận.", signed.problems)


def _settle(
    session: Session, addressee: Addressee, duty: Duty, said: str, now: datetime, by_name: str, channel: str
) -> None:  # fmt: skip
    if duty.kind is DutyKind.EXPLANATION:
        explanation.explain(session, addressee, duty.id, said, now=now, by_name=by_name, channel=channel)
    elif duty.kind is DutyKind.TASK:
        fulfilment.fulfil(session, addressee, duty.id, said, now=now, by_name=by_name, channel=channel)
    elif duty.state not in (DutyState.MET, DutyState.MET_LATE):  # said once: a second press of the button is harmless
        first_action.act(session, addressee, said, now=now, by_name=by_name, channel=channel)


def _form(
    front: Front, token: str, duty_id: int, kind: DutyKind, typed: Mapping[str, str] | None,
    problems: Mapping[str, str], *, whole: str = "",
) -> Response:  # fmt: skip
    with front.ledger.read() as session:
        visitor = enter(front, session, token)
        page = unit_page(session, visitor.settling(session, duty_id), clock.read(session))
        duty = once.find_duty(session, page, duty_id, kind)
        line = once.line_of(session, page, duty, front.language)
        values = typed if typed is not None else _said_before(session, visitor.usual_name(page), duty_id)
        known: Known | None = explanation.known(session, duty) if kind is DutyKind.EXPLANATION else None
    return front.pages.page(
        "task_form", status=422 if typed is not None else 200, token=token, page=page, line=line, values=values,
        problems=problems, whole=whole, evidence=EVIDENCE, name=NAME, kind=kind, known=known, step_words=step_words,
    )  # fmt: skip


def _said_before(session: Session, usual_name: str, duty_id: int) -> dict[str, str]:
    done = session.scalar(select(Fulfilment).where(Fulfilment.duty_id == duty_id))
    if done is not None:
        return {EVIDENCE: done.evidence, NAME: done.by_name}
    return {EVIDENCE: "", NAME: usual_name}
