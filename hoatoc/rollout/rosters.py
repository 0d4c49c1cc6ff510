"""Lists of persons: handed in, checked, opened only by named readers, and deleted when their time is over."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.errors import NotFound, SubmissionRefused
from hoatoc.format.roster import Column, ColumnType, RosterForm
from hoatoc.format.timing import LookBack, Timing
from hoatoc.ledger.schema import Addressee, Directive, Duty, DutyKind, DutyState, Roster
from hoatoc.localtime import NEVER
from hoatoc.phrase import Phrase
from hoatoc.rollout import duties, history, snapshot
from hoatoc.rollout.acknowledge import acknowledge
from hoatoc.rollout.fulfilment import duty_of, refuse_settled

_MOST_ROWS = 20_000
#: So many wrong cells are named at once.
MOST_PROBLEMS = 500
#: Lines are counted as a sheet counts them: the headings are line 1.
FIRST_LINE = 2
_LONGEST_CELL = 500
_DATE_FORMATS = ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y")


@dataclass(frozen=True)
class Reading:
    """One list that one post may open; `count` is None before it is handed in, `generation` that of the unit's link."""

    duty_id: int
    generation: int
    unit: str
    count: int | None
    reader: str


def hand_in(
    session: Session, addressee: Addressee, duty_id: int, table: Sequence[Mapping[str, object]], *,
    now: datetime, by_name: str,
) -> Roster:  # fmt: skip
    """Take in a list, its lines by column label. An empty list is a list: nobody was found. A later one replaces it.
    Raises NotFound, and SubmissionRefused naming row and column of what is wrong, and then keeps nothing."""
    duty = duty_of(session, addressee, duty_id, DutyKind.ROSTER)
    refuse_settled(duty)
    directive = session.get_one(Directive, addressee.directive_id)
    snap = snapshot.of(directive)
    rule = next(rule for rule in snap.content.regime.rosters if rule.clause == duty.subject)
    rows = read_rows(snap.rosters[rule.roster], table, snap.obligation(duty.subject).timing)
    roster = session.scalar(select(Roster).where(Roster.duty_id == duty.id))
    if roster is None:
        roster = Roster(duty_id=duty.id, directive_id=directive.id, revision=0)
        session.add(roster)
    roster.at, roster.revision, roster.count, roster.rows = now, roster.revision + 1, len(rows), rows
    roster.by_name, roster.delete_at = by_name, now + rule.keep
    session.flush()
    actor = f"addressee:{addressee.key}"
    history.note(
        session, directive.id, at=now, kind="roster_handed_in", subject=f"duty:{duty.id}", actor=actor,
        revision=roster.revision, count=roster.count,
    )  # fmt: skip
    duties.meet(session, duty, at=now, actor=actor)
    acknowledge(session, addressee, now=now, by_name=by_name, by_title="", channel="task")
    return roster


def read_rows(form: RosterForm, table: Sequence[Mapping[str, object]], timing: Timing) -> list[dict[str, str]]:
    """The rows of `table` by column key, dates in ISO. Raises SubmissionRefused naming each wrong cell.

    Lines are counted as the sheet counts them: the headings are line 1, and a line left blank is passed over."""
    if len(table) > _MOST_ROWS:
        raise SubmissionRefused(Phrase("Danh sách dài quá %(most)s dòng; chia thành nhiều lần.", most=_MOST_ROWS))
    problems: dict[str, str] = {}
    rows = {
        line: _read_row(form, line, row, timing, problems)
        for line, row in enumerate(table, start=FIRST_LINE)
        if any(_typed(row.get(column.label)) for column in form.columns)
    }
    for column in (column for column in form.columns if column.unique):
        _find_twice(column, rows, problems)
    if problems:
        shown = dict(list(problems.items())[:MOST_PROBLEMS])
        raise SubmissionRefused(Phrase("Danh sách chưa nhận được: %(count)s ô chưa đúng.", count=len(problems)), shown)
    return list(rows.values())


def cell_name(line: int, heading: str) -> str:
    """How a cell is called to the person who filled it in."""
    return Phrase("dòng %(line)s, %(heading)s", line=line, heading=heading)


def _read_row(
    form: RosterForm, line: int, row: Mapping[str, object], timing: Timing, problems: dict[str, str]
) -> dict[str, str]:
    read = {}
    for column in form.columns:
        try:
            read[column.key] = _read_cell(column, row.get(column.label), timing)
        except ValueError as error:
            problems[cell_name(line, column.label)] = str(error)
    return read


