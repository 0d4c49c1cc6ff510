"""Phân công: a unit gives a part of what it owes to one of its people, who gets a link of their own.

The unit goes on owing it, and is pressed as before; the first rung of the ladder goes to the specialist as well."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hoatoc.errors import NotFound, SubmissionRefused, TokenError
from hoatoc.format.model import Mailbox as MailAddress
from hoatoc.ledger.schema import (
    LIVE,
    Addressee,
    Directive,
    Duty,
    DutyKind,
    DutyState,
    Event,
    Receipt,
    Specialist,
)
from hoatoc.localtime import NEVER
from hoatoc.phrase import Phrase
from hoatoc.rollout import coverage, history, outbox, snapshot
from hoatoc.rollout.acknowledge import acknowledge
from hoatoc.rollout.command import Mailbox

TEMPLATE = "assignment"
#: Exchange code 04, "đã phân công" (Quyết định 28/2018/QĐ-TTg).
ASSIGNED = "04"
#: How often one unit may assign within a day: the portal writes no more mail for it than this.
MOST_A_DAY = 20
_DAY = timedelta(days=1)
_LONGEST_NAME, _LONGEST_NOTE = 120, 500
#: How the recipient of a notice names a specialist, before their number.
RECIPIENT = "specialist:"
_KINDS = (
    DutyKind.REPORT, DutyKind.TASK, DutyKind.ROSTER, DutyKind.COVERAGE, DutyKind.FIRST_ACTION, DutyKind.EXPLANATION,
)  # fmt: skip
_MAIL: TypeAdapter[str] = TypeAdapter(MailAddress)


@dataclass(frozen=True)
class Asked:
    """What an assignment says, as typed: the person, the subjects of the duties, a word for the person."""

    name: str
    mail: str
    subjects: tuple[str, ...]
    note: str
    assigned_by: str


def assignable(session: Session, addressee: Addressee) -> dict[str, DutyKind]:
    """What `addressee` can give to somebody, by subject: the live duties, the earliest due first, the reports of all
    periods as one, and the shares that are followed."""
    rows = session.execute(
        select(Duty.subject, Duty.kind)
        .where(
            Duty.addressee_id == addressee.id, Duty.kind.in_(_KINDS),
            Duty.state.in_(LIVE) | (Duty.kind == DutyKind.REPORT),
        )
        .group_by(Duty.subject, Duty.kind)
        .order_by(func.min(Duty.due_at), Duty.subject)
    )  # fmt: skip
    found = dict(rows.tuples().all())
    for series in coverage.series_of(session, addressee):
        found.setdefault(series.rule.clause, DutyKind.COVERAGE)
    return found


def assign(session: Session, addressee: Addressee, asked: Asked, *, now: datetime, channel: str) -> Specialist:
    """Give a part of what `addressee` owes to one of its people at `now` (aware, UTC), and write them a notice with
    their link; `channel` is "portal" or "api". Who assigns has plainly received the directive. The same person assigned
    the same again changes nothing; assigned something else, they have that from now on. Raises SubmissionRefused."""
    # The addressee's row is the lock: a double click makes one assignment.
    session.execute(select(Addressee.id).where(Addressee.id == addressee.id).with_for_update())
    _refuse(asked, assignable(session, addressee))
    subjects = sorted(set(asked.subjects))
    known = session.scalar(
        select(Specialist).where(
            Specialist.addressee_id == addressee.id, func.lower(Specialist.mail) == asked.mail.lower(),
            Specialist.revoked_at == NEVER,
        )
    )  # fmt: skip
    if known is not None and (known.subjects, known.name, known.note) == (subjects, asked.name, asked.note):
        return known
    _refuse_too_many(session, addressee, now)
    specialist = known or Specialist(addressee_id=addressee.id, mail=asked.mail, revoked_at=NEVER)
    specialist.name, specialist.subjects, specialist.note = asked.name, subjects, asked.note
    specialist.assigned_at, specialist.assigned_by = now, asked.assigned_by
    session.add(specialist)
    session.flush()
    actor = f"addressee:{addressee.key}"
    history.note(
        session, addressee.directive_id, at=now, kind="specialist_assigned", subject=f"addressee:{addressee.id}",
        actor=actor, specialist=specialist.id, name=asked.name, subjects=subjects, by_name=asked.assigned_by,
    )  # fmt: skip
    acknowledge(session, addressee, now=now, by_name=asked.assigned_by, by_title="", channel="assign")
    _record(session, addressee, asked.assigned_by, channel, now)
    _tell(session, addressee, specialist, now)
    return specialist


def revoke(session: Session, addressee: Addressee, specialist_id: int, *, by_name: str, now: datetime) -> None:
    """Close the link of a specialist of `addressee`; doing it again changes nothing. Raises NotFound."""
    specialist = session.scalar(
        select(Specialist)
        .where(Specialist.id == specialist_id, Specialist.addressee_id == addressee.id)
        .with_for_update()
    )
    if specialist is None:
        raise NotFound("không có phân công này", hint="mở lại liên kết trong thư")
    if specialist.revoked_at < NEVER:
        return
    specialist.revoked_at = now
    session.flush()
    history.note(
        session, addressee.directive_id, at=now, kind="specialist_revoked", subject=f"addressee:{addressee.id}",
        actor=f"addressee:{addressee.key}", specialist=specialist.id, name=specialist.name, by_name=by_name,
    )  # fmt: skip


def of_link(session: Session, specialist_id: int, generation: int) -> tuple[Specialist, Addressee]:
    """The specialist behind a link, and the unit. Raises TokenError when the unit has revoked it, or the unit's own
    link was revoked since."""
    specialist = session.get(Specialist, specialist_id)
    if specialist is None or specialist.revoked_at < NEVER:
        raise TokenError("liên kết không dùng được")
    addressee = session.get_one(Addressee, specialist.addressee_id)
    if addressee.link_generation != generation:
        raise TokenError("liên kết không dùng được")
    return specialist, addressee


def all_of(session: Session, addressee: Addressee) -> Sequence[Specialist]:
    """Everyone of `addressee` who was ever assigned something, the newest first."""
    return session.scalars(
        select(Specialist).where(Specialist.addressee_id == addressee.id).order_by(Specialist.id.desc())
    ).all()


def at_work(session: Session, directive_id: int) -> dict[int, list[Specialist]]:
    """The specialists under a directive whose links open, by addressee."""
    found: dict[int, list[Specialist]] = {}
    rows = session.scalars(
        select(Specialist)
        .join(Addressee, Addressee.id == Specialist.addressee_id)
        .where(Addressee.directive_id == directive_id, Specialist.revoked_at == NEVER)
        .order_by(Specialist.id)
    )
    for specialist in rows:
        found.setdefault(specialist.addressee_id, []).append(specialist)
    return found


def mailbox(specialist: Specialist) -> Mailbox:
    """Where notices to a specialist go."""
    return Mailbox(f"{RECIPIENT}{specialist.id}", specialist.name, specialist.mail)


def id_of(recipient: str) -> int | None:
    """The specialist whom a notice's recipient names; None for everybody else."""
    return int(recipient.removeprefix(RECIPIENT)) if recipient.startswith(RECIPIENT) else None


