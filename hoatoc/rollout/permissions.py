"""Asking for permission: the request goes to the authority found in the tree, whose answer is a duty."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from hoatoc.errors import NotFound, SubmissionRefused
from hoatoc.format.regime import PermissionRule, Selector
from hoatoc.ledger.schema import (
    ALIVE,
    LIVE,
    Addressee,
    Directive,
    Duty,
    DutyKind,
    DutyState,
    Obligation,
    PermissionRequest,
    PermissionState,
    Unit,
)
from hoatoc.localtime import NEVER, local_date
from hoatoc.rollout import deskletter, duties, history, outbox, reach, snapshot
from hoatoc.rollout.command import Body, ChainOfCommand, Mailbox, Seat

#: A request, the duty to answer it, who asked and who decides.
Put = tuple[PermissionRequest, Duty, Addressee, Addressee]
_LONGEST_NAME, _LONGEST_TEXT = 120, 1000


@dataclass(frozen=True)
class Asked:
    """What a request says, as typed and read."""

    person: str
    for_head: bool
    purpose: str
    first_day: date
    last_day: date
    asked_by: str


def ask(session: Session, addressee: Addressee, clause: str, asked: Asked, *, now: datetime) -> PermissionRequest:
    """Put a request before the one who decides: the head of the asker's own unit, and for the head himself the level
    above. Opens the decider's duty to answer and writes the notice of it. Raises NotFound when the directive knows
    no such matter for this unit, SubmissionRefused when the request does not stand or nobody can decide."""
    directive = session.get_one(Directive, addressee.directive_id)
    snap = snapshot.of(directive)
    rule = next((rule for rule in matters(session, addressee) if rule.clause == clause), None)
    if rule is None:
        raise NotFound("đơn vị không có việc xin phép này", hint="mở lại liên kết trong thư để xem các việc phải làm")
    today = local_date(now, directive.zone)
    _refuse(asked, today)
    chain = ChainOfCommand(session, directive.office_id, today, snap.office.leadership)
    decider = _decider(session, directive, chain, addressee, above=asked.for_head)
    if (same := _asked_before(session, addressee, clause, asked)) is not None:
        return same
    number = _next_number(session, decider)
    ids = duties.open_all(
        session, directive.id, [decider.id], subject=clause, kind=DutyKind.DECISION, slot=str(number), period_id=None,
        due_at=now + rule.answer_within, rungs=snap.ladder(DutyKind.DECISION), now=now,
    )  # fmt: skip
    obligation = session.scalars(
        select(Obligation).where(Obligation.directive_id == directive.id, Obligation.clause == clause)
    ).one()
    request = PermissionRequest(
        obligation_id=obligation.id, addressee_id=addressee.id, duty_id=ids[0], person=asked.person.strip(),
        for_head=asked.for_head, purpose=asked.purpose.strip(), first_day=asked.first_day, last_day=asked.last_day,
        asked_at=now, asked_by=asked.asked_by, state=PermissionState.ASKED, answered_at=NEVER, answered_by="",
        reason="",
    )  # fmt: skip
    session.add(request)
    session.flush()
    history.note(
        session, directive.id, at=now, kind="permission_asked", subject=f"permission:{request.id}",
        actor=f"addressee:{addressee.key}", decider=decider.key,
    )  # fmt: skip
    notice = outbox.Written(
        template="permission_request", step="decide", to=chain.door(decider), occurrence=str(request.id), due_at=now,
        reason="có đề nghị xin phép", duties=(ids[0],), addressee_id=decider.id,
    )  # fmt: skip
    outbox.write(session, directive.id, [notice], now=now, domain=snap.office.sender.partition("@")[2])
    if not notice.to.address:
        reach.lose(session, decider, now, outbox.NO_MAILBOX)
    if decider.key in {leader.key for leader in chain.leadership()}:  # who may answer by way of the desk
        deskletter.announce(session, directive, ids, now)
    return request


def matters(session: Session, addressee: Addressee) -> list[PermissionRule]:
    """What the people of `addressee` need permission for. One who only decides asks for nothing here, and under a
    directive that is over nobody does."""
    directive = session.get_one(Directive, addressee.directive_id)
    rules = snapshot.of(directive).content.regime.permissions
    if addressee.decides or not rules or directive.state not in ALIVE:
        return []
    unit = session.get_one(Unit, addressee.unit_id)
    return [rule for rule in rules if _is_of(rule.who, unit, member=addressee.post_id is not None)]


def _is_of(who: Selector, unit: Unit, *, member: bool) -> bool:
    if unit.key in who.without:
        return False
    if member:
        return unit.key in who.members_of
    return unit.key in who.units or not set(who.groups).isdisjoint(unit.groups)


def answer(
    session: Session, decider: Addressee, request_id: int, *, granted: bool, reason: str, now: datetime, by_name: str,
    by: str = "",
) -> PermissionRequest:  # fmt: skip
    """Answer a request; the answer stands and is sent to the asker. `by` is the account that took the answer down
    where the decider did not give it himself. Raises NotFound when `decider` has no such request, SubmissionRefused
    when it was answered, or is refused without a reason."""
    found = session.execute(
        select(PermissionRequest, Duty)
        .join(Duty, Duty.id == PermissionRequest.duty_id)
        .where(PermissionRequest.id == request_id, Duty.addressee_id == decider.id)
        .with_for_update()
    ).one_or_none()
    if found is None:
        raise NotFound("không có đề nghị này")
    request: PermissionRequest = found[0]
    duty: Duty = found[1]
    if duty.state is not DutyState.OPEN:
        raise SubmissionRefused("Đề nghị này đã được trả lời hoặc không còn hiệu lực.")
    if not granted and not reason.strip():
        raise SubmissionRefused("Chưa ghi lý do không đồng ý.", {"reason": "ghi lý do không đồng ý"})
    if len(reason) > _LONGEST_TEXT:
        raise SubmissionRefused("Ý kiến quá dài.", {"reason": _too_long(_LONGEST_TEXT)})
    request.state = PermissionState.GRANTED if granted else PermissionState.REFUSED
    request.answered_at, request.answered_by, request.reason = now, by_name, reason.strip()
    actor = by or f"addressee:{decider.key}"
    duties.meet(session, duty, at=now, actor=actor)
    directive = session.get_one(Directive, decider.directive_id)
    history.note(
        session, directive.id, at=now, kind=f"permission_{request.state}", subject=f"permission:{request.id}",
        actor=actor,
    )  # fmt: skip
    _tell_asker(session, directive, request, now)
    return request


def waiting(session: Session) -> list[Put]:
    """The requests that wait for an answer, the earliest due first."""
    return _put(
        session, PermissionRequest.state == PermissionState.ASKED, Duty.state == DutyState.OPEN,
        Directive.trial.is_(False),
    )  # fmt: skip


def of_directive(session: Session, directive_id: int) -> list[Put]:
    """The requests under one directive that wait for an answer, the earliest due first."""
    return _put(session, Duty.directive_id == directive_id, Duty.state == DutyState.OPEN)


def of_duty(session: Session, duty_id: int) -> Put:
    """The request that is answered by the duty of that id."""
    return _put(session, Duty.id == duty_id)[0]


def before_leadership(session: Session, now: datetime) -> list[Put]:
    """Those of `waiting` that are put before the issuer's leadership, whose answers the desk takes down."""
    found = [(put, session.get_one(Directive, put[1].directive_id)) for put in waiting(session)]
    leaders = {directive.id: _leaders(session, directive, now) for put, directive in found if _near(put, directive)}
    return [put for put, directive in found if put[3].key in leaders.get(directive.id, ())]


