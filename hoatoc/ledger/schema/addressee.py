"""Who a directive is addressed to: the snapshot of units and members its selectors named when it was issued."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hoatoc.ledger.schema.base import Base, Id
from hoatoc.localtime import NEVER


class Addressee(Base):
    """A unit, or a member by name (`post_id` set), that a directive reaches.

    `line` is the line of kính gửi it stands behind, '' when the office added it. `unreachable_at` is the instant
    its mailbox was found dead, NEVER while it is well: a dead mailbox is not disobedience. `named_at` is since when
    the directive reaches it, NEVER once it does so no more."""

    __tablename__ = "addressee"
    __table_args__ = (UniqueConstraint("directive_id", "key"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    directive_id: Mapped[int] = mapped_column(ForeignKey("directive.id"))
    key: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    name: Mapped[str]
    line: Mapped[str]
    unreachable_at: Mapped[datetime]
    link_generation: Mapped[int]
    named_at: Mapped[datetime] = mapped_column(default=NEVER)
    decides: Mapped[bool]  # a post that only answers requests for permission: the directive is not sent to it


class Assignment(Base):
    """That an addressee bears an obligation which opens duties (giao); support (phối hợp) is never a row here.

    `instead_of_id` is the one it has taken it over from for good (chuyển); an amendment leaves that as it is."""

    __tablename__ = "assignment"

    obligation_id: Mapped[int] = mapped_column(ForeignKey("obligation.id"), primary_key=True)
    addressee_id: Mapped[int] = mapped_column(ForeignKey("addressee.id"), primary_key=True)
    instead_of_id: Mapped[int | None] = mapped_column(ForeignKey("addressee.id"))
