"""What has come back by mail in people's own words: read here, answered by phone or mail, and marked as dealt with."""

from decimal import Decimal
from functools import partial
from urllib.parse import quote

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from hoatoc import clock
from hoatoc.errors import HoatocError, NotFound
from hoatoc.ledger.schema import InboxMail
from hoatoc.localtime import DEFAULT_ZONE
from hoatoc.rollout import messages
from portal.front import Front, TheFront
from portal.language import Language
from portal.officer import AnyOfficer, DeskOfficer, Officer
from portal.typed import RowId, Typed

router = APIRouter(prefix="/thu-den")
HOW = "cach-xu-ly"
_SHOWN, _HANDLED = 200, 30
_MEGA = 1024 * 1024


@router.get("")
def show_messages(front: TheFront, officer: AnyOfficer) -> Response:
    """Who has written back and waits, and what was dealt with last."""
    return _page(front, officer)


@router.get("/{message_id}/thu-goc")
def download(front: TheFront, _officer: DeskOfficer, message_id: RowId) -> Response:
    """The mail as it came, with what was attached to it, for the officer's own mail program."""
    with front.ledger.read() as session:
        content = messages.original(session, message_id)
    headers = {"Content-Disposition": f'attachment; filename="thu-{message_id}.eml"'}
    return Response(content, media_type="message/rfc822", headers=headers)


@router.post("/{message_id}")
def handle(front: TheFront, officer: DeskOfficer, message_id: RowId, typed: Typed) -> Response:
    """Mark a message as dealt with."""
    try:
        with front.ledger.write() as session:
            messages.handle(
                session, message_id, how=typed.get(HOW, ""), by=officer.actor, by_name=officer.name,
                now=clock.read(session),
            )  # fmt: skip
    except NotFound:
        raise
    except HoatocError as wrong:
        return _page(front, officer, which=message_id, typed=typed.get(HOW, ""), wrong=wrong)
    return RedirectResponse("/ban/thu-den", status_code=303)


def _page(
    front: Front, officer: Officer, *, which: int = 0, typed: str = "", wrong: HoatocError | None = None
) -> Response:
    with front.ledger.read() as session:
        now, simulated = clock.read(session), clock.is_simulated(session)
        total = messages.count(session)
        waiting = messages.waiting(session, now, limit=_SHOWN)
        handled = messages.handled(session, limit=_HANDLED)
        zone = next((one.directive.zone for one in [*waiting, *handled]), DEFAULT_ZONE)
    return front.pages.page(
        "desk/messages", status=200 if wrong is None else 422, officer=officer, now=now, simulated=simulated,
        zone=zone, total=total, waiting=waiting, handled=handled, mailto=_mailto, which=which, typed=typed,
        wrong=wrong, how=HOW, size=partial(_size, front.language),
    )  # fmt: skip


def _size(language: Language, octets: int) -> str:
    """How large a file is, rounded up: "83 KB", "2,4 MB"."""
    if octets <= _MEGA:
        return f"{language.number(-(-octets // 1024))} KB"
    return f"{language.figure(f'{Decimal(octets) / _MEGA:.1f}')} MB"


def _mailto(mail: InboxMail) -> str:
    """An answer to `mail` begun in the officer's own mail program."""
    subject = mail.subject if mail.subject.casefold().startswith("re:") else f"Re: {mail.subject}".strip()
    return f"mailto:{quote(mail.sender, safe='@')}?subject={quote(subject)}"
