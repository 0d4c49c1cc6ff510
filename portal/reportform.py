"""A report form on screen: its fields with what was typed, what is wrong with each, and the summary on top."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hoatoc.format.form import Field, FieldType, Form
from hoatoc.rollout import checking
from hoatoc.rollout.submission import EXPLANATION
from hoatoc.rollout.views import OwedReport, UnitPage
from portal.language import Language


@dataclass(frozen=True)
class Box:
    """One field to fill in. `problem` is '' when nothing is wrong with it; `check` is the check between figures that
    failed here, '' where the figure itself is wrong. `warning` is what is unusual about it, `before` what the unit gave
    for the period before."""

    field: Field
    value: str
    problem: str
    check: str
    warning: str = ""
    before: int | str | None = None

    @property
    def words(self) -> bool:
        """Whether it takes words, not a number."""
        return self.field.type is FieldType.TEXT

    @property
    def file(self) -> bool:
        """Whether it takes a file."""
        return self.field.type is FieldType.FILE


@dataclass(frozen=True)
class Complaint:
    """One line of the summary: `key` is the field to go to, `label` '' where the message names its fields itself."""

    key: str
    label: str
    message: str


def boxes(
    form: Form, values: Mapping[str, str], problems: Mapping[str, str], language: Language,
    warnings: Mapping[str, str] | None = None, before: Mapping[str, Any] | None = None,
) -> list[Box]:  # fmt: skip
    """The fields of `form`, holding what was typed exactly as it was typed."""
    warned, earlier = warnings or {}, before or {}
    return [
        Box(
            field, values.get(field.key, ""), *_problem(form, problems.get(field.key, ""), language),
            language.say(warned.get(field.key, "")), earlier.get(field.key),
        )
        for field in form.fields
    ]  # fmt: skip


def _problem(form: Form, problem: str, language: Language) -> tuple[str, str]:
    failed = (check.says for check in form.checks if problem.startswith(checking.spoken(check)))
    return language.say(problem) if problem else "", next(failed, "")


def complaints(filled: list[Box]) -> list[Complaint]:
    """What is wrong, each thing once: a check that failed stands at several fields with one message."""
    found: dict[tuple[str, str], Complaint] = {}
    for box in (box for box in filled if box.problem):
        label = "" if box.check else box.field.label
        found.setdefault((label, box.problem), Complaint(box.field.key, label, box.problem))
    return list(found.values())


def doubts(filled: list[Box]) -> list[Complaint]:
    """What is unusual, each thing once."""
    return list({box.warning: Complaint(box.field.key, "", box.warning) for box in filled if box.warning}.values())


def values_of(page: UnitPage, report: OwedReport) -> dict[str, str]:
    """The figures sent so far as one would type them, with their explanation; empty before the first submission."""
    if report.figures is None or page.form is None:
        return {}
    ratios = {field.key for field in page.form.ratios}
    typed = {
        key: str(value).replace(".", ",") if key in ratios else str(value) for key, value in report.figures.items()
    }
    return {**typed, EXPLANATION: report.explanation}
