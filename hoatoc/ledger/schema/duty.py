"""A duty: one thing that one addressee owes by one time."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hoatoc.ledger.schema.base import Base, Id
from hoatoc.ledger.types import word


class DutyKind(StrEnum):
    """What is owed."""

    RECEIPT = "receipt"  #: An acknowledgement that the directive has been received.
    REPORT = "report"  #: The report of one period.
    TASK = "task"  #: Something to be done once.
    ROSTER = "roster"  #: A list of persons to be handed in.
    COVERAGE = "coverage"  #: A share to be reached.
    DECISION = "decision"  #: An answer to a request for permission.
    FIRST_ACTION = "first_action"  #: What has been done first after the acknowledgement.
    EXPLANATION = "explanation"  #: Giải trình: why another duty was not met in time.


class DutyState(StrEnum):
    """The life of a duty. A met duty never reopens."""

    OPEN = "open"  #: Owed; whether it is late is a matter of the clock.
    MET = "met"  #: Done on time.
    MET_LATE = "met_late"  #: Done after `due_at`.
    WAIVED = "waived"  #: Exempted by the desk, with a reason.
    RETURNED = "returned"  #: Trả lại: its bearer says, with a reason, that it is not its to do; the desk decides.
    WITHDRAWN = "withdrawn"  #: Taken back with its directive or by reassignment; never counted.


#: Something is still to come of these: done, decided, or taken back.
LIVE = (DutyState.OPEN, DutyState.RETURNED)
#: Few ever are, and the desk's pages count them every time.
_RETURNED = text(f"state = '{DutyState.RETURNED}'")


class Duty(Base):
    """One duty. `next_at` is "look at me at": the instant of the next rung `step` of the ladder, NEVER when the
    ladder is climbed or the duty is settled. `slot` is its period's, '' for what is owed once."""

    __tablename__ = "duty"
    __table_args__ = (
        UniqueConstraint("directive_id", "subject", "addressee_id", "slot", "generation"),
        Index("ix_duty_directive_id_next_at", "directive_id", "next_at"),
        Index("ix_duty_addressee_id_slot", "addressee_id", "slot"),
        Index("ix_duty_period_id", "period_id"),
        Index("ix_duty_returned", "addressee_id", sqlite_where=_RETURNED, postgresql_where=_RETURNED),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # That of the addressee, whose key is checked: to check this one too would cost each row of a dispatch a lookup.
    directive_id: Mapped[int] = mapped_column(Id)
    subject: Mapped[str]  # "receipt", or the clause that asks for it
    addressee_id: Mapped[int] = mapped_column(ForeignKey("addressee.id"))
    slot: Mapped[str]
    generation: Mapped[int]
    kind: Mapped[DutyKind] = mapped_column(word(DutyKind))
    period_id: Mapped[int | None] = mapped_column(ForeignKey("period.id"))
    state: Mapped[DutyState] = mapped_column(word(DutyState))
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    met_at: Mapped[datetime]  # NEVER until met
    step: Mapped[int]  # how many rungs of its ladder are behind it
    next_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=0)  # goes up with every change by a person
