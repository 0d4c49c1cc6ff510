"""Lists of persons. They name people, so each opening is an event, and they are deleted when their time is over."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from hoatoc.ledger.schema.base import Base, Id


class Roster(Base):
    """The newest list of one duty. `rows` is emptied at `delete_at`; how many there were stays in `count`."""

    __tablename__ = "roster"
    __table_args__ = (Index("ix_roster_directive_id_delete_at", "directive_id", "delete_at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    directive_id: Mapped[int] = mapped_column(ForeignKey("directive.id"))
    duty_id: Mapped[int] = mapped_column(ForeignKey("duty.id"), unique=True)
    at: Mapped[datetime]
    revision: Mapped[int]
    count: Mapped[int]
    rows: Mapped[list[Any]]
    by_name: Mapped[str]
    delete_at: Mapped[datetime]  # NEVER once deleted
