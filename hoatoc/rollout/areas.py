"""The area of a unit: the district of a commune and of itself. In the unit tree that is the unit itself where others
stand beneath it, else the unit above, as in the roll-up; the top of a tree is no area."""

from sqlalchemy import ColumnElement, and_, case, select, tuple_
from sqlalchemy.orm import Session, aliased

from hoatoc.ledger.schema import Unit

#: The unit that is the area of another, where queries join it by `beneath`.
AREA = aliased(Unit)
_BELOW = aliased(Unit)


def beneath() -> ColumnElement[bool]:
    """The SQL condition that `Unit` stands in `AREA`."""
    has_others = tuple_(Unit.office_id, Unit.key).in_(select(_BELOW.office_id, _BELOW.parent_key))
    home = case((has_others, Unit.key), else_=Unit.parent_key)
    return and_(AREA.office_id == Unit.office_id, AREA.key == home, AREA.parent_key != "")


def areas(session: Session) -> dict[int, str]:
    """The names of the areas of units, by unit; those without one are left out."""
    return dict(session.execute(select(Unit.id, AREA.name).join(AREA, beneath())).tuples().all())
