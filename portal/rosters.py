"""Lists of persons: handed in by the unit that owes them, opened by the posts that may read them and by nobody else."""

from collections.abc import Mapping
from datetime import timedelta

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc import clock
from hoatoc.errors import NotFound, SubmissionRefused, TokenError
from hoatoc.format.regime import RosterRule
from hoatoc.format.roster import RosterForm
from hoatoc.ledger.schema import Addressee, Directive, Duty, DutyKind, Roster
from hoatoc.localtime import NEVER, local_date
from hoatoc.rollout import access, rosters, snapshot, wording
from hoatoc.rollout.command import ChainOfCommand
from hoatoc.rollout.snapshot import Snapshot
from hoatoc.rollout.views import UnitPage, addressee_of, unit_page
from portal import once
from portal.front import Front, TheFront
from portal.reports import Incoming, TheIncoming
from portal.rostersheet import XLSX, Table, read_file, what_it_holds, write_empty
from portal.typed import NAME, RowId, Signature, signature
from portal.visitor import enter

router = APIRouter()
FILE, NOBODY = "tep", "khong-co-ai"


@router.get("/v/{token}/danh-sach/{duty_id}")
def show_upload(front: TheFront, token: str, duty_id: RowId) -> Response:
    """Where a unit gets the empty list and hands in the filled one. What it handed in is not shown again."""
    return _form(front, token, duty_id, None, {})


@router.get("/v/{token}/danh-sach/{duty_id}/mau.xlsx")
def give_empty(front: TheFront, token: str, duty_id: RowId) -> Response:
    """The empty list to fill in."""
    with front.ledger.read() as session:
        _, form = owed(front, session, token, duty_id)
    headers = {"Content-Disposition": f'attachment; filename="{form.key}.xlsx"'}
    return Response(write_empty(form), media_type=XLSX, headers=headers)


@router.post("/v/{token}/danh-sach/{duty_id}")
def take_list(front: TheFront, token: str, duty_id: RowId, incoming: TheIncoming) -> Response:
    """Take in a list; a refusal names every wrong cell and keeps nothing."""
    signed = signature(incoming.typed)
    with front.ledger.read() as session:
        _, form = owed(front, session, token, duty_id)
    try:
        table = _table(form, incoming)  # outside of any transaction: reading a file may take seconds
        hand_in(front, token, duty_id, table, signed)
    except SubmissionRefused as refused:
        return _form(front, token, duty_id, incoming.typed, refused.problems | signed.problems, whole=str(refused))
    return RedirectResponse(f"/v/{token}/danh-sach/{duty_id}", status_code=303)


def hand_in(front: Front, token: str, duty_id: int, table: Table, signed: Signature) -> Roster:
    """Take in the lines of a list in the name of the one behind `token`. Raises NotFound, and SubmissionRefused."""
    with front.ledger.write() as session:
        addressee, _ = owed(front, session, token, duty_id)
        roster = rosters.hand_in(session, addressee, duty_id, table, now=clock.read(session), by_name=signed.name)
        if signed.problems:
            raise SubmissionRefused("Chưa nhận được danh sách.")
        return roster


@router.get("/ds/{token}")
def show_cover(front: TheFront, token: str) -> Response:
    """What list this is. Opening the page opens no list: mail scanners open links too."""
    with front.ledger.read() as session:
        duty, reader = _enter_reader(front, session, token)
        return _read_page(front, session, token, duty, reader, None)


@router.post("/ds/{token}")
def open_list(front: TheFront, token: str) -> Response:
    """Open the list, which leaves an event; for a post that may not read it, only the event. A link that was taken
    back or is too old leaves none."""
    with front.ledger.write() as session:
        duty, reader = _enter_reader(front, session, token)
        roster = rosters.open_for(session, duty.id, reader, now=clock.read(session))
        opened = _read_page(front, session, token, duty, reader, roster) if roster else None
    if opened is None:
        raise TokenError("liên kết không dùng được")
    return opened


def owed(front: Front, session: Session, token: str, duty_id: int) -> tuple[Addressee, RosterForm]:
    """The addressee behind `token`, which owes the list, and what the list holds. Raises TokenError and NotFound."""
    addressee = enter(front, session, token).settling(session, duty_id)
    page = unit_page(session, addressee, clock.read(session))
    return addressee, _rule(page.snap, once.find_duty(session, page, duty_id, DutyKind.ROSTER))[1]


