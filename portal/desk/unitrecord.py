"""A unit's record over all directives."""

from datetime import datetime

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from hoatoc import clock
from hoatoc.ledger.schema import Directive, Duty, Office
from hoatoc.localtime import DEFAULT_ZONE
from hoatoc.rollout import messages, record
from portal import once
from portal.desk import phrases
from portal.front import TheFront
from portal.officer import AnyOfficer

router = APIRouter()
_LETTERS = 10


@router.get("/don-vi/{key}")
def show_unit(front: TheFront, officer: AnyOfficer, key: str) -> Response:
    """What a unit owed and how it did; `key` is its key in the directory, or its number in the ledger."""
    language = front.language
    with front.ledger.read() as session:
        now = clock.read(session)
        # PostgreSQL takes no NUL in text.
        read = record.read(session, record.find(session, key.replace("\0", "")), now)
        zones = {line.directive.id: line.directive.zone for line in read.lines}
        titles = {line.directive.id: line.directive.title for line in read.lines}
        return front.pages.page(
            "desk/unit", officer=officer, now=now, simulated=clock.is_simulated(session), read=read, zones=zones,
            titles=titles, zone=next(iter(zones.values()), DEFAULT_ZONE), trees=phrases.trees(language),
            results=phrases.calls(language),
            office=session.get_one(Office, read.unit.office_id).key,
            letters=messages.of_unit(session, read.unit.id, limit=_LETTERS),
            open_duties=[
                (duty, once.title(duty.kind, duty.subject, language, duty.slot), _is_late(session, duty, now))
                for duty in read.open_duties
            ],
        )  # fmt: skip


def _is_late(session: Session, duty: Duty, now: datetime) -> bool:
    return duty.due_at < session.get_one(Directive, duty.directive_id).time_at(now)
