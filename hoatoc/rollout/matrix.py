"""Units × duties of one directive: what each addressee owes, and where each of it stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import LIVE, Addressee, Directive, Duty, DutyKind, DutyState, Period, PeriodState, Unit
from hoatoc.localtime import NEVER
from hoatoc.rollout import books
from hoatoc.rollout.statistics import Selection, chosen, climbed

#: Kinds whose subject names one matter for everyone; answers and explanations have a subject of their own each.
_SHARED = (
    DutyKind.RECEIPT, DutyKind.FIRST_ACTION, DutyKind.TASK, DutyKind.ROSTER, DutyKind.COVERAGE, DutyKind.REPORT,
)  # fmt: skip
RETURNED = "returned"


@dataclass(frozen=True)
class Column:
    """One thing that is owed by many: its kind, the clause (or "receipt"), and the period's slot, '' for once."""

    kind: DutyKind
    subject: str
    slot: str


@dataclass(frozen=True)
class Cell:
    """One duty: the column of the books it is in, or RETURNED; how far up the ladder it was pressed."""

    duty_id: int
    stands: str
    step: int


@dataclass(frozen=True)
class Row:
    """One addressee; `cells` has None where it owes nothing of that column."""

    addressee_id: int
    name: str
    unit_id: int
    cells: Sequence[Cell | None]


@dataclass(frozen=True)
class Matrix:
    """The part of the table that was asked for. `rows_in_all` and `periods_in_all` say how much there is."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    rows_in_all: int
    periods_in_all: int
    page: int
    earlier: int


@dataclass(frozen=True)
class View:
    """Which part is wanted: `page` of `height` addressees, and the `width` newest periods after leaving out the
    `earlier` newest ones. Whoever has most overdue stands first."""

    page: int = 0
    height: int = 100
    earlier: int = 0
    width: int = 7


def read(session: Session, directive: Directive, selection: Selection, view: View, now: datetime) -> Matrix:
    """The table of `directive` for those of its duties that are in `selection` at `now` (aware, UTC)."""
    selection = replace(selection, directive_id=directive.id)
    once, periods = _columns(session, directive)
    shown = periods[max(0, len(periods) - view.earlier - view.width) : len(periods) - view.earlier]
    columns = [*once, *shown]
    people = _people(session, selection, now)
    first = view.page * view.height
    page = people[first : first + view.height]
    return Matrix(
        columns=columns, rows=list(_rows(session, selection, columns, page, now)), rows_in_all=len(people),
        periods_in_all=len(periods), page=view.page, earlier=view.earlier,
    )  # fmt: skip


def _columns(session: Session, directive: Directive) -> tuple[list[Column], list[Column]]:
    """What is owed once, and the reports by period, the oldest first."""
    once = session.execute(
        select(Duty.kind, Duty.subject, Duty.slot)
        .where(
            Duty.directive_id == directive.id, Duty.period_id.is_(None), Duty.kind.in_(_SHARED),
            Duty.state != DutyState.WITHDRAWN,
        )
        .distinct()
    ).tuples()  # fmt: skip
    periods = session.execute(
        select(Period.subject, Period.slot)
        .where(Period.directive_id == directive.id, Period.state != PeriodState.PLANNED)
        .order_by(Period.slot, Period.subject)
    ).tuples()
    found = sorted((Column(*row) for row in once), key=lambda item: (_SHARED.index(item.kind), item.slot, item.subject))
    return found, [Column(DutyKind.REPORT, subject, slot) for subject, slot in periods]


@dataclass(frozen=True)
class _Person:
    id: int
    name: str
    unit_id: int


def _people(session: Session, selection: Selection, now: datetime) -> list[_Person]:
    """Everyone with a duty in `selection`, who has most overdue first, then in the order of kính gửi."""
    late = (
        select(Duty.addressee_id, func.count().label("times"))
        .where(
            Duty.directive_id == selection.directive_id, Duty.state.in_(LIVE),
            books.overdue(now),
        )
        .group_by(Duty.addressee_id)
        .subquery()
    )  # fmt: skip
    owes = select(Duty.id).where(Duty.addressee_id == Addressee.id, *selection.conditions(now))
    pressing = case((Addressee.unreachable_at < NEVER, 0), else_=func.coalesce(late.c.times, 0))
    rows = session.execute(
        select(Addressee.id, Addressee.name, Addressee.unit_id)
        .join(Unit, Unit.id == Addressee.unit_id)
        .join(Directive, Directive.id == Addressee.directive_id)
        .outerjoin(late, late.c.addressee_id == Addressee.id)
        .where(Addressee.directive_id == selection.directive_id, owes.exists())
        .order_by(pressing.desc(), Addressee.id)
    ).tuples()
    return [_Person(*row) for row in rows]


def _rows(
    session: Session, selection: Selection, columns: Sequence[Column], people: Sequence[_Person], now: datetime
) -> Iterable[Row]:
    place = {column: index for index, column in enumerate(columns)}
    cells: dict[int, list[Cell | None]] = {person.id: [None] * len(columns) for person in people}
    stands = case((Duty.state == DutyState.RETURNED, RETURNED), else_=books.column(now))
    slots = {column.slot for column in columns}
    found = session.execute(
        chosen(
            selection,
            now,
            Duty.addressee_id,
            Duty.kind,
            Duty.subject,
            Duty.slot,
            Duty.id,
            stands,
            case((climbed(), Duty.step), else_=0),
        )
        .where(and_(Duty.addressee_id.in_(cells), Duty.slot.in_(slots)))
        .order_by(Duty.generation)
    ).tuples()
    for addressee_id, kind, subject, slot, duty_id, stand, step in found:
        index = place.get(Column(kind, subject, slot))
        if index is not None:
            cells[addressee_id][index] = Cell(duty_id, stand, step)
    return [Row(person.id, person.name, person.unit_id, cells[person.id]) for person in people]
