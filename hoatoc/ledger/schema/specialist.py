"""Who inside a unit has been given a part of what the unit owes (phân công)."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from hoatoc.ledger.schema.base import Base, Id


class Specialist(Base):
    """One person with a link of their own. `subjects` are the subjects of the duties given to them, those of periods
    to come among them; the unit goes on owing every one."""

    __tablename__ = "specialist"
    __table_args__ = (Index("ix_specialist_addressee_id", "addressee_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    addressee_id: Mapped[int] = mapped_column(ForeignKey("addressee.id"))
    name: Mapped[str]
    mail: Mapped[str]
    subjects: Mapped[list[Any]]
    note: Mapped[str]
    assigned_at: Mapped[datetime]
    assigned_by: Mapped[str]
    revoked_at: Mapped[datetime]  # NEVER while the link opens