def _read_cell(column: Column, cell: object, timing: Timing) -> str:
    if column.type is ColumnType.DATE and isinstance(cell, date):
        day = cell.date() if isinstance(cell, datetime) else cell
        return _in_window(column, day, timing)
    typed = _typed(cell)
    if not typed:
        if column.required:
            raise ValueError("chưa điền")
        return ""
    if len(typed) > _LONGEST_CELL:
        raise ValueError(Phrase("dài quá %(most)s ký tự", most=_LONGEST_CELL))
    if column.type is ColumnType.CHOICE:
        return _read_choice(column, typed)
    return _in_window(column, _read_date(typed), timing) if column.type is ColumnType.DATE else typed


def _typed(cell: object) -> str:
    """A cell in one line; some keyboards write Vietnamese letters in pieces (NFD)."""
    return "" if cell is None else " ".join(unicodedata.normalize("NFC", str(cell)).split())


def _read_choice(column: Column, typed: str) -> str:
    for choice in column.choices:
        if choice.casefold() == typed.casefold():
            return choice
    raise ValueError(Phrase("“%(typed)s” không có trong: %(choices)s", typed=typed, choices=", ".join(column.choices)))


def _read_date(typed: str) -> date:
    for form in _DATE_FORMATS:
        try:
            return datetime.strptime(typed, form).date()  # noqa: DTZ007  # a calendar day, no instant
        except ValueError:
            continue
    raise ValueError(Phrase("“%(typed)s” không phải ngày; viết như 24/11/2021", typed=typed))


def _in_window(column: Column, day: date, timing: Timing) -> str:
    if column.in_window and isinstance(timing, LookBack) and not timing.start <= day <= timing.end:
        raise ValueError(
            Phrase(
                "%(day)s ngoài khoảng %(start)s – %(end)s",
                day=f"{day:%d/%m/%Y}",
                start=f"{timing.start:%d/%m/%Y}",
                end=f"{timing.end:%d/%m/%Y}",
            )
        )
    return day.isoformat()


def _find_twice(column: Column, rows: Mapping[int, dict[str, str]], problems: dict[str, str]) -> None:
    first: dict[str, int] = {}
    for line, row in rows.items():
        value = row.get(column.key, "")
        if value and value in first:
            problems[cell_name(line, column.label)] = Phrase("trùng với dòng %(first)s", first=first[value])
        first.setdefault(value, line)


def open_for(session: Session, duty_id: int, reader: str, *, now: datetime) -> Roster | None:
    """Open a list as `reader` ("unit/post"); None for anyone the regime does not name. Both leave an event, so the
    caller commits either way. Raises NotFound when there is no list."""
    roster = session.scalar(select(Roster).where(Roster.duty_id == duty_id))
    if roster is None:
        raise NotFound("chưa có danh sách này")
    allowed = reader in readers_of(session, session.get_one(Duty, duty_id))
    if roster.delete_at <= now:  # its time is over, and no pass has come by yet
        delete_expired(session, roster.directive_id, now)
    history.note(
        session, roster.directive_id, at=now, kind="roster_opened" if allowed else "roster_opening_refused",
        subject=f"duty:{duty_id}", actor=reader,
    )  # fmt: skip
    return roster if allowed else None


def readers_of(session: Session, duty: Duty) -> tuple[str, ...]:
    """The posts ("unit/post") that may open the list of `duty`."""
    rules = snapshot.of(session.get_one(Directive, duty.directive_id)).content.regime.rosters
    return tuple(f"{ref.unit}/{ref.post}" for rule in rules if rule.clause == duty.subject for ref in rule.readers)


def readings(session: Session, directive_id: int) -> list[Reading]:
    """Every list of a directive, once for each post that may open it."""
    rows = session.execute(
        select(Duty, Addressee.link_generation, Addressee.name, Roster.count)
        .join(Addressee, Addressee.id == Duty.addressee_id)
        .outerjoin(Roster, Roster.duty_id == Duty.id)
        .where(Duty.directive_id == directive_id, Duty.kind == DutyKind.ROSTER, Duty.state != DutyState.WITHDRAWN)
        .order_by(Duty.id)
    )
    return [
        Reading(duty.id, generation, unit, count, reader)
        for duty, generation, unit, count in rows
        for reader in readers_of(session, duty)
    ]


def delete_expired(session: Session, directive_id: int, now: datetime) -> int:
    """Empty the lists whose time is over at `now`; how many. Their counts stay."""
    expired = session.scalars(select(Roster).where(Roster.directive_id == directive_id, Roster.delete_at <= now)).all()
    for roster in expired:
        roster.rows, roster.delete_at = [], NEVER
    session.flush()
    history.note_all(
        session, directive_id, at=now, kind="roster_deleted",
        subjects=[(f"duty:{roster.duty_id}", {"count": roster.count}) for roster in expired],
    )  # fmt: skip
    return len(expired)
