"""The history: every change of state leaves an event, in the transaction that makes it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from hoatoc.ledger.schema.base import Base, Id


class Event(Base):
    """Something that happened to `subject` ("duty:12"), in the past tense; `actor` is who or what did it. What belongs
    to no directive (the directory, an account, a proposal to issue) has no `directive_id`."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_subject", "subject"), Index("ix_event_directive_id", "directive_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # Not checked by the database: no directive is ever deleted, and there are several events to each notice.
    directive_id: Mapped[int | None] = mapped_column(Id)
    at: Mapped[datetime]
    kind: Mapped[str]
    subject: Mapped[str]
    actor: Mapped[str]
    detail: Mapped[dict[str, Any]]
