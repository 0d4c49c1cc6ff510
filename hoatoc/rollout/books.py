"""The books: what was expected and what came of it. Every duty is in exactly one column."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from hoatoc.ledger.schema import Addressee, Directive, Duty, DutyKind, DutyState, Notice, NoticeState
from hoatoc.localtime import NEVER


@dataclass
class Books:
    """Counts of duties: expected = on_time + late + missing + exempt + unreachable + open."""

    expected: int = 0
    on_time: int = 0
    late: int = 0
    missing: int = 0
    exempt: int = 0
    unreachable: int = 0
    open: int = 0

    def balance(self) -> bool:
        """Whether the columns add up to what was expected."""
        columns = [getattr(self, column.name) for column in fields(self) if column.name != "expected"]
        return bool(self.expected == sum(columns))

    def as_dict(self) -> dict[str, int]:
        """The columns by name."""
        return asdict(self)


def column(now: datetime) -> ColumnElement[str]:
    """The SQL expression that puts a duty (joined with its addressee) in its column, in the order of knowledge:
    what was done, exempted, unreachable, and only then missing or open by the clock at `now`."""
    return case(
        (Duty.state == DutyState.MET, "on_time"),
        (Duty.state == DutyState.MET_LATE, "late"),
        (Duty.state == DutyState.WAIVED, "exempt"),
        (Addressee.unreachable_at < NEVER, "unreachable"),
        (overdue(now), "missing"),
        else_="open",
    )


def overdue(now: datetime) -> ColumnElement[bool]:
    """The SQL condition that the time of a duty was over at `now`, by its directive's own time (Directive.time_at)."""
    of, halted = aliased(Directive), aliased(Directive)
    stood = select(of.suspended_at).where(of.id == Duty.directive_id).correlate(Duty).scalar_subquery()
    # Asked once for all duties; the other, for each, only of those under a suspended directive.
    runs = Duty.directive_id.not_in(select(halted.id).where(halted.suspended_at < now))
    return and_(Duty.due_at < now, or_(runs, Duty.due_at <= stood))


def by_subject(
    session: Session, directive_id: int, now: datetime, kind: DutyKind | None = None
) -> dict[tuple[str, str, str], Books]:
    """The books at `now` by kind (of one `kind` only, where it is given), subject and slot; withdrawn duties are in
    none."""
    which = column(now).label("book_column")
    rows = session.execute(
        select(Duty.kind, Duty.subject, Duty.slot, which, func.count())
        .join(Addressee, Addressee.id == Duty.addressee_id)
        .where(
            Duty.directive_id == directive_id, Duty.state != DutyState.WITHDRAWN,
            Duty.kind == kind if kind is not None else true(),
        )
        .group_by(Duty.kind, Duty.subject, Duty.slot, which)
        .order_by(Duty.slot, Duty.subject)
    )  # fmt: skip
    found: dict[tuple[str, str, str], Books] = {}
    for of_kind, subject, slot, name, count in rows:
        _add(found.setdefault((of_kind.value, subject, slot), Books()), name, count)
    return found


def total(many: Mapping[Any, Books]) -> Books:
    """The sum of several books."""
    summed = Books()
    for books in many.values():
        for name, count in books.as_dict().items():
            setattr(summed, name, getattr(summed, name) + count)
    return summed


def notices_by_state(session: Session, directive_id: int) -> dict[str, int]:
    """How many notices stand in each state, zeros included."""
    rows = session.execute(
        select(Notice.state, func.count()).where(Notice.directive_id == directive_id).group_by(Notice.state)
    )
    counted = {state.value: count for state, count in rows}
    return {state.value: counted.get(state.value, 0) for state in NoticeState}


def status(session: Session, directive_id: int, now: datetime) -> dict[str, Any]:
    """The state of a rollout as `hoatoc status --json` gives it: duties in all, per kind and per period, and
    notices by state."""
    books = by_subject(session, directive_id, now)
    kinds = sorted({kind for kind, _, _ in books})
    return {
        "duties": {
            **total(books).as_dict(),
            "by_kind": {
                kind: total({key: value for key, value in books.items() if key[0] == kind}).as_dict() for kind in kinds
            },
            "by_period": [
                {"kind": kind, "subject": subject, "period": slot, **value.as_dict()}
                for (kind, subject, slot), value in books.items()
            ],
        },
        "notices": notices_by_state(session, directive_id),
    }


def _add(books: Books, name: str, count: int) -> None:
    setattr(books, name, getattr(books, name) + count)
    books.expected += count
