"""The directive in its own layout, State or Party, to be read and printed."""

from urllib.parse import quote

from fastapi import APIRouter, Response

from hoatoc import clock
from hoatoc.ledger.schema import Directive
from hoatoc.rollout import originals, snapshot
from hoatoc.rollout.views import unit_page
from portal.front import TheFront
from portal.visitor import enter

router = APIRouter()


@router.get("/v/{token}/ban-ky")
def show_original(front: TheFront, token: str) -> Response:
    """The signed original, to be kept. Raises NotFound where the directive has none."""
    with front.ledger.read() as session:
        addressee = enter(front, session, token).addressee
        directive = session.get_one(Directive, addressee.directive_id)
        named = snapshot.of(directive).original
        found = originals.get(session, directive.id, named["sha256"] if named else "")
    headers = {"Content-Disposition": f"attachment; filename*=utf-8''{quote(found.name, safe='')}"}
    return Response(found.content, media_type=found.kind, headers=headers)


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
