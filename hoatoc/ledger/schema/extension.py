"""A unit's request for more time (gia hạn) for one duty, and the desk's decision."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from hoatoc.ledger.schema.base import Base, Id
from hoatoc.ledger.types import word


class ExtensionState(StrEnum):
    """The life of a request."""

    ASKED = "asked"  #: Waits for the desk; the old due time and its ladder go on meanwhile.
    GRANTED = "granted"  #: Đồng ý: the duty is due at `granted_until`.
    REFUSED = "refused"  #: Không đồng ý: the old due time stands.


class ExtensionRequest(Base):
    """One request. `wanted_at` is what the unit asked for; the desk may grant another time."""

    __tablename__ = "extension_request"
    __table_args__ = (
        Index("ix_extension_request_duty_id", "duty_id"),
        Index("ix_extension_request_state", "state"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    duty_id: Mapped[int] = mapped_column(ForeignKey("duty.id"))
    wanted_at: Mapped[datetime]
    reason: Mapped[str]
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    state: Mapped[ExtensionState] = mapped_column(word(ExtensionState))
    granted_until: Mapped[datetime]  # NEVER unless granted
    decided_at: Mapped[datetime]  # NEVER before
    decided_by: Mapped[str]
    answer: Mapped[str]  # the desk's words
