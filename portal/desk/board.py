"""The office's board: who has not reported, whom to phone, and the books."""

from fastapi import APIRouter, Response

from hoatoc import clock
from hoatoc.rollout import views
from portal.desk.arrangement import boards
from portal.front import Front, TheFront
from portal.officer import AnyOfficer, Officer

router = APIRouter()


@router.get("")
def show_board(front: TheFront, officer: AnyOfficer) -> Response:
    """The board of all directives; it refreshes itself where there is JavaScript."""
    return _board(front, officer, "desk/board")


@router.get("/moi")
def refresh_board(front: TheFront, officer: AnyOfficer) -> Response:
    """The same board without the page around it."""
    return _board(front, officer, "desk/board_main")


def _board(front: Front, officer: Officer, template: str) -> Response:
    with front.ledger.read() as session:
        now, simulated = clock.read(session), clock.is_simulated(session)
        directives = views.board(session, now)
    return front.pages.page(
        template, officer=officer, now=now, simulated=simulated, boards=boards(directives, now, front.language)
    )
