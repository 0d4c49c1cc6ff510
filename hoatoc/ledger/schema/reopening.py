"""What the desk has granted one unit for one period: to submit after the lock."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from hoatoc.ledger.schema.base import Base


class Reopening(Base):
    """Until when one duty's report is still taken in, whatever its period's lock; the newest grant stands."""

    __tablename__ = "reopening"

    duty_id: Mapped[int] = mapped_column(ForeignKey("duty.id"), primary_key=True, autoincrement=False)
    lock_at: Mapped[datetime]
    at: Mapped[datetime]
    by_name: Mapped[str]
    reason: Mapped[str]
