"""The chain of command: which mailbox stands behind a unit, its focal point, its head and its superior."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.format.ladder import Step
from hoatoc.format.office import PostRef
from hoatoc.format.units import Role, Tree
from hoatoc.ledger.schema import Addressee, Post, Unit


class Body(NamedTuple):
    """What the chain reads of each of its thousand units; the rest is left in the ledger."""

    id: int
    key: str
    name: str
    short: str
    tree: Tree
    parent_key: str
    mail: str
    valid_from: date
    valid_to: date


class Seat(NamedTuple):
    """The same of a post."""

    id: int
    unit_id: int
    key: str
    role: Role
    title: str
    mail: str
    acting: bool


_UNIT = tuple(getattr(Unit, name) for name in Body._fields)
_POST = tuple(getattr(Post, name) for name in Seat._fields)


@dataclass(frozen=True)
class Mailbox:
    """One who gets a notice; `key` names the post or unit, and is the recipient part of a notice's key."""

    key: str
    name: str
    address: str


class ChainOfCommand:
    """An office's units and posts as they stand on `day`; read once, asked many times.

    A unit that has ended since the issue is still written to at its own mailbox, yet commands nobody any more."""

    def __init__(self, session: Session, office_id: int, day: date, leadership: tuple[PostRef, ...]) -> None:
        units = [Body(*row) for row in session.execute(select(*_UNIT).where(Unit.office_id == office_id))]
        self.units = {unit.id: unit for unit in units}
        self._by_key = {unit.key: unit for unit in units}
        self._in_force = {unit.key for unit in units if unit.valid_from <= day <= unit.valid_to}
        self._posts: dict[int, list[Seat]] = {}
        in_force = select(*_POST).join(Unit, Unit.id == Post.unit_id).where(
            Unit.office_id == office_id, Post.valid_from <= day, Post.valid_to >= day
        )  # fmt: skip
        for post in (Seat(*row) for row in session.execute(in_force.order_by(Post.id))):
            self._posts.setdefault(post.unit_id, []).append(post)
        self._leadership = leadership
        self._leaders: list[Mailbox] | None = None

    def door(self, addressee: Addressee) -> Mailbox:
        """Where a document arrives: the unit's registry (văn thư), or the member's own mailbox."""
        unit = self.units[addressee.unit_id]
        if addressee.post_id is not None:
            post = next((post for post in self._posts.get(unit.id, []) if post.id == addressee.post_id), None)
            return self._mailbox(unit, post)
        return Mailbox(unit.key, unit.name, unit.mail or self._mailbox(unit, self._post(unit, Role.CLERK)).address)

    def pressed(self, step: Step, addressee: Addressee) -> list[Mailbox]:
        """Who is told at `step` about what `addressee` owes; empty when the rung collapses into the last one, and
        for bodies outside both trees, which are asked and never pressed."""
        unit = self.units[addressee.unit_id]
        if unit.tree is Tree.OUTSIDE:
            return []
        if step is Step.LEADERSHIP:
            return self.leadership()
        if step is Step.SUPERIOR:
            superior = self._superior(unit)
            return [superior] if superior else []
        if addressee.post_id is not None:
            return [self.door(addressee)]
        return [self._mailbox(unit, self._post(unit, Role.FOCAL if step is Step.REMIND else Role.HEAD))]

    def leadership(self) -> list[Mailbox]:
        """The leadership of the issuer: the last rung."""
        if self._leaders is None:
            self._leaders = [self.post(ref) for ref in self._leadership]
        return self._leaders

    def post(self, ref: PostRef) -> Mailbox:
        """The mailbox of a post named by its unit and key; its unit's own while the post is vacant."""
        unit = self._by_key[ref.unit]
        posts = self._posts.get(unit.id, [])
        found = next((post for post in posts if post.key == ref.post), None)
        if found is None and ref.post == Role.HEAD:
            found = self._post(unit, Role.HEAD)
        return self._mailbox(unit, found)

    def authority(self, unit: Body, *, above: bool) -> tuple[Body, Seat, Mailbox] | None:
        """Who decides on what is asked in `unit`: its head (or acting deputy), or for `above` the head of the nearest
        unit over it, in its own tree, that has one; None when nobody does."""
        for found in ([] if above else [unit]) + list(self._line(unit)):
            head = self._post(found, Role.HEAD)
            if head is not None and found.key in self._in_force:
                return found, head, self._mailbox(found, head)
        return None

    def leader_over(self, unit: Body) -> tuple[Body, Seat, Mailbox] | None:
        """Who decides for the head of a unit with nobody above it: the first of the issuer's leadership who holds
        office and is not that head himself. None when nobody is left."""
        asks = self._post(unit, Role.HEAD)
        for ref in self._leadership:
            own = self._by_key[ref.unit]
            leader = next((post for post in self._posts.get(own.id, []) if post.key == ref.post), None)
            if leader is not None and leader is not asks:
                return own, leader, self._mailbox(own, leader)
        return None

    def _line(self, unit: Body) -> Iterator[Body]:
        """The units above, from the nearest up."""
        seen = {unit.key}
        while unit.parent_key in self._by_key and unit.parent_key not in seen:
            unit = self._by_key[unit.parent_key]
            seen.add(unit.key)
            yield unit

    def _superior(self, unit: Body) -> Mailbox | None:
        """The head of the nearest unit above, in the unit's own tree, that exists and can be written to, and is not the
        unit's own head as well; None when that is the leadership itself, which is told at the last rung."""
        own = self._mailbox(unit, self._post(unit, Role.HEAD)).address
        for above in self._line(unit):
            head = self._mailbox(above, self._post(above, Role.HEAD))
            if head.address in {leader.address for leader in self.leadership()}:
                return None
            if above.key in self._in_force and head.address not in ("", own):
                return head
        return None

    def _post(self, unit: Body, role: Role) -> Seat | None:
        posts = self._posts.get(unit.id, [])
        found = next((post for post in posts if post.role is role), None)
        if found is None and role is Role.HEAD:  # a vacant post goes to its acting deputy
            found = next((post for post in posts if post.role is Role.DEPUTY and post.acting), None)
        return found

    def _mailbox(self, unit: Body, post: Seat | None) -> Mailbox:
        """The post's mailbox; the unit's own where the post is vacant or has none."""
        if post is None:
            return Mailbox(unit.key, unit.name, unit.mail)
        return Mailbox(f"{unit.key}/{post.key}", _called(post, unit), post.mail or unit.mail)


def _called(post: Seat, unit: Body) -> str:
    """The post with its unit, each word once: "Bí thư Tỉnh ủy" of "Tỉnh ủy Mẫu" is "Bí thư Tỉnh ủy Mẫu"."""
    if unit.name in post.title or post.role is Role.MEMBER:
        return post.title
    title, name = post.title.split(), unit.name.split()
    longest = min(len(title), len(name))
    shared = next((count for count in range(longest, 0, -1) if title[-count:] == name[:count]), 0)
    if not shared and unit.short and post.title.endswith(unit.short):
        return post.title
    return " ".join([*title, *name[shared:]])
