"""Turns pydantic's errors into problems with a line, a field and a way out, in Vietnamese."""

import json
import re
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hoatoc.errors import FormatError
from hoatoc.format.problem import Problem
from hoatoc.format.yamlfile import YamlFile
from hoatoc.phrase import Phrase

M = TypeVar("M", bound=BaseModel)

_SAYS = {
    "missing": ("thiếu mục này", "thêm mục; nếu văn bản không nêu thì ghi null khi định dạng cho phép"),
    "string_type": ("phải là chữ", "đặt giá trị trong dấu nháy kép"),
    "int_type": ("phải là số nguyên", "viết số không có dấu chấm, không nháy"),
    "bool_type": ("phải là true hoặc false", ""),
    "date_type": ("phải là ngày", "viết như 2021-11-23, không nháy"),
    "date_parsing": ("phải là ngày", "viết như 2021-11-23, không nháy"),
    "date_from_datetime_parsing": ("phải là ngày", "viết như 2021-11-23, không nháy"),
    "tuple_type": ("phải là danh sách", "viết mỗi phần tử một dòng, bắt đầu bằng dấu gạch ngang"),
    "model_type": ("phải là một nhóm khóa: giá trị", "xuống dòng và thụt vào dưới khóa này"),
    "dict_type": ("phải là một nhóm khóa: giá trị", "xuống dòng và thụt vào dưới khóa này"),
    "string_too_short": ("không được để trống", "ghi nội dung, hoặc null nếu văn bản không nêu"),
    "too_short": ("danh sách không được rỗng", "thêm ít nhất một phần tử"),
}  # fmt: skip
#: What is written in a form of its own, told apart by an example that has it.
_FORMS = {
    "so-y-te": "chữ thường không dấu, chữ số, gạch nối, như so-y-te",
    "luy_ke": "chữ thường không dấu, chữ số, gạch dưới, bắt đầu bằng chữ, như luy_ke",
    "so-y-te@tinh.example": "một hộp thư không dấu, như so-y-te@tinh.example",
    "0" * 64: "64 chữ số thập lục phân viết thường, như `sha256sum TỆP` in ra",
}


def validate(model: type[M], source: YamlFile) -> M:
    """`source` as a `model`. Raises FormatError with every problem at once, each at its line."""
    try:
        # JSON mode is strict about types, yet reads enums by their words, dates as ISO and lists as tuples.
        return model.model_validate_json(json.dumps(source.data, default=str))
    except ValidationError as error:
        raise FormatError([_problem(detail, source, model) for detail in _telling(error.errors())]) from error


def _telling(details: list[ErrorDetails]) -> list[ErrorDetails]:
    """The errors without those that only follow from another: a list whose items are wrong is not too short."""
    return [
        detail
        for detail in details
        if detail["type"] != "too_short"
        or not any(len(other["loc"]) > len(detail["loc"]) and _within(other, detail) for other in details)
    ]


def _within(inner: ErrorDetails, outer: ErrorDetails) -> bool:
    return inner["loc"][: len(outer["loc"])] == outer["loc"]


def _problem(detail: ErrorDetails, source: YamlFile, model: type[BaseModel]) -> Problem:
    loc = _without_tags(detail["loc"], source)
    kind = detail["type"]
    if kind == "extra_forbidden":
        known = _known_fields(model, loc[:-1])
        near = get_close_matches(str(loc[-1]), known, n=1)
        hint = (
            Phrase('có phải ý là "%(key)s"?', key=near[0])
            if near
            else Phrase("các khóa dùng được: %(known)s", known=", ".join(known))
        )
        return source.problem(loc, "không có khóa này trong định dạng", hint)
    if kind in ("enum", "literal_error"):
        expected = str(detail.get("ctx", {}).get("expected", ""))
        return source.problem(
            loc,
            Phrase("giá trị %(value)r không dùng được", value=detail["input"]),
            Phrase("chọn một trong: %(choices)s", choices=expected),
        )
    if kind == "value_error":
        return source.problem(loc, str(detail.get("ctx", {}).get("error", detail["msg"])), "sửa giá trị ở dòng này")
    if kind == "union_tag_invalid":
        tags = str(detail.get("ctx", {}).get("expected_tags", ""))
        return source.problem(loc, "loại này không có", Phrase("chọn một trong: %(choices)s", choices=tags))
    if kind == "string_pattern_mismatch":
        pattern = str(detail.get("ctx", {}).get("pattern", ""))
        example = next((example for example in _FORMS if re.search(pattern, example)), "")
        return source.problem(loc, "viết sai dạng", _FORMS.get(example, ""))
    return source.problem(loc, *_SAYS.get(kind, (detail["msg"], "")))


def _without_tags(loc: tuple[int | str, ...], source: YamlFile) -> tuple[int | str, ...]:
    """`loc` without the union tags pydantic puts in, so that it follows the file's own keys."""
    kept: tuple[int | str, ...] = ()
    for index, part in enumerate(loc):
        last = index == len(loc) - 1
        if last or (*kept, part) in source.marks:
            kept = (*kept, part)
    return kept


def _known_fields(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """The keys that `model` knows at `loc`, following nested models as far as they are plain."""
    current: Any = model
    for part in loc:
        if isinstance(part, int) or not (isinstance(current, type) and issubclass(current, BaseModel)):
            continue
        field = current.model_fields.get(part)
        current = _first_model(field.annotation) if field else None
    if isinstance(current, type) and issubclass(current, BaseModel):
        return list(current.model_fields)
    return []


def _first_model(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_first_model(argument) for argument in getattr(annotation, "__args__", ()))
    return next((model for model in found if model is not None), None)
