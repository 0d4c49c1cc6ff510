"""What people have written back in words of their own, and what became of it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from hoatoc import clock
from hoatoc.ledger.schema import InboxKind, InboxMail, InboxState
from hoatoc.localtime import NEVER
from hoatoc.rollout import messages
from hoatoc.rollout.messages import Message
from portal.api.bearer import Reader
from portal.front import Front, TheFront

router = APIRouter(prefix="/desk/replies", tags=["desk"])


class Telephone(BaseModel):
    """Where whoever has written can be phoned."""

    model_config = ConfigDict(from_attributes=True)

    whose: str
    number: str


class Attached(BaseModel):
    """A file that came with a mail; the mail itself is downloaded on the desk's page."""

    name: str
    kind: str = Field(description="Its media type, as the sender has it.")
    octets: int


class Reply(BaseModel):
    """A mail in somebody's own words."""

    id: int
    directive_id: int
    title: str = Field(description="The directive it is about.")
    addressee_id: int | None = Field(description="Null for an answer to a letter about others.")
    unit_id: int | None
    name: str = Field(description="Who was written to, and answers.")
    sender: str = Field(description="The mailbox it came from.")
    subject: str
    body: str
    workbook: str | None = Field(description="Why the workbook that came with it was not taken in; null without one.")
    attached: list[Attached]
    acknowledged: bool = Field(description="It was taken in as a receipt, and says or brings something besides.")
    reported: bool = Field(description="Its workbook was taken in as a report, and it brings something besides.")
    bounced: str = Field(description="The address a server could not reach, when that is what it says; else empty.")
    received_at: datetime
    times: int = Field(description="How often it came, in the same words, while it waited.")
    last_at: datetime | None = Field(description="When it came last; null when it came once.")
    telephones: list[Telephone] = Field(description="Of what waits alone.")
    waits: bool
    handled_at: datetime | None = Field(description="Null while it waits.")
    handled_by: str
    how: str = Field(description="How it was dealt with, in the desk's words.")


class Replies(BaseModel):
    """What has come, as asked for."""

    now: datetime
    waiting_in_all: int
    replies: list[Reply]


@router.get("", summary="Replies in people's own words")
def list_replies(
    front: TheFront, _reader: Reader,
    handled: Annotated[bool, Query(description="Those dealt with, the newest first; else those that wait, whoever has "
                                               "waited longest first.")] = False,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Replies:  # fmt: skip
    """What units have answered that is no mere receipt or report: the desk reads it, and answers by telephone or mail.
    Trials are not in it."""
    with front.ledger.read() as session:
        now = clock.read(session)
        found = messages.handled(session, limit=limit) if handled else messages.waiting(session, now, limit=limit)
        return Replies(
            now=now, waiting_in_all=messages.count(session), replies=[_reply(one, front) for one in found]
        )  # fmt: skip


def _workbook(mail: InboxMail, front: Front) -> str | None:
    refused = mail.sheet and mail.outcome == messages.OUTCOME
    return front.language.say(mail.sheet.get("problem", "")) if refused else None


def _reply(one: Message, front: Front) -> Reply:
    mail, addressee = one.mail, one.addressee
    return Reply(
        id=mail.id, directive_id=one.directive.id, title=one.directive.title,
        addressee_id=addressee.id if addressee else None, unit_id=addressee.unit_id if addressee else None,
        name=one.name, sender=mail.sender, subject=mail.subject, body=mail.body,
        workbook=_workbook(mail, front),
        attached=[Attached.model_validate(file) for file in mail.attached],
        acknowledged=mail.outcome == messages.ALSO["receipt"], reported=mail.outcome == messages.ALSO["report"],
        bounced=mail.bounced if mail.kind is InboxKind.BOUNCE else "",
        received_at=mail.received_at, times=one.times, last_at=one.last_at if one.times > 1 else None,
        telephones=[Telephone.model_validate(number) for number in one.numbers],
        waits=mail.state is InboxState.APPLIED, handled_at=mail.handled_at if mail.handled_at < NEVER else None,
        handled_by=mail.handled_by, how=mail.handled_how,
    )  # fmt: skip
