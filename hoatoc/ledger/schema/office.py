"""The directory: offices, their units in two trees, and the posts held in them, each with its dates."""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hoatoc.format.units import Role, Tree
from hoatoc.ledger.schema.base import Base, Id
from hoatoc.ledger.types import word


class Office(Base):
    """An issuing office; `profile` is its office.yaml."""

    __tablename__ = "office"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    zone: Mapped[str]
    profile: Mapped[dict[str, Any]]


class Unit(Base):
    """A unit. `parent_key` is the unit above in its own tree ('' at the top). Both dates are inclusive."""

    __tablename__ = "unit"
    __table_args__ = (UniqueConstraint("office_id", "key"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    key: Mapped[str]
    name: Mapped[str]
    short: Mapped[str]
    tree: Mapped[Tree] = mapped_column(word(Tree))
    kind: Mapped[str]
    parent_key: Mapped[str]
    groups: Mapped[list[Any]]
    mail: Mapped[str]
    phone: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date]


class Post(Base):
    """An office held in a unit. `mail` is '' when the unit's own mailbox is used. Both dates are inclusive."""

    __tablename__ = "post"
    __table_args__ = (UniqueConstraint("unit_id", "key"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    key: Mapped[str]
    role: Mapped[Role] = mapped_column(word(Role))
    title: Mapped[str]
    holder: Mapped[str]
    mail: Mapped[str]
    phone: Mapped[str]
    acting: Mapped[bool]
    valid_from: Mapped[date]
    valid_to: Mapped[date]
