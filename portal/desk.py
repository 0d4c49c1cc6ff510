"""The office's board: who has not reported, whom to phone, and the books."""

from fastapi import APIRouter, Response

from hoatoc import clock
from hoatoc.rollout import views
from portal.board import boards
from portal.front import Front, TheFront

router = APIRouter()


@router.get("/bang/{token}")
def show_board(front: TheFront, token: str) -> Response:
    """The board of all directives; it refreshes itself where there is JavaScript."""
    return _board(front, token, "board")


@router.get("/bang/{token}/moi")
def refresh_board(front: TheFront, token: str) -> Response:
    """The same board without the page around it."""
    return _board(front, token, "board_main")


def _board(front: Front, token: str, template: str) -> Response:
    front.links.read_desk(token)
    with front.ledger.read() as session:
        now, simulated = clock.read(session), clock.is_simulated(session)
        directives = views.board(session, now)
    return front.pages.page(
        template, token=token, now=now, simulated=simulated, boards=boards(directives, now, front.language)
    )
