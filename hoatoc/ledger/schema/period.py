"""A reporting period and its three instants."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hoatoc.ledger.schema.base import Base, Id
from hoatoc.ledger.types import word


class PeriodState(StrEnum):
    """The life of a period."""

    PLANNED = "planned"  #: A row in waiting: its duties open at `opens_at`.
    OPEN = "open"  #: Duties are open; reports come in.
    FROZEN = "frozen"  #: The summary is frozen and sent; late reports become errata of the next.
    LOCKED = "locked"  #: Submission has ended.


class Period(Base):
    """One period of one report. `slot` is the local start date and the periodicity ("2021-11-24/P1D"), stored with
    its zone when planned and never computed again. On time up to and including `due_at`."""

    __tablename__ = "period"
    __table_args__ = (
        UniqueConstraint("directive_id", "subject", "slot"),
        Index("ix_period_directive_id_next_at", "directive_id", "next_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    directive_id: Mapped[int] = mapped_column(ForeignKey("directive.id"))
    subject: Mapped[str]
    slot: Mapped[str]
    local_date: Mapped[date]
    zone: Mapped[str]
    opens_at: Mapped[datetime]
    due_at: Mapped[datetime]
    freeze_at: Mapped[datetime]
    lock_at: Mapped[datetime]
    state: Mapped[PeriodState] = mapped_column(word(PeriodState))
    next_at: Mapped[datetime]  # opens_at, freeze_at, lock_at, then the end of what the desk has reopened, or NEVER
