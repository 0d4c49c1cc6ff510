"""Whose turn it is to pass over a directive, and when the next pass is wanted."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from hoatoc.ledger.schema.base import Base


class Turn(Base):
    """The lease of a directive's pass. `expires_at` is machine time; `wishes` counts passes that were refused
    while the holder was at work, so that it looks once more before it lets go."""

    __tablename__ = "turn"

    directive_id: Mapped[int] = mapped_column(ForeignKey("directive.id"), primary_key=True, autoincrement=False)
    holder: Mapped[str]
    expires_at: Mapped[datetime]
    wishes: Mapped[int]


class WakeUp(Base):
    """The wake-up asked of Prefect: `generation` goes into its idempotency key, so that it can be asked again.
    `deployment_id` is what Prefect knows the directive by, '' before its first run there."""

    __tablename__ = "wake_up"

    directive_id: Mapped[int] = mapped_column(ForeignKey("directive.id"), primary_key=True, autoincrement=False)
    generation: Mapped[int]
    due_at: Mapped[datetime]
    deployment_id: Mapped[str] = mapped_column(default="")
