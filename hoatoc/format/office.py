"""`office.yaml`: who issues, under which zone, and through whom the leadership reads."""

from enum import StrEnum

from pydantic import Field

from hoatoc.format.calendar import Calendar, Pressing
from hoatoc.format.ladder import Ladder
from hoatoc.format.model import Key, Mailbox, Model, Words
from hoatoc.format.text import Urgency
from hoatoc.format.units import Tree
from hoatoc.localtime import DEFAULT_ZONE


class PostRef(Model):
    """A post named by its unit and its key in it."""

    unit: Key
    post: Key = "head"


class Approval(StrEnum):
    """How many pairs of eyes issuing takes."""

    ONE = "one"  #: Whoever is at the desk issues.
    TWO = "two"  #: One account proposes, another approves.


class Office(Model):
    """The issuing office. `sender` is the From of every notice; `desk` takes calls about undeliverable ones.

    `ladders` are its own, by urgency, for directives whose regime sets none."""

    name: Words
    short: Words
    tree: Tree
    zone: str = DEFAULT_ZONE
    province: Words
    unit: Key  # the office's own unit: the last superior of its tree
    sender: Mailbox
    sender_name: Words
    desk: Mailbox
    phone: Words | None = None
    attach_up_to: int = Field(default=1024, ge=0, le=20480)  # KB of a signed original that mails carry; 0: none
    leadership: tuple[PostRef, ...] = Field(min_length=1)
    calendar: Calendar = Calendar()
    pressing: Pressing = Pressing()
    approval: Approval = Approval.ONE
    ladders: dict[Urgency, Ladder] = {}
