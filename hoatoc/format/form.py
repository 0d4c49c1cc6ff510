"""`forms/*.yaml`: a report form as data: its fields and the checks its figures must pass."""

from enum import StrEnum

from pydantic import Field as Constraint
from pydantic import model_validator

from hoatoc.format.model import Clause, Key, Model, Words

FieldKey = str


class FieldType(StrEnum):
    """What a field holds, and so how it adds up."""

    COUNT = "count"  #: A flow: counted in the period; units and days add up.
    STOCK = "stock"  #: A level at the cut-off; units add up, days do not.
    CUMULATIVE = "cumulative"  #: A running total since the beginning; it falls only as a correction, with a word why.
    RATIO = "ratio"  #: A percentage with its decimals, "81,81"; never added up, made again from `part` and `whole`.
    TEXT = "text"  #: Words.
    FILE = "file"  #: A file that goes with the report.


#: The types that are whole numbers and add up over units.
SUMMED = frozenset({FieldType.COUNT, FieldType.STOCK, FieldType.CUMULATIVE})
#: The types that hold no figure.
WORDLESS = frozenset({FieldType.TEXT, FieldType.FILE})


class Field(Model):
    """One field. `clauses` are the obligations whose follow-up it serves.

    A ratio is `100 × part ÷ whole` rounded half up to `decimals`; ratios of one `whole` share it even when nobody says
    how many that is. `unusual` asks for a word where the figure is far from what its unit usually reports,
    `unusual_above` where it is above that bound, on the first day too."""

    key: str = Constraint(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)
    label: Words
    unit: Words | None = None
    type: FieldType
    required: bool = True
    help: Words | None = None
    clauses: tuple[Clause, ...] = ()
    part: FieldKey | None = None
    whole: FieldKey | None = None
    decimals: int = Constraint(default=2, ge=0, le=4)
    unusual: bool = True
    unusual_above: int | None = Constraint(default=None, ge=0)

    @property
    def is_figure(self) -> bool:
        """Whether it holds a number."""
        return self.type not in WORDLESS

    @model_validator(mode="after")
    def _a_ratio_alone_has_parts(self) -> "Field":
        if (self.part or self.whole) and self.type is not FieldType.RATIO:
            raise ValueError("chỉ trường ratio có part và whole")
        if (self.part is None) != (self.whole is None):
            raise ValueError("part và whole đi cùng nhau")
        return self

    @model_validator(mode="after")
    def _what_adds_up_alone_has_a_bound(self) -> "Field":
        if self.unusual_above is not None and self.type not in SUMMED:
            raise ValueError("chỉ trường count, stock hoặc cumulative có unusual_above")
        return self


class Severity(StrEnum):
    """What becomes of a report that does not pass a check."""

    ERROR = "error"  #: It is not taken in.
    WARNING = "warning"  #: It is taken in with a word of explanation, which travels with it.


class Check(Model):
    """What must hold between the figures; `that` is an expression over field keys, in which `before(key)` is the
    figure of the period before; `says` is told when it fails. It is not made where one of its figures is blank."""

    that: Words
    says: Words
    severity: Severity = Severity.ERROR


class Form(Model):
    """A report form."""

    key: Key
    title: Words
    fields: tuple[Field, ...] = Constraint(min_length=1)
    checks: tuple[Check, ...] = ()

    def field(self, key: FieldKey) -> Field:
        """The field of that key, which must be there."""
        return next(field for field in self.fields if field.key == key)

    @property
    def figures(self) -> tuple[Field, ...]:
        """The fields that hold a number, in order."""
        return tuple(field for field in self.fields if field.is_figure)

    @property
    def files(self) -> tuple[Field, ...]:
        """The fields that hold a file, in order."""
        return tuple(field for field in self.fields if field.type is FieldType.FILE)

    @property
    def summed(self) -> tuple[Field, ...]:
        """The fields that add up over units, in order."""
        return tuple(field for field in self.fields if field.type in SUMMED)

    @property
    def ratios(self) -> tuple[Field, ...]:
        """The percentages, in order."""
        return tuple(field for field in self.fields if field.type is FieldType.RATIO)
