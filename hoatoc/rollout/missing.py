"""Who has not reported, has not acknowledged, has not done what is owed: by what is owed, by name."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import case, or_, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from hoatoc.ledger.schema import Addressee, Directive, Duty, DutyKind, DutyState, Period, PeriodState
from hoatoc.localtime import NEVER
from hoatoc.rollout.statistics import Selection, chosen, climbed


class Name(NamedTuple):
    """One who owes it: the duty, the unit, and how far up the ladder it was pressed, 0 where nobody was told."""

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
    # As the driver gives them: these may be ten thousand rows of a few groups, and only tell the groups apart.
    alike = (type_coerce(column, NullType()) for column in (Duty.kind, Duty.subject, Duty.slot, Duty.due_at))
    rows = session.execute(
        chosen(selection, now, Duty.directive_id, *alike, Duty.id, Addressee.name, Addressee.unit_id,
               case((climbed(), Duty.step), else_=0))
        .outerjoin(Period, Period.id == Duty.period_id)
        .where(
            Duty.state == DutyState.OPEN, Addressee.unreachable_at == NEVER,
            or_(Duty.period_id.is_(None), Period.state != PeriodState.LOCKED),
        )
        .order_by(Duty.due_at, Duty.directive_id, Addressee.id)
    ).all()  # fmt: skip
    found: dict[tuple[int, str, str, str, object], list[Name]] = {}
    for directive_id, kind, subject, slot, due_at, *name in rows:
        key = (directive_id, kind, _matter(kind, subject), "" if kind == DutyKind.DECISION else slot, due_at)
        found.setdefault(key, []).append(Name(*name))
    first = {names[0].duty_id for names in found.values()}
    duties = {duty.id: duty for duty in session.scalars(select(Duty).where(Duty.id.in_(first)))}
    return [_group(duties[names[0].duty_id], names) for names in found.values()]


def _group(duty: Duty, names: list[Name]) -> Group:
    return Group(duty.directive_id, duty.kind, duty.subject, duty.slot, duty.due_at, names)


def awaited_of(session: Session, addressee: Addressee) -> list[Group]:
    """What is awaited from one addressee, reached or not, the earliest due time first."""
    owed = session.scalars(
        select(Duty)
        .where(Duty.addressee_id == addressee.id, Duty.state == DutyState.OPEN)
        .order_by(Duty.due_at, Duty.id)
    )
    return [_group(duty, []) for duty in owed]


def _matter(kind: str, subject: str) -> str:
    """What is owed, the same for everyone who owes it: an explanation's subject names the one duty it is about."""
    return subject.split(":", 2)[2] if kind == DutyKind.EXPLANATION else subject


def directives(session: Session, selection: Selection) -> Sequence[Directive]:
    """The directives of `selection`, whatever is owed under them, the newest first."""
    query = select(Directive).where(Directive.trial.is_(False)).order_by(Directive.issued_at.desc())
    if selection.directive_id is not None:
        query = query.where(Directive.id == selection.directive_id)
    if selection.urgency is not None:
        query = query.where(Directive.urgency == selection.urgency)
    return session.scalars(query).all()
