"""Reads the figures of a report as people in Vietnam type them.

"3.884" is 3884 (the point groups thousands), "81,81" is 81.81 (the comma is the decimal mark), blank is not zero, and
nothing is guessed. In a report whole numbers are kept as numbers, percentages as their decimal digits ("81.81")."""

import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from hoatoc.errors import SubmissionRefused
from hoatoc.format.expression import Figure
from hoatoc.format.form import Field, FieldType, Form
from hoatoc.phrase import Phrase
from hoatoc.rollout import checking
from hoatoc.rollout.past import NOTHING, Past

#: Groups of three under one kind of separator; "0.123" is a decimal, not 123.
_GROUPED = re.compile(r"^[1-9]\d{0,2}([. \u00a0\u202f])\d{3}(?:\1\d{3})*$")
_PLAIN = re.compile(r"^\d{1,12}$")
_RATIO = re.compile(r"^(\d{1,3})(?:,(\d{1,4}))?$")
_MAX_TEXT = 4000
_NUMBER_HINT = 'ghi số nguyên, ví dụ 3884 hoặc 3.884; không có thì ghi "0"'


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
    if typed.isdecimal() or _GROUPED.match(typed):
        raise ValueError("số quá lớn, kiểm tra lại")
    raise ValueError(_NUMBER_HINT)


def read_ratio(typed: str, decimals: int) -> Decimal:
    """A percentage as typed: "81,81", "81,81%", "47". Raises ValueError with what to do, in Vietnamese."""
    typed = typed.strip().removesuffix("%").rstrip()
    match = _RATIO.match(typed)
    if match is None:
        hint = (
            "dùng dấu phẩy cho phần thập phân"
            if "." in typed
            else Phrase("ghi tỷ lệ phần trăm, ví dụ %(example)s", example=_example(decimals))
        )
        raise ValueError("không nhận số âm" if typed.startswith("-") else hint)
    value = Decimal(f"{match[1]}.{match[2] or 0}")
    if value > 100:
        raise ValueError("tỷ lệ không lớn hơn 100%")
    if len(match[2] or "") > decimals:
        raise ValueError(
            Phrase(
                "ghi không quá %(decimals)s chữ số thập phân, ví dụ %(example)s",
                decimals=decimals,
                example=_example(decimals),
            )
        )
    return rounded(value, decimals)


def rounded(value: Decimal | Fraction, decimals: int) -> Decimal:
    """`value` rounded half up, as people round."""
    exact = value if isinstance(value, Decimal) else Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def read_figures(form: Form, typed: Mapping[str, str], past: Past = NOTHING) -> dict[str, Any]:
    """The figures of `form` from what was typed, checked also against the unit's `past`. Raises SubmissionRefused
    naming every wrong field; a check between figures that fails is told at each field it speaks of."""
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
        problems = checking.by_field(checking.errors(form, numbers(form, figures), past))
    if problems:
        raise SubmissionRefused("Báo cáo chưa nhận được vì số liệu chưa đúng.", problems)
    return figures


def _read(field: Field, typed: str) -> int | str | None:
    typed = typed.strip()
    if not typed:
        if field.required:
            raise ValueError('chưa điền; không phát sinh thì ghi "0"' if field.is_figure else "chưa điền")
        return None
    if field.type is FieldType.TEXT and len(typed) > _MAX_TEXT:
        raise ValueError(Phrase("dài quá %(most)s ký tự", most=_MAX_TEXT))
    if not field.is_figure:
        return typed
    if field.type is FieldType.RATIO:
        return str(read_ratio(typed, field.decimals))
    return read_count(typed)


def numbers(form: Form, figures: Mapping[str, Any]) -> dict[str, Figure]:
    """The figures of a report that are numbers, exact."""
    return {
        field.key: Decimal(figures[field.key]) if field.type is FieldType.RATIO else figures[field.key]
        for field in form.figures
        if field.key in figures
    }


def readers(form: Form) -> dict[str, Callable[[Any], Figure]]:
    """How each number of a kept report is read back."""
    return {field.key: Decimal if field.type is FieldType.RATIO else int for field in form.figures}


def _example(decimals: int) -> str:
    return f"81,{'8181'[:decimals]}" if decimals else "82"
