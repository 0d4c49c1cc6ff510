"""The declarative base: naming rules for constraints, and how Python types become columns."""

from datetime import date, datetime
from typing import Any, ClassVar, cast

from sqlalchemy import BigInteger, Date, Integer, MetaData, Table, Text
from sqlalchemy.orm import DeclarativeBase

from hoatoc.ledger.types import Json, Utc

#: 64-bit keys; SQLite numbers rows by itself only where the type is exactly INTEGER.
Id = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Utc, date: Date, str: Text, dict[str, Any]: Json, list[Any]: Json,
    }  # fmt: skip

    def __init_subclass__(cls, **words: Any) -> None:
        """Let SQLite give no id a second time, as PostgreSQL does: links and histories name rows by them."""
        super().__init_subclass__(**words)
        if table(cls).autoincrement_column is not None:
            table(cls).kwargs["sqlite_autoincrement"] = True


def table(of: type[Base]) -> Table:
    """The table of a class. A statement on it makes no objects of rows, and costs less than one on the class."""
    return cast(Table, of.__table__)
