"""Lists of persons: what a list has to hold, and handing it in. What was handed in is not given back."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StrictInt
from sqlalchemy import select

from hoatoc.errors import SubmissionRefused
from hoatoc.format.roster import Column, ColumnType, RosterForm
from hoatoc.ledger.schema import Roster
from hoatoc.localtime import NEVER
from hoatoc.rollout import rosters
from portal.api.bearer import UnitToken
from portal.api.sent import Signed, Words, named
from portal.front import TheFront
from portal.rosters import hand_in, owed
from portal.rostersheet import Table
from portal.typed import RowId

router = APIRouter(prefix="/unit/rosters", tags=["unit"])


class ListColumn(BaseModel):
    """What is said of each person."""

    model_config = ConfigDict(from_attributes=True)

    key: str
    label: str
    type: ColumnType = Field(description='A "date" is a calendar day, 2021-04-30 or 30/04/2021.')
    required: bool
    choices: tuple[str, ...] = Field(description="Where the type is choice, one of these.")
    in_window: bool = Field(description="Whether the day has to lie in the span the clause looks back on.")
    unique: bool = Field(description="Whether no two persons may have the same.")


class HandedIn(BaseModel):
    """What the ledger keeps of a list outside its readers' page."""

    revision: int = Field(description="How many times a list has come; each replaces the one before.")
    count: int = Field(description="How many persons it names.")
    at: datetime
    by: str
    delete_at: datetime | None = Field(description="When its lines are deleted; null once they are.")


class ListOwed(BaseModel):
    """A list that is owed."""

    title: str
    columns: list[ListColumn]
    handed_in: HandedIn | None = Field(description="Null before the first.")


class Listed(Signed):
    """A list as it is sent."""

    persons: list[dict[Words, Words | StrictInt | None]] = Field(
        description="Each by the keys of the columns; what is not known is left out. At most 20,000.",
        examples=[[{"ho_ten": "Nguyễn Văn An", "nam_sinh": 1985, "ngay_ve": "2021-04-30", "dien": "F2"}]],
    )
    nobody: bool = Field(False, description="That there is nobody to list: without it an empty list is refused.")


@router.get("/{duty_id}", summary="What a list has to hold")
def give_form(front: TheFront, token: UnitToken, duty_id: RowId) -> ListOwed:
    """The columns of a list that is owed, and what is kept of the one that was handed in."""
    with front.ledger.read() as session:
        _, form = owed(front, session, token, duty_id)
        kept = session.scalar(select(Roster).where(Roster.duty_id == duty_id))
    return ListOwed(
        title=form.title, columns=[ListColumn.model_validate(column) for column in form.columns],
        handed_in=_handed_in(kept) if kept else None,
    )  # fmt: skip


@router.put("/{duty_id}", summary="Hand in a list")
def take_list(front: TheFront, token: UnitToken, duty_id: RowId, sent: Listed) -> HandedIn:
    """Take in a list; it replaces the one before. What is wrong is told by person and column, `persons.0.ho_ten`, and
    then nothing is kept; in the words, lines are counted as in a sheet whose headings are line 1."""
    with front.ledger.read() as session:
        _, form = owed(front, session, token, duty_id)
    with named(sent.signature, _cells(form, len(sent.persons))):
        _refuse_unclear(form, sent)
        return _handed_in(hand_in(front, token, duty_id, _table(form, sent), sent.signature))


def _refuse_unclear(form: RosterForm, sent: Listed) -> None:
    """An empty list is said and never guessed, and what no column takes would be lost."""
    if bool(sent.persons) == sent.nobody:
        says = "nếu không có ai thì ghi nobody, không ghi persons; có người thì ngược lại"
        raise SubmissionRefused("Chưa nhận được danh sách.", {"nobody": says})
    known = {column.key for column in form.columns}
    strange = {
        f"persons.{number}.{key}": "danh sách không có cột này"
        for number, person in enumerate(sent.persons)
        for key in person.keys() - known
    }
    if strange:
        raise SubmissionRefused("Chưa nhận được danh sách.", dict(sorted(strange.items())[: rosters.MOST_PROBLEMS]))


def _table(form: RosterForm, sent: Listed) -> Table:
    """The lines as a file would bring them, by heading."""
    return [{column.label: person.get(column.key) for column in form.columns} for person in sent.persons]


def _cells(form: RosterForm, count: int) -> dict[str, str]:
    """The API's name of each cell by the core's."""

    def pair(number: int, column: Column) -> tuple[str, str]:
        return rosters.cell_name(number + rosters.FIRST_LINE, column.label), f"persons.{number}.{column.key}"

    return dict(pair(number, column) for number in range(count) for column in form.columns)


def _handed_in(kept: Roster) -> HandedIn:
    return HandedIn(
        revision=kept.revision, count=kept.count, at=kept.at, by=kept.by_name,
        delete_at=kept.delete_at if kept.delete_at < NEVER else None,
    )  # fmt: skip
