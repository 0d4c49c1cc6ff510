"""The log of calls: the desk has phoned a unit that no mail reaches."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from hoatoc.ledger.schema.base import Base, Id
from hoatoc.ledger.types import word


class CallResult(StrEnum):
    """What came of a call."""

    REACHED = "reached"  #: Đã nói chuyện: somebody of the unit has been told.
    NO_ANSWER = "no_answer"  #: Không ai nghe máy.
    WRONG_NUMBER = "wrong_number"  #: Nhầm số: the directory wants mending.


class Call(Base):
    """One call. `caller` is the account's actor, `caller_name` who that was; `spoke_with` is '' unless reached."""

    __tablename__ = "call"
    __table_args__ = (Index("ix_call_addressee_id", "addressee_id"), Index("ix_call_directive_id", "directive_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    directive_id: Mapped[int] = mapped_column(ForeignKey("directive.id"))
    addressee_id: Mapped[int] = mapped_column(ForeignKey("addressee.id"))
    at: Mapped[datetime]
    caller: Mapped[str]
    caller_name: Mapped[str]
    number: Mapped[str]
    spoke_with: Mapped[str]
    result: Mapped[CallResult] = mapped_column(word(CallResult))
    note: Mapped[str]
