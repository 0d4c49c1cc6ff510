"""A unit's record over all directives: what it owed, how it did, how long it took, and what it took to get there."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hoatoc.errors import NotFound
from hoatoc.ledger.schema import (
    LIVE,
    Addressee,
    Call,
    Directive,
    Duty,
    DutyKind,
    DutyState,
    Event,
    Notice,
    NoticeState,
    Post,
    Unit,
)
from hoatoc.localtime import DEFAULT_ZONE, NEVER, local_date
from hoatoc.rollout import statistics
from hoatoc.rollout.statistics import Cells, Selection, chosen

_PRESSING = ("remind", "press", "superior", "leadership", "explain")


@dataclass(frozen=True)
class Line:
    """What one directive asked of the unit and what came of it. `acknowledged_after` is None without a receipt,
    `addressee_id` where only members of the unit are addressed."""

    directive: Directive
    cells: Cells
    acknowledged_after: timedelta | None
    addressee_id: int | None = None


@dataclass(frozen=True)
class Record:
    """`unreachable` says that the newest directive does not reach it by mail; `pressed` counts the letters that
    pressed it, `climbed` the duties for which the ladder began, `returned` the times it gave one back."""

    unit: Unit
    above: Unit | None
    posts: Sequence[Post]
    cells: Cells
    lines: Sequence[Line]
    open_duties: Sequence[Duty] = field(default_factory=tuple)
    calls: Sequence[Call] = field(default_factory=tuple)
    mean_to_acknowledge: timedelta | None = None
    climbed: int = 0
    pressed: int = 0
    returned: int = 0
    unreachable: bool = False


def find(session: Session, key: str) -> Unit:
    """The unit of that key, or of that id: two offices may use one key. Raises NotFound."""
    by = Unit.id == int(key[:15]) if key.isascii() and key.isdecimal() else Unit.key == key
    unit = session.scalar(select(Unit).where(by).order_by(Unit.id.desc()).limit(1))
    if unit is None:
        raise NotFound("danh bạ không có đơn vị này", hint="mở lại bảng theo dõi rồi chọn đơn vị")
    return unit


def called(session: Session, words: str) -> tuple[int, ...]:
    """The ids of the units whose name has `words` in it, in capitals or not, or whose id they are."""
    if words.isascii() and words.isdecimal():
        return (int(words[:15]),)
    wanted = words.casefold().strip()
    rows = session.execute(select(Unit.id, Unit.name)).tuples()
    return tuple(id_ for id_, name in rows if wanted in name.casefold())


def read(session: Session, unit: Unit, now: datetime) -> Record:
    """The record of `unit` at `now` (aware, UTC); trials are not in it."""
    selection = Selection(unit_ids=(unit.id,))
    lines = _lines(session, unit, selection, now)
    waits = [line.acknowledged_after for line in lines if line.acknowledged_after is not None]
    mine = select(Addressee.id).join(Directive, Directive.id == Addressee.directive_id).where(
        Addressee.unit_id == unit.id, Directive.trial.is_(False)
    )  # fmt: skip
    newest = session.scalar(
        select(Addressee.unreachable_at).where(Addressee.id.in_(mine)).order_by(Addressee.id.desc()).limit(1)
    )
    return Record(
        unit=unit, above=_above(session, unit), posts=_posts(session, unit, now),
        cells=statistics.cells(session, selection, now), lines=lines,
        open_duties=session.scalars(
            select(Duty)
            .where(Duty.addressee_id.in_(mine), Duty.state.in_(LIVE))
            .order_by(Duty.due_at, Duty.id)
        ).all(),
        calls=session.scalars(select(Call).where(Call.addressee_id.in_(mine)).order_by(Call.id.desc())).all(),
        mean_to_acknowledge=sum(waits, timedelta()) / len(waits) if waits else None,
        climbed=_count(session, select(Duty.id).where(
            Duty.addressee_id.in_(mine), statistics.climbed(), Duty.state != DutyState.WITHDRAWN
        ).subquery()),
        pressed=_count(session, select(Notice.id).where(
            Notice.addressee_id.in_(mine), Notice.step.in_(_PRESSING), Notice.state == NoticeState.SENT
        ).subquery()),
        returned=_times_returned(session, unit), unreachable=newest is not None and newest < NEVER,
    )  # fmt: skip


def _lines(session: Session, unit: Unit, selection: Selection, now: datetime) -> list[Line]:
    counted = statistics.by_directive(session, selection, now)
    waits, itself = _waits(session, unit), _itself(session, unit)
    rows = session.scalars(select(Directive).where(Directive.id.in_(counted)).order_by(Directive.issued_at.desc()))
    return [
        Line(directive, statistics.of_books(counted[directive.id]), waits.get(directive.id), itself.get(directive.id))
        for directive in rows
    ]


def _waits(session: Session, unit: Unit) -> dict[int, timedelta]:
    """How long the unit took to acknowledge each directive, from when it was asked to."""
    rows = session.execute(
        select(Addressee.directive_id, Duty.opened_at, Duty.met_at)
        .join(Duty, Duty.addressee_id == Addressee.id)
        .where(
            Addressee.unit_id == unit.id, Addressee.post_id.is_(None), Duty.kind == DutyKind.RECEIPT,
            Duty.state.in_((DutyState.MET, DutyState.MET_LATE)),
        )
        .order_by(Duty.generation)
    ).tuples()  # fmt: skip
    return {directive_id: at - asked for directive_id, asked, at in rows}  # who was named twice: the last time


def _itself(session: Session, unit: Unit) -> dict[int, int]:
    """The unit as an addressee, by directive."""
    rows = select(Addressee.directive_id, Addressee.id).where(Addressee.unit_id == unit.id, Addressee.post_id.is_(None))
    return dict(session.execute(rows).tuples().all())


def _above(session: Session, unit: Unit) -> Unit | None:
    return session.scalar(select(Unit).where(Unit.office_id == unit.office_id, Unit.key == unit.parent_key))


def _posts(session: Session, unit: Unit, now: datetime) -> Sequence[Post]:
    day = local_date(now, DEFAULT_ZONE)
    return session.scalars(
        select(Post).where(Post.unit_id == unit.id, Post.valid_from <= day, Post.valid_to >= day).order_by(Post.id)
    ).all()


def _times_returned(session: Session, unit: Unit) -> int:
    """How often a duty of this unit was given back, whatever the desk has made of it since."""
    subjects = {
        f"duty:{id_}" for id_ in session.scalars(chosen(Selection(unit_ids=(unit.id,)), NEVER, Duty.id))
    }  # fmt: skip
    told = session.scalars(
        select(Event.subject).where(Event.kind == "duty_returned", Event.actor == f"addressee:{unit.key}")
    )
    return sum(subject in subjects for subject in told)


def _count(session: Session, of: object) -> int:
    return session.scalar(select(func.count()).select_from(of)) or 0  # type: ignore[arg-type]  # a subquery
