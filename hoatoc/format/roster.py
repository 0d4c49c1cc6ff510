"""`rosters/*.yaml`: the columns of a list of persons, and what each must hold."""

from enum import StrEnum

from pydantic import Field

from hoatoc.format.model import Key, Model, Words


class ColumnType(StrEnum):
    """What a column holds."""

    TEXT = "text"  #: Words.
    DATE = "date"  #: A day, "24/11/2021" or a date cell.
    CHOICE = "choice"  #: One of `choices`.


class Column(Model):
    """One column; `label` is the heading in the file that a unit fills in."""

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)
    label: Words
    type: ColumnType = ColumnType.TEXT
    required: bool = True
    choices: tuple[Words, ...] = ()
    in_window: bool = False  # a date that must lie in the clause's look-back window
    unique: bool = False  # no two rows may hold the same


class RosterForm(Model):
    """The form of a list of persons."""

    key: Key
    title: Words
    columns: tuple[Column, ...] = Field(min_length=1)
