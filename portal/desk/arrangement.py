"""The board, arranged for reading: who is missing in each directive, whom to phone, and the table of one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hoatoc.ledger.schema import Directive, DutyKind
from hoatoc.rollout import books, matrix, missing, phone, snapshot, statistics, wording
from hoatoc.rollout.books import Books
from hoatoc.rollout.matrix import Column, Matrix
from hoatoc.rollout.missing import Group, Name
from hoatoc.rollout.phone import Silent
from hoatoc.rollout.statistics import Cells, Progress, Selection
from portal import once
from portal.desk.choice import Choice
from portal.language import Language
from portal.standing import Standing, Tone, of_directive

#: What no clause of the text asks for once, in words of its own.
_UNQUOTED = (DutyKind.RECEIPT, DutyKind.REPORT, DutyKind.FIRST_ACTION, DutyKind.EXPLANATION)


@dataclass(frozen=True)
class Waiting:
    """Everyone from whom one thing is still awaited."""

    what: str
    kind: DutyKind
    due_at: datetime
    standing: Standing
    names: Sequence[Name]
    quote: str


@dataclass(frozen=True)
class Section:
    """One directive on the board. `earlier` are reports of earlier periods that can still come."""

    directive: Directive
    words: dict[str, Any]
    standing: Standing
    cells: Cells
    overdue: list[Waiting] = field(default_factory=list)
    earlier: list[Waiting] = field(default_factory=list)
    open: list[Waiting] = field(default_factory=list)
    silent: list[Silent] = field(default_factory=list)

    @property
    def earlier_count(self) -> int:
        """How many reports of earlier periods never came."""
        return sum(len(waiting.names) for waiting in self.earlier)


@dataclass(frozen=True)
class Board:
    """Everything the board shows. `table` is that of the one directive that is looked at, None where there are
    several; `titles` are its columns'. `directives` is what the filter offers."""

    cells: Cells
    sections: list[Section]
    directives: list[Directive]
    table: Matrix | None
    titles: list[str]


def board(session: Session, choice: Choice, now: datetime, language: Language) -> Board:
    """The board that `choice` asks for at `now` (aware, UTC)."""
    every = list(missing.directives(session, Selection()))
    selection = choice.selection(session)
    shown = list(missing.directives(session, selection))
    counted = statistics.by_directive(session, selection, now)
    awaited = _by_directive(missing.groups(session, selection, now))
    sections = [
        _section(directive, statistics.of_books(counted.get(directive.id, Books())),
                 awaited.get(directive.id, []), _silent(session, directive, selection, now), now, language)
        for directive in shown
        if directive.id in counted or not choice.is_narrow
    ]  # fmt: skip
    table = None
    if len(shown) == 1:
        table = matrix.read(session, shown[0], selection, choice.view, now)
    return Board(
        cells=statistics.of_books(books.total(counted)), sections=sections, directives=every, table=table,
        titles=[title(column, language) for column in table.columns] if table else [],
    )  # fmt: skip


def title(column: Column, language: Language) -> str:
    """What a column of the table is called, in few words."""
    if column.kind is DutyKind.RECEIPT:
        return language.say("Xác nhận")
    if column.kind is DutyKind.REPORT:
        return language.iso_day(column.slot.partition("/")[0])
    return once.title(column.kind, column.subject, language, column.slot)


def _by_directive(groups: Iterable[Group]) -> dict[int, list[Group]]:
    found: dict[int, list[Group]] = {}
    for group in groups:
        found.setdefault(group.directive_id, []).append(group)
    return found


def _silent(session: Session, directive: Directive, selection: Selection, now: datetime) -> list[Silent]:
    """Those of `selection` whom the office has to phone."""
    if selection.progress not in (None, Progress.UNREACHABLE):
        return []
    return [
        one
        for one in phone.silent(session, directive, now)
        if selection.tree in (None, one.tree)
        and (selection.unit_ids is None or one.addressee.unit_id in selection.unit_ids)
    ]


def _section(
    directive: Directive, cells: Cells, groups: list[Group], silent: list[Silent], now: datetime, language: Language
) -> Section:
    snap = snapshot.of(directive)
    # Reports first: they are what the desk is asked about every day. Within, the longest overdue on top, as they come.
    ordered = sorted(groups, key=lambda group: group.kind is DutyKind.RECEIPT)
    waiting = [_waiting(group, snap, directive.time_at(now), language) for group in ordered]
    overdue = [group for group in waiting if group.standing.tone is Tone.OVERDUE]
    newest = _newest_report(overdue)
    return Section(
        directive=directive, words=wording.directive_words(snap), cells=cells,
        standing=of_directive(directive.state, language),
        overdue=[group for group in overdue if group.kind is not DutyKind.REPORT or group.due_at == newest],
        earlier=[
            group for group in reversed(overdue) if group.kind is DutyKind.REPORT and group.due_at != newest
        ],
        open=[group for group in waiting if group.standing.tone is Tone.DUE],
        silent=silent,
    )  # fmt: skip


def _waiting(group: Group, snap: snapshot.Snapshot, now: datetime, language: Language) -> Waiting:
    left = group.due_at - now
    standing = (
        Standing(Tone.OVERDUE, language.say("quá hạn %(span)s", span=language.span(-left)))
        if group.due_at < now
        else Standing(Tone.DUE, language.say("còn %(span)s", span=language.span(left)))
    )
    return Waiting(
        what=once.title(group.kind, group.subject, language, group.slot), kind=group.kind, due_at=group.due_at,
        standing=standing, names=group.names,
        quote="" if group.kind in _UNQUOTED else snap.quote(group.subject),
    )  # fmt: skip


def _newest_report(overdue: list[Waiting]) -> datetime | None:
    """The due time of the newest report that is overdue: the desk is asked about that one, not about last week's."""
    return max((group.due_at for group in overdue if group.kind is DutyKind.REPORT), default=None)
