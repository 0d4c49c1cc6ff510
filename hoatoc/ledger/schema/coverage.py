"""A share on its way to a target: one entry each time a unit says how far it is."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from hoatoc.ledger.schema.base import Base, Id


class CoverageEntry(Base):
    """`counted` of `of`, as one addressee said it at one time."""

    __tablename__ = "coverage_entry"
    __table_args__ = (Index("ix_coverage_entry_obligation_id", "obligation_id", "addressee_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    obligation_id: Mapped[int] = mapped_column(ForeignKey("obligation.id"))
    addressee_id: Mapped[int] = mapped_column(ForeignKey("addressee.id"))
    at: Mapped[datetime]
    counted: Mapped[int]
    of: Mapped[int]
    by_name: Mapped[str]
