"""The frozen summary of a period."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hoatoc.ledger.schema.base import Base, Id


class Summary(Base):
    """What the leadership was given for one period; `data_hash` seals `content` (SHA-256 of its canonical JSON).

    `edition` 1 is frozen with the period; a later one tells what came in after the last summary of a report."""

    __tablename__ = "summary"
    __table_args__ = (UniqueConstraint("period_id", "edition"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    directive_id: Mapped[int] = mapped_column(ForeignKey("directive.id"), index=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("period.id"))
    edition: Mapped[int]
    frozen_at: Mapped[datetime]
    content: Mapped[dict[str, Any]]
    data_hash: Mapped[str]
