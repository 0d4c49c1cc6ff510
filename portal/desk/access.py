"""Taking back a unit's link that has come into the wrong hands; the unit is mailed a new one."""

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from hoatoc import clock
from hoatoc.errors import HoatocError, NotFound
from hoatoc.ledger.schema import Addressee, Directive
from hoatoc.rollout import access
from portal.front import Front, TheFront
from portal.officer import AnyOfficer, DeskOfficer, Officer
from portal.typed import RowId, Typed

router = APIRouter(prefix="/lien-ket/{addressee_id}")
REASON, GENERATION = "ly-do", "lan"


@router.get("")
def show_link(front: TheFront, officer: AnyOfficer, addressee_id: RowId) -> Response:
    """Whose link it is, and what taking it back does."""
    return _page(front, officer, addressee_id)


@router.post("")
def revoke(front: TheFront, officer: DeskOfficer, addressee_id: RowId, typed: Typed) -> Response:
    """Take it back."""
    seen = typed.get(GENERATION, "")
    try:
        with front.ledger.write() as session:
            access.revoke(
                session, _addressee(session, addressee_id), generation=int(seen[:9]) if seen.isdecimal() else -1,
                reason=typed.get(REASON, ""), by=officer.actor, now=clock.read(session),
            )  # fmt: skip
    except NotFound:
        raise
    except HoatocError as wrong:
        return _page(front, officer, addressee_id, wrong=wrong)
    return _page(front, officer, addressee_id, done=True)


def _page(
    front: Front, officer: Officer, addressee_id: int, *, wrong: HoatocError | None = None, done: bool = False
) -> Response:
    with front.ledger.read() as session:
        addressee = _addressee(session, addressee_id)
        directive = session.get_one(Directive, addressee.directive_id)
    return front.pages.page(
        "desk/access", status=422 if wrong else 200, officer=officer, addressee=addressee, directive=directive,
        wrong=wrong, done=done, names=(REASON, GENERATION),
    )  # fmt: skip


def _addressee(session: Session, addressee_id: int) -> Addressee:
    found = session.get(Addressee, addressee_id)
    if found is None:
        raise NotFound("không có nơi nhận này", hint="mở lại bảng theo dõi")
    return found
