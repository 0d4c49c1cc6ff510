"""What a directive rests on, for the office's desk: the tree, the state of each document, and the roll-up."""

from fastapi import APIRouter, Response
from sqlalchemy import select

from hoatoc import clock
from hoatoc.errors import NotFound
from hoatoc.ledger.schema import Directive
from hoatoc.rollout import lineage
from portal.front import TheFront
from portal.officer import AnyOfficer

router = APIRouter()


@router.get("/nguon-goc/{key:path}")
def show_lineage(front: TheFront, officer: AnyOfficer, key: str) -> Response:
    """The tree of an issued directive, as the ledger knows it."""
    with front.ledger.read() as session:
        now, simulated = clock.read(session), clock.is_simulated(session)
        key = key.replace("\0", "")  # PostgreSQL takes none in text
        directive = session.scalar(select(Directive).where(Directive.key == key))
        if directive is None:
            raise NotFound("chưa ban hành văn bản này", hint="mở lại bảng theo dõi")
        root = lineage.lineage(session, key, {}, now)
    return front.pages.page(
        "desk/lineage", officer=officer, root=root, summed=lineage.roll_up(root), directive=directive,
        zone=directive.zone, now=now, simulated=simulated,
    )  # fmt: skip
