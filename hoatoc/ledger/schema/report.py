"""A report has two clocks: the first submission (on time or late, for good) and the newest revision (the figures)."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hoatoc.ledger.schema.base import Base, Id


class Report(Base):
    """The report that meets one duty. `figures` are those of the newest revision; a blank is absent, never zero."""

    __tablename__ = "report"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    duty_id: Mapped[int] = mapped_column(ForeignKey("duty.id"), unique=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("period.id"), index=True)
    first_at: Mapped[datetime]
    on_time: Mapped[bool]
    revision: Mapped[int]
    revised_at: Mapped[datetime]
    figures: Mapped[dict[str, Any]]


class Revision(Base):
    """One submission of a report, kept as it came."""

    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("report_id", "number"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    number: Mapped[int]
    at: Mapped[datetime]
    figures: Mapped[dict[str, Any]]
    by_name: Mapped[str]
    channel: Mapped[str]
