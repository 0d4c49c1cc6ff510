"""Assigning inside the unit (phân công): who of its people does what, each with a link of their own."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from hoatoc import clock
from hoatoc.ledger.schema import DutyKind, Specialist
from hoatoc.localtime import NEVER
from hoatoc.rollout import specialists
from hoatoc.rollout.specialists import Asked
from hoatoc.rollout.views import unit_page
from portal import once
from portal.api.bearer import UnitToken
from portal.api.sent import Done, Signed, Words, named
from portal.assigning import assign, close
from portal.front import TheFront
from portal.typed import RowId
from portal.visitor import enter

router = APIRouter(prefix="/unit/assignments", tags=["unit"])


class Part(BaseModel):
    """A part of what the unit owes that can be given to somebody."""

    subject: str = Field(description="By which it is named in an assignment.")
    kind: DutyKind
    title: str


class Assignment(BaseModel):
    """Somebody of the unit, and what was given to them."""

    id: int
    person: str
    mail: str
    subjects: list[str]
    note: str
    assigned_at: datetime
    by: str = Field(description="Who has assigned it.")
    closed_at: datetime | None = Field(description="When their link was closed; null while it opens.")


class Assignments(BaseModel):
    """Who does what."""

    now: datetime
    parts: list[Part] = Field(description="What can be given to somebody, the earliest due first.")
    assignments: list[Assignment] = Field(description="The newest first, closed ones too.")


class Assigns(Signed):
    """An assignment."""

    person: Words = Field(description="Who is to do it; at most 120 characters.", examples=["Trần Văn Bình"])
    mail: Words = Field(description="Where their link goes.", examples=["binh.tv@soyte.example"])
    subjects: list[Words] = Field(description="Of `parts`, at least one.")
    note: Words = Field("", description="A word for them; at most 500 characters.")


class Given(Done):
    """The assignment stands."""

    assignment_id: int = Field(description="By which their link is closed.")


@router.get("", summary="Who does what")
def list_assignments(front: TheFront, token: UnitToken) -> Assignments:
    """What the unit can give to its people, and to whom it has given what."""
    with front.ledger.read() as session:
        page = unit_page(session, enter(front, session, token).unit(), clock.read(session))
        return Assignments(
            now=page.now, assignments=[_assignment(one) for one in specialists.all_of(session, page.addressee)],
            parts=[
                Part(subject=subject, kind=kind, title=once.title(kind, subject, front.language))
                for subject, kind in specialists.assignable(session, page.addressee).items()
            ],
        )  # fmt: skip


@router.post("", summary="Assign")
def take_assignment(front: TheFront, token: UnitToken, sent: Assigns) -> Given:
    """Give a part to somebody, who gets a link of their own by mail; the unit goes on owing it. To the same address
    something else: they have that from now on."""
    asked = Asked(
        name=" ".join(sent.person.split()), mail=sent.mail.strip(), subjects=tuple(sent.subjects),
        note=" ".join(sent.note.split()), assigned_by=sent.signature.name,
    )  # fmt: skip
    with named(sent.signature, {"name": "person", "assigned_by": "by"}):
        return Given(assignment_id=assign(front, token, asked, sent.signature, channel="api").id)


@router.post("/{assignment_id}/close", summary="Close a link")
def take_back(front: TheFront, token: UnitToken, assignment_id: RowId, sent: Signed) -> Done:
    """Close the link of one of the unit's people. Doing it again changes nothing."""
    with named(sent.signature):
        sent.refuse_unsigned()
        close(front, token, assignment_id, sent.signature.name)
    return Done()


def _assignment(one: Specialist) -> Assignment:
    return Assignment(
        id=one.id, person=one.name, mail=one.mail, subjects=one.subjects, note=one.note,
        assigned_at=one.assigned_at, by=one.assigned_by, closed_at=one.revoked_at if one.revoked_at < NEVER else None,
    )  # fmt: skip
