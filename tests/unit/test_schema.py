"""The JSON Schemas and the reference of the format say what the models say, and what docs/ holds is fresh.

`HOATOC_UPDATE_GOLDEN=1 pytest tests/unit/test_schema.py` rewrites docs/directive.schema.json and the generated part
of docs/directive-format.md."""

import json
import os
import re
from collections.abc import Iterator
from copy import deepcopy
from enum import StrEnum
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter

from hoatoc.cli.lineage import FileKind
from hoatoc.format.descriptions import FIELDS
from hoatoc.format.inspection import problems_under
from hoatoc.format.regime import Regime
from hoatoc.format.schema import FILES, json_schema, markdown, parts
from hoatoc.format.yamlfile import read_yaml
from hoatoc.settings import ROOT
from tests.worlds.offices import small_office

DIRECTIVES = ROOT / "directives"
SCHEMA = ROOT / "docs" / "directive.schema.json"
PAGE = ROOT / "docs" / "directive-format.md"
START, END = "<!-- made by `hoatoc schema --markdown` -->\n", "<!-- end -->\n"
UPDATE = "HOATOC_UPDATE_GOLDEN"
EXAMPLE = re.compile(r"^```yaml\n# (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PARTS = list(dict.fromkeys(part for model, _ in FILES.values() for part in parts(model)))


def kind_of(path: Path) -> str:
    """Which kind of file of an office's folder `path` is."""
    named = {"office.yaml": "office", "units.yaml": "units"}
    return named.get(path.name) or {"forms": "form", "rosters": "roster"}.get(path.parent.name, "directive")


def plain(path: Path) -> Any:
    """The file's data as JSON has it, dates as text."""
    return json.loads(json.dumps(read_yaml(path).data, default=str))


def complaints(kind: str, data: Any) -> list[str]:
    """What the schema has against `data`."""
    validator = Draft202012Validator(json_schema(kind), format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(data)]


def committed(path: Path, fresh: str) -> str:
    """What `path` holds, after it was rewritten if that was asked for."""
    if os.environ.get(UPDATE):
        path.write_text(fresh, encoding="utf-8")
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_every_key_and_value_is_described_and_none_that_is_gone(part: Any) -> None:
    keys = list(part) if issubclass(part, StrEnum) else list(part.model_fields)
    said = FIELDS.get(part.__name__, {})
    assert set(said) == {"", *keys}
    assert [key for key, words in said.items() if not words.strip()] == []


def test_no_description_is_of_a_model_that_is_gone() -> None:
    assert set(FIELDS) == {part.__name__ for part in PARTS}


@pytest.mark.parametrize("kind", FILES)
def test_a_schema_is_one_and_describes_all_it_names(kind: str) -> None:
    schema = json_schema(kind)
    Draft202012Validator.check_schema(schema)
    for definition in (schema, *schema["$defs"].values()):
        assert definition["description"]
        assert all(field["description"] for field in definition.get("properties", {}).values())


def test_the_command_offers_every_kind_of_file() -> None:
    assert get_args(FileKind) == tuple(FILES)


def test_the_committed_schema_is_fresh() -> None:
    fresh = json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"
    assert committed(SCHEMA, fresh) == fresh


def test_the_reference_page_is_fresh_and_its_links_lead_somewhere() -> None:
    page = PAGE.read_text(encoding="utf-8")
    before, after = page.split(START)[0], page.split(END)[1]
    fresh = f"{before}{START}\n{markdown()}\n{END}{after}"
    assert committed(PAGE, fresh) == fresh
    anchors = {heading.lower().replace(" ", "-") for heading in re.findall(r"^#+ ([\w -]+)$", fresh, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([^)]+)\)", fresh)) <= anchors


@pytest.mark.parametrize("path", sorted(DIRECTIVES.rglob("*.yaml")), ids=lambda path: str(path.relative_to(DIRECTIVES)))
def test_every_file_passes_its_schema(path: Path) -> None:
    assert complaints(kind_of(path), plain(path)) == []


@pytest.mark.parametrize(
    ("where", "value", "says"),
    [
        (("regime", "receipt", "within"), "24 giờ", "does not match"),
        (("regime", "receipt", "within"), 24, "is not of type 'string'"),
        (("regime", "reports", 0, "cutoff"), "25:00", "does not match"),
        (("regime", "reports", 0, "first"), "24/11/2021", "is not a 'date'"),
        (("regime", "ladder", "receipt", 0, "step"), "phone", "is not valid under any"),
        (("text", "obligations", 0, "timing"), {"type": "by_date"}, "is not valid under any"),
        (("text", "obligations", 0, "due"), "16:00", "Additional properties"),
        (("text", "number"), "13", "is not valid under any"),
        (("text", "obligations", 0, "clause"), "", "should be non-empty"),
    ],
)
def test_the_schema_refuses_what_check_refuses(where: tuple[Any, ...], value: Any, says: str, tmp_path: Path) -> None:
    files = small_office()
    good = deepcopy(files.directive)
    at: Any = files.directive
    for step in where[:-1]:
        at = at[step]
    at[where[-1]] = value
    assert complaints("directive", good) == []
    assert [complaint for complaint in complaints("directive", files.directive) if says in complaint]
    assert problems_under(files.write(tmp_path))


def test_a_clause_may_be_what_an_editor_takes_for_a_number() -> None:
    files = small_office()
    files.directive["text"]["obligations"][0]["clause"] = 1.2
    assert complaints("directive", files.directive) == []


def test_spans_and_hours_are_text_of_their_form() -> None:
    schema = json_schema("office")["$defs"]
    span, hour = schema["Rung"]["properties"]["at"], schema["Quiet"]["properties"]["since"]
    for field, written in ((span, "-1h"), (hour, "21:00")):
        assert field["type"] == "string"
        assert re.search(field["pattern"], written)
    assert schema["Pressing"]["properties"]["explain_within"]["default"] == "2d"


def examples() -> Iterator[tuple[str, str]]:
    """The examples of the page: the file each is of, and what it holds."""
    yield from EXAMPLE.findall(PAGE.read_text(encoding="utf-8"))


def test_the_examples_of_the_page_are_an_office_without_a_problem(tmp_path: Path) -> None:
    for name, held in examples():
        if name.endswith(".yaml"):
            path = tmp_path / "kien-giang" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(held, encoding="utf-8")
            assert complaints(kind_of(path), plain(path)) == []
    assert len(list(tmp_path.rglob("*.yaml"))) == 5
    assert problems_under(tmp_path) == []


def test_the_rules_of_the_page_read_as_parts_of_a_regime(tmp_path: Path) -> None:
    read = set()
    for name, held in examples():
        if name == "regime":
            path = tmp_path / "regime.yaml"
            path.write_text(held, encoding="utf-8")
            for key, value in plain(path).items():
                TypeAdapter(Regime.model_fields[key].annotation).validate_json(json.dumps(value))
                read.add(key)
    assert read == {"tasks", "rosters", "coverage", "issuer"}
