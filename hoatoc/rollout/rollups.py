"""Adds a period's reports up the unit tree, in SQL; frozen with its summary, or live at any instant.

Each level adds up the units beneath it: one scan gathers the reports at the lowest unit that has others beneath it,
and the few sums found there climb the tree."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import CTE, BigInteger, ColumnElement, Select, and_, case, cast, func, insert, literal, select, text
from sqlalchemy.orm import Session

from hoatoc.format.form import Form
from hoatoc.ledger.schema import Addressee, Directive, Duty, DutyState, Period, Report, Rollup, Unit
from hoatoc.rollout import books
from hoatoc.rollout.books import Books
from hoatoc.rollout.figures import rounded

#: The key of the node that holds everyone.
ALL = ""
_COLUMNS = ("on_time", "late", "missing", "exempt", "unreachable", "open")


@dataclass(frozen=True)
class Total:
    """A figure over several units: its sum (of a percentage, made again from its parts; None when nobody gave it) and
    how many units are in it."""

    value: int | str | None
    units: int


@dataclass(frozen=True)
class Node:
    """A unit with the reporting units beneath it; `key` is '' for all of them. `level` counts from it, 0."""

    key: str
    parent: str
    level: int
    name: str
    books: Books
    figures: Mapping[str, Total] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """The node as plain data, for files and for the seal."""
        figures = {key: [total.value, total.units] for key, total in self.figures.items()}
        return {"key": self.key, "parent": self.parent, "level": self.level, "name": self.name,
                "books": self.books.as_dict(), "figures": figures}  # fmt: skip


def of_plain(plain: Mapping[str, Any]) -> Node:
    """The node that `Node.plain` made `plain` of."""
    return Node(
        plain["key"], plain["parent"], plain["level"], plain["name"], Books(**plain["books"]),
        {key: Total(*total) for key, total in plain["figures"].items()},
    )  # fmt: skip


def compute(session: Session, directive: Directive, period: Period, form: Form, now: datetime) -> list[Node]:
    """The nodes of `period` as its reports stand, the books as of `now` (aware, UTC): everyone first, then by level."""
    if session.get_bind().dialect.name == "postgresql":
        # The planner takes the climb for millions of rows, and would compile it: seconds, for a tenth of one.
        session.execute(text("SET LOCAL jit = off"))
    rows = session.execute(_climbed(directive.office_id, period.id, form, now)).mappings().all()
    found: dict[str, dict[str, Any]] = {row["key"]: dict(row) for row in rows}
    above = _lineage(session, directive.office_id, found)
    nodes = [
        _node(row, form, above)
        for key, row in found.items()
        # A unit that alone makes its sum is no level of the tree: it stands in the table by unit.
        if key == ALL or row["expected"] > row["own"]
    ]
    if ALL not in found:
        nodes.append(Node(ALL, ALL, 0, "", Books(), {field.key: Total(None, 0) for field in form.figures}))
    return sorted(nodes, key=lambda node: (node.level, node.key))


def freeze(session: Session, period: Period, nodes: Iterable[Node]) -> None:
    """Keep the nodes of a period as they are; nothing changes them afterwards."""
    rows = [
        {"period_id": period.id, "unit_key": node.key, "parent_key": node.parent, "level": node.level,
         "name": node.name, "figures": node.plain()["figures"], **node.books.as_dict()}
        for node in nodes
    ]  # fmt: skip
    session.execute(insert(Rollup), rows)


def frozen(session: Session, period_id: int) -> list[Node]:
    """The kept nodes of a period, everyone first, then by level; empty before it is frozen."""
    rows = session.scalars(select(Rollup).where(Rollup.period_id == period_id).order_by(Rollup.level, Rollup.unit_key))
    return [
        Node(
            row.unit_key, row.parent_key, row.level, row.name,
            Books(**{name: getattr(row, name) for name in Books().as_dict()}),
            {key: Total(value, units) for key, (value, units) in row.figures.items()},
        )
        for row in rows
    ]  # fmt: skip


def _climbed(office_id: int, period_id: int, form: Form, now: datetime) -> Select[Any]:
    home = _by_home(office_id, period_id, form, now).cte("home")
    lineage = _climb(home, office_id)
    sums = [func.sum(column).label(column.name) for column in home.columns if column.name not in ("key", "own")]
    own = func.sum(case((home.c.key == lineage.c.ancestor, home.c.own), else_=0)).label("own")
    return (
        select(lineage.c.ancestor.label("key"), own, *sums)
        .join(home, home.c.key == lineage.c.node)
        .group_by(lineage.c.ancestor)
    )


def _by_home(office_id: int, period_id: int, form: Form, now: datetime) -> Select[Any]:
    """The reports of a period, summed at each unit's home: the unit itself where others stand beneath it, else the
    unit above it."""
    above = select(Unit.parent_key).where(Unit.office_id == office_id).distinct()
    reports = (
        select(
            case((Unit.key.in_(above), Unit.key), else_=Unit.parent_key).label("key"), Unit.key.label("unit"),
            books.column(now).label("book"), *_values(form),
        )
        .select_from(Duty)
        .join(Addressee, Addressee.id == Duty.addressee_id)
        .join(Unit, Unit.id == Addressee.unit_id)
        .outerjoin(Report, and_(Report.duty_id == Duty.id, Report.period_id == Duty.period_id))
        .where(Duty.period_id == period_id, Duty.state != DutyState.WITHDRAWN)
        .cte("reports")
    )  # fmt: skip
    counted = [_count(reports.c.book == name).label(name) for name in _COLUMNS]
    return select(
        reports.c.key, _count(reports.c.unit == reports.c.key).label("own"), func.count().label("expected"), *counted,
        *_sums(reports, form),
    ).group_by(reports.c.key)  # fmt: skip


def _values(form: Form) -> list[ColumnElement[int]]:
    # As text first: a cast to INTEGER would overflow on PostgreSQL.
    return [cast(Report.figures[item.key].as_string(), BigInteger).label(f"v_{item.key}") for item in form.summed]


def _sums(reports: CTE, form: Form) -> list[ColumnElement[Any]]:
    sums: list[ColumnElement[Any]] = []
    for item in form.summed:
        value = reports.c[f"v_{item.key}"]
        sums += [func.sum(value).label(f"s_{item.key}"), func.count(value).label(f"n_{item.key}")]
    for item in (ratio for ratio in form.ratios if ratio.part is not None):
        part, whole = reports.c[f"v_{item.part}"], reports.c[f"v_{item.whole}"]
        both = and_(part.is_not(None), whole.is_not(None))
        sums += [
            func.sum(case((both, part))).label(f"p_{item.key}"), func.sum(case((both, whole))).label(f"w_{item.key}"),
            _count(both).label(f"n_{item.key}"),
        ]  # fmt: skip
    return sums


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _climb(home: CTE, office_id: int) -> CTE:
    """Each home with itself and every unit above it, up to everyone (''). UNION ends even a tree that has a circle."""
    lineage = select(home.c.key.label("node"), home.c.key.label("ancestor")).cte("lineage", recursive=True)
    step = (
        select(lineage.c.node, Unit.parent_key)
        .join(Unit, and_(Unit.office_id == office_id, Unit.key == lineage.c.ancestor))
        .where(lineage.c.ancestor != literal(ALL))
    )
    return lineage.union(step)


def _lineage(session: Session, office_id: int, found: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """The parent and the name of each unit found."""
    rows = session.execute(
        select(Unit.key, Unit.parent_key, Unit.name).where(Unit.office_id == office_id, Unit.key.in_(list(found)))
    )
    return {key: (parent, name) for key, parent, name in rows}


def _node(row: Mapping[str, Any], form: Form, above: Mapping[str, tuple[str, str]]) -> Node:
    key = row["key"]
    parent, name = above.get(key, (ALL, ""))
    counted = Books(expected=int(row["expected"]), **{name_: int(row[name_]) for name_ in _COLUMNS})
    figures = {item.key: _total(item.key, row, form) for item in form.figures}
    return Node(key, parent, _level(key, above), name, counted, figures)


def _level(key: str, above: Mapping[str, tuple[str, str]]) -> int:
    level, passed = 0, set()
    while key != ALL and key not in passed:
        passed.add(key)
        key, level = above.get(key, (ALL, ""))[0], level + 1
    return level


def _total(key: str, row: Mapping[str, Any], form: Form) -> Total:
    if f"s_{key}" in row:
        # A sum nobody contributed to is unknown, not zero.
        return Total(whole(row[f"s_{key}"]), int(row[f"n_{key}"]))
    if f"p_{key}" not in row:
        return Total(None, 0)
    part, all_ = whole(row[f"p_{key}"]), whole(row[f"w_{key}"])
    value = str(rounded(Fraction(100 * part, all_), form.field(key).decimals)) if part is not None and all_ else None
    return Total(value, int(row[f"n_{key}"]))


def whole(value: Any) -> int | None:
    """A sum as a whole number; databases give decimals."""
    return None if value is None else int(value)


def children(nodes: Sequence[Node], key: str) -> list[Node]:
    """The nodes right beneath `key`."""
    return [node for node in nodes if node.parent == key and node.key != key]
