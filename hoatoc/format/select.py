"""Turns a selector into the units and posts it names on a given day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from hoatoc.format.regime import Selector
from hoatoc.format.units import Post, Role, Unit, Units


@dataclass(frozen=True)
class Target:
    """A unit, or one post of it (`post` set) when a member is meant by name."""

    unit: Unit
    post: Post | None = None

    @property
    def key(self) -> str:
        """`unit`, or `unit/post` for a member."""
        return f"{self.unit.key}/{self.post.name}" if self.post else self.unit.key

    @property
    def name(self) -> str:
        """How the target is addressed."""
        if self.post is None:
            return self.unit.name
        return f"{self.post.holder}, {self.post.title}" if self.post.holder else self.post.title


def in_force(item: Unit | Post, day: date) -> bool:
    """Whether the unit or post exists on `day` (both ends count)."""
    return (item.since is None or item.since <= day) and (item.until is None or day <= item.until)


def select(who: Selector, units: Units, day: date) -> list[Target]:
    """The targets of `who` on `day`, each once, in the order of the units file."""
    return list({target.key: target for target in _targets(who, units, day)}.values())


def _targets(who: Selector, units: Units, day: date) -> Iterator[Target]:
    for unit in units.units:
        if not in_force(unit, day) or unit.key in who.without:
            continue
        if unit.key in who.units or set(unit.groups) & set(who.groups):
            yield Target(unit)
        if unit.key in who.members_of:
            yield from (Target(unit, post) for post in unit.posts if post.role is Role.MEMBER and in_force(post, day))
