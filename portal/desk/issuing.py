"""Issuing on screen: the office's drafts, the plan of one with its warnings, try it, propose or issue it, decide."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from hoatoc import clock
from hoatoc.errors import ChangedMeanwhile, FormatError, HoatocError, NotFound
from hoatoc.format.folder import Draft, OfficeFolder, find_draft, office_paths, read_office
from hoatoc.format.office import Approval
from hoatoc.format.problem import Problem
from hoatoc.ledger.schema import DirectiveState, ProposalState
from hoatoc.localtime import DEFAULT_ZONE
from hoatoc.phrase import Phrase
from hoatoc.rehearsal.job import MOST_DAYS
from hoatoc.rollout import approval, pin, plan, sample, trial
from hoatoc.rollout.issue import approved, issue
from hoatoc.rollout.reference import directive_of
from hoatoc.rollout.standings import Standing, problems, standing, standings
from portal.desk.amending import Would, would
from portal.desk.people import People
from portal.front import Front, TheFront
from portal.officer import AnyOfficer, Approver, DeskOfficer, Officer
from portal.typed import RowId

router = APIRouter(prefix="/phat-hanh")
HERE = "/ban/phat-hanh"
#: What the desk looked at, as it was then.
Seen = Annotated[str, Form(alias="noi-dung")]
#: The ticked box by which whoever lets the letters go says that they have read the plan.
HasRead = Annotated[str, Form(alias="da-xem")]


@dataclass(frozen=True)
class Shelf:
    """An office's folder as the page shows it; without `folder` its shared files are `wrong`."""

    key: str
    name: str
    folder: OfficeFolder | None
    standings: list[Standing]
    broken: dict[str, list[Problem]]
    wrong: list[Problem]


@router.get("")
def show_drafts(front: TheFront, officer: AnyOfficer) -> Response:
    """Every office's drafts: those that wait for a decision first, then by where they stand."""
    return drafts_page(front, officer)


def drafts_page(
    front: Front, officer: Officer, *, wrong: HoatocError | None = None, found: Sequence[Problem] = ()
) -> Response:
    """The drafts, with what could not be done, and what was `found` wrong in a file that was sent."""
    with front.ledger.read() as session:
        shelves = [_shelf(session, path.name, path) for path in office_paths(front.folders.directives)]
        waiting = approval.waiting(session)
        return front.pages.page(
            "desk/drafts", status=422 if wrong else 200, officer=officer, shelves=shelves, waiting=waiting,
            zone=_zone(shelves), wrong=wrong, found=found,
            who=People(session, front.language),
        )  # fmt: skip


def _shelf(session: Session, key: str, path: Any) -> Shelf:
    try:
        folder = read_office(path)
    except FormatError as error:
        return Shelf(key, key, None, [], {}, problems(error))
    broken = {name: problems(error) for name, error in folder.broken.items()}
    return Shelf(key, folder.office.name, folder, standings(session, folder), broken, [])


def _zone(shelves: list[Shelf]) -> str:
    return next((shelf.folder.office.zone for shelf in shelves if shelf.folder), DEFAULT_ZONE)


@router.get("/{office}/{name}")
def show_plan(front: TheFront, officer: AnyOfficer, office: str, name: str, xong: str = "") -> Response:
    """What would happen if the draft were issued now; once it is issued, where it runs. `xong` is what has just been
    done."""
    return plan_page(front, officer, f"{office}/{name}", done=xong)


def plan_page(
    front: Front, officer: Officer, key: str, *, wrong: HoatocError | None = None, days: int = 7, done: str = ""
) -> Response:
    """The plan of the draft `key`, with what could not be done, or what has been."""
    folder, draft = read_draft(front, key)
    found, unamendable = _would(front, officer, folder, draft)
    with front.ledger.read() as session:
        now = clock.read(session)
        stands = standing(session, folder, draft)
        # What runs as its file stands was planned once, at its issue.
        made = plan.plan(folder, draft, stands.issued.issued_at if stands.issued and not stands.changed else now)
        return front.pages.page(
            "desk/plan", status=409 if wrong else 200, officer=officer, folder=folder, draft=draft,
            source=draft.source.path.read_text(encoding="utf-8"), stands=stands, now=now,
            plan=made, lines=plan.by_line(made["addressees"]), seen=pin.content_hash(folder, draft, now), wrong=wrong,
            two=folder.office.approval is Approval.TWO, approved=approved(session, folder, draft, now),
            zone=folder.office.zone, instant=datetime.fromisoformat,
            proposed=ProposalState, running=DirectiveState.RUNNING, days=days, most_days=MOST_DAYS,
            samples={item.key: sample.counted(session, item.id) for item in stands.trials}, most=sample.MOST,
            would=found, unamendable=unamendable, done=done, who=People(session, front.language),
        )  # fmt: skip


