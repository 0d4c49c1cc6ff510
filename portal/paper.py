"""The directive in its own layout, State or Party, to be read and printed."""

from fastapi import APIRouter, Response

from hoatoc import clock
from hoatoc.rollout.views import unit_page
from portal.front import TheFront
from portal.visitor import enter

router = APIRouter()


@router.get("/v/{token}/van-ban")
def show_paper(front: TheFront, token: str) -> Response:
    """What the directive orders, clause by clause, between its heading and its signature."""
    with front.ledger.read() as session:
        page = unit_page(session, enter(front, session, token).addressee, clock.read(session))
    text = page.text
    return front.pages.page(
        "paper", token=token, page=page, text=text,
        # A letter (công văn) carries its subject under its number; whatever has a name carries it below the name.
        is_letter=text.type.casefold() == "công văn",
        kept=[recipient for recipient in text.recipients if recipient.role != "file"],
        filed=[recipient for recipient in text.recipients if recipient.role == "file"],
    )  # fmt: skip