def _enter_reader(front: Front, session: Session, token: str) -> tuple[Duty, str]:
    """The duty whose list `token` stands for, and the post it was given to. Raises TokenError, the same for every link
    that does not open."""
    duty_id, generation, reader = front.links.read_roster_reader(token)
    duty = session.get(Duty, duty_id)
    if duty is None or duty.kind is not DutyKind.ROSTER:
        raise TokenError("liên kết không dùng được")
    addressee = addressee_of(session, duty.addressee_id, generation)
    access.require_open(session, addressee, lasts=front.link_lasts, now=clock.read(session))
    return duty, reader


def _table(form: RosterForm, incoming: Incoming) -> Table:
    """The lines of the file that came; none when the unit says that there is nobody."""
    _, content = incoming.files.get(FILE, ("", b""))
    nobody = NOBODY in incoming.typed
    if not content and not nobody:
        raise SubmissionRefused("Chưa nhận được danh sách.", {FILE: "chưa chọn tệp"})
    table = read_file(form, content) if content else []
    if table and nobody:
        raise SubmissionRefused("Chưa nhận được danh sách.", {FILE: "đã đánh dấu không có ai mà tệp có người"})
    if not table and not nobody:
        raise SubmissionRefused(
            "Chưa nhận được danh sách.", {FILE: "tệp không có dòng nào; nếu không có ai thì đánh dấu ô “không có ai”"}
        )
    return table


def _form(
    front: Front, token: str, duty_id: int, typed: Mapping[str, str] | None, problems: Mapping[str, str],
    *, whole: str = "",
) -> Response:  # fmt: skip
    with front.ledger.read() as session:
        visitor = enter(front, session, token)
        page = unit_page(session, visitor.settling(session, duty_id), clock.read(session))
        duty = once.find_duty(session, page, duty_id, DutyKind.ROSTER)
        rule, form = _rule(page.snap, duty)
        line = once.line_of(session, page, duty, front.language)
        roster = session.scalar(select(Roster).where(Roster.duty_id == duty_id))
        readers = _readers(session, page, rule)
    own = {FILE, NAME}
    return front.pages.page(
        "roster_form", status=422 if typed is not None else 200, token=token, page=page, line=line, form=form,
        readers=readers, keep=_days(rule.keep), delete_at=_delete_at(roster), what_it_holds=what_it_holds,
        values=typed or {NAME: visitor.usual_name(page) or (roster.by_name if roster else "")},
        problems=problems, cells={key: says for key, says in problems.items() if key not in own}, whole=whole,
        file=FILE, nobody=NOBODY, name=NAME,
    )  # fmt: skip


def _delete_at(roster: Roster | None) -> object:
    return roster.delete_at if roster and roster.delete_at < NEVER else None


def _readers(session: Session, page: UnitPage, rule: RosterRule) -> list[str]:
    chain = ChainOfCommand(
        session, page.directive.office_id, local_date(page.now, page.directive.zone), page.snap.office.leadership
    )
    return [chain.post(reader).name for reader in rule.readers]


def _rule(snap: Snapshot, duty: Duty) -> tuple[RosterRule, RosterForm]:
    """Raises NotFound where an amendment has dropped the list."""
    rule = next((rule for rule in snap.content.regime.rosters if rule.clause == duty.subject), None)
    if rule is None:
        hint = "mở lại liên kết trong thư để xem các việc phải làm"
        raise NotFound("văn bản đã sửa, không yêu cầu danh sách này nữa", hint=hint)
    return rule, snap.rosters[rule.roster]


def _days(keep: timedelta) -> int:
    return max(1, keep.days)


def _read_page(front: Front, session: Session, token: str, duty: Duty, reader: str, roster: Roster | None) -> Response:
    """The cover of a list, or with `roster` the list itself."""
    if reader not in rosters.readers_of(session, duty):
        raise TokenError("liên kết không dùng được")
    directive = session.get_one(Directive, duty.directive_id)
    snap = snapshot.of(directive)
    kept = session.scalar(select(Roster).where(Roster.duty_id == duty.id))
    return front.pages.page(
        "roster_read", token=token, words=wording.directive_words(snap), office=wording.office_words(snap),
        zone=directive.zone, unit=session.get_one(Addressee, duty.addressee_id).name, form=_rule(snap, duty)[1],
        title=once.title(DutyKind.ROSTER, duty.subject, front.language), reader=reader, kept=kept,
        said=once.said_of_roster(kept, directive.zone, front.language) if kept else "",
        delete_at=_delete_at(kept), rows=roster.rows if roster else None, now=clock.read(session),
        simulated=clock.is_simulated(session),
    )  # fmt: skip
