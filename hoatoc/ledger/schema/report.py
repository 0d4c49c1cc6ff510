"""A report has two clocks: the first submission (on time or late, for good) and the newest revision (the figures)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hoatoc.ledger.schema.base import Base, Id
from hoatoc.ledger.types import word


class Erratum(StrEnum):
    """Whether the next summary has to tell of a report."""

    NONE = "none"  #: No: what was frozen has it, or a summary has told of it.
    LATE = "late"  #: Yes: it came after its period was frozen.
    REVISED = "revised"  #: Yes: its figures were changed after its period was frozen.


class Report(Base):
    """The report that meets one duty. `figures` are those of the newest revision; a blank is absent, never zero.

    `told` is the revision that a summary has told as an erratum last, 0 before: then the frozen figures stand.
    `warnings` are what its checks found unusual, `explanation` the word given for it."""

    __tablename__ = "report"
    __table_args__ = (
        Index("ix_report_period_id_addressee_id", "period_id", "addressee_id"),
        Index("ix_report_erratum", "erratum"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    duty_id: Mapped[int] = mapped_column(ForeignKey("duty.id"), unique=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("period.id"))
    addressee_id: Mapped[int] = mapped_column(ForeignKey("addressee.id"))
    first_at: Mapped[datetime]
    on_time: Mapped[bool]
    revision: Mapped[int]
    revised_at: Mapped[datetime]
    figures: Mapped[dict[str, Any]]
    warnings: Mapped[list[Any]]
    explanation: Mapped[str]
    erratum: Mapped[Erratum] = mapped_column(word(Erratum))
    told: Mapped[int] = mapped_column(default=0)


class Revision(Base):
    """One submission of a report, kept as it came; `in_summary` says that its period was not yet frozen."""

    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("report_id", "number"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    number: Mapped[int]
    at: Mapped[datetime]
    figures: Mapped[dict[str, Any]]
    warnings: Mapped[list[Any]]
    explanation: Mapped[str]
    by_name: Mapped[str]
    channel: Mapped[str]
    in_summary: Mapped[bool]


class UnsentReport(Base):
    """What a unit has typed into a report's form and not yet submitted."""

    __tablename__ = "unsent_report"

    duty_id: Mapped[int] = mapped_column(ForeignKey("duty.id"), primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    typed: Mapped[dict[str, Any]]


class Attachment(Base):
    """A file that an addressee sent with a report. A report's figures name it by its SHA-256."""

    __tablename__ = "attachment"
    __table_args__ = (UniqueConstraint("addressee_id", "sha256"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    addressee_id: Mapped[int] = mapped_column(ForeignKey("addressee.id"))
    sha256: Mapped[str]
    name: Mapped[str]
    at: Mapped[datetime]
    content: Mapped[bytes] = mapped_column(LargeBinary)
