"""The board: the four cells of the statistics, and who is missing."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from hoatoc import clock
from hoatoc.ledger.schema import DutyKind
from hoatoc.rollout import books, missing, statistics
from portal import once
from portal.api.bearer import Reader
from portal.api.chosen import Chosen
from portal.front import TheFront

router = APIRouter(prefix="/desk", tags=["desk"])


class Cells(BaseModel):
    """The four cells of the national follow-up statistics, which add up to everything but the last two."""

    model_config = ConfigDict(from_attributes=True)

    done_on_time: int
    done_late: int
    open_in_time: int
    open_overdue: int
    exempt: int = Field(description="Not asked for any more; in no cell.")
    unreachable: int = Field(description="No mail reaches them; in no cell.")


class CellsOfDirective(Cells):
    """The cells of one directive."""

    directive_id: int


class Board(BaseModel):
    """The cells of a selection."""

    now: datetime = Field(description="The instant at which they hold.")
    total: Cells
    directives: list[CellsOfDirective]


class Missing(BaseModel):
    """One from whom something is awaited."""

    duty_id: int
    unit_id: int
    name: str
    step: int = Field(description="How many rungs of the ladder are behind it.")


class Awaited(BaseModel):
    """Everyone from whom one thing is awaited by one time."""

    directive_id: int
    kind: DutyKind
    clause: str = Field(description='The clause that asks for it, or what it is: "receipt".')
    title: str
    due_at: datetime
    overdue: bool
    names: list[Missing]


class AwaitedAll(BaseModel):
    """Who is missing, the earliest due time first."""

    now: datetime
    awaited: list[Awaited]


@router.get("/cells", summary="The four cells")
def count(front: TheFront, _reader: Reader, chosen: Chosen) -> Board:
    """The cells of a selection, in all and by directive. They add up for any selection; trials count nowhere."""
    with front.ledger.read() as session:
        now = clock.read(session)
        found = statistics.by_directive(session, chosen.selection(session), now)
    return Board(
        now=now, total=Cells.model_validate(statistics.of_books(books.total(found))),
        directives=[
            CellsOfDirective(directive_id=id_, **Cells.model_validate(statistics.of_books(counted)).model_dump())
            for id_, counted in found.items()
        ],
    )  # fmt: skip


@router.get("/missing", summary="Who is missing")
def list_missing(front: TheFront, _reader: Reader, chosen: Chosen) -> AwaitedAll:
    """Who has not reported, not acknowledged, not done what is owed. Whom no mail reaches is phoned and not listed."""
    with front.ledger.read() as session:
        now = clock.read(session)
        groups = missing.groups(session, chosen.selection(session), now)
        time = {one.id: one.time_at(now) for one in missing.directives(session, statistics.Selection())}
    return AwaitedAll(now=now, awaited=[
        Awaited(
            directive_id=group.directive_id, kind=group.kind, clause=group.subject, due_at=group.due_at,
            title=once.title(group.kind, group.subject, front.language, group.slot),
            overdue=group.due_at < time[group.directive_id],
            names=[Missing(duty_id=one.duty_id, unit_id=one.unit_id, name=one.name, step=one.step)
                   for one in group.names],
        )
        for group in groups
    ])  # fmt: skip
