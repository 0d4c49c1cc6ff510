"""What the desk does about one duty: gia hạn, miễn, nhận lại việc bị trả, chuyển; and a unit's own trả lại."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hoatoc.errors import ChangedMeanwhile, HoatocError, NotFound
from hoatoc.ledger.schema import (
    LIVE,
    Addressee,
    Assignment,
    Directive,
    DirectiveState,
    Duty,
    DutyKind,
    DutyState,
    Obligation,
    Period,
    PermissionRequest,
    Receipt,
    Unit,
)
from hoatoc.localtime import NEVER, spoken_due
from hoatoc.phrase import Phrase
from hoatoc.rollout import announcement, deskletter, duties, explanation, grace, history, snapshot
from hoatoc.rollout.change import announce
from hoatoc.rollout.wording import duty_name

#: Of these a unit has one, whoever it was meant for: a second could not be told from the first.
_ONE_EACH = frozenset({DutyKind.RECEIPT, DutyKind.REPORT, DutyKind.COVERAGE, DutyKind.FIRST_ACTION})
#: Exchange code 02, "từ chối tiếp nhận", which needs a reason (Quyết định 28/2018/QĐ-TTg).
REFUSED = "02"


def duty_of(session: Session, duty_id: int, version: int | None = None) -> Duty:
    """The duty of that id, locked. Raises NotFound; ChangedMeanwhile when it stands no longer at `version`."""
    duty = session.scalar(
        select(Duty).where(Duty.id == duty_id).with_for_update().execution_options(populate_existing=True)
    )
    if duty is None:
        raise NotFound(
            Phrase("không có việc số %(number)s", number=duty_id),
            hint="số của việc có trong `hoatoc status ID` và trên trang của việc ở cổng thông tin",
        )
    if version is not None and duty.version != version:
        raise ChangedMeanwhile(Phrase("việc số %(number)s", number=duty_id))
    return duty


def extend(session: Session, duty: Duty, due_at: datetime, *, reason: str, by: str, now: datetime) -> None:
    """Gia hạn: a live duty is due at `due_at` (aware) instead, which lies ahead of `now`. Its ladder begins anew, and
    rungs whose time is over by then are not climbed. A report is taken in until then, whatever the lock of its
    period."""
    _with_reason(reason)
    directive = _running(session, duty)
    if due_at <= now:
        raise HoatocError("hạn mới phải ở sau lúc này", hint="chọn thời điểm khác")
    if duty.state not in LIVE:
        raise HoatocError(Phrase("việc số %(number)s không còn mở, không gia hạn được", number=duty.id))
    before = duty.due_at
    step, next_at = _afresh(session, duty, due_at, now)
    if duty.state is DutyState.RETURNED:  # the desk has looked at it, and it stays with its bearer
        duties.move(session, duty, DutyState.OPEN, at=now, actor=by, reason=reason)
    _set(session, duty, due_at=due_at, step=step, next_at=next_at, version=duty.version + 1)
    history.note(
        session, duty.directive_id, at=now, kind="duty_extended", subject=f"duty:{duty.id}", actor=by, reason=reason,
        before=before.isoformat(), due_at=due_at.isoformat(),
    )  # fmt: skip
    _take_in_until_due(session, duty, now, by, reason)
    explanation.spare(session, duty, reason=reason, by=by, now=now)
    lines = [f"{_name(directive, duty)}.", f"Hạn mới: {spoken_due(due_at, directive.zone)}."]
    _tell(session, directive, duty, "extended", "Gia hạn", lines, reason, now)


def waive(session: Session, duty: Duty, *, reason: str, by: str, now: datetime) -> None:
    """Miễn: the bearer owes it no longer; the books count it as exempt."""
    _with_reason(reason)
    duties.move(session, duty, DutyState.WAIVED, at=now, actor=by, reason=reason)
    explanation.spare(session, duty, reason=reason, by=by, now=now)
    directive = session.get_one(Directive, duty.directive_id)
    _tell(session, directive, duty, "waived", "Miễn thực hiện", [f"{_name(directive, duty)}."], reason, now)


def send_back(
    session: Session, addressee: Addressee, duty: Duty, *, reason: str, by_name: str, channel: str, now: datetime
) -> None:
    """Trả lại: the bearer says that a duty is not its to do, and why. It is left alone until the desk decides. Giving
    back the receipt is giving back the document (code 02)."""
    _with_reason(reason)
    actor = f"addressee:{addressee.key}"
    duties.move(session, duty, DutyState.RETURNED, at=now, actor=actor, reason=reason, by_name=by_name)
    deskletter.announce(session, session.get_one(Directive, duty.directive_id), [duty.id], now)
    if duty.kind is not DutyKind.RECEIPT:
        return
    known = select(Receipt.id).where(Receipt.addressee_id == addressee.id, Receipt.code == REFUSED)
    if session.scalar(known) is None:
        session.add(
            Receipt(directive_id=addressee.directive_id, addressee_id=addressee.id, code=REFUSED, at=now,
                    by_name=by_name, by_title="", channel=channel)
        )  # fmt: skip
    rest = select(Duty).where(Duty.addressee_id == addressee.id, Duty.state == DutyState.OPEN).with_for_update()
    for other in session.scalars(rest).all():
        duties.move(session, other, DutyState.RETURNED, at=now, actor=actor, reason=reason, by_name=by_name)


def reopen(session: Session, duty: Duty, *, reason: str, by: str, now: datetime) -> None:
    """The desk gives a returned duty to its bearer again; with the receipt, everything that went back with it. What was
    due meanwhile is late as it was before; its ladder goes on from the next rung that lies ahead."""
    _with_reason(reason)
    directive = _running(session, duty)
    _open_again(session, duty, reason, by, now)
    if duty.kind is DutyKind.RECEIPT:
        rest = select(Duty).where(Duty.addressee_id == duty.addressee_id, Duty.state == DutyState.RETURNED)
        for other in session.scalars(rest.with_for_update()).all():
            _open_again(session, other, reason, by, now)
    lines = [f"{_name(directive, duty)}.", f"Hạn: {spoken_due(duty.due_at, directive.zone)}."]
    _tell(session, directive, duty, "reopened", "Việc vẫn do đơn vị thực hiện", lines, reason, now)


def reassign(
    session: Session, duty: Duty, unit_key: str, *, reason: str, by: str, now: datetime, due_at: datetime | None = None,
    lasting: bool = False,
) -> Duty:  # fmt: skip
    """Chuyển: withdraw a live duty and open its successor, one generation on, for the unit `unit_key`, due at `due_at`
    (aware; the same time where None). `lasting` makes the unit bear the periods to come as well. Raises NotFound for a
    unit that the office has not, HoatocError for one that owes the same already: nobody reports twice for a day."""
    _with_reason(reason)
    directive = _running(session, duty)
    to = _addressee(session, directive, unit_key, now)
    if to.id == duty.addressee_id:
        raise HoatocError("đơn vị ấy đang giữ việc này", hint="chọn đơn vị khác")
    if duty.kind in _ONE_EACH and _owes(session, to, duty):
        raise HoatocError("đơn vị ấy đã có việc này của mình", hint="chọn đơn vị khác, hoặc miễn cho đơn vị này")
    duties.move(session, duty, DutyState.WITHDRAWN, at=now, actor=by, reason=reason)
    explanation.spare(session, duty, reason=reason, by=by, now=now)
    successor = _succeed(session, directive, duty, to, due_at, now)
    _take_in_until_due(session, successor, now, by, reason)
    for subject, detail in ((duty, {"successor": successor.id}), (successor, {"predecessor": duty.id})):
        history.note(
            session, directive.id, at=now, kind="duty_reassigned", subject=f"duty:{subject.id}", actor=by,
            reason=reason, **detail,
        )  # fmt: skip
    if lasting:
        _bear(session, directive, duty.subject, duty.addressee_id, to.id)
    name = _name(directive, duty)
    _tell(session, directive, duty, "withdrawn", "Thôi giao việc", [f"{name}: chuyển {to.name}."], reason, now)
    lines = [f"{name}.", f"Hạn: {spoken_due(successor.due_at, directive.zone)}."]
    _tell(session, directive, successor, "assigned", "Giao việc", lines, reason, now)
    return successor


def _succeed(
    session: Session, directive: Directive, duty: Duty, to: Addressee, due_at: datetime | None, now: datetime
) -> Duty:
    """Open the successor of `duty` for `to`. That of a receipt is opened with the document itself, which leaves
    now, unless the unit has it already."""
    snap = snapshot.of(directive)
    successor = None
    if duty.kind is DutyKind.RECEIPT:
        announcement.announce(session, directive, snap, now)
        receipt = select(Duty).where(Duty.addressee_id == to.id, Duty.kind == duty.kind, Duty.state == DutyState.OPEN)
        successor = session.scalar(receipt)
    if successor is None:
        (id_,) = duties.open_all(
            session, directive.id, [to.id], subject=duty.subject, kind=duty.kind, slot=duty.slot,
            period_id=duty.period_id, due_at=duty.due_at, rungs=snap.ladder(duty.kind), now=now,
            generation=_generation(session, duty),
        )  # fmt: skip
        successor = session.get_one(Duty, id_)
        session.execute(  # whose answer it is: the request goes with it
            update(PermissionRequest).where(PermissionRequest.duty_id == duty.id).values(duty_id=id_)
        )
    step, next_at = _afresh(session, successor, due_at or successor.due_at, now)
    _set(session, successor, due_at=due_at or successor.due_at, step=step, next_at=next_at)
    return successor


def _take_in_until_due(session: Session, duty: Duty, now: datetime, by: str, reason: str) -> None:
    """What is due after the lock of its period is taken in until then."""
    period = session.get(Period, duty.period_id) if duty.period_id is not None else None
    if period is not None and duty.due_at > max(now, period.lock_at):
        grace.reopen(session, duty, period, until=duty.due_at, now=now, by=by, by_name=by, reason=reason)


def _running(session: Session, duty: Duty) -> Directive:
    """The directive of `duty`; only while it runs does time count under it."""
    directive = session.get_one(Directive, duty.directive_id)
    if directive.state is not DirectiveState.RUNNING:
        hint = "văn bản tạm dừng: cho chạy tiếp trước" if directive.state is DirectiveState.SUSPENDED else ""
        raise HoatocError("văn bản không chạy, không đổi được hạn hoặc đơn vị thực hiện", hint=hint)
    return directive


def _open_again(session: Session, duty: Duty, reason: str, by: str, now: datetime) -> None:
    duties.move(session, duty, DutyState.OPEN, at=now, actor=by, reason=reason)
    step, next_at = _afresh(session, duty, duty.due_at, now)
    _set(session, duty, step=step, next_at=next_at)


def _owes(session: Session, addressee: Addressee, duty: Duty) -> bool:
    same = select(Duty.id).where(
        Duty.addressee_id == addressee.id, Duty.kind == duty.kind, Duty.subject == duty.subject,
        Duty.slot == duty.slot, Duty.state != DutyState.WITHDRAWN,
    )  # fmt: skip
    return session.scalar(same.limit(1)) is not None


def _with_reason(reason: str) -> None:
    if not reason.strip():
        raise HoatocError("chưa ghi lý do", hint="lý do được gửi cho đơn vị và lưu trong lịch sử")


def _afresh(session: Session, duty: Duty, due_at: datetime, now: datetime) -> tuple[int, datetime]:
    """The first rung that lies ahead of `now` for a duty due at `due_at`, and its instant."""
    directive = session.get_one(Directive, duty.directive_id)
    climb = snapshot.of(directive).ladder(duty.kind)
    step = climb.ahead(due_at, now)
    return step, climb.instant(step, due_at)


def _set(session: Session, duty: Duty, **values: object) -> None:
    session.execute(
        update(Duty).where(Duty.id == duty.id).values(**values).execution_options(synchronize_session=False)
    )
    session.refresh(duty)


def _name(directive: Directive, duty: Duty) -> str:
    return duty_name(duty, snapshot.of(directive))


def _tell(
    session: Session, directive: Directive, duty: Duty, what: str, headline: str, lines: list[str], reason: str,
    now: datetime,
) -> None:  # fmt: skip
    addressee = session.get_one(Addressee, duty.addressee_id)
    announce(
        session, directive, [addressee], what=f"{what}:{duty.id}", headline=headline, lines=lines, reason=reason,
        now=now, duties=[duty.id],
    )  # fmt: skip


def _generation(session: Session, duty: Duty) -> int:
    newest = session.scalar(
        select(func.max(Duty.generation)).where(
            Duty.directive_id == duty.directive_id, Duty.subject == duty.subject, Duty.slot == duty.slot
        )
    )
    return int(newest or 0) + 1


def _addressee(session: Session, directive: Directive, key: str, now: datetime) -> Addressee:
    """The addressee `key`, made of the office's unit of that key where the directive does not reach it yet (or no
    more): the next pass sends it the document, and asks it for a receipt."""
    found = session.scalar(select(Addressee).where(Addressee.directive_id == directive.id, Addressee.key == key))
    if found is not None:
        if found.named_at == NEVER:
            found.named_at, found.decides = now, False
            found.unreachable_at = NEVER  # it is written to once more: its mailbox may have been mended
        return found
    unit = session.scalar(select(Unit).where(Unit.office_id == directive.office_id, Unit.key == key))
    if unit is None:
        raise NotFound(Phrase("cơ quan này không có đơn vị %(key)r", key=key), hint="xem `hoatoc units list`")
    found = Addressee(
        directive_id=directive.id, key=key, unit_id=unit.id, post_id=None, name=unit.name, line="",
        unreachable_at=NEVER, link_generation=0, named_at=now, decides=False,
    )  # fmt: skip
    session.add(found)
    session.flush()
    return found


def _bear(session: Session, directive: Directive, clause: str, before: int, after: int) -> None:
    obligation = session.scalar(
        select(Obligation).where(Obligation.directive_id == directive.id, Obligation.clause == clause)
    )
    if obligation is None:
        return
    old = session.get(Assignment, (obligation.id, before))
    first = old.instead_of_id if old is not None and old.instead_of_id is not None else before
    if old is not None:
        session.delete(old)
    if session.get(Assignment, (obligation.id, after)) is None:
        session.add(Assignment(obligation_id=obligation.id, addressee_id=after, instead_of_id=first))
    session.flush()
