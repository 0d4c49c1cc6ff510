"""An edited directory keeps everything in its file that was not edited."""

import difflib
from datetime import date
from pathlib import Path

import pytest

from hoatoc.format.folder import read_office
from hoatoc.format.units import Post, Role, Tree, Unit, Units
from hoatoc.format.unitsfile import new_file, with_units
from hoatoc.format.validate import validate
from hoatoc.format.yamlfile import read_yaml
from hoatoc.settings import ROOT

OFFICES = sorted(path.parent for path in (ROOT / "directives").glob("*/office.yaml"))


def units_of(source: str, tmp_path: Path) -> Units:
    path = tmp_path / "units.yaml"
    path.write_text(source, encoding="utf-8")
    return validate(Units, read_yaml(path))


def changed_lines(before: str, after: str) -> list[str]:
    return [
        line for line in difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
        if line[:1] in "+-" and line[:3] not in ("+++", "---")
    ]  # fmt: skip


@pytest.mark.parametrize("office", OFFICES, ids=lambda path: path.name)
def test_writing_every_unit_anew_changes_none(office: Path, tmp_path: Path) -> None:
    source, units = (office / "units.yaml").read_text(encoding="utf-8"), read_office(office).units
    again = with_units(source, units.units)
    assert units_of(again, tmp_path) == units
    assert with_units(again, units.units) == again
    kept = [line for line in source.splitlines() if line.lstrip().startswith("#")]
    assert [line for line in again.splitlines() if line.lstrip().startswith("#")] == kept


@pytest.mark.parametrize("office", OFFICES, ids=lambda path: path.name)
def test_a_new_file_holds_the_same(office: Path, tmp_path: Path) -> None:
    units = read_office(office).units
    assert units_of(new_file(units), tmp_path) == units


def test_one_changed_mailbox_changes_one_unit(tmp_path: Path) -> None:
    source = (ROOT / "directives" / "kien-giang" / "units.yaml").read_text(encoding="utf-8")
    units = units_of(source, tmp_path)
    unit = next(unit for unit in units.units if unit.key == "so-y-te")
    after = with_units(source, [unit.model_copy(update={"mail": "moi@syt.kiengiang.example"})])
    assert "+    mail: moi@syt.kiengiang.example" in changed_lines(source, after)
    # Besides its mailbox, only how its posts are written.
    assert len(changed_lines(source, after)) <= 4 + 6 * len(unit.posts)
    again = units_of(after, tmp_path)
    assert [item for item, was in zip(again.units, units.units, strict=True) if item != was] == [
        unit.model_copy(update={"mail": "moi@syt.kiengiang.example"})
    ]


def test_a_new_unit_stands_after_its_siblings(tmp_path: Path) -> None:
    source = (ROOT / "directives" / "kien-giang" / "units.yaml").read_text(encoding="utf-8")
    before = units_of(source, tmp_path)
    unit = Unit(
        key="so-moi", name='Sở "Mới": thử, nghiệm', tree=Tree.STATE, kind="sở", parent="ubnd-tinh",
        groups=("so-ban-nganh",), since=date(2026, 1, 1),
        posts=(Post(role=Role.HEAD, title="Giám đốc", mail="gd@somoi.example", acting=False),),
    )  # fmt: skip
    after = units_of(with_units(source, [unit]), tmp_path)
    at = [item.key for item in after.units].index("so-moi")
    assert after.units[at] == unit
    assert after.units[at - 1].parent == "ubnd-tinh"
    assert [item for item in after.units if item.key != "so-moi"] == list(before.units)


FLOW = "groups: {}\nunits: [{key: a, name: A, tree: party, kind: x}, {key: b, name: B, tree: party, kind: x}]\n"
UNINDENTED = """groups: {}
units:
- key: a
  name: A
  tree: party
  kind: x  # ghi chú
- {key: b, name: B, tree: party, kind: x}"""
BLOCKS = """groups: {}
units:
  - key: a
    name: >-
      A
      dài
    tree: party
    kind: |-
      x


  # b
  - key: b
    name: B
    tree: party
    kind: x
"""


@pytest.mark.parametrize("source", [FLOW, UNINDENTED, BLOCKS], ids=["flow", "unindented", "block scalars"])
def test_however_the_file_is_written(source: str, tmp_path: Path) -> None:
    units = units_of(source, tmp_path)
    first = units.units[0].model_copy(update={"phone": "0297 1"})
    third = units.units[1].model_copy(update={"key": "c"})
    after = units_of(with_units(source, [first, third]), tmp_path)
    assert after.units == (first, units.units[1], third)
