"""The event log, page by page."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from hoatoc import clock
from hoatoc.errors import SubmissionRefused
from hoatoc.localtime import DEFAULT_ZONE
from hoatoc.rollout import log, record
from hoatoc.rollout.log import Filter
from portal.api.bearer import Reader
from portal.front import TheFront
from portal.typed import LARGEST_ID

router = APIRouter(prefix="/desk/events", tags=["desk"])
_YEARS = (2000, 2999)


class Happened(BaseModel):
    """Something that happened."""

    id: int
    at: datetime
    kind: str = Field(description="What, in the past tense: duty_met.")
    subject: str = Field(description="To what: duty:12.")
    actor: str = Field(description="Who or what did it: account:lan.")
    directive_id: int | None
    addressee: str = Field(description="The name of the addressee it is about, '' for none.")
    detail: dict[str, Any]


class Log(BaseModel):
    """A page of the log, the newest first."""

    now: datetime
    events: list[Happened]
    older: int | None = Field(description="`before` of the next page; null on the last.")


@router.get("", summary="Events")
def list_events(
    front: TheFront, _reader: Reader,
    directive: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
    unit: Annotated[str, Query(max_length=100, description="A part of a unit's name, or its number.")] = "",
    actor: Annotated[str, Query(max_length=100, description="A part of who did it.")] = "",
    kind: Annotated[str, Query(max_length=60)] = "",
    day: Annotated[date | None, Query(description="A day on the wall clock of Vietnam.")] = None,
    before: Annotated[int, Query(ge=0, le=LARGEST_ID, description="Only events with a smaller id; 0: all.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Log:  # fmt: skip
    """Every change of state leaves an event; reading the log leaves none."""
    if day is not None and not _YEARS[0] <= day.year <= _YEARS[1]:
        raise SubmissionRefused("Nội dung gửi chưa đúng.", {"day": "năm từ 2000 đến 2999"})
    unit, actor, kind = (said.replace("\0", "").strip() for said in (unit, actor, kind))
    with front.ledger.read() as session:
        wanted = Filter(
            directive_id=directive, unit_ids=record.called(session, unit) if unit else None, actor=actor, kind=kind,
            day=day, zone=DEFAULT_ZONE,
        )  # fmt: skip
        found = log.page(session, wanted, before=before, size=limit)
        return Log(now=clock.read(session), older=found.older or None, events=[
            Happened(
                id=one.event.id, at=one.event.at, kind=one.event.kind, subject=one.event.subject,
                actor=one.event.actor, directive_id=one.event.directive_id, addressee=one.addressee,
                detail=one.event.detail,
            )
            for one in found.entries
        ])  # fmt: skip
