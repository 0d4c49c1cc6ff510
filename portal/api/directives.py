"""A directive at the desk: its books, the table of units and duties, its summaries."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from hoatoc import clock
from hoatoc.ledger.schema import DirectiveState, DutyKind, Period, Summary
from hoatoc.rollout import books, matrix, missing
from hoatoc.rollout.matrix import View
from hoatoc.rollout.statistics import Selection
from portal import once
from portal.api.bearer import Reader
from portal.api.chosen import Chosen
from portal.desk.arrangement import title
from portal.desk.directive import find
from portal.front import TheFront
from portal.typed import RowId

router = APIRouter(prefix="/desk/directives", tags=["desk"])


class DirectiveLine(BaseModel):
    """An issued directive."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    key: str
    title: str
    urgency: str
    zone: str = Field(description="The time zone in which its days are counted.")
    state: DirectiveState
    issued_at: datetime


class Directives(BaseModel):
    """Every directive but trials, the newest first."""

    directives: list[DirectiveLine]


class Books(BaseModel):
    """expected = on_time + late + missing + exempt + unreachable + open."""

    model_config = ConfigDict(from_attributes=True)

    expected: int
    on_time: int
    late: int
    missing: int
    exempt: int
    unreachable: int
    open: int


class BooksLine(Books):
    """The books of one thing owed by many."""

    kind: DutyKind
    clause: str
    period: str = Field(description="The slot of its period, \"2021-11-24/daily\"; '' for once.")
    title: str


class DirectiveBooks(BaseModel):
    """A directive with its books."""

    now: datetime
    directive: DirectiveLine
    total: Books
    lines: list[BooksLine]


class Column(BaseModel):
    """One thing that is owed by many."""

    kind: DutyKind
    clause: str
    period: str
    title: str


class Cell(BaseModel):
    """One duty: the column of the books it is in, or "returned"."""

    model_config = ConfigDict(from_attributes=True)

    duty_id: int
    stands: str
    step: int = Field(description="How many rungs of the ladder are behind it.")


class Row(BaseModel):
    """One addressee; a cell is null where it owes nothing of that column."""

    addressee_id: int
    unit_id: int
    name: str
    cells: list[Cell | None]


class Table(BaseModel):
    """Units × duties: the part that was asked for."""

    now: datetime
    columns: list[Column]
    rows: list[Row] = Field(description="Who has most overdue first; 100 a page.")
    rows_in_all: int
    periods_in_all: int


class FrozenSummary(BaseModel):
    """What the leadership was given for one period."""

    day: date
    edition: int = Field(description="1 is frozen with the period; a later one tells what came in after the last.")
    frozen_at: datetime
    content: dict[str, Any] = Field(description="Books, rates, figures with those before, the missing, errata.")
    data_hash: str = Field(description="Seals the content: SHA-256 of its canonical JSON.")


class Summaries(BaseModel):
    """Frozen summaries, the newest first."""

    summaries: list[FrozenSummary]


@router.get("", summary="Directives")
def list_directives(front: TheFront, _reader: Reader) -> Directives:
    """Every directive but trials, the newest first."""
    with front.ledger.read() as session:
        found = missing.directives(session, Selection())
        return Directives(directives=[DirectiveLine.model_validate(one) for one in found])


@router.get("/{directive_id}", summary="A directive's books")
def show_directive(front: TheFront, _reader: Reader, directive_id: RowId) -> DirectiveBooks:
    """The books of the acknowledgement, of each period, and of what each clause asks for once."""
    with front.ledger.read() as session:
        now, directive = clock.read(session), find(session, directive_id)
        counted = books.by_subject(session, directive.id, now)
        return DirectiveBooks(
            now=now, directive=DirectiveLine.model_validate(directive), total=Books(**books.total(counted).as_dict()),
            lines=[
                BooksLine(
                    kind=DutyKind(kind), clause=subject, period=slot, **found.as_dict(),
                    title=once.title(DutyKind(kind), subject, front.language, slot),
                )
                for (kind, subject, slot), found in counted.items()
            ],
        )  # fmt: skip


@router.get("/{directive_id}/table", summary="Units × duties")
def show_table(
    front: TheFront, _reader: Reader, directive_id: RowId, chosen: Chosen,
    page: Annotated[int, Query(ge=0, le=100_000, description="Which hundred addressees.")] = 0,
    earlier: Annotated[int, Query(ge=0, le=100_000, description="How many of the newest periods to leave out.")] = 0,
) -> Table:  # fmt: skip
    """What everyone owes and where each of it stands: what is owed once, and seven periods."""
    with front.ledger.read() as session:
        now, directive = clock.read(session), find(session, directive_id)
        view = View(page=page, earlier=earlier)
        found = matrix.read(session, directive, chosen.selection(session), view, now)
    return Table(
        now=now, rows_in_all=found.rows_in_all, periods_in_all=found.periods_in_all,
        columns=[
            Column(kind=one.kind, clause=one.subject, period=one.slot, title=title(one, front.language))
            for one in found.columns
        ],
        rows=[
            Row(addressee_id=row.addressee_id, unit_id=row.unit_id, name=row.name,
                cells=[Cell.model_validate(cell) if cell else None for cell in row.cells])
            for row in found.rows
        ],
    )  # fmt: skip


@router.get("/{directive_id}/summaries", summary="Summaries")
def list_summaries(
    front: TheFront, _reader: Reader, directive_id: RowId, limit: Annotated[int, Query(ge=1, le=100)] = 7
) -> Summaries:
    """The newest frozen summaries as the leadership was given them; they never change."""
    with front.ledger.read() as session:
        directive = find(session, directive_id)
        rows = session.execute(
            select(Summary, Period.local_date)
            .join(Period, Period.id == Summary.period_id)
            .where(Summary.directive_id == directive.id)
            .order_by(Summary.frozen_at.desc(), Summary.id.desc())
            .limit(limit)
        ).tuples()
        return Summaries(summaries=[
            FrozenSummary(day=day, edition=one.edition, frozen_at=one.frozen_at, content=one.content,
                          data_hash=one.data_hash)
            for one, day in rows
        ])  # fmt: skip