def _refuse(asked: Asked, offered: dict[str, DutyKind]) -> None:
    problems: dict[str, str] = {}
    if not asked.name or len(asked.name) > _LONGEST_NAME:
        problems["name"] = (
            Phrase("dài quá %(most)s ký tự", most=_LONGEST_NAME)
            if asked.name
            else "chưa điền họ và tên người nhận việc"
        )
    try:
        _MAIL.validate_python(asked.mail)
    except ValidationError:
        problems["mail"] = "ghi một địa chỉ thư, ví dụ an.nv@soyte.example" if asked.mail else "chưa điền địa chỉ thư"
    if not asked.subjects or not offered.keys() >= set(asked.subjects):
        problems["subjects"] = "chọn ít nhất một việc"
    if len(asked.note) > _LONGEST_NOTE:
        problems["note"] = Phrase("dài quá %(most)s ký tự", most=_LONGEST_NOTE)
    if not asked.assigned_by:
        problems["assigned_by"] = "chưa điền họ và tên"
    if problems:
        raise SubmissionRefused("Chưa phân công được.", problems)


def _refuse_too_many(session: Session, addressee: Addressee, now: datetime) -> None:
    lately = session.scalar(
        select(func.count()).select_from(Event).where(
            Event.subject == f"addressee:{addressee.id}", Event.kind == "specialist_assigned", Event.at > now - _DAY
        )
    )  # fmt: skip
    if (lately or 0) >= MOST_A_DAY:
        raise SubmissionRefused("Đơn vị đã phân công quá nhiều lần trong 24 giờ qua; liên hệ văn phòng.")


def _record(session: Session, addressee: Addressee, by_name: str, channel: str, now: datetime) -> None:
    known = select(Receipt.id).where(Receipt.addressee_id == addressee.id, Receipt.code == ASSIGNED)
    if session.scalar(known) is not None:
        return
    session.add(
        Receipt(directive_id=addressee.directive_id, addressee_id=addressee.id, code=ASSIGNED, at=now, by_name=by_name,
                by_title="", channel=channel)
    )  # fmt: skip
    session.flush()
    history.note(
        session, addressee.directive_id, at=now, kind="receipt_recorded", subject=f"addressee:{addressee.id}",
        actor=f"addressee:{addressee.key}", code=ASSIGNED, channel=channel,
    )  # fmt: skip


def _tell(session: Session, addressee: Addressee, specialist: Specialist, now: datetime) -> None:
    directive = session.get_one(Directive, addressee.directive_id)
    open_now = session.scalars(
        select(Duty.id).where(
            Duty.addressee_id == addressee.id, Duty.subject.in_(specialist.subjects), Duty.state == DutyState.OPEN
        )
    )
    notice = outbox.Written(
        template=TEMPLATE, step="assign", to=mailbox(specialist), occurrence=now.isoformat(), due_at=now,
        reason="đơn vị phân công", duties=tuple(open_now), addressee_id=addressee.id,
    )  # fmt: skip
    domain = snapshot.of(directive).office.sender.partition("@")[2]
    outbox.write(session, directive.id, [notice], now=now, domain=domain)


def said(session: Session, notice: Any, kid: str) -> dict[str, Any] | None:
    """What the notice of an assignment says beside its duties; None once the link was closed."""
    specialist = session.get(Specialist, id_of(notice.recipient) or 0)
    if specialist is None or specialist.revoked_at < NEVER:
        return None
    addressee = session.get_one(Addressee, specialist.addressee_id)
    return {
        "unit": addressee.name, "assigned_by": specialist.assigned_by, "note": specialist.note,
        "link": {"generation": addressee.link_generation, "kid": kid, "specialist": specialist.id},
    }  # fmt: skip
