"""Reads the figures of a report as people in Vietnam type them, and checks what they must satisfy.

"3.884" is 3884 (the point groups thousands), blank is not zero, and nothing is guessed."""

import re
from collections.abc import Mapping
from typing import Any

from hoatoc.errors import SubmissionRefused
from hoatoc.format import expression
from hoatoc.format.form import Field, FieldType, Form

#: Groups of three under one kind of separator; "0.123" is a decimal, not 123.
_GROUPED = re.compile(r"^[1-9]\d{0,2}([. \u00a0\u202f])\d{3}(?:\1\d{3})*$")
_PLAIN = re.compile(r"^\d{1,12}$")
_MAX_TEXT = 4000


def read_count(typed: str) -> int:
    """A whole number as typed: "3884", "3.884", "3 884". Raises ValueError with what to do, in Vietnamese."""
    typed = typed.strip()
    if _PLAIN.match(typed):
        return int(typed)
    if _GROUPED.match(typed) and len(typed) <= 19:
        return int(re.sub(r"\D", "", typed))
    if typed.startswith("-"):
        raise ValueError("không nhận số âm")
    if "," in typed:
        raise ValueError("ghi số nguyên, không có phần thập phân (dấu phẩy)")
    raise ValueError('ghi số nguyên, ví dụ 3884 hoặc 3.884; không có thì ghi "0"')


def read_figures(form: Form, typed: Mapping[str, str]) -> dict[str, Any]:
    """The figures of `form` from what was typed, checked. Raises SubmissionRefused naming every wrong field; a check
    between figures that fails is told at each field it speaks of."""
    figures: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for field in form.fields:
        try:
            value = _read(field, typed.get(field.key, ""))
        except ValueError as error:
            problems[field.key] = str(error)
            continue
        if value is not None:
            figures[field.key] = value
    if not problems:
        problems = _failed_checks(form, figures)
    if problems:
        raise SubmissionRefused("Báo cáo chưa nhận được vì số liệu chưa đúng.", problems)
    return figures


def _read(field: Field, typed: str) -> int | str | None:
    typed = typed.strip()
    if not typed:
        if field.required:
            raise ValueError(
                'chưa điền; không phát sinh thì ghi "0"' if field.type is not FieldType.TEXT else "chưa điền"
            )
        return None
    if field.type is FieldType.TEXT:
        if len(typed) > _MAX_TEXT:
            raise ValueError(f"dài quá {_MAX_TEXT} ký tự")
        return typed
    return read_count(typed)


def _failed_checks(form: Form, figures: Mapping[str, Any]) -> dict[str, str]:
    numbers = {key: value for key, value in figures.items() if isinstance(value, int)}
    problems: dict[str, list[str]] = {}
    for check in form.checks:
        named = expression.names(check.that)
        if named <= numbers.keys() and not expression.holds(check.that, numbers):
            told = ", ".join(f"{_label(form, key)}: {numbers[key]}" for key in _in_order(form, named))
            for key in named:
                problems.setdefault(key, []).append(f"{check.says} ({told})")
    return {key: "; ".join(said) for key, said in problems.items()}


def _label(form: Form, key: str) -> str:
    return next(field.label for field in form.fields if field.key == key)


def _in_order(form: Form, keys: set[str]) -> list[str]:
    return [field.key for field in form.fields if field.key in keys]
