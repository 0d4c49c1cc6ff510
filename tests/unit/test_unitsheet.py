"""The directory goes out as a workbook and comes in from those that offices have."""

import io
import unicodedata
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from hoatoc.errors import HoatocError
from hoatoc.format.folder import read_office
from hoatoc.format.unitdiff import differences
from hoatoc.format.units import Role, Tree, Units
from hoatoc.papers.unitsheet import read_units, write_units
from hoatoc.settings import ROOT
from tests.worlds.offices import small_office

OFFICES = sorted(path.parent for path in (ROOT / "directives").glob("*/office.yaml"))


@pytest.fixture
def units() -> Units:
    return small_office().read()[0].units


def book(*rows: Any) -> bytes:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    packed = io.BytesIO()
    made.save(packed)
    return packed.getvalue()


@pytest.mark.parametrize("office", OFFICES, ids=lambda path: path.name)
def test_what_was_downloaded_changes_nothing(office: Any) -> None:
    units = read_office(office).units
    found = read_units(write_units(units), units)
    assert (found.problems, found.absent, found.unread) == ([], [], [])
    assert differences(units, found.units) == []
    assert found.units == units


def test_an_offices_own_list_is_understood(units: Units) -> None:
    found = read_units(
        book(
            ["DANH BẠ CÁC ĐƠN VỊ TỈNH MẪU"],
            [],
            ["STT", "TEN DON VI", "E-mail", "Trực thuộc", "Họ tên thủ trưởng", "email nguoi dung dau", "Ghi chú", "Xe"],
            [1, "sở  0", "moi.so-0@mau.example", "UBND tỉnh", "Trần Thị Bình", None, "x", "2"],
            [2, "Sở Mới", "somoi@mau.example", "UBND tỉnh", "Lê Văn Chi", "chi@mau.example", None, None],
        ),
        units,
    )
    assert (found.problems, found.unread) == ([], ["Xe"])
    told = {change.key: change for change in differences(units, found.units)}
    assert set(told) == {"so-moi", "so-0"}
    assert told["so-0"].lines == (
        "tên: Sở 0 → sở 0", "hộp thư: so-0@mau.example → moi.so-0@mau.example",
        "Thủ trưởng, người giữ: (trống) → Trần Thị Bình", "Thủ trưởng, hộp thư: head.so-0@mau.example → (trống)",
    )  # fmt: skip
    new = next(unit for unit in found.units.units if unit.key == "so-moi")
    assert (new.tree, new.parent, new.groups) == (Tree.STATE, "ubnd-tinh", ())
    assert [(post.role, post.holder, post.mail) for post in new.posts] == [
        (Role.HEAD, "Lê Văn Chi", "chi@mau.example")
    ]  # fmt: skip
    assert {unit.key for unit in found.absent} == {unit.key for unit in units.units} - {"so-0"}


def test_a_directory_of_thousands_comes_back_whole_or_is_refused(units: Units) -> None:
    def many(count: int) -> bytes:
        return book(["Tên đơn vị", "Hệ"], *([f"Xã {number}", "Nhà nước"] for number in range(count)))

    assert len(read_units(many(6_000), units).units.units) == len(units.units) + 6_000
    with pytest.raises(HoatocError, match="dài quá 10000 dòng"):
        read_units(many(10_000), units)


def test_what_the_file_has_no_column_for_stays(units: Units) -> None:
    found = read_units(book(["Mã", "Tên đơn vị"], ["so-0", "Sở Y tế"]), units)
    [change] = differences(units, found.units)
    assert change.lines == ("tên: Sở 0 → Sở Y tế",)


def test_every_wrong_cell_is_told_with_its_row_column_and_way_out(units: Units) -> None:
    found = read_units(
        book(
            ["Mã", "Tên đơn vị", "Hệ", "Cấp trên", "Nhóm", "Email", "Đến ngày", "Đầu mối: hộp thư"],
            ["so-0", "Sở 0", "Trung ương", "UBND tỉnh", "Các sở; Các viện", "so-0@mau", "31/2/2026", "không có"],
            [None, None, "Đảng", None, None, None, None, None],
            ["so-0", "Sở 0", None, None, None, None, None, None],
            [None, "Sở Lạc", None, "Cục Nào Đó", None, None, None, None],
            ["Sở_X", "Sở X", "Nhà nước", None, None, None, None, None],
        ),
        units,
    )
    assert [(problem.row, problem.column) for problem in found.problems] == [
        (2, "Hệ"), (2, "Nhóm"), (2, "Đến hết ngày"), (2, "Đầu mối: hộp thư"), (3, "Tên đơn vị"), (4, "Mã"), (5, "Hệ"),
        (6, "Mã"),
    ]  # fmt: skip
    assert all(problem.says and problem.hint for problem in found.problems)
    assert "Các huyện ủy" in found.problems[1].hint
    assert [(problem.unit, problem.typed) for problem in found.problems] == [
        ("Sở 0", "Trung ương"), ("Sở 0", "Các sở; Các viện"), ("Sở 0", "31/2/2026"), ("Sở 0", "không có"), ("", ""),
        ("Sở 0", "so-0"), ("Sở Lạc", ""), ("Sở X", "Sở_X"),
    ]  # fmt: skip


