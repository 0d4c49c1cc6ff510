"""The JSON Schema of each kind of file and the reference of the format, made from the models, in Vietnamese words."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema

from hoatoc.format.descriptions import FIELDS
from hoatoc.format.directive import DirectiveFile
from hoatoc.format.form import Form
from hoatoc.format.model import Clause, Hour, Key, Mailbox, Model, Span, Words, write_span
from hoatoc.format.office import Office
from hoatoc.format.roster import RosterForm
from hoatoc.format.units import Units

#: Each kind of file: its model and its title.
FILES: dict[str, tuple[type[Model], str]] = {
    "directive": (DirectiveFile, "Văn bản chỉ đạo (Hỏa Tốc)"),
    "office": (Office, "office.yaml (Hỏa Tốc)"),
    "units": (Units, "units.yaml (Hỏa Tốc)"),
    "form": (Form, "Biểu mẫu báo cáo (Hỏa Tốc)"),
    "roster": (RosterForm, "Mẫu danh sách (Hỏa Tốc)"),
}
#: What the reference calls the values that a person types.
_NAMES: dict[Any, str] = {
    Key: "key", Words: "words", Span: "span", Hour: "hour", Clause: "clause", Mailbox: "mailbox", dt.date: "date",
    dt.datetime: "instant", int: "number", bool: "`true`, `false`", str: "words",
}  # fmt: skip


class _AsTyped(GenerateJsonSchema):
    """Writes a default span as a person types it, "2d" and not "P2D"."""

    def encode_default(self, dft: Any) -> Any:
        return write_span(dft) if isinstance(dft, dt.timedelta) else super().encode_default(dft)


def json_schema(of: str = "directive") -> dict[str, Any]:
    """JSON Schema (2020-12) of one kind of YAML file, for editors."""
    model, title = FILES[of]
    schema = model.model_json_schema(schema_generator=_AsTyped)
    for name, definition in [(model.__name__, schema), *schema.get("$defs", {}).items()]:
        _describe(_said(name), definition)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}


def _said(name: str) -> dict[str, str]:
    """The descriptions of a model; one that is missing is blank here, and told by the tests."""
    return defaultdict(str, FIELDS.get(name, {}))


def _describe(said: dict[str, str], definition: dict[str, Any]) -> None:
    values = "".join(f"\n- {value}: {said[value]}" for value in definition.get("enum", ()))
    definition["description"] = said[""] + values
    for name, field in definition.get("properties", {}).items():
        field.pop("title", None)  # pydantic's own words, in English
        field["description"] = said[name]


def parts(model: type[Model]) -> list[type[Model | StrEnum]]:
    """`model` and every model and enumeration that a file of it may hold, each once, in the order of reading."""
    return list(dict.fromkeys(_walk(model)))


def _walk(annotation: Any) -> Iterator[type[Model | StrEnum]]:
    if isinstance(annotation, type) and issubclass(annotation, Model | StrEnum):
        yield annotation
    hints = get_type_hints(annotation) if _is_model(annotation) else {}
    for inner in (*hints.values(), *get_args(annotation)):
        yield from _walk(inner)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Model)


def markdown() -> str:
    """The reference of all files: one section a model or enumeration, its keys in a table."""
    every = dict.fromkeys(part for model, _ in FILES.values() for part in parts(model))
    return "\n\n".join(_section(part) for part in every) + "\n"


def _section(part: type[Model | StrEnum]) -> str:
    said = _said(part.__name__)
    if issubclass(part, StrEnum):
        head = "| value | meaning |\n|---|---|"
        rows = [f"| `{member}` | {said[member]} |" for member in part]
    else:
        hints = get_type_hints(part, include_extras=True)
        head = "| key | value | meaning |\n|---|---|---|"
        rows = [_row(name, field, hints[name], said[name]) for name, field in part.model_fields.items()]
    return "\n".join([f"### {part.__name__}\n\n{said['']}\n\n{head}", *rows])


def _row(name: str, field: FieldInfo, annotation: Any, said: str) -> str:
    required = field.is_required()
    value = _value(annotation)
    if any(getattr(limit, "min_length", None) for limit in field.metadata):
        value = value.replace("list:", "list, one or more:")
    if not required:
        value = value.removesuffix(" or null")
    key = f"**`{name}`**" if required else f"`{name}`"
    return f"| {key} | {value}{_default(field.default)} | {said} |"


def _default(value: Any) -> str:
    """What a key left out stands for, where that is a word, a number, a span or a list of words."""
    if isinstance(value, tuple) and value and all(isinstance(each, str) for each in value):
        return f"; default `[{', '.join(value)}]`"
    if isinstance(value, dt.timedelta):
        return f"; default `{write_span(value)}`"
    if isinstance(value, int | str):
        return f"; default `{str(value).lower() if isinstance(value, bool) else value}`"
    return ""


def _value(annotation: Any) -> str:
    if annotation in _NAMES:
        return _NAMES[annotation]
    if isinstance(annotation, type) and issubclass(annotation, Model | StrEnum):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _value(inner[0])
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in inner)
    said = [_value(each) for each in inner if each not in (type(None), ...)]
    if origin in (tuple, dict):
        return ": ".join(["list", *said] if origin is tuple else said)
    return " or ".join([*said, "null"] if type(None) in inner else said)
