"""What a unit has said of a thing owed once: done, with the words and the paper that show it."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from hoatoc.ledger.schema.base import Base, Id


class Fulfilment(Base):
    """How a task was met; `evidence` is what the unit points to (number and date of its own paper)."""

    __tablename__ = "fulfilment"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    duty_id: Mapped[int] = mapped_column(ForeignKey("duty.id"), unique=True)
    at: Mapped[datetime]
    evidence: Mapped[str]
    by_name: Mapped[str]
    channel: Mapped[str]
