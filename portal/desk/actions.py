"""What the desk does with a directive under way: each action says what it will do, asks for a reason, is confirmed."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc import clock
from hoatoc.errors import ChangedMeanwhile, HoatocError, NotFound
from hoatoc.format.folder import find_draft
from hoatoc.ledger.schema import Directive, DirectiveState
from hoatoc.rollout import life, wording
from hoatoc.rollout.amend import amend
from hoatoc.rollout.reference import draft_key
from hoatoc.rollout.snapshot import of as snapshot_of
from portal.desk.amending import Would, would
from portal.front import Front, TheFront
from portal.language import Language
from portal.officer import DeskOfficer, Officer
from portal.typed import RowId, Typed

router = APIRouter(prefix="/vb/{directive_id}/doi")
REASON, SEEN, SUCCESSOR = "ly-do", "da-xem", "van-ban-moi"
SUSPEND, RESUME, END, RECALL, REPLACE, AMEND = "tam-dung", "chay-tiep", "ket-thuc", "thu-hoi", "thay-the", "sua"

_TARGETS = {
    SUSPEND: DirectiveState.SUSPENDED, RESUME: DirectiveState.RUNNING, END: DirectiveState.ENDED,
    RECALL: DirectiveState.RECALLED, REPLACE: DirectiveState.REPLACED,
}  # fmt: skip
_PLAIN: dict[str, Callable[..., None]] = {
    SUSPEND: life.suspend, RESUME: life.resume, END: life.end, RECALL: life.recall,
}  # fmt: skip


@dataclass(frozen=True)
class Action:
    """Something that can be done: its place in the address, what it is called, and what it means for everyone."""

    path: str
    name: str
    means: str


def offered(directive: Directive, language: Language) -> list[Action]:
    """What can be done with `directive` as it stands."""
    targets = life.TRANSITIONS[directive.state]
    found = [action for action in _actions(language) if _TARGETS.get(action.path) in targets]
    amendable = directive.state is DirectiveState.RUNNING
    return [*(action for action in _actions(language) if action.path == AMEND and amendable), *found]


@router.get("/{path}")
def show_action(front: TheFront, officer: DeskOfficer, directive_id: RowId, path: str) -> Response:
    """What the action will do, and the form that does it."""
    return _page(front, officer, directive_id, path)


@router.post("/{path}")
def act(front: TheFront, officer: DeskOfficer, directive_id: RowId, path: str, typed: Typed) -> Response:
    """Do it, if the directive still stands as it was seen."""
    try:
        with front.ledger.write() as session:
            _do(front, session, _find(session, directive_id), path, typed, officer)
    except NotFound:
        raise
    except HoatocError as error:
        return _page(front, officer, directive_id, path, typed=typed, wrong=error)
    return RedirectResponse(f"/ban/vb/{directive_id}?xong=1", status_code=303)


def _do(
    front: Front, session: Session, directive: Directive, path: str, typed: dict[str, str], officer: Officer
) -> None:
    now, seen = clock.read(session), typed.get(SEEN, "")
    if not seen.isdecimal() or int(seen[:9]) != directive.version:
        raise ChangedMeanwhile(directive.title)
    reason, version = typed.get(REASON, "").strip(), directive.version
    if path == AMEND:
        folder, draft = find_draft(front.folders.directives, draft_key(directive.key))
        amend(session, directive, folder, draft, reason=reason, by=officer.actor, now=now, version=version)
    elif path == REPLACE:
        successor = _successor(session, typed.get(SUCCESSOR, ""))
        life.replace(session, directive, successor, reason=reason, by=officer.actor, now=now, version=version)
    elif path in _PLAIN:
        _PLAIN[path](session, directive, reason=reason, by=officer.actor, now=now, version=version)
    else:
        raise NotFound("không có việc này")


def _page(
    front: Front, officer: Officer, directive_id: int, path: str, *, typed: dict[str, str] | None = None,
    wrong: HoatocError | None = None,
) -> Response:  # fmt: skip
    with front.ledger.read() as session:
        directive = _find(session, directive_id)
        words = wording.directive_words(snapshot_of(directive))
        others = _running(session, directive)
    action = next((action for action in offered(directive, front.language) if action.path == path), None)
    if action is None and wrong is None:
        raise NotFound("văn bản không còn ở tình trạng làm được việc này", hint="mở lại trang của văn bản")
    found: Would | None = None
    if path == AMEND and action is not None:
        try:
            found = would(front, directive_id, officer.actor)
        except HoatocError as error:
            wrong = wrong or error
    return front.pages.page(
        "desk/action", status=200 if typed is None else 422, officer=officer, directive=directive, words=words,
        action=action, others=others if path == REPLACE else [], would=found, amends=path == AMEND,
        typed=typed or {}, wrong=wrong, reason=REASON, seen=SEEN, successor=SUCCESSOR,
    )  # fmt: skip


def _find(session: Session, directive_id: int) -> Directive:
    directive = session.get(Directive, directive_id)
    if directive is None:
        raise NotFound("chưa ban hành văn bản này", hint="mở lại bảng theo dõi")
    return directive


def _running(session: Session, directive: Directive) -> list[Directive]:
    """The directives that could take its place."""
    return list(
        session.scalars(
            select(Directive)
            .where(
                Directive.id != directive.id, Directive.state == DirectiveState.RUNNING,
                Directive.trial.is_(directive.trial), Directive.office_id == directive.office_id,
            )
            .order_by(Directive.issued_at.desc())
        )
    )  # fmt: skip


def _successor(session: Session, typed: str) -> Directive:
    if not typed.isdecimal():
        raise HoatocError("chưa chọn văn bản thay thế", hint="ban hành văn bản mới trước, rồi chọn ở đây")
    return _find(session, int(typed[:12]))


def _actions(language: Language) -> list[Action]:
    say = language.say
    return [
        Action(AMEND, say("Sửa theo tệp"), say(
            "Văn bản theo tệp hiện có: việc đang mở đi theo, kỳ báo cáo đang mở giữ giờ cũ, nơi liên quan được báo.")),
        Action(SUSPEND, say("Tạm dừng"), say(
            "Các hạn ngừng tính, không ai bị nhắc, cho tới khi cho chạy tiếp. Các đơn vị được báo.")),
        Action(RESUME, say("Chạy tiếp"), say(
            "Các hạn lùi đúng bằng thời gian đã dừng. Báo cáo đến hạn trong lúc dừng được bỏ qua.")),
        Action(END, say("Kết thúc"), say(
            "Kỳ đang báo cáo được tổng hợp lần cuối. Việc còn hạn được rút, việc đã quá hạn ở lại sổ và không ai bị "
            "đôn đốc nữa. Không mở lại được.")),
        Action(RECALL, say("Thu hồi"), say(
            "Mọi việc chưa xong được rút; các nơi đã nhận được báo hủy bản đã nhận. Không mở lại được.")),
        Action(REPLACE, say("Thay thế"), say(
            "Kỳ đang báo cáo được tổng hợp lần cuối. Mọi việc chưa xong được rút; các đơn vị được báo thực hiện theo "
            "văn bản mới. Không mở lại được.")),
    ]  # fmt: skip
