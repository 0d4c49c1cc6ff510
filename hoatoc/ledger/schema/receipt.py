"""A receipt: who in an addressee's house took a directive in, when and how."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hoatoc.ledger.schema.base import Base, Id


class Receipt(Base):
    """One exchange status of one addressee, by its code (Quyết định 28/2018/QĐ-TTg: 03 đã tiếp nhận …).

    The first one of a code stands; saying it again changes nothing."""

    __tablename__ = "receipt"
    __table_args__ = (UniqueConstraint("addressee_id", "code"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    directive_id: Mapped[int] = mapped_column(ForeignKey("directive.id"))
    addressee_id: Mapped[int] = mapped_column(ForeignKey("addressee.id"))
    code: Mapped[str]
    at: Mapped[datetime]
    by_name: Mapped[str]
    by_title: Mapped[str]
    channel: Mapped[str]
