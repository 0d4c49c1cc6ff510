"""The frozen roll-up of a period: its figures and books at each level of the unit tree."""

from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hoatoc.ledger.schema.base import Base, Id


class Rollup(Base):
    """One unit that has reporting units beneath it (`unit_key` '' is all of them), as its period was frozen.

    The books count its reporting units, itself included where it reports. `figures` maps a field's key to its total
    and the number of units in it."""

    __tablename__ = "rollup"
    __table_args__ = (UniqueConstraint("period_id", "unit_key"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("period.id"))
    unit_key: Mapped[str]
    parent_key: Mapped[str]
    level: Mapped[int]
    name: Mapped[str]
    expected: Mapped[int]
    on_time: Mapped[int]
    late: Mapped[int]
    missing: Mapped[int]
    exempt: Mapped[int]
    unreachable: Mapped[int]
    open: Mapped[int]
    figures: Mapped[dict[str, Any]]
