"""The office's board: who has not reported, the four cells, whom to phone, and units × duties."""

import hashlib
from datetime import datetime

from fastapi import APIRouter, Request, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hoatoc import clock
from hoatoc.ledger.schema import Event
from hoatoc.localtime import DEFAULT_ZONE
from hoatoc.rollout.areas import areas
from hoatoc.rollout.outage import outage
from hoatoc.templating import by_area
from portal.desk import phrases
from portal.desk.arrangement import board
from portal.desk.beginning import beginnings
from portal.desk.choice import Choice, TheChoice
from portal.front import Front, TheFront
from portal.officer import AnyOfficer, Officer

router = APIRouter()


@router.get("")
def show_board(front: TheFront, officer: AnyOfficer, choice: TheChoice) -> Response:
    """The board; it refreshes itself where there is JavaScript."""
    with front.ledger.read() as session:
        return _board(front, session, officer, choice, "desk/board", clock.read(session))


@router.get("/moi")
def refresh_board(request: Request, front: TheFront, officer: AnyOfficer, choice: TheChoice) -> Response:
    """The same board without the page around it; 304 while nothing on it has changed."""
    with front.ledger.read() as session:
        now = clock.read(session)
        tag = _tag(session, officer, choice, now)
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"ETag": tag})
        return _board(front, session, officer, choice, "desk/board_main", now)


def _board(front: Front, session: Session, officer: Officer, choice: Choice, template: str, now: datetime) -> Response:
    language = front.language
    tag = _tag(session, officer, choice, now)
    shown, area_of = board(session, choice, now, language), areas(session)
    answer = front.pages.page(
        template, officer=officer, now=now, simulated=clock.is_simulated(session), board=shown, choice=choice, tag=tag,
        stands=lambda column: phrases.stands(column, language), progress=phrases.progress(language),
        trees=phrases.trees(language), urgencies=phrases.urgencies(language),
        by_area=lambda names: by_area(names, lambda name: area_of.get(name.unit_id, "")),
        outage=outage(session, now), beginnings=[] if shown.directives else beginnings(front.folders.directives),
        zone=shown.sections[0].directive.zone if shown.sections else DEFAULT_ZONE,
    )  # fmt: skip
    answer.headers["ETag"] = tag
    return answer


def _tag(session: Session, officer: Officer, choice: Choice, now: datetime) -> str:
    """What the board depends on: everything that has happened, and the minute, by which spans of time are told."""
    newest = session.scalar(select(func.max(Event.id)))
    seen = f"{newest} {now:%Y%m%d%H%M} {officer.role} {choice.query()}"
    return f'"{hashlib.sha256(seen.encode()).hexdigest()[:20]}"'
