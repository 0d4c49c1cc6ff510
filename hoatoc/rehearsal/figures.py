"""Figures that the simulated units type into a form: plausible where the form's checks allow it, else all zeros."""

from typing import Any

from hoatoc.errors import SubmissionRefused
from hoatoc.format.form import Field, FieldType, Form
from hoatoc.rehearsal.behaviour import Chance
from hoatoc.rollout.figures import read_figures

#: What a cumulative figure has at least grown by each day: more than any flow of the day, so that totals hold.
_STEP = 10


class Typist:
    """Types one form's figures, always the same for a unit and a day."""

    def __init__(self, form: Form, chance: Chance) -> None:
        self._form, self._chance = form, chance
        self._plausible = all(self._accepted(self._drawn("thử", day)) for day in range(4))

    def type(self, key: str, day: int) -> dict[str, str]:
        """What the unit `key` types on the `day`-th day (from 0)."""
        return self._drawn(key, day) if self._plausible else self._zeros()

    def read(self, key: str, day: int) -> dict[str, Any]:
        """The same as the form reads it."""
        return read_figures(self._form, self.type(key, day))

    def type_wrongly(self, key: str, day: int) -> dict[str, str]:
        """The same with a required figure left blank, which no form takes."""
        required = next((field.key for field in self._form.fields if field.required), self._form.fields[0].key)
        return {**self.type(key, day), required: ""}

    def _drawn(self, key: str, day: int) -> dict[str, str]:
        return {field.key: self._value(field, key, day) for field in self._form.fields}

    def _value(self, field: Field, key: str, day: int) -> str:
        if field.type is FieldType.TEXT:
            return "Không có" if field.required else ""
        if field.type is FieldType.CUMULATIVE:
            base = self._chance.between(20, 400, "base", key, field.key)
            return str(base + _STEP * day)
        return str(self._chance.between(0, _STEP - 1, "figure", key, field.key, day))

    def _zeros(self) -> dict[str, str]:
        return {
            field.key: ("Không có" if field.required else "") if field.type is FieldType.TEXT else "0"
            for field in self._form.fields
        }

    def _accepted(self, typed: dict[str, str]) -> bool:
        try:
            read_figures(self._form, typed)
        except SubmissionRefused:
            return False
        return True