def test_two_units_of_one_name_are_told_apart_and_none_is_to_be_left_out(units: Units) -> None:
    found = read_units(
        book(["Tên đơn vị", "Hệ", "Email"], ["UBND xã Tân Hòa", "Nhà nước", "a@h1.mau.example"],
             ["UBND xã Tân Hòa", "Nhà nước", "a@h2.mau.example"]),
        units,
    )  # fmt: skip
    [problem] = found.problems
    assert (problem.row, problem.column) == (3, "Tên đơn vị")
    assert "ghi thêm huyện vào tên" in problem.hint


def test_a_name_that_several_units_have_names_none_of_them(units: Units) -> None:
    same = [unit.model_copy(update={"name": "UBND xã Tân Hòa"}) for unit in units.units if unit.key.startswith("so-")]
    others = [unit for unit in units.units if not unit.key.startswith("so-")]
    current = units.model_copy(update={"units": (*others, *same)})
    rows = ["UBND xã Tân Hòa", "Nhà nước", None], ["Trạm A", "Nhà nước", "UBND xã Tân Hòa"]
    found = read_units(book(["Tên đơn vị", "Hệ", "Cấp trên"], *rows), current)
    assert [(problem.row, problem.column) for problem in found.problems] == [(2, "Tên đơn vị"), (3, "Cấp trên")]
    assert all("so-0, so-1" in problem.says for problem in found.problems)
    coded = read_units(
        book(["Mã", "Tên đơn vị", "Cấp trên"], ["so-1", "UBND xã Tân Hòa", None], ["tram-a", "Trạm A", "so-0"]), current
    )
    assert coded.problems == []
    assert next(unit for unit in coded.units.units if unit.key == "tram-a").parent == "so-0"


def test_a_name_is_kept_as_others_type_it(units: Units) -> None:
    name = "UBND xã Vĩnh Thạnh"
    found = read_units(book(["Tên đơn vị", "Hệ"], [unicodedata.normalize("NFD", name), "Nhà nước"]), units)
    assert found.units.units[-1].name == name


def test_a_superior_that_is_nowhere_is_told_and_one_further_down_is_found(units: Units) -> None:
    found = read_units(
        book(
            ["Tên đơn vị", "Hệ", "Cấp trên"],
            ["Chi cục A", "Nhà nước", "Sở Mới"],
            ["Sở Mới", "Nhà nước", "UBND tỉnh"],
            ["Chi cục B", "Nhà nước", "Sở Không Có"],
        ),
        units,
    )
    assert [(problem.row, problem.column) for problem in found.problems] == [(4, "Cấp trên")]
    assert next(unit for unit in found.units.units if unit.key == "chi-cuc-a").parent == "so-moi"


def test_days_are_read_however_excel_keeps_them(units: Units) -> None:
    found = read_units(
        book(["Mã", "Tên", "Từ ngày", "Đến ngày"], ["so-0", "Sở 0", date(2026, 1, 2), "3.4.2026"]), units
    )
    [unit] = [unit for unit in found.units.units if unit.key == "so-0"]
    assert (unit.since, unit.until) == (date(2026, 1, 2), date(2026, 4, 3))


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"PK\x03\x04 hong", "không đọc được"), (b"ten,thu", "không đọc được"), (book(["A", "B"]), "Tên đơn vị")],
)
def test_what_is_no_directory_is_refused(units: Units, content: bytes, says: str) -> None:
    with pytest.raises(HoatocError, match=says) as refused:
        read_units(content, units)
    assert refused.value.hint


def test_words_are_never_taken_for_a_formula(units: Units) -> None:
    first = units.units[0].model_copy(update={"name": "=1+1"})
    written = write_units(units.model_copy(update={"units": (first, *units.units[1:])}))
    cell = load_workbook(io.BytesIO(written)).active["B2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")
