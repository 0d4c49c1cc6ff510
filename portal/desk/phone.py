"""Phoning a unit: its numbers, what it has to be told, and the log of calls."""

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from hoatoc import clock
from hoatoc.errors import SubmissionRefused
from hoatoc.ledger.schema import Directive
from hoatoc.rollout import missing, phone
from portal import once
from portal.desk import phrases
from portal.front import Front, TheFront
from portal.officer import AnyOfficer, DeskOfficer, Officer
from portal.typed import RowId, Typed

router = APIRouter(prefix="/vb/{directive_id}/goi/{addressee_id}")
#: The names of the form's fields, by what the core calls them.
FIELDS = {
    "number": "so-may",
    "result": "ket-qua",
    "spoke_with": "nguoi-nghe",
    "note": "ghi-chu",
    "acknowledges": "xac-nhan",
}


@router.get("")
def show_calls(front: TheFront, officer: AnyOfficer, directive_id: RowId, addressee_id: RowId) -> Response:
    """Whom to phone and what has come of it so far."""
    return _page(front, officer, directive_id, addressee_id)


@router.post("")
def take_down(
    front: TheFront, officer: DeskOfficer, directive_id: RowId, addressee_id: RowId, typed: Typed
) -> Response:  # fmt: skip
    """Take down a call; who was reached may acknowledge by it."""
    said = {name: typed.get(key, "") for name, key in FIELDS.items() if name != "acknowledges"}
    try:
        with front.ledger.write() as session:
            addressee = phone.addressee_of(session, directive_id, addressee_id)
            phone.log(
                session, addressee, **said, acknowledges=FIELDS["acknowledges"] in typed, caller=officer.actor,
                caller_name=officer.name, now=clock.read(session),
            )  # fmt: skip
    except SubmissionRefused as refused:
        return _page(front, officer, directive_id, addressee_id, typed=typed, problems=refused.problems)
    return RedirectResponse(f"/ban/vb/{directive_id}/goi/{addressee_id}", status_code=303)


def _page(
    front: Front, officer: Officer, directive_id: int, addressee_id: int, *, typed: dict[str, str] | None = None,
    problems: dict[str, str] | None = None,
) -> Response:  # fmt: skip
    with front.ledger.read() as session:
        now = clock.read(session)
        addressee = phone.addressee_of(session, directive_id, addressee_id)
        directive = session.get_one(Directive, directive_id)
        owed = [
            (once.title(group.kind, group.subject, front.language, group.slot), group.due_at)
            for group in missing.awaited_of(session, addressee)
        ]
        return front.pages.page(
            "desk/phone", status=200 if typed is None else 422, officer=officer, now=now, directive=directive,
            simulated=clock.is_simulated(session), one=phone.known(session, addressee, now), owed=owed,
            results=phrases.calls(front.language), fields=FIELDS, typed=typed or {}, problems=problems or {},
        )  # fmt: skip
