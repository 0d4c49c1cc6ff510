"""Small made-up offices, as YAML files or straight as models, and the real one of Kiên Giang."""

import json
import tempfile
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from hoatoc.format.folder import Draft, OfficeFolder, find_draft
from hoatoc.settings import ROOT

KEY = "tinh-mau/1-cv"
QUOTE = "hằng ngày báo cáo"


@dataclass
class Files:
    """The contents of an office's folder as plain data: change them, then `read` or `write` them."""

    office: dict[str, Any]
    units: dict[str, Any]
    form: dict[str, Any]
    directive: dict[str, Any]

    def write(self, root: Path, spell: Callable[[Any], str] | None = None) -> Path:
        """Write real files under `root`; gives the office's folder."""
        folder = root / "tinh-mau"
        (folder / "forms").mkdir(parents=True)
        named = {
            "office.yaml": self.office, "units.yaml": self.units, "forms/bao-cao.yaml": self.form,
            "1-cv.yaml": self.directive,
        }  # fmt: skip
        for name, data in named.items():
            (folder / name).write_text((spell or _as_yaml)(data), encoding="utf-8")
        return folder

    def read(self) -> tuple[OfficeFolder, Draft]:
        """The same as the program reads it."""
        return _read(json.dumps([self.office, self.units, self.form, self.directive]))

    def unit(self, key: str) -> dict[str, Any]:
        """The entry of one unit."""
        found: dict[str, Any] = next(unit for unit in self.units["units"] if unit["key"] == key)
        return found


@lru_cache(maxsize=64)
def _read(files: str) -> tuple[OfficeFolder, Draft]:
    with tempfile.TemporaryDirectory() as root:
        Files(*json.loads(files)).write(Path(root), json.dumps)  # JSON is YAML, and written at once
        return find_draft(Path(root), KEY)


def _as_yaml(data: Any) -> str:
    return str(yaml.safe_dump(data, allow_unicode=True, sort_keys=False)).replace("'16:00'", "16:00")


def small_office(districts: int = 2, departments: int = 2, members: int = 1) -> Files:
    """Districts of the Party under the provincial committee, departments of the State under the province's people's
    committee (whose head is not the leadership), and members of a collective body, who owe no report."""
    units = [
        _unit("tinh-uy", "Tỉnh ủy", "party", None, []),
        _unit("ubnd-tinh", "UBND tỉnh", "state", None, []),
        *(_unit(f"huyen-{n}", f"Huyện ủy {n}", "party", "tinh-uy", ["huyen"]) for n in range(districts)),
        *(_unit(f"so-{n}", f"Sở {n}", "state", "ubnd-tinh", ["so"]) for n in range(departments)),
    ]
    lines = ["Các huyện ủy", "Các sở"]
    rules: list[dict[str, Any]] = [
        {"line": "Các huyện ủy", "who": {"groups": ["huyen"]}}, {"line": "Các sở", "who": {"groups": ["so"]}},
    ]  # fmt: skip
    if members:
        body = _unit("ban-chap-hanh", "Ban Chấp hành", "party", "tinh-uy", [])
        body["posts"] = [
            {"role": "member", "key": f"uv-{n}", "title": f"Ủy viên {n}", "mail": f"uv-{n}@mau.example"}
            for n in range(members)
        ]
        units.append(body)
        lines.append("Các ủy viên")
        rules.append({"line": "Các ủy viên", "who": {"members_of": ["ban-chap-hanh"]}})
    rungs = [
        {"step": "remind", "at": "-1h"}, {"step": "press", "at": "0m"}, {"step": "superior", "at": "30m"},
        {"step": "leadership", "at": "1h"},
    ]  # fmt: skip
    return Files(
        office={
            "name": "Tỉnh ủy Mẫu", "short": "Tỉnh Mẫu", "tree": "party", "province": "Mẫu", "unit": "tinh-uy",
            "sender": "vptu@mau.example", "sender_name": "Văn phòng Tỉnh ủy", "desk": "desk@mau.example",
            "leadership": [{"unit": "tinh-uy", "post": "head"}],
        },
        units={"groups": {"huyen": "Các huyện ủy", "so": "Các sở"}, "units": units},
        form={
            "key": "bao-cao", "title": "Báo cáo ngày",
            "fields": [
                {"key": "moi", "label": "Nhiễm mới", "type": "count"},
                {"key": "luy_ke", "label": "Lũy kế", "type": "cumulative"},
                {"key": "dang", "label": "Đang điều trị", "type": "stock", "required": False},
                {"key": "ghi_chu", "label": "Ghi chú", "type": "text", "required": False},
            ],
            "checks": [{"that": "luy_ke >= moi", "says": "Lũy kế không nhỏ hơn số mới."}],
        },
        directive={
            "text": {
                "issuer": "Tỉnh ủy Mẫu", "tree": "party", "type": "công điện", "number": 1, "symbol": "CV/TU",
                "code": "1-CV/TU", "place": "Mẫu", "date": "2021-11-23", "subject": None, "urgency": "HOẢ TỐC",
                "signatory": {"name": None}, "addressees": lines,
                "obligations": [{
                    "clause": "1", "quote": QUOTE, "kind": "recurring_report",
                    "bearer": {"kind": "role_holder", "text": ["thủ trưởng"]},
                    "timing": {"type": "recurring", "every": "day", "times": 1},
                }],
            },
            "regime": {
                "decided_by": "Văn phòng", "addressees": rules, "receipt": {"within": "20h"},
                "reports": [{
                    "clause": "1", "form": "bao-cao", "who": {"groups": ["huyen", "so"]}, "first": "2021-11-24",
                    "cutoff": "16:00", "freeze": "2h", "lock": "24h",
                }],
                "ladder": {"receipt": rungs, "report": deepcopy(rungs)},
                "summary": {
                    "to": [{"unit": "tinh-uy", "post": "head"}], "through": {"unit": "ubnd-tinh", "post": "focal"},
                },
            },
        },
    )  # fmt: skip


def office_of_communes(each: int) -> Files:
    """Two departments and two districts with `each` communes beneath every district, which owe the same as they do."""
    files = small_office(members=0)
    files.units["units"] += [
        _unit(f"xa-{district}-{n}", f"Đảng ủy xã {district}.{n}", "party", f"huyen-{district}", ["huyen"])
        for n in range(each)
        for district in range(2)
    ]
    return files


def _unit(key: str, name: str, tree: str, parent: str | None, groups: list[str]) -> dict[str, Any]:
    return {
        "key": key, "name": name, "tree": tree, "kind": "đơn vị", "parent": parent, "groups": groups,
        "mail": f"{key}@mau.example",
        "posts": [
            {"role": "head", "title": "Thủ trưởng", "mail": f"head.{key}@mau.example"},
            {"role": "focal", "title": "Đầu mối", "mail": f"focal.{key}@mau.example"},
        ],
    }  # fmt: skip


@lru_cache(maxsize=1)
def kien_giang() -> tuple[OfficeFolder, Draft]:
    """The real folder and its directive."""
    return find_draft(ROOT / "directives", "kien-giang/13-cv-bcd")
