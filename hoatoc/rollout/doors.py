"""Where a directive arrives, as the ledger itself finds it for thousands at a time."""

from datetime import date

from sqlalchemy import Subquery, and_, case, func, select
from sqlalchemy.orm import aliased

from hoatoc.format.units import Role
from hoatoc.ledger.schema import Addressee, Post, Unit


def doors(directive_id: int, day: date) -> Subquery:
    """A row for each addressee with `addressee_id`, `key`, `name` and `address`, the same as `ChainOfCommand.door`
    tells of one: the unit's registry (văn thư), or the member's own mailbox, as they stand on `day`; '' without any."""
    member = aliased(Post, name="member")
    held = and_(member.id == Addressee.post_id, member.valid_from <= day, member.valid_to >= day)
    clerk = (
        select(Post.mail)
        .where(Post.unit_id == Unit.id, Post.role == Role.CLERK, Post.valid_from <= day, Post.valid_to >= day)
        .order_by(Post.id)
        .limit(1)
        .scalar_subquery()
    )
    own = case((Unit.mail != "", Unit.mail), (Addressee.post_id.is_(None), func.coalesce(clerk, "")), else_="")
    return (
        select(
            Addressee.id.label("addressee_id"), Addressee.key,
            func.coalesce(member.title, Unit.name).label("name"),
            func.coalesce(func.nullif(member.mail, ""), own).label("address"),
        )
        .join(Unit, Unit.id == Addressee.unit_id)
        .outerjoin(member, held)
        .where(Addressee.directive_id == directive_id)
        .subquery("door")
    )  # fmt: skip
