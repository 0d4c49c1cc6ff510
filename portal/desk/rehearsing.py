"""Rehearsing a draft on screen: played beside the portal, shown when it is done."""

from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse

from hoatoc import clock
from hoatoc.errors import NotFound
from hoatoc.format.slug import slug
from hoatoc.rehearsal.job import MOST_DAYS, Job, page_of
from hoatoc.rehearsal.page import MANNERS, STEPS
from hoatoc.rollout import pin
from portal.desk.issuing import HERE, read_draft
from portal.front import Front, TheFront
from portal.officer import AnyOfficer, DeskOfficer

router = APIRouter(prefix="/phat-hanh/{office}/{name}/dien-tap")
#: How often the page looks again while it plays.
_SECONDS = 2


@router.post("")
def start(
    front: TheFront, _officer: DeskOfficer, office: str, name: str, days: Annotated[int, Form(alias="ngay")] = 7
) -> Response:
    """Rehearse the draft as it stands; what was played already is shown."""
    days = max(1, min(days, MOST_DAYS))
    _job(front, f"{office}/{name}", days).start()
    return RedirectResponse(f"{HERE}/{office}/{name}/dien-tap/{days}", status_code=303)


@router.get("/{days}")
def show(front: TheFront, officer: AnyOfficer, office: str, name: str, days: int) -> Response:
    """How far it is; once it is done, what it has come to. The page looks again by itself, without JavaScript too."""
    key = f"{office}/{name}"
    played = _job(front, key, days).read()
    if played is None:
        raise NotFound("chưa diễn tập nội dung này", hint="mở trang kế hoạch và bấm Diễn tập")
    page = front.pages.page(
        "desk/rehearsal", officer=officer, key=key, days=days, played=played, account=played.account, steps=STEPS,
        manners=MANNERS,
    )  # fmt: skip
    if not played.done:
        page.headers["Refresh"] = str(_SECONDS)
    return page


@router.get("/{days}/tep")
def download(front: TheFront, _officer: AnyOfficer, office: str, name: str, days: int) -> Response:
    """The whole account as a page of its own, with its charts."""
    played = _job(front, f"{office}/{name}", days).read()
    if played is None or not played.account:
        raise NotFound("chưa diễn tập nội dung này", hint="mở trang kế hoạch và bấm Diễn tập")
    disposition = f'attachment; filename="dien-tap-{slug(name)}-{days}-ngay.html"'
    return Response(page_of(played.account), media_type="text/html", headers={"Content-Disposition": disposition})


def _job(front: Front, key: str, days: int) -> Job:
    folder, draft = read_draft(front, key)
    with front.ledger.read() as session:
        content = pin.content_hash(folder, draft, clock.read(session))
    return Job(front.folders.home, front.folders.directives, key, content, days)
