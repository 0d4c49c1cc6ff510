"""One directive on the office's board, arranged for reading."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hoatoc.ledger.schema import DutyKind
from hoatoc.localtime import NEVER
from hoatoc.rollout.books import Books
from portal import once
from portal.language import Language
from portal.standing import Tone

Row = dict[str, Any]
_ORDER = [*(kind for kind in DutyKind if kind is not DutyKind.REPORT), DutyKind.REPORT]


@dataclass(frozen=True)
class Waiting:
    """Everyone from whom one thing is still awaited."""

    what: str
    kind: str
    due_at: datetime
    tone: Tone
    words: str
    names: list[str]
    quote: str


@dataclass(frozen=True)
class Call:
    """A mailbox that takes nothing: the office phones. `times` notices came back, the last with `answer`."""

    name: str
    address: str
    answer: str
    at: datetime | None
    times: int


@dataclass(frozen=True)
class BooksLine:
    """The books of the acknowledgement, of one period, or of what one clause asks for once."""

    what: str
    books: Books


@dataclass(frozen=True)
class Board:
    """One directive on the board."""

    id: int
    key: str
    zone: str
    words: Row
    running: bool
    next_at: datetime | None
    overdue: list[Waiting]
    earlier: list[Waiting]
    open: list[Waiting]
    calls: list[Call]
    lines: list[BooksLine]
    summaries: list[Row]
    permissions: dict[str, int] | None

    @property
    def earlier_count(self) -> int:
        """How many reports of earlier periods never came."""
        return sum(len(waiting.names) for waiting in self.earlier)


def boards(directives: Iterable[Row], now: datetime, language: Language) -> list[Board]:
    """The directives of `hoatoc.rollout.views.board`, arranged for reading."""
    return [_board(directive, now, language) for directive in directives]


def _board(row: Row, now: datetime, language: Language) -> Board:
    waiting = _waiting(row["missing"], now, language)
    overdue = [group for group in waiting if group.tone is Tone.OVERDUE]
    today = _newest_report(overdue)
    return Board(
        id=row["id"], key=row["key"], zone=row["zone"], words=row["words"], running=row["running"],
        next_at=row["next_at"],
        overdue=[group for group in overdue if group.kind != "report" or group.due_at == today],
        earlier=[group for group in reversed(overdue) if group.kind == "report" and group.due_at != today],
        open=[group for group in waiting if group.tone is Tone.DUE],
        calls=_calls(row["phone"]), lines=_lines(row["status"]["duties"]["by_period"], language),
        summaries=row["summaries"], permissions=row["permissions"],
    )  # fmt: skip


def _waiting(rows: Iterable[Row], now: datetime, language: Language) -> list[Waiting]:
    groups: dict[tuple[str, datetime], list[Row]] = {}
    # Reports first: they are what the desk is asked about every day. Within, the longest overdue on top, as they come.
    for row in sorted(rows, key=lambda row: bool(row["kind"] == "receipt")):
        what = row["subject"] if row["kind"] == DutyKind.DECISION else row["what"]
        groups.setdefault((what, row["due_at"]), []).append(row)
    return [_group(group, due_at - now, language) for (_, due_at), group in groups.items()]


def _group(rows: list[Row], left: timedelta, language: Language) -> Waiting:
    row = rows[0]
    overdue = row["overdue"]
    words = language.say("quá hạn %(span)s", span=language.span(-left)) if overdue else language.say(
        "còn %(span)s", span=language.span(left)
    )  # fmt: skip
    return Waiting(
        # The core names a report in Vietnamese, and its day last.
        what=_name(row["kind"], row["subject"], row["what"].rpartition(" ")[2], language), kind=row["kind"],
        due_at=row["due_at"],
        tone=Tone.OVERDUE if overdue else Tone.DUE, words=words, names=[each["name"] for each in rows],
        quote=row["quote"],
    )  # fmt: skip


def _newest_report(overdue: list[Waiting]) -> datetime | None:
    """The due time of the newest report that is overdue: the desk is asked about that one, not about last week's."""
    return max((group.due_at for group in overdue if group.kind == "report"), default=None)


def _calls(rows: Iterable[Row]) -> list[Call]:
    by_address: dict[str, list[Row]] = {}
    for row in rows:
        by_address.setdefault(row["address"], []).append(row)
    return [
        Call(last["name"], address, last["answer"].strip(), last["at"] if last["at"] < NEVER else None, len(found))
        for address, found in by_address.items()
        for last in found[-1:]
    ]


def _lines(rows: list[Row], language: Language) -> list[BooksLine]:
    """The acknowledgement first, then what is owed once, then the periods, the newest on top."""
    newest_first = sorted(rows, key=lambda row: row["period"], reverse=True)
    lines: dict[str, Books] = {}
    for row in sorted(newest_first, key=lambda row: _ORDER.index(row["kind"])):
        day = language.iso_day(row["period"].partition("/")[0]) if row["kind"] == "report" else ""
        # The answers to the requests of one matter stand in one line, whatever their number.
        line = lines.setdefault(_name(row["kind"], row["subject"], day, language), Books())
        for name, count in line.as_dict().items():
            setattr(line, name, count + row[name])
    return [BooksLine(what, books) for what, books in lines.items()]


def _name(kind: str, clause: str, day: str, language: Language) -> str:
    if kind == "receipt":
        return language.say("Xác nhận đã nhận văn bản")
    if kind == "report":
        return language.say("Báo cáo ngày %(day)s", day=day)
    return once.title(DutyKind(kind), clause, language)
