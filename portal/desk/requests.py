"""What units ask of the office: more time, what becomes of what they gave back, permission of the leadership."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc import clock
from hoatoc.errors import HoatocError, NotFound, SubmissionRefused
from hoatoc.ledger.schema import Addressee, Directive, Duty, DutyKind, DutyState, Unit
from hoatoc.localtime import DEFAULT_ZONE, local, local_date
from hoatoc.rollout import permissions, phone, relief, requests
from hoatoc.rollout.permissions import Put
from hoatoc.rollout.phone import Number
from hoatoc.rollout.requests import Returned, Waiting
from portal import once
from portal.desk.faroff import require_sure
from portal.front import Front, TheFront
from portal.language import Language
from portal.officer import AnyOfficer, Approver, DeskOfficer, Officer
from portal.typed import RowId, Typed, read_id, read_moment

router = APIRouter(prefix="/de-nghi")
ANSWER, YES, NO = "tra-loi", "dong-y", "khong-dong-y"
UNTIL, REASON, SEEN, DUTY = "han-moi", "ly-do", "da-xem", "viec-"
ACTION, REOPEN, WAIVE, REASSIGN, UNIT = "cach", "giao-lai", "mien", "chuyen", "don-vi"
_DECIDED = 20
#: The names of the fields, and the values of the buttons, for the template.
_WORDS = {
    "ANSWER": ANSWER, "YES": YES, "NO": NO, "UNTIL": UNTIL, "REASON": REASON, "SEEN": SEEN, "DUTY": DUTY,
    "ACTION": ACTION, "REOPEN": REOPEN, "WAIVE": WAIVE, "REASSIGN": REASSIGN, "UNIT": UNIT,
}  # fmt: skip


@dataclass(frozen=True)
class MoreTime:
    """A request for more time as the page shows it; `until` is what stands ready in the field."""

    it: Waiting
    title: str
    until: str


@dataclass(frozen=True)
class Bundle:
    """What one addressee has given back under one directive, with the units it might go to instead."""

    directive: Directive
    addressee: Addressee
    items: list[tuple[Returned, str]]
    units: list[Unit]

    @property
    def whole(self) -> bool:
        """Whether the document itself came back."""
        return any(item.duty.kind is DutyKind.RECEIPT for item, _ in self.items)


@router.get("")
def show_requests(front: TheFront, officer: AnyOfficer, xong: bool = False) -> Response:
    """Everything that waits for a decision of the office; `xong` says that one has just been made."""
    return _page(front, officer, done=xong)


@router.post("/gia-han/{request_id}")
def decide_more_time(front: TheFront, officer: Approver, request_id: RowId, typed: Typed) -> Response:
    """Grant a request for more time, until the time asked for or another, or refuse it."""

    def decide(session: Session, now: datetime) -> None:
        seen = datetime.fromisoformat(typed.get(SEEN, ""))
        said = {"reason": typed.get(REASON, ""), "by": officer.actor, "by_name": officer.name}
        if _answer(typed):
            it = _waiting(session, request_id)
            until = read_moment(typed.get(UNTIL, ""), it.directive.zone)
            require_sure(it.directive, it.duty.due_at, until, typed, UNTIL)
            requests.grant(session, request_id, until, **said, now=now, asked_at=seen)
        else:
            requests.refuse(session, request_id, **said, now=now, asked_at=seen)

    return _decide(front, officer, f"gia-han-{request_id}", typed, decide)


@router.post("/tra-lai/{addressee_id}")
def decide_returned(front: TheFront, officer: DeskOfficer, addressee_id: RowId, typed: Typed) -> Response:
    """What becomes of duties that were given back: their unit has them again, another has them, or nobody."""

    def decide(session: Session, now: datetime) -> None:
        chosen = [
            relief.duty_of(session, read_id(key.removeprefix(DUTY)), int(version))
            for key, version in typed.items()
            if key.startswith(DUTY)
        ]
        if not chosen:
            raise SubmissionRefused("Chưa chọn việc nào.")
        if any(duty.addressee_id != addressee_id for duty in chosen):
            raise NotFound("không có việc này")
        for duty in chosen:
            session.refresh(duty)
            # Giving the document again gives everything that came back with it.
            if duty.state is DutyState.RETURNED:
                _settle(session, duty, typed, officer, now)

    return _decide(front, officer, f"tra-lai-{addressee_id}", typed, decide)


@router.post("/xin-phep/{request_id}")
def take_down_answer(front: TheFront, officer: Approver, request_id: RowId, typed: Typed) -> Response:
    """Take down what the leadership has answered to a request for permission."""

    def decide(session: Session, now: datetime) -> None:
        waiting = permissions.before_leadership(session, now)
        decider = next((decider for request, _, _, decider in waiting if request.id == request_id), None)
        if decider is None:
            raise SubmissionRefused("Đề nghị này đã được trả lời hoặc không còn hiệu lực.")
        permissions.answer(
            session, decider, request_id, granted=_answer(typed), reason=typed.get(REASON, ""), now=now,
            by_name=officer.name, by=officer.actor,
        )  # fmt: skip

    return _decide(front, officer, f"xin-phep-{request_id}", typed, decide)


def _settle(session: Session, duty: Duty, typed: Mapping[str, str], officer: Officer, now: datetime) -> None:
    said: dict[str, Any] = {"reason": typed.get(REASON, ""), "by": officer.actor, "now": now}
    action = typed.get(ACTION, "")
    if action == REOPEN:
        relief.reopen(session, duty, **said)
    elif action == WAIVE:
        relief.waive(session, duty, **said)
    elif action == REASSIGN:
        relief.reassign(session, duty, typed.get(UNIT, ""), **said)
    else:
        raise SubmissionRefused("Chưa chọn cách giải quyết.")


def _answer(typed: Mapping[str, str]) -> bool:
    if typed.get(ANSWER) not in (YES, NO):
        raise SubmissionRefused("Chưa chọn Đồng ý hoặc Không đồng ý.")
    return typed[ANSWER] == YES


def _decide(front: Front, officer: Officer, which: str, typed: Mapping[str, str], decide: Any) -> Response:
    """Decide in one transaction; what cannot be done is told above the form, with what was typed."""
    wrong: HoatocError
    try:
        with front.ledger.write() as session:
            decide(session, clock.read(session))
        return RedirectResponse("/ban/de-nghi?xong=1", status_code=303)
    except ValueError:
        wrong = SubmissionRefused("ghi ngày và giờ, ví dụ 25/11/2021 16:00")
    except HoatocError as error:
        wrong = error
    return _page(front, officer, which=which, typed=typed, wrong=wrong)


def _page(
    front: Front, officer: Officer, *, which: str = "", typed: Mapping[str, str] | None = None,
    wrong: HoatocError | None = None, done: bool = False,
) -> Response:  # fmt: skip
    with front.ledger.read() as session:
        now = clock.read(session)
        waiting = [_more_time(item, front.language) for item in requests.waiting(session)]
        bundles = _bundles(session, requests.returned(session), front.language)
        asked = permissions.before_leadership(session, now)
        matters = {request.id: permissions.matter(session, duty) for request, duty, _, _ in asked}
        others = _others(session, {request.id for request, *_ in asked}, now)
        decided = [_more_time(item, front.language) for item in requests.decided(session, _DECIDED)]
        zones = {row.id: row.zone for row in session.scalars(select(Directive))}
        simulated = clock.is_simulated(session)
    return front.pages.page(
        "desk/requests", status=200 if wrong is None else 422, officer=officer, now=now, simulated=simulated,
        waiting=waiting, bundles=bundles, asked=asked, matters=matters, others=others, decided=decided, zones=zones,
        which=which, typed=typed or {}, wrong=wrong, words=_WORDS, done=done,
    )  # fmt: skip


def _more_time(it: Waiting, language: Language) -> MoreTime:
    title = once.title(it.duty.kind, it.duty.subject, language, it.duty.slot)
    return MoreTime(it, title, f"{local(it.request.wanted_at, it.directive.zone):%Y-%m-%dT%H:%M}")


def _bundles(session: Session, given_back: list[Returned], language: Language) -> list[Bundle]:
    found = []
    for _, group in groupby(given_back, key=lambda item: item.addressee.id):
        items = list(group)
        directive, addressee = items[0].directive, items[0].addressee
        others = session.scalars(
            select(Unit)
            .where(Unit.office_id == directive.office_id, Unit.id != addressee.unit_id)
            .order_by(Unit.name)
        ).all()  # fmt: skip
        named = [(it, once.title(it.duty.kind, it.duty.subject, language, it.duty.slot)) for it in items]
        found.append(Bundle(directive, addressee, named, list(others)))
    return found


def _others(session: Session, ours: set[int], now: datetime) -> list[tuple[Put, Sequence[Number]]]:
    """The requests for permission that others decide, each with the telephones of the one who does."""
    found = [put for put in permissions.waiting(session) if put[0].id not in ours]
    units = {put[3].unit_id: session.get_one(Unit, put[3].unit_id) for put in found}
    numbers = phone.numbers(session, list(units.values()), local_date(now, DEFAULT_ZONE))
    return [(put, numbers[put[3].unit_id]) for put in found]


def _waiting(session: Session, request_id: int) -> Waiting:
    item = next((item for item in requests.waiting(session) if item.request.id == request_id), None)
    if item is None:
        raise NotFound("không có đề nghị này")
    return item
