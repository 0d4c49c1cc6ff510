"""What the board is asked to show: the values of its filter, as they stand in the address."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, Query
from sqlalchemy.orm import Session

from hoatoc.format.text import Urgency
from hoatoc.format.units import Tree
from hoatoc.rollout import record
from hoatoc.rollout.matrix import View
from hoatoc.rollout.statistics import Progress, Selection

_Word = TypeVar("_Word", bound=StrEnum)


@dataclass(frozen=True)
class Choice:
    """A filter. What an address says that is no value of a field is as if it had not been said."""

    directive_id: int | None = None
    tree: Tree | None = None
    urgency: Urgency | None = None
    progress: Progress | None = None
    words: str = ""
    page: int = 0
    earlier: int = 0

    def selection(self, session: Session) -> Selection:
        """The duties that are asked for."""
        return Selection(
            directive_id=self.directive_id, tree=self.tree, progress=self.progress,
            urgency=None if self.urgency is None else self.urgency.value,
            unit_ids=record.called(session, self.words) if self.words else None,
        )  # fmt: skip

    @property
    def view(self) -> View:
        """The part of the table that is asked for."""
        return View(page=self.page, earlier=self.earlier)

    @property
    def is_narrow(self) -> bool:
        """Whether anything is left out but for the directive."""
        return self != Choice(directive_id=self.directive_id, page=self.page, earlier=self.earlier)

    def query(self, **other: object) -> str:
        """The filter as the end of an address, "?vb=1&he=party", with `other` values for some; '' for no filter."""
        values = {
            "vb": self.directive_id, "he": self.tree, "khan": self.urgency, "buoc": self.progress, "ten": self.words,
            "trang": self.page, "ky": self.earlier,
        } | other  # fmt: skip
        said = urlencode({key: str(value) for key, value in values.items() if value})
        return f"?{said}" if said else ""


def _chosen(
    vb: Annotated[str, Query(max_length=12)] = "",
    he: str = "",
    khan: str = "",
    buoc: str = "",
    ten: Annotated[str, Query(max_length=100)] = "",
    trang: str = "",
    ky: str = "",
) -> Choice:
    return Choice(
        directive_id=_number(vb) or None, tree=_word(Tree, he), urgency=_word(Urgency, khan),
        progress=_word(Progress, buoc), words=ten.strip(), page=_number(trang), earlier=_number(ky),
    )  # fmt: skip


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else 0


def _word(words: type[_Word], typed: str) -> _Word | None:
    return words(typed) if typed in set(words) else None


TheChoice = Annotated[Choice, Depends(_chosen)]
