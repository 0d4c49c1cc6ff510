"""The JSON Schema of a directive file, made from the models, with descriptions in Vietnamese."""

from typing import Any

from hoatoc.format.descriptions import FIELDS
from hoatoc.format.directive import DirectiveFile


def directive_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a directive's YAML file, for editors."""
    schema = DirectiveFile.model_json_schema(mode="validation")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Văn bản chỉ đạo (Hỏa Tốc)"
    _describe("DirectiveFile", schema)
    for name, definition in schema.get("$defs", {}).items():
        _describe(name, definition)
    return schema


def _describe(model: str, definition: dict[str, Any]) -> None:
    if "properties" in definition:
        definition["description"] = FIELDS.get(model, {}).get("", definition.get("description", ""))
    for name, field in definition.get("properties", {}).items():
        said = FIELDS.get(model, {}).get(name)
        if said:
            field["description"] = said
