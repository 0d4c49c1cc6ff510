"""`units.yaml`: the office's units in their two trees (Party and State), and the posts held in them."""

from datetime import date
from enum import StrEnum

from hoatoc.format.model import Key, Mailbox, Model, Words


class Tree(StrEnum):
    """The hierarchy through which a unit is pressed."""

    PARTY = "party"  #: The Party: tỉnh ủy → huyện ủy, đảng ủy trực thuộc …
    STATE = "state"  #: The State: UBND tỉnh → sở, UBND huyện …
    OUTSIDE = "outside"  #: Bodies outside both: press, enterprises. They are asked, never pressed.


class Role(StrEnum):
    """What a post does for its unit."""

    HEAD = "head"  #: Người đứng đầu: answers for the unit.
    DEPUTY = "deputy"  #: Cấp phó; `acting` when standing in for a vacant head.
    FOCAL = "focal"  #: Đầu mối: does the work and gets the first reminder.
    CLERK = "clerk"  #: Văn thư: registers what arrives.
    MEMBER = "member"  #: A member of a collective body, addressed by name.


class Post(Model):
    """An office held in a unit. `mail` may be missing: notices then go to the unit's mailbox."""

    role: Role
    title: Words
    key: Key | None = None  # defaults to the role; needed where a unit has several posts of one role
    holder: Words | None = None
    mail: Mailbox | None = None
    phone: Words | None = None
    acting: bool = False
    since: date | None = None
    until: date | None = None

    @property
    def name(self) -> str:
        """The post's key inside its unit."""
        return self.key or self.role.value


class Unit(Model):
    """One unit. `parent` is the unit it answers to in its own tree; `groups` are what selectors ask for."""

    key: Key
    name: Words
    short: Words | None = None
    tree: Tree
    kind: Words
    parent: Key | None = None
    groups: tuple[Key, ...] = ()
    mail: Mailbox | None = None
    phone: Words | None = None
    since: date | None = None
    until: date | None = None
    posts: tuple[Post, ...] = ()


class Units(Model):
    """The whole file."""

    groups: dict[Key, Words] = {}
    units: tuple[Unit, ...]
