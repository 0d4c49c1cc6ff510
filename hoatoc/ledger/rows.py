"""Many rows of values as one parameter: a table inside a statement, on SQLite and PostgreSQL alike.

One statement over a thousand rows costs a few microseconds a row, a thousand statements fifty times that. And a
statement that is built once costs a tenth of one that is built each time: a millisecond, which each of the transactions
of a delivery would spend several times. So a statement has parameters, is built by a function that is cached, and gets
its rows when it is executed."""

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
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
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.dml import ReturningInsert
from sqlalchemy.sql.selectable import Subquery
from sqlalchemy.types import TypeEngine

from hoatoc.ledger.schema.base import Base, table
from hoatoc.ledger.types import Json

#: The types a column of `table_of` may have.
NUMBER, WORDS, DATA = BigInteger(), Text(), Json
#: The parameters that `packed` and `packed_ids` fill.
_ROWS, _IDS = "rows", "ids"


def on_postgresql(session: Session) -> bool:
    """Whether the ledger is on PostgreSQL: what statements are built for."""
    return session.get_bind().dialect.name == "postgresql"


def table_of(*, postgresql: bool, **columns: TypeEngine[Any]) -> Subquery:
    """A table with `columns` (NUMBER, WORDS or DATA each), whose rows are bound to the statement by `packed`."""
    each_of = func.jsonb_array_elements if postgresql else func.json_each
    parameter: ColumnElement[Any] = bindparam(_ROWS, type_=Text())
    if postgresql:
        parameter = cast(parameter, Json)
    each = each_of(parameter).table_valued("value").alias("each_row")
    item: Any = type_coerce(each.c.value, Json)
    named = (_column(item[index], kind).label(name) for index, (name, kind) in enumerate(columns.items()))
    return select(*named).subquery("of")


def packed(values: Iterable[Sequence[Any]]) -> dict[str, str]:
    """The parameter of a statement with a `table_of`: rows of what JSON holds, in the order of its columns: numbers,
    strings without NUL, None, lists and dicts."""
    return {_ROWS: json.dumps(list(values), ensure_ascii=False, separators=(",", ":"))}


def _column(item: Any, kind: TypeEngine[Any]) -> ColumnElement[Any]:
    if kind is DATA:
        return type_coerce(item, Json)
    words: ColumnElement[Any] = item.as_string()
    return cast(words, kind) if kind is NUMBER else words


def among(column: ColumnElement[int] | InstrumentedAttribute[int], *, postgresql: bool) -> ColumnElement[bool]:
    """Whether `column` is one of the ids that are bound to the statement by `packed_ids`. A list in the statement would
    make it another statement for each length, to be taken apart and planned anew."""
    words = bindparam(_IDS, type_=Text())
    if postgresql:
        return column.in_(select(func.unnest(cast(func.translate(words, "[]", "{}"), ARRAY(BigInteger)))))
    each = func.json_each(words).table_valued("value")
    return column.in_(select(each.c.value))


def one_of(column: InstrumentedAttribute[str], *, postgresql: bool) -> ColumnElement[bool]:
    """Whether `column` is one of the words that are bound to the statement by `packed`, each a row of its own. Of a
    list in the statement PostgreSQL takes 65,535, and some builds of SQLite half as many."""
    return column.in_(select(table_of(postgresql=postgresql, word=WORDS).c.word))


def packed_ids(ids: Iterable[int]) -> dict[str, str]:
    """The parameter of a statement with an `among`."""
    return {_IDS: f"[{','.join(map(str, ids))}]"}


def insert_all(
    session: Session, into: type[Base], common: dict[str, Any], values: Iterable[Sequence[Any]], *, key: str,
    **columns: TypeEngine[Any],
) -> dict[Any, int]:  # fmt: skip
    """Insert a row `into` the table of a class for each of `values`, all with the `common` values, in one statement.
    Gives the new ids by the column `key`, which must tell the rows apart."""
    session.flush()  # as before each statement on a class; this one is on its table
    statement = _insertion(on_postgresql(session), into, tuple(common), tuple(columns.items()), key)
    return {found: id_ for id_, found in session.execute(statement, {**bound(common), **packed(values)})}


@lru_cache
def _insertion(
    postgresql: bool, into: type[Base], common: tuple[str, ...], columns: tuple[tuple[str, TypeEngine[Any]], ...],
    key: str,
) -> ReturningInsert[Any]:  # fmt: skip
    of, made = table_of(postgresql=postgresql, **dict(columns)), table(into).c
    names = [*common, *(name for name, _ in columns)]
    told = select(*parameters(into, common), *of.c)
    return insert(table(into)).from_select(names, told).returning(made["id"], made[key])


def parameters(of: type[Base], names: Iterable[str]) -> list[ColumnElement[Any]]:
    """A parameter for each of the columns, of its type, to be filled by `bound`."""
    return [bindparam(f"the_{name}", type_=table(of).c[name].type) for name in names]


def bound(values: dict[str, Any]) -> dict[str, Any]:
    """Values by their columns' names, as parameters of a statement that has them as `parameters`."""
    return {f"the_{name}": value for name, value in values.items()}


def newest(session: Session, id_: InstrumentedAttribute[int]) -> int:
    """The highest id of a table so far, 0 when it is empty: whatever this transaction inserts gets a higher one."""
    return session.scalar(select(func.coalesce(func.max(id_), 0))) or 0


def as_object(session: Session, **columns: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[Any]:
    """The columns of a row as one JSON object."""
    build = func.jsonb_build_object if on_postgresql(session) else func.json_object
    pairs = (part for name, column in columns.items() for part in (literal_column(f"'{name}'"), column))
    return build(*pairs, type_=Json)
