"""A unit's record over all directives."""

from datetime import datetime, timedelta

from fastapi import APIRouter
from pydantic import BaseModel, Field

from hoatoc import clock
from hoatoc.format.units import Tree
from hoatoc.ledger.schema import DutyKind
from hoatoc.rollout import record
from portal import once
from portal.api.bearer import Reader
from portal.api.board import Cells
from portal.front import TheFront

router = APIRouter(prefix="/desk/units", tags=["desk"])


class RecordLine(BaseModel):
    """What one directive asked of the unit and what came of it."""

    directive_id: int
    title: str
    cells: Cells
    acknowledged_after: timedelta | None = Field(description="ISO 8601; null without an acknowledgement.")


class OpenDuty(BaseModel):
    """Something the unit still owes."""

    duty_id: int
    directive_id: int
    kind: DutyKind
    title: str
    due_at: datetime
    step: int = Field(description="How many rungs of the ladder are behind it.")


class UnitRecord(BaseModel):
    """A unit's record."""

    id: int
    key: str
    name: str
    tree: Tree
    above: str | None = Field(description="The key of the unit it reports to.")
    unreachable: bool = Field(description="Whether no mail about the newest directive reaches it.")
    cells: Cells
    directives: list[RecordLine]
    open_duties: list[OpenDuty]
    mean_to_acknowledge: timedelta | None = Field(description="ISO 8601; null without an acknowledgement.")
    pressed: int = Field(description="How many letters have pressed it.")
    climbed: int = Field(description="For how many duties the ladder began.")
    returned: int = Field(description="How often it gave a duty back.")


@router.get("/{key}", summary="A unit's record")
def show_unit(front: TheFront, _reader: Reader, key: str) -> UnitRecord:
    """What a unit owed and how it did; `key` is its key in the directory, or its number."""
    with front.ledger.read() as session:
        # PostgreSQL takes no NUL in text.
        read = record.read(session, record.find(session, key.replace("\0", "")), clock.read(session))
        return UnitRecord(
            id=read.unit.id, key=read.unit.key, name=read.unit.name, tree=Tree(read.unit.tree),
            above=read.above.key if read.above else None, unreachable=read.unreachable,
            cells=Cells.model_validate(read.cells), mean_to_acknowledge=read.mean_to_acknowledge,
            pressed=read.pressed, climbed=read.climbed, returned=read.returned,
            directives=[
                RecordLine(
                    directive_id=line.directive.id, title=line.directive.title, cells=Cells.model_validate(line.cells),
                    acknowledged_after=line.acknowledged_after,
                )
                for line in read.lines
            ],
            open_duties=[
                OpenDuty(
                    duty_id=duty.id, directive_id=duty.directive_id, kind=duty.kind, due_at=duty.due_at, step=duty.step,
                    title=once.title(duty.kind, duty.subject, front.language, duty.slot),
                )
                for duty in read.open_duties
            ],
        )  # fmt: skip
