"""A report form on screen: its fields with what was typed, what is wrong with each, and the summary on top."""

from collections.abc import Mapping
from dataclasses import dataclass

from hoatoc.format.form import Field, FieldType, Form
from hoatoc.rollout.views import OwedReport
from portal.language import Language


@dataclass(frozen=True)
class Box:
    """One field to fill in. `problem` is '' when nothing is wrong with it; `check` is the check between figures that
    failed here, '' where the figure itself is wrong."""

    field: Field
    value: str
    problem: str
    check: str

    @property
    def words(self) -> bool:
        """Whether it takes words, not a number."""
        return self.field.type is FieldType.TEXT


@dataclass(frozen=True)
class Complaint:
    """One line of the summary: `key` is the field to go to, `label` '' where the message names its fields itself."""

    key: str
    label: str
    message: str


def boxes(form: Form, values: Mapping[str, str], problems: Mapping[str, str], language: Language) -> list[Box]:
    """The fields of `form`, holding what was typed exactly as it was typed."""
    return [
        _box(field, form, values.get(field.key, ""), problems.get(field.key, ""), language) for field in form.fields
    ]


def _box(field: Field, form: Form, value: str, problem: str, language: Language) -> Box:
    failed = (check.says for check in form.checks if problem.startswith(check.says))
    return Box(field, value, language.say(problem) if problem else "", next(failed, ""))


def complaints(filled: list[Box]) -> list[Complaint]:
    """What is wrong, each thing once: a check that failed stands at several fields with one message."""
    found: dict[tuple[str, str], Complaint] = {}
    for box in (box for box in filled if box.problem):
        label = "" if box.check else box.field.label
        found.setdefault((label, box.problem), Complaint(box.field.key, label, box.problem))
    return list(found.values())


def values_of(report: OwedReport) -> dict[str, str]:
    """The figures sent so far as one would type them; empty before the first submission."""
    return {key: str(value) for key, value in (report.figures or {}).items()}
