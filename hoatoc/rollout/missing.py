"""Who has not reported, has not acknowledged, has not done what is owed: by what is owed, by name."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import Addressee, Directive, Duty, DutyKind, DutyState, Period, PeriodState
from hoatoc.localtime import NEVER
from hoatoc.rollout.statistics import Selection, chosen


@dataclass(frozen=True)
class Name:
    """One who owes it: the duty, the unit, and how many rungs of the ladder are behind it."""

    duty_id: int
    name: str
    unit_id: int
    step: int


@dataclass(frozen=True)
class Group:
    """Everyone from whom one thing is still awaited by one time."""

    directive_id: int
    kind: DutyKind
    subject: str
    slot: str
    due_at: datetime
    names: list[Name] = field(default_factory=list)


def groups(session: Session, selection: Selection, now: datetime) -> list[Group]:
    """What is awaited within `selection` at `now` (aware, UTC), the earliest due time first. The answers to the
    requests of one matter stand in one group, and the explanations of one lateness. Who cannot be reached is phoned and
    not asked; what a locked period lacks can no longer be sent in, and only stays in the books."""
    rows = session.execute(
        chosen(
            selection, now, Duty.directive_id, Duty.kind, Duty.subject, Duty.slot, Duty.due_at, Duty.id,
            Addressee.name, Addressee.unit_id, Duty.step,
        )
        .outerjoin(Period, Period.id == Duty.period_id)
        .where(
            Duty.state == DutyState.OPEN, Addressee.unreachable_at == NEVER,
            or_(Duty.period_id.is_(None), Period.state != PeriodState.LOCKED),
        )
        .order_by(Duty.due_at, Duty.directive_id, Addressee.id)
    ).tuples()  # fmt: skip
    found: dict[tuple[int, str, str, str, datetime], Group] = {}
    for directive_id, kind, subject, slot, due_at, duty_id, name, unit_id, step in rows:
        key = (directive_id, kind, _matter(kind, subject), "" if kind is DutyKind.DECISION else slot, due_at)
        group = found.setdefault(key, Group(directive_id, kind, subject, slot, due_at))
        group.names.append(Name(duty_id, name, unit_id, step))
    return list(found.values())


def awaited_of(session: Session, addressee: Addressee) -> list[Group]:
    """What is awaited from one addressee, reached or not, the earliest due time first."""
    owed = session.scalars(
        select(Duty)
        .where(Duty.addressee_id == addressee.id, Duty.state == DutyState.OPEN)
        .order_by(Duty.due_at, Duty.id)
    )
    return [Group(duty.directive_id, duty.kind, duty.subject, duty.slot, duty.due_at) for duty in owed]


def _matter(kind: DutyKind, subject: str) -> str:
    """What is owed, the same for everyone who owes it: an explanation's subject names the one duty it is about."""
    return subject.split(":", 2)[2] if kind is DutyKind.EXPLANATION else subject


def directives(session: Session, selection: Selection) -> Sequence[Directive]:
    """The directives of `selection`, whatever is owed under them, the newest first."""
    query = select(Directive).where(Directive.trial.is_(False)).order_by(Directive.issued_at.desc())
    if selection.directive_id is not None:
        query = query.where(Directive.id == selection.directive_id)
    if selection.urgency is not None:
        query = query.where(Directive.urgency == selection.urgency)
    return session.scalars(query).all()
