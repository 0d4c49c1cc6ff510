"""The chain of command: which mailbox stands behind a unit, its focal point, its head and its superior."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.format.office import PostRef
from hoatoc.format.regime import Step
from hoatoc.format.units import Role
from hoatoc.ledger.schema import Addressee, Post, Unit


@dataclass(frozen=True)
class Mailbox:
    """One who gets a notice; `key` names the post or unit, and is the recipient part of a notice's key."""

    key: str
    name: str
    address: str


class ChainOfCommand:
    """An office's units and posts as they stand on `day`; read once, asked many times."""

    def __init__(self, session: Session, office_id: int, day: date, leadership: tuple[PostRef, ...]) -> None:
        units = session.scalars(
            select(Unit).where(Unit.office_id == office_id, Unit.valid_from <= day, Unit.valid_to >= day)
        ).all()
        self.units = {unit.id: unit for unit in units}
        self._by_key = {unit.key: unit for unit in units}
        self._posts: dict[int, list[Post]] = {}
        in_force = select(Post).join(Unit, Unit.id == Post.unit_id).where(
            Unit.office_id == office_id, Post.valid_from <= day, Post.valid_to >= day
        )  # fmt: skip
        for post in session.scalars(in_force.order_by(Post.id)):
            self._posts.setdefault(post.unit_id, []).append(post)
        self._leadership = leadership

    def door(self, addressee: Addressee) -> Mailbox:
        """Where a document arrives: the unit's registry (văn thư), or the member's own mailbox."""
        unit = self.units[addressee.unit_id]
        if addressee.post_id is not None:
            post = next((post for post in self._posts.get(unit.id, []) if post.id == addressee.post_id), None)
            return self._mailbox(unit, post)
        return Mailbox(unit.key, unit.name, unit.mail or self._mailbox(unit, self._post(unit, Role.CLERK)).address)

    def pressed(self, step: Step, addressee: Addressee) -> list[Mailbox]:
        """Who is told at `step` about what `addressee` owes; empty when the rung collapses into the last one."""
        unit = self.units[addressee.unit_id]
        if step is Step.LEADERSHIP:
            return self.leadership()
        if step is Step.SUPERIOR:
            superior = self._superior(unit)
            return [superior] if superior and superior not in self.leadership() else []
        if addressee.post_id is not None:
            return [self.door(addressee)]
        wanted = Role.FOCAL if step is Step.REMIND else Role.HEAD
        return [self._mailbox(unit, self._post(unit, wanted))]

    def leadership(self) -> list[Mailbox]:
        """The leadership of the issuer: the last rung."""
        return [self.post(ref) for ref in self._leadership]

    def post(self, ref: PostRef) -> Mailbox:
        """The mailbox of a post named by its unit and key."""
        unit = self._by_key[ref.unit]
        return self._mailbox(unit, next(post for post in self._posts[unit.id] if post.key == ref.post))

    def authority(self, unit: Unit, *, above: bool) -> tuple[Unit, Post, Mailbox] | None:
        """Who decides a request from `unit`: its head, or with `above` the head of the nearest unit above that has
        one; at the top of a tree the first of the issuer's leadership. None when nobody is found."""
        here: Unit | None = self._by_key.get(unit.parent_key) if above else unit
        while here is not None:
            post = self._post(here, Role.HEAD)
            if post is not None:
                return here, post, self._mailbox(here, post)
            here = self._by_key.get(here.parent_key)
        first = self._leadership[0]
        top = self._by_key[first.unit]
        leader = next((post for post in self._posts.get(top.id, []) if post.key == first.post), None)
        return (top, leader, self._mailbox(top, leader)) if leader else None

    def _superior(self, unit: Unit) -> Mailbox | None:
        above = self._by_key.get(unit.parent_key)
        return self._mailbox(above, self._post(above, Role.HEAD)) if above else None

    def _post(self, unit: Unit, role: Role) -> Post | None:
        posts = self._posts.get(unit.id, [])
        found = next((post for post in posts if post.role is role), None)
        if found is None and role is Role.HEAD:  # a vacant post goes to its acting deputy
            found = next((post for post in posts if post.role is Role.DEPUTY and post.acting), None)
        return found

    def _mailbox(self, unit: Unit, post: Post | None) -> Mailbox:
        """The post's mailbox; the unit's own where the post is vacant or has none."""
        if post is None:
            return Mailbox(unit.key, unit.name, unit.mail)
        name = post.title if unit.name in post.title or post.role is Role.MEMBER else f"{post.title} {unit.name}"
        return Mailbox(f"{unit.key}/{post.key}", name, post.mail or unit.mail)
