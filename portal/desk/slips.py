"""Checks the code of a receipt slip that a unit shows."""

from fastapi import APIRouter, Depends, Query, Response

from hoatoc import clock
from hoatoc.errors import TokenError
from hoatoc.ledger.schema import Addressee
from portal import paced
from portal.front import TheFront
from portal.officer import AnyOfficer
from portal.slips import slip
from portal.steps import code_words, way_words

router = APIRouter(prefix="/bien-nhan")


@router.get("", dependencies=[Depends(paced.checks)])
def check_slip(front: TheFront, officer: AnyOfficer, ma: str = Query("", max_length=80)) -> Response:
    """What the ledger says of the unit at the instant of the slip; nothing for a code that was never given, or for a
    unit that a restore has lost."""
    made, known = None, True
    with front.ledger.read() as session:
        if ma.strip():
            try:
                addressee_id, at = front.links.read_slip(ma)
                addressee = session.get(Addressee, addressee_id)
                made = slip(front, session, addressee, at) if addressee else None
            except TokenError:
                known = False
        now, simulated = clock.read(session), clock.is_simulated(session)
    return front.pages.page(
        "desk/slip_check", officer=officer, code=ma, slip=made, known=known, now=now, simulated=simulated,
        code_words=code_words, way_words=way_words,
    )  # fmt: skip
