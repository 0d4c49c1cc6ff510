"""Figures that the simulated units type into a form: plausible where the form's checks allow it, else all zeros."""

from typing import Any

from hoatoc.errors import SubmissionRefused
from hoatoc.format.expression import Figure
from hoatoc.format.form import Field, FieldType, Form
from hoatoc.rehearsal.behaviour import Chance
from hoatoc.rollout import checking
from hoatoc.rollout.figures import numbers, read_figures
from hoatoc.rollout.past import NOTHING, Past

#: What a cumulative figure has at least grown by each day: more than any flow of the day, so that totals hold.
_STEP = 10
#: How many units and days are tried before a form is filled with what was drawn.
_TRIED_UNITS, _TRIED_DAYS = 3, 9


class Typist:
    """Types one form's figures, always the same for a unit and a day."""

    def __init__(self, form: Form, chance: Chance) -> None:
        self._form, self._chance = form, chance
        self._plausible = all(self._accepted(f"thử-{unit}") for unit in range(_TRIED_UNITS))

    def type(self, key: str, day: int) -> dict[str, str]:
        """What the unit `key` types on the `day`-th day (from 0)."""
        return self._drawn(key, day) if self._plausible else self._zeros()

    def read(self, key: str, day: int) -> dict[str, Any]:
        """The same as the form reads it, after what the unit has typed the day before."""
        return read_figures(self._form, self.type(key, day), self._past(key, day))

    def type_wrongly(self, key: str, day: int) -> dict[str, str]:
        """The same with a required figure left blank, which no form takes."""
        required = next((field.key for field in self._form.fields if field.required), self._form.fields[0].key)
        return {**self.type(key, day), required: ""}

    def _drawn(self, key: str, day: int) -> dict[str, str]:
        return {field.key: self._value(field, key, day) for field in self._form.fields}

    def _value(self, field: Field, key: str, day: int) -> str:
        if not field.is_figure:
            return _words(field)
        if field.type is FieldType.CUMULATIVE:
            base = self._chance.between(20, 400, "base", key, field.key)
            return str(base + _STEP * day)
        return str(self._chance.between(0, _STEP - 1, "figure", key, field.key, day))

    def _zeros(self) -> dict[str, str]:
        return {field.key: "0" if field.is_figure else _words(field) for field in self._form.fields}

    def _past(self, key: str, day: int) -> Past:
        if day == 0:
            return NOTHING
        before = numbers(self._form, read_figures(self._form, self.type(key, day - 1)))
        return Past(before=before, earlier=(before,))

    def _accepted(self, key: str) -> bool:
        """Whether the form takes what is drawn for a unit day after day, and finds nothing unusual in it."""
        earlier: list[dict[str, Figure]] = []
        for day in range(_TRIED_DAYS):
            past = Past(before=earlier[0] if earlier else {}, earlier=tuple(earlier))
            try:
                taken = numbers(self._form, read_figures(self._form, self._drawn(key, day), past))
            except SubmissionRefused:
                return False
            if checking.warnings(self._form, taken, past):
                return False
            earlier.insert(0, taken)
        return True


def _words(field: Field) -> str:
    """What goes where no figure does; a file is named by its SHA-256, and none is kept in a rehearsal."""
    if not field.required:
        return ""
    return "0" * 64 if field.type is FieldType.FILE else "Không có"
