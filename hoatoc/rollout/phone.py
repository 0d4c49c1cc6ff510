"""Phoning the units that no mail reaches: who they are, and the log of calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from hoatoc.errors import NotFound, SubmissionRefused
from hoatoc.format.units import Tree
from hoatoc.ledger.schema import (
    Addressee,
    Call,
    CallResult,
    Directive,
    Notice,
    NoticeState,
    Post,
    Receipt,
    Unit,
)
from hoatoc.localtime import NEVER, local_date
from hoatoc.phrase import Phrase
from hoatoc.rollout import history, specialists
from hoatoc.rollout.acknowledge import ACCEPTED, acknowledge
from hoatoc.rollout.sparing import PRESSING

_LONGEST = 1000


@dataclass(frozen=True)
class Number:
    """A telephone of the directory and whose it is."""

    whose: str
    number: str


@dataclass(frozen=True)
class Silent:
    """An addressee whose mail came back: the mailbox, the server's last words and how many notices came back; where
    it can be phoned, the calls so far, the newest first, and whether it has acknowledged meanwhile."""

    addressee: Addressee
    tree: Tree
    address: str
    answer: str
    at: datetime | None
    times: int
    numbers: list[Number] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    acknowledged: bool = False

    @property
    def settled(self) -> bool:
        """Whether somebody of the unit knows by now."""
        return self.acknowledged or any(call.result is CallResult.REACHED for call in self.calls)


def silent(session: Session, directive: Directive, now: datetime) -> list[Silent]:
    """Whom the desk has to phone about `directive`: those nobody has been told yet on top."""
    bounced = _bounced(session, directive)
    unreached = (Addressee.unreachable_at < NEVER) | Addressee.id.in_(bounced)
    found = _read(session, directive, bounced, unreached, now)
    return sorted(found, key=lambda item: item.settled)


def known(session: Session, addressee: Addressee, now: datetime) -> Silent:
    """The same of any addressee, whether or not its mail came back."""
    directive = session.get_one(Directive, addressee.directive_id)
    return _read(session, directive, _bounced(session, directive), Addressee.id == addressee.id, now)[0]


def _read(
    session: Session, directive: Directive, bounced: Mapping[int, tuple[Notice, int]], which: ColumnElement[bool],
    now: datetime,
) -> list[Silent]:  # fmt: skip
    rows = session.execute(
        select(Addressee, Unit)
        .join(Unit, Unit.id == Addressee.unit_id)
        .where(Addressee.directive_id == directive.id, which)
        .order_by(Addressee.id)
    ).tuples().all()  # fmt: skip
    if not rows:
        return []
    telephones = numbers(session, [unit for _, unit in rows], local_date(now, directive.zone))
    calls = _calls(session, directive)
    accepted = set(
        session.scalars(
            select(Receipt.addressee_id).where(Receipt.directive_id == directive.id, Receipt.code == ACCEPTED)
        )
    )
    found = []
    for addressee, unit in rows:
        last, times = bounced.get(addressee.id, (None, 0))
        at = addressee.unreachable_at if last is None else last.settled_at
        found.append(
            Silent(
                addressee, unit.tree, address=last.to_address if last else unit.mail,
                answer=f"{last.answer_code or ''} {last.answer_text}".strip() if last else "",
                at=at if at < NEVER else None, times=times, numbers=telephones[unit.id],
                calls=calls.get(addressee.id, []), acknowledged=addressee.id in accepted,
            )
        )  # fmt: skip
    return found


def log(
    session: Session, addressee: Addressee, *, number: str, result: str, spoke_with: str, note: str,
    acknowledges: bool, caller: str, caller_name: str, now: datetime,
) -> Call:  # fmt: skip
    """Keep one call made at `now` (aware, UTC). Who was reached may acknowledge by phone: the receipt is theirs, and
    says who took it down. Raises SubmissionRefused naming the fields that cannot stand."""
    number, spoke_with, note = number.strip(), spoke_with.strip(), note.strip()
    problems = _problems(number, result, spoke_with, note, acknowledges)
    if problems:
        raise SubmissionRefused("Chưa ghi được cuộc gọi.", problems)
    reached = result == CallResult.REACHED
    call = Call(
        directive_id=addressee.directive_id, addressee_id=addressee.id, at=now, caller=caller, caller_name=caller_name,
        number=number, spoke_with=spoke_with if reached else "", result=CallResult(result), note=note,
    )  # fmt: skip
    session.add(call)
    session.flush()
    history.note(
        session, addressee.directive_id, at=now, kind="call_logged", subject=f"addressee:{addressee.id}", actor=caller,
        call=call.id, result=result, number=number, spoke_with=call.spoke_with, acknowledged=reached and acknowledges,
        reason=note,
    )  # fmt: skip
    if reached and acknowledges:
        acknowledge(
            session, addressee, now=now, by_name=spoke_with, by_title=f"qua điện thoại, {caller_name} ghi nhận",
            channel="desk", actor=caller,
        )  # fmt: skip
    return call


def addressee_of(session: Session, directive_id: int, addressee_id: int) -> Addressee:
    """The addressee of that directive. Raises NotFound."""
    found = session.get(Addressee, addressee_id)
    if found is None or found.directive_id != directive_id:
        raise NotFound("văn bản này không gửi tới đơn vị ấy", hint="mở lại trang của văn bản")
    return found


def numbers(session: Session, units: Sequence[Unit], day: date) -> dict[int, list[Number]]:
    """The telephones of `units` and of their posts on `day`, by the id of the unit; the unit's own first."""
    found = {unit.id: [Number(unit.name, unit.phone)] if unit.phone else [] for unit in units}
    posts = session.scalars(
        select(Post)
        .where(Post.unit_id.in_(found), Post.phone != "", Post.valid_from <= day, Post.valid_to >= day)
        .order_by(Post.id)
    )
    for post in posts:
        found[post.unit_id].append(Number(f"{post.title} {post.holder}".strip(), post.phone))
    return found


