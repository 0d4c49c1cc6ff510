"""Alembic's entry: runs the migrations on the connection that `hoatoc.ledger.migrate` hands over."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import BigInteger, Enum
from sqlalchemy.types import JSON

from hoatoc.ledger.schema import Base
from hoatoc.ledger.types import Utc


def _render(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """How our own column types are written in a new migration."""
    named = {Utc: "Utc", JSON: "Json", BigInteger: "Id"}
    found = named.get(type(item)) if kind == "type" else None
    if found is not None:
        module = "hoatoc.ledger.schema.base" if found == "Id" else "hoatoc.ledger.types"
        autogen.imports.add(f"from {module} import {found}")
        return "Utc()" if found == "Utc" else found
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String({item.length})"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    # SQLite cannot alter a constraint in place; Alembic then rebuilds the table. It has to be told that the new one
    # numbers its rows for good (sqlite_autoincrement), and its row of sqlite_sequence to be carried over.
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=_render,
    # Words of a lifecycle are plain VARCHAR in the schema: the program, not the database, knows them.
    compare_type=False,
)
context.run_migrations()
