"""An issued directive with the snapshot it was issued from, and its obligations."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hoatoc.format.text import ObligationKind
from hoatoc.ledger.schema.base import Base, Id
from hoatoc.ledger.types import word
from hoatoc.localtime import NEVER


class DirectiveState(StrEnum):
    """The life of a directive after its issue."""

    RUNNING = "running"  #: Issued; passes do their work.
    SUSPENDED = "suspended"  #: Tạm dừng: the clocks stand still; nothing is opened or pressed until it runs again.
    ENDED = "ended"  #: Kết thúc: nothing is opened or pressed any more; what was late by then stays in the books.
    RECALLED = "recalled"  #: Thu hồi: the document itself was taken back; nothing is owed.
    REPLACED = "replaced"  #: Thay thế: another directive has taken its place; nothing is owed under this one.
    REMOVED = "removed"  #: Bỏ: a trial that was taken away; only its history is left.


#: The states in which units still owe what a directive asks.
ALIVE = (DirectiveState.RUNNING, DirectiveState.SUSPENDED)


class Directive(Base):
    """A directive. `snapshot` holds text, regime and forms as they were when it was issued; nothing reads the
    files again after that. A `trial` (chạy thử) lives like one, writes to the desk alone, and counts nowhere."""

    __tablename__ = "directive"
    __table_args__ = (UniqueConstraint("office_id", "identity"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    key: Mapped[str] = mapped_column(unique=True)
    identity: Mapped[str]
    title: Mapped[str]
    urgency: Mapped[str]
    zone: Mapped[str]
    state: Mapped[DirectiveState] = mapped_column(word(DirectiveState))
    # Large, and read by each process once: left in the ledger until somebody asks (hoatoc.rollout.snapshot.of).
    snapshot: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    snapshot_hash: Mapped[str]
    issued_at: Mapped[datetime]
    issued_by: Mapped[str]
    version: Mapped[int] = mapped_column(default=0)  # goes up with every change: two desks cannot both win
    suspended_at: Mapped[datetime] = mapped_column(default=NEVER)  # since when it stands still; NEVER while it runs
    resumed_at: Mapped[datetime] = mapped_column(default=NEVER)  # when it last ran again; NEVER if it never stood still
    ended_at: Mapped[datetime] = mapped_column(default=NEVER)  # ended, recalled or replaced; NEVER while it lives
    trial: Mapped[bool] = mapped_column(default=False)

    def time_at(self, now: datetime) -> datetime:
        """The time by which what is owed under it is early or late at `now` (aware): while it is suspended its time
        stands still, and if it never ran again, it stood still to the end."""
        return min(now, self.suspended_at)


class Obligation(Base):
    """One thing ordered by one clause of a directive; `opens_duty` says whether the regime makes it a duty."""

    __tablename__ = "obligation"
    __table_args__ = (UniqueConstraint("directive_id", "clause"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    directive_id: Mapped[int] = mapped_column(ForeignKey("directive.id"))
    clause: Mapped[str]
    ordinal: Mapped[int]
    quote: Mapped[str]
    kind: Mapped[ObligationKind] = mapped_column(word(ObligationKind))
    opens_duty: Mapped[bool]
    detail: Mapped[dict[str, Any]]
