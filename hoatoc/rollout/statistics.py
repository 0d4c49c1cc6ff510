"""The four cells of the national follow-up statistics, for any selection of duties.

Báo cáo 1270/BC-TCTTTg (27/12/2017) counts so: 21,914 tasks = 16,051 done (14,068 on time + 1,983 late) + 5,863 open
(5,640 in time + 223 overdue). Two columns of the books are no cell and stand apart: what was exempted is not asked for
any more, and who cannot be reached by mail has not been told. A duty that was given back is open until the desk has
decided. What was withdrawn is counted nowhere, nor is a trial."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from hoatoc.format.ladder import Step
from hoatoc.format.units import Tree
from hoatoc.ledger.schema import (
    LIVE,
    Addressee,
    Directive,
    Duty,
    DutyKind,
    DutyState,
    ExtensionRequest,
    ExtensionState,
    Notice,
    NoticeDuty,
    NoticeState,
    Receipt,
    Unit,
)
from hoatoc.localtime import NEVER
from hoatoc.rollout import books
from hoatoc.rollout.acknowledge import ACCEPTED
from hoatoc.rollout.books import Books


class Progress(StrEnum):
    """How far a duty, or the document it comes from, has got. One duty may be at several."""

    RECEIVED = "received"  #: Đã đến: the addressee's mail server has taken the document in.
    ACKNOWLEDGED = "acknowledged"  #: Đã xác nhận: the addressee has acknowledged the document.
    REPORTED = "reported"  #: Đã thực hiện: the duty is done, on time or late.
    LATE = "late"  #: Quá hạn: not done, and its time is over.
    ESCALATED = "escalated"  #: Đã lên nấc: not done, and the ladder has begun.
    UNREACHABLE = "unreachable"  #: Không gửi được: no mail reaches the addressee.
    RETURNED = "returned"  #: Bị trả lại: the desk has to decide.
    ASKED = "asked"  #: Đang xin: more time is asked for it, or it is itself an answer that is waited for.


@dataclass(frozen=True)
class Selection:
    """Which duties are looked at; a field that is None leaves everything in. `urgency` is a directive's own word."""

    directive_id: int | None = None
    tree: Tree | None = None
    urgency: str | None = None
    progress: Progress | None = None
    unit_ids: tuple[int, ...] | None = None

    def conditions(self, now: datetime) -> list[ColumnElement[bool]]:
        """The conditions on duties joined with their addressee, unit and directive, as of `now` (aware, UTC)."""
        chosen: list[ColumnElement[bool]] = [Duty.state != DutyState.WITHDRAWN, Directive.trial.is_(False)]
        if self.directive_id is not None:
            chosen.append(Duty.directive_id == self.directive_id)
        if self.tree is not None:
            chosen.append(Unit.tree == self.tree)
        if self.urgency is not None:
            chosen.append(Directive.urgency == self.urgency)
        if self.unit_ids is not None:
            chosen.append(Addressee.unit_id.in_(self.unit_ids))
        if self.progress is not None:
            chosen.append(_at(self.progress, now))
        return chosen


@dataclass(frozen=True)
class Cells:
    """The four cells, and what stands apart from them."""

    done_on_time: int = 0
    done_late: int = 0
    open_in_time: int = 0
    open_overdue: int = 0
    exempt: int = 0
    unreachable: int = 0

    @property
    def done(self) -> int:
        """Done, on time or late."""
        return self.done_on_time + self.done_late

    @property
    def open(self) -> int:
        """Not done, in time or overdue."""
        return self.open_in_time + self.open_overdue

    @property
    def total(self) -> int:
        """Everything that is in a cell."""
        return self.done + self.open

    @property
    def apart(self) -> int:
        """Everything that is in none."""
        return self.exempt + self.unreachable


def of_books(counted: Books) -> Cells:
    """The cells of books: the same duties under their names in the statistics."""
    return Cells(
        done_on_time=counted.on_time, done_late=counted.late, open_in_time=counted.open, open_overdue=counted.missing,
        exempt=counted.exempt, unreachable=counted.unreachable,
    )  # fmt: skip


def cells(session: Session, selection: Selection, now: datetime) -> Cells:
    """The cells of `selection` at `now` (aware, UTC)."""
    return of_books(books.total(by_directive(session, selection, now)))


def by_directive(session: Session, selection: Selection, now: datetime) -> dict[int, Books]:
    """The books of `selection` for each of its directives, in one scan."""
    which = books.column(now).label("book_column")
    rows = session.execute(
        chosen(selection, now, Duty.directive_id, which, func.count()).group_by(Duty.directive_id, which)
    )
    found: dict[int, Books] = {}
    for directive_id, name, count in rows:
        counted = found.setdefault(directive_id, Books())
        setattr(counted, name, count)
        counted.expected += count
    return found


def chosen(selection: Selection, now: datetime, *columns: Any) -> Select[Any]:
    """A query of `columns` over the duties of `selection`, joined with addressee, unit and directive."""
    return (
        select(*columns)
        .select_from(Duty)
        .join(Addressee, Addressee.id == Duty.addressee_id)
        .join(Unit, Unit.id == Addressee.unit_id)
        .join(Directive, Directive.id == Duty.directive_id)
        .where(*selection.conditions(now))
    )


def climbed() -> ColumnElement[bool]:
    """The SQL condition that somebody was told at a rung about a duty. A rung that was left out, or taken while nobody
    could be told, is behind it as well, and nobody has heard of that."""
    told = (
        select(NoticeDuty.duty_id)
        .join(Notice, Notice.id == NoticeDuty.notice_id)
        .where(NoticeDuty.duty_id == Duty.id, Notice.step.in_(list(Step)))
    )
    return and_(Duty.step > 0, told.exists())


def _at(progress: Progress, now: datetime) -> ColumnElement[bool]:
    live = Duty.state.in_(LIVE)
    reachable = Addressee.unreachable_at == NEVER
    asks = select(ExtensionRequest.id).where(
        ExtensionRequest.duty_id == Duty.id, ExtensionRequest.state == ExtensionState.ASKED
    )
    arrived = select(Notice.id).where(
        Notice.addressee_id == Duty.addressee_id, Notice.template == "dispatch", Notice.state == NoticeState.SENT
    )
    accepted = select(Receipt.id).where(Receipt.addressee_id == Duty.addressee_id, Receipt.code == ACCEPTED)
    return {
        Progress.RECEIVED: arrived.exists(),
        Progress.ACKNOWLEDGED: accepted.exists(),
        Progress.REPORTED: Duty.state.in_((DutyState.MET, DutyState.MET_LATE)),
        Progress.LATE: and_(live, books.overdue(now), reachable),
        Progress.ESCALATED: and_(live, climbed()),
        Progress.UNREACHABLE: and_(live, ~reachable),
        Progress.RETURNED: Duty.state == DutyState.RETURNED,
        Progress.ASKED: and_(live, or_(asks.exists(), Duty.kind == DutyKind.DECISION)),
    }[progress]
