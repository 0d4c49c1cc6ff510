"""Many rows of values as one parameter: a table inside a statement, on SQLite and PostgreSQL alike.

One statement over a thousand rows costs a few microseconds a row, a thousand statements fifty times that."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Text,
    bindparam,
    cast,
    func,
    insert,
    literal,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.selectable import Subquery
from sqlalchemy.types import TypeEngine

from hoatoc.ledger.schema.base import Base
from hoatoc.ledger.types import Json

#: The types a column of `rows` may have.
NUMBER, WORDS, DATA = BigInteger(), Text(), Json


def rows(session: Session, values: Iterable[Sequence[Any]], **columns: TypeEngine[Any]) -> Subquery:
    """`values` as a subquery with `columns` (NUMBER, WORDS or DATA each), in the order of `values`' items, which hold
    what JSON holds: numbers, strings without NUL, None, lists and dicts."""
    each_of = func.jsonb_array_elements if _is_postgresql(session) else func.json_each
    payload = json.dumps(list(values), ensure_ascii=False, separators=(",", ":"))
    parameter: ColumnElement[Any] = bindparam(None, payload, type_=Text())
    if _is_postgresql(session):
        parameter = cast(parameter, Json)
    each = each_of(parameter).table_valued("value").alias("each_row")
    item: Any = type_coerce(each.c.value, Json)
    named = (_column(item[index], kind).label(name) for index, (name, kind) in enumerate(columns.items()))
    return select(*named).subquery("of")


def _column(item: Any, kind: TypeEngine[Any]) -> ColumnElement[Any]:
    if kind is DATA:
        return type_coerce(item, Json)
    words: ColumnElement[Any] = item.as_string()
    return cast(words, kind) if kind is NUMBER else words


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def among(
    session: Session, column: InstrumentedAttribute[int], ids: Iterable[int]
) -> ColumnElement[bool]:  # fmt: skip
    """Whether `column` is one of `ids`, which are one parameter: a list in the statement makes it another statement
    for each length, to be taken apart and planned anew."""
    words = ",".join(map(str, ids))
    if _is_postgresql(session):
        return column.in_(select(func.unnest(cast(bindparam(None, f"{{{words}}}", type_=Text()), ARRAY(BigInteger)))))
    each = func.json_each(bindparam(None, f"[{words}]", type_=Text())).table_valued("value")
    return column.in_(select(each.c.value))


def insert_all(
    session: Session, table: type[Base], common: dict[str, Any], values: Iterable[Sequence[Any]], *, key: str,
    **columns: TypeEngine[Any],
) -> dict[Any, int]:  # fmt: skip
    """Insert a row of `table` for each of `values`, all with the `common` values, in one statement. Gives the new ids
    by the column `key`, which must tell the rows apart."""
    of, into = rows(session, values, **columns), table.__table__.c
    fixed = [literal(value, into[name].type) for name, value in common.items()]
    statement = (
        insert(table)
        .from_select([*common, *columns], select(*fixed, *of.c))
        .returning(into["id"], into[key])
    )  # fmt: skip
    return {found: id_ for id_, found in session.execute(statement)}


def newest(session: Session, id_: InstrumentedAttribute[int]) -> int:
    """The highest id of a table so far, 0 when it is empty: whatever this transaction inserts gets a higher one."""
    return session.scalar(select(func.coalesce(func.max(id_), 0))) or 0


def packed(session: Session, **columns: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[Any]:
    """The columns of a row as one JSON object."""
    build = func.jsonb_build_object if _is_postgresql(session) else func.json_object
    pairs = (part for name, column in columns.items() for part in (literal_column(f"'{name}'"), column))
    return build(*pairs, type_=Json)