def _would(
    front: Front, officer: Officer, folder: OfficeFolder, draft: Draft
) -> tuple[Would | None, HoatocError | None]:
    """What the running directive would make of its changed file, for whoever proposes that or approves it; or why it
    cannot follow it."""
    with front.ledger.read() as session:
        stands = standing(session, folder, draft)
    if stands.issued is None or not stands.changed or stands.issued.state is not DirectiveState.RUNNING:
        return None, None
    try:
        return would(front, stands.issued.id, officer.actor), None
    except HoatocError as error:
        return None, error


def read_draft(front: Front, key: str) -> tuple[OfficeFolder, Draft]:
    """The folder and draft of `key`. Raises NotFound, when its file is wrong as well: the list says what is wrong."""
    if key.partition("/")[0] not in {path.name for path in office_paths(front.folders.directives)}:
        raise NotFound("không có cơ quan này", hint="mở lại trang Ban hành")
    try:
        return find_draft(front.folders.directives, key)
    except FormatError as error:
        raise NotFound(Phrase("tệp %(key)s có lỗi", key=key), hint="trang Ban hành nêu từng lỗi và cách sửa") from error


@router.post("/{office}/{name}/ban-hanh")
def issue_draft(
    front: TheFront, officer: DeskOfficer, office: str, name: str, seen: Seen = "", read: HasRead = ""
) -> Response:
    """Issue the draft as it was seen, by someone who says that they have read the plan."""
    if not read:
        return plan_page(front, officer, f"{office}/{name}", wrong=_unread())
    return _do(front, officer, f"{office}/{name}", seen, issue)


@router.post("/{office}/{name}/de-nghi")
def propose_draft(front: TheFront, officer: DeskOfficer, office: str, name: str, seen: Seen = "") -> Response:
    """Propose to issue the draft as it was seen."""
    return _do(front, officer, f"{office}/{name}", seen, approval.propose)


@router.post("/{office}/{name}/chay-thu")
def try_draft(front: TheFront, officer: DeskOfficer, office: str, name: str, seen: Seen = "") -> Response:
    """Begin a trial of the draft as it was seen."""
    return _do(front, officer, f"{office}/{name}", seen, trial.begin)


def _unread() -> HoatocError:
    return HoatocError("chưa đánh dấu đã xem kế hoạch", hint="xem lại kế hoạch, đánh dấu rồi bấm lại")


def _do(front: Front, officer: Officer, key: str, seen: str, what: Callable[..., object]) -> Response:
    folder, draft = read_draft(front, key)
    try:
        with front.ledger.write() as session:
            now = clock.read(session)
            if pin.content_hash(folder, draft, now) != seen:
                raise ChangedMeanwhile(Phrase("tệp %(path)s", path=draft.source.path.name))
            what(session, folder, draft, now=now, by=officer.actor)
    except HoatocError as error:
        return plan_page(front, officer, key, wrong=error)
    return RedirectResponse(f"{HERE}/{key}", status_code=303)


@router.post("/{office}/{name}/bo-chay-thu")
def remove_trial(
    front: TheFront, officer: DeskOfficer, office: str, name: str, which: Annotated[str, Form(alias="lan")]
) -> Response:
    """End one trial of the draft, and take it away."""
    key = f"{office}/{name}"
    with front.ledger.write() as session:
        found = directive_of(session, which)
        if found.id not in {item.id for item in trial.of(session, key)}:
            raise NotFound("không có lần chạy thử này", hint="mở lại trang kế hoạch")
        trial.remove(session, found, by=officer.actor, now=clock.read(session))
    return RedirectResponse(f"{HERE}/{key}?xong=bo-chay-thu", status_code=303)


@router.post("/de-nghi/{proposal_id}/duyet")
def approve(front: TheFront, officer: Approver, proposal_id: RowId, read: HasRead = "") -> Response:
    """Approve what another has proposed; that issues it, which wants the plan read, or lets the desk amend what
    runs."""
    key = _key_of(front, proposal_id)
    folder, draft = read_draft(front, key)
    try:
        with front.ledger.write() as session:
            proposal = approval.find(session, proposal_id)
            if not read and standing(session, folder, draft).issued is None:
                raise _unread()
            approval.approve(session, proposal, folder, draft, now=clock.read(session), by=officer.actor)
    except HoatocError as error:
        return plan_page(front, officer, key, wrong=error)
    return RedirectResponse(f"{HERE}/{key}?xong=duyet", status_code=303)


@router.post("/de-nghi/{proposal_id}/tu-choi")
def refuse(
    front: TheFront, officer: Approver, proposal_id: RowId, reason: Annotated[str, Form(alias="ly-do")] = ""
) -> Response:
    """Refuse what another has proposed, with a reason; or take back one's own."""
    key = _key_of(front, proposal_id)
    try:
        with front.ledger.write() as session:
            proposal = approval.find(session, proposal_id)
            said = reason.replace("\0", "").strip()[:500]
            approval.refuse(session, proposal, reason=said, now=clock.read(session), by=officer.actor)
    except HoatocError as error:
        return plan_page(front, officer, key, wrong=error)
    return RedirectResponse(f"{HERE}/{key}", status_code=303)


def _key_of(front: Front, proposal_id: int) -> str:
    with front.ledger.read() as session:
        return approval.find(session, proposal_id).key
