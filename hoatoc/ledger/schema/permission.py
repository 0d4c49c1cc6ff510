"""A request for permission, and its answer."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from hoatoc.ledger.schema.base import Base, Id
from hoatoc.ledger.types import word


class PermissionState(StrEnum):
    """The life of a request."""

    ASKED = "asked"  #: Waits for the decider.
    GRANTED = "granted"  #: Đồng ý.
    REFUSED = "refused"  #: Không đồng ý.


class PermissionRequest(Base):
    """One request. `addressee_id` is the unit it came from; `duty_id` is the decider's duty to answer it."""

    __tablename__ = "permission_request"
    __table_args__ = (
        Index("ix_permission_request_addressee_id", "addressee_id"),
        Index("ix_permission_request_state", "state"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    obligation_id: Mapped[int] = mapped_column(ForeignKey("obligation.id"))
    addressee_id: Mapped[int] = mapped_column(ForeignKey("addressee.id"))
    duty_id: Mapped[int] = mapped_column(ForeignKey("duty.id"), unique=True)
    person: Mapped[str]
    for_head: Mapped[bool]
    purpose: Mapped[str]
    first_day: Mapped[date]
    last_day: Mapped[date]
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    state: Mapped[PermissionState] = mapped_column(word(PermissionState))
    answered_at: Mapped[datetime]  # NEVER before
    answered_by: Mapped[str]
    reason: Mapped[str]