def matter(session: Session, duty: Duty) -> str:
    """What permission is asked for, in the words of the directive's file: "đi ra ngoài tỉnh"."""
    rules = snapshot.of(session.get_one(Directive, duty.directive_id)).content.regime.permissions
    return next((rule.matter for rule in rules if rule.clause == duty.subject), "")


def _put(session: Session, *which: ColumnElement[bool]) -> list[Put]:
    decider = aliased(Addressee)
    rows = session.execute(
        select(PermissionRequest, Duty, Addressee, decider)
        .join(Duty, Duty.id == PermissionRequest.duty_id)
        .join(Addressee, Addressee.id == PermissionRequest.addressee_id)
        .join(decider, decider.id == Duty.addressee_id)
        .join(Directive, Directive.id == Duty.directive_id)
        .where(*which)
        .order_by(Duty.due_at, PermissionRequest.id)
    )
    return [(request, duty, asker, decides) for request, duty, asker, decides in rows]


def _near(put: Put, directive: Directive) -> bool:
    """Whether the one who decides is of a unit of the leadership: only then is its chain of command worth reading."""
    unit = put[3].key.partition("/")[0]
    return unit in {ref.unit for ref in snapshot.of(directive).office.leadership}


def _leaders(session: Session, directive: Directive, now: datetime) -> set[str]:
    leadership = snapshot.of(directive).office.leadership
    chain = ChainOfCommand(session, directive.office_id, local_date(now, directive.zone), leadership)
    return {leader.key for leader in chain.leadership()}