def _problems(number: str, result: str, spoke_with: str, note: str, acknowledges: bool) -> dict[str, str]:
    problems = {}
    if result not in set(CallResult):
        problems["result"] = "chọn kết quả cuộc gọi"
    if not number or len(number) > 40:
        problems["number"] = "ghi số đã gọi"
    if len(note) > _LONGEST:
        problems["note"] = Phrase("dài quá %(most)s ký tự", most=_LONGEST)
    if result == CallResult.REACHED and (not spoke_with or len(spoke_with) > 120):
        problems["spoke_with"] = "ghi họ và tên người nghe máy"
    if acknowledges and result in set(CallResult) and result != CallResult.REACHED:
        problems["acknowledges"] = "chỉ ghi nhận thay khi đã nói chuyện với đơn vị"
    return problems


def _bounced(session: Session, directive: Directive) -> dict[int, tuple[Notice, int]]:
    """The newest notice that came back, and how many did, by addressee."""
    newest = (
        select(func.max(Notice.id).label("id"), func.count().label("times"))
        .join(Addressee, Addressee.id == Notice.addressee_id)
        .where(Notice.directive_id == directive.id, Notice.state == NoticeState.UNDELIVERABLE, _is_theirs())
        .group_by(Notice.addressee_id)
        .subquery()
    )  # fmt: skip
    rows = session.execute(select(Notice, newest.c.times).join(newest, newest.c.id == Notice.id)).tuples()
    return {notice.addressee_id: (notice, times) for notice, times in rows if notice.addressee_id is not None}


def _is_theirs() -> ColumnElement[bool]:
    """Whether a notice went to a mailbox that its unit still has: what pressed at one that was replaced is not sent
    again, and nobody is to be phoned about it. What specialists get goes to their own."""
    unit = exists().where(Unit.id == Addressee.unit_id, Unit.mail == Notice.to_address)
    post = exists().where(Post.unit_id == Addressee.unit_id, Post.mail == Notice.to_address)
    return or_(Notice.template.not_in(PRESSING), Notice.recipient.contains(specialists.RECIPIENT), unit, post)


def _calls(session: Session, directive: Directive) -> dict[int, list[Call]]:
    found: dict[int, list[Call]] = {}
    for call in session.scalars(select(Call).where(Call.directive_id == directive.id).order_by(Call.id.desc())):
        found.setdefault(call.addressee_id, []).append(call)
    return found
