"""`forms/*.yaml`: a report form as data: its fields and the checks its figures must pass."""

from enum import StrEnum

from pydantic import Field as Constraint

from hoatoc.format.model import Clause, Key, Model, Words

FieldKey = str


class FieldType(StrEnum):
    """What a field holds, and so how it adds up."""

    COUNT = "count"  #: A flow: counted in the period; days add up.
    STOCK = "stock"  #: A level at the cut-off; days do not add up.
    CUMULATIVE = "cumulative"  #: A running total since the beginning; never falls.
    TEXT = "text"  #: Words.


class Field(Model):
    """One field. `clauses` are the obligations whose follow-up it serves."""

    key: str = Constraint(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)
    label: Words
    unit: Words | None = None
    type: FieldType
    required: bool = True
    help: Words | None = None
    clauses: tuple[Clause, ...] = ()


class Check(Model):
    """What must hold between the figures; `that` is an expression over field keys, `says` is told when it fails."""

    that: Words
    says: Words


class Form(Model):
    """A report form."""

    key: Key
    title: Words
    fields: tuple[Field, ...] = Constraint(min_length=1)
    checks: tuple[Check, ...] = ()
