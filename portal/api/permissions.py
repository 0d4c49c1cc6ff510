"""Asking for permission (xin phép), and the answer of the one who decides, each with the token of one's own link."""

from datetime import date, datetime, timedelta

from fastapi import APIRouter
from pydantic import BaseModel, Field

from hoatoc import clock
from hoatoc.ledger.schema import PermissionState
from hoatoc.localtime import NEVER
from hoatoc.rollout import permissions
from hoatoc.rollout.permissions import Asked
from hoatoc.rollout.views import unit_page
from portal.api.bearer import UnitToken
from portal.api.sent import Done, Signed, Words, named
from portal.front import TheFront
from portal.permissions import Line, answer, ask, asked_by, put_before
from portal.typed import RowId
from portal.visitor import enter

router = APIRouter(prefix="/unit", tags=["unit"])


class Matter(BaseModel):
    """Something that needs permission."""

    clause: str
    matter: str
    quote: str = Field(description="The words of the directive.")
    answer_within: timedelta = Field(description="ISO 8601; how soon after the request the answer is due.")


class Request(BaseModel):
    """A request, and what became of it."""

    id: int
    clause: str
    unit: str = Field(description="Where it comes from.")
    person: str = Field(description="Who wants to go.")
    for_head: bool = Field(description="Whether that is the head of the unit, so that the level above decides.")
    purpose: str
    first_day: date
    last_day: date
    asked_at: datetime
    by: str = Field(description="Who has put it.")
    decider: str = Field(description="Who decides.")
    due_at: datetime = Field(description="Until when the answer is due.")
    state: PermissionState
    pending: bool = Field(description="Whether it still waits for an answer.")
    answered_at: datetime | None = Field(description="Null before.")
    answered_by: str
    reason: str = Field(description="What the decider said with it.")


class Permissions(BaseModel):
    """What the people of a unit need permission for, and what they have asked."""

    now: datetime
    matters: list[Matter]
    requests: list[Request] = Field(description="The newest first.")


class Decisions(BaseModel):
    """What is put before one who decides."""

    now: datetime
    requests: list[Request] = Field(description="The newest first, answered ones too.")


class Asks(Signed):
    """A request for permission."""

    person: Words = Field(description="Who wants to go; at most 120 characters.", examples=["Lê Thị Hoa"])
    for_head: bool = Field(False, description="Whether that is the head of the unit: then the level above decides.")
    purpose: Words = Field(description="Why; at most 1,000 characters.", examples=["Họp về vắc-xin tại Hà Nội"])
    first_day: date
    last_day: date


class Put(Done):
    """The request stands."""

    request_id: int = Field(description="By which it is found in /unit/permissions.")


class Answers(Signed):
    """The answer of the one who decides."""

    granted: bool
    reason: Words = Field("", description="Asked for where it is refused; at most 1,000 characters.")


@router.get("/permissions", summary="What needs permission, and what was asked")
def list_requests(front: TheFront, token: UnitToken) -> Permissions:
    """The matters for which the people of the unit need permission, and the requests made so far."""
    with front.ledger.read() as session:
        page = unit_page(session, enter(front, session, token).unit(), clock.read(session))
        return Permissions(
            now=page.now, requests=[_request(line) for line in asked_by(session, page, front.language)],
            matters=[
                Matter(clause=rule.clause, matter=rule.matter, quote=page.snap.quote(rule.clause),
                       answer_within=rule.answer_within)
                for rule in permissions.matters(session, page.addressee)
            ],
        )  # fmt: skip


@router.post("/permissions/{clause}", summary="Ask for permission")
def take_request(front: TheFront, token: UnitToken, clause: str, sent: Asks) -> Put:
    """Put a request before the one who decides: the head of the unit, and for the head the level above. The same
    request while it waits is the same request."""
    signed = sent.signature
    asked = Asked(
        person=" ".join(sent.person.split()), for_head=sent.for_head, purpose=sent.purpose,
        first_day=sent.first_day, last_day=sent.last_day, asked_by=signed.name,
    )  # fmt: skip
    with named(signed):
        return Put(request_id=ask(front, token, clause.replace("\0", ""), asked, signed.problems).id)


@router.get("/decisions", summary="What is put before me")
def list_decisions(front: TheFront, token: UnitToken) -> Decisions:
    """The requests put before the one whose link it is; of a unit's own link, none."""
    with front.ledger.read() as session:
        page = unit_page(session, enter(front, session, token).unit(), clock.read(session))
        return Decisions(now=page.now, requests=[_request(line) for line in put_before(session, page, front.language)])


@router.post("/decisions/{request_id}", summary="Grant or refuse")
def take_answer(front: TheFront, token: UnitToken, request_id: RowId, sent: Answers) -> Done:
    """The answer stands, and is sent to the one who asked."""
    with named(sent.signature):
        answer(front, token, request_id, sent.granted, sent.reason, sent.signature)
    return Done()


def _request(line: Line) -> Request:
    kept = line.request
    return Request(
        id=kept.id, clause=line.clause, unit=line.unit, person=kept.person, for_head=kept.for_head,
        purpose=kept.purpose, first_day=kept.first_day, last_day=kept.last_day, asked_at=kept.asked_at,
        by=kept.asked_by, decider=line.decider, due_at=line.due_at, state=kept.state, pending=line.pending,
        answered_at=kept.answered_at if kept.answered_at < NEVER else None, answered_by=kept.answered_by,
        reason=kept.reason,
    )  # fmt: skip