def counts(session: Session, directive_id: int) -> dict[str, int]:
    """How many requests were asked, granted and refused, and how many wait for an answer that is still owed."""
    rows = session.execute(
        select(PermissionRequest.state, Duty.state)
        .join(Obligation, Obligation.id == PermissionRequest.obligation_id)
        .join(Duty, Duty.id == PermissionRequest.duty_id)
        .where(Obligation.directive_id == directive_id)
    ).all()
    states = [state for state, _ in rows]
    return {
        "asked": len(states), "granted": states.count(PermissionState.GRANTED),
        "refused": states.count(PermissionState.REFUSED),
        "waiting": sum(state is PermissionState.ASKED and owed in LIVE for state, owed in rows),
    }  # fmt: skip


def _refuse(asked: Asked, today: date) -> None:
    problems: dict[str, str] = {}
    longest = {"person": _LONGEST_NAME, "purpose": _LONGEST_TEXT, "asked_by": _LONGEST_NAME}
    for key, limit in longest.items():
        value = getattr(asked, key).strip()
        if not value or len(value) > limit:
            problems[key] = _too_long(limit) if value else "chưa điền"
    if asked.first_day < today:
        problems["first_day"] = "ngày đi đã qua; xin phép trước khi đi"
    if asked.last_day < asked.first_day:
        problems["last_day"] = "ngày về trước ngày đi"
    if problems:
        raise SubmissionRefused("Đề nghị chưa đủ.", problems)


def _too_long(limit: int) -> str:
    return f"dài quá {limit} ký tự"


def _decider(
    session: Session, directive: Directive, chain: ChainOfCommand, asker: Addressee, *, above: bool
) -> Addressee:
    """The addressee row of the post that decides, made when it is asked for the first time."""
    # Two requests that come at once find one decider, and number themselves one after the other.
    session.execute(select(Directive.id).where(Directive.id == directive.id).with_for_update(key_share=True))
    unit = chain.units[asker.unit_id]
    # A member of a collective body asks the one who heads the body above it.
    found = chain.authority(unit, above=above or asker.post_id is not None) or chain.leader_over(unit)
    if found is None:
        raise SubmissionRefused("Không tìm thấy người có thẩm quyền trong danh bạ; liên hệ văn phòng.")
    key = f"{found[0].key}/{found[1].key}"
    row = session.scalar(select(Addressee).where(Addressee.directive_id == directive.id, Addressee.key == key))
    return row or _add_decider(session, directive, key, *found)


def _add_decider(
    session: Session, directive: Directive, key: str, unit: Body, post: Seat, mailbox: Mailbox
) -> Addressee:
    row = Addressee(
        directive_id=directive.id, key=key, unit_id=unit.id, post_id=post.id, name=mailbox.name, line="",
        unreachable_at=NEVER, link_generation=0, decides=True,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def _asked_before(session: Session, addressee: Addressee, clause: str, asked: Asked) -> PermissionRequest | None:
    """The same request that waits for its answer already: who presses twice asks once."""
    return session.scalar(
        select(PermissionRequest)
        .join(Obligation, Obligation.id == PermissionRequest.obligation_id)
        .join(Duty, Duty.id == PermissionRequest.duty_id)
        .where(
            PermissionRequest.addressee_id == addressee.id, Obligation.clause == clause, Duty.state.in_(LIVE),
            PermissionRequest.state == PermissionState.ASKED, PermissionRequest.person == asked.person.strip(),
            PermissionRequest.purpose == asked.purpose.strip(), PermissionRequest.for_head == asked.for_head,
            PermissionRequest.first_day == asked.first_day, PermissionRequest.last_day == asked.last_day,
        )
        .limit(1)
    )  # fmt: skip


def _next_number(session: Session, decider: Addressee) -> int:
    slots = session.scalars(
        select(Duty.slot).where(Duty.addressee_id == decider.id, Duty.kind == DutyKind.DECISION)
    ).all()
    return 1 + max((int(slot) for slot in slots), default=0)


def _tell_asker(session: Session, directive: Directive, request: PermissionRequest, now: datetime) -> None:
    snap = snapshot.of(directive)
    chain = ChainOfCommand(session, directive.office_id, local_date(now, directive.zone), snap.office.leadership)
    asker = session.get_one(Addressee, request.addressee_id)
    notice = outbox.Written(
        template="permission_answer", step="answered", to=chain.door(asker), occurrence=str(request.id), due_at=now,
        reason="đề nghị xin phép đã được trả lời", addressee_id=asker.id,
    )  # fmt: skip
    outbox.write(session, directive.id, [notice], now=now, domain=snap.office.sender.partition("@")[2])
