"""Every kind of error a directive file can have is told with its line, its field and a way out."""

from pathlib import Path

import pytest

from hoatoc.errors import FormatError
from hoatoc.format.directive import DirectiveFile
from hoatoc.format.form import Form
from hoatoc.format.problem import Problem
from hoatoc.format.text import Source
from hoatoc.format.units import Units
from hoatoc.format.validate import validate
from hoatoc.format.yamlfile import read_yaml
from tests.worlds.offices import small_office

FORM = """\
key: bao-cao
title: Báo cáo
fields:
  - key: moi
    label: Nhiễm mới
    type: count
  - {key: luy_ke, label: Lũy kế, type: cumulative}
checks: []
"""
UNITS = """\
groups: {so: Các sở}
units:
  - key: so-y-te
    name: Sở Y tế
    tree: state
    kind: sở
    mail: so-y-te@mau.example
    posts:
      - {role: head, title: Giám đốc}
"""


def problems_of(tmp_path: Path, model: type, text: str) -> list[Problem]:
    path = tmp_path / "a.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FormatError) as caught:
        validate(model, read_yaml(path))
    return caught.value.problems  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "says"),
    [
        ("title: Báo cáo\n", "", 1, "title", "thiếu mục này"),
        ("title: Báo cáo", "title: 12", 2, "title", "phải là chữ"),
        ("title: Báo cáo", 'title: ""', 2, "title", "không được để trống"),
        ("title: Báo cáo", "title: [a]", 2, "title", "phải là chữ"),
        ("key: bao-cao", "key: Báo cáo", 1, "key", "viết sai dạng"),
        ("type: count", "type: counted", 6, "fields.0.type", "giá trị 'counted' không dùng được"),
        ("    type: count", "    type: count\n    required: có", 7, "fields.0.required", "phải là true hoặc false"),
        ("    type: count", "    type: count\n    labels: x", 7, "fields.0.labels", "không có khóa này"),
        ("    type: count", "    type: count\n    clauses: x", 7, "fields.0.clauses", "phải là danh sách"),
        ("checks: []", "checks: [moi]", 8, "checks.0", "phải là một nhóm khóa: giá trị"),
    ],
)
def test_an_error_of_a_form_is_told_with_line_field_and_hint(
    tmp_path: Path, old: str, new: str, line: int, field: str, says: str
) -> None:
    assert old in FORM
    (problem,) = problems_of(tmp_path, Form, FORM.replace(old, new))
    assert (problem.line, problem.field) == (line, field)
    assert says in problem.message
    assert problem.column >= 1
    assert problem.hint or "true" in says


@pytest.mark.parametrize(
    ("model", "text", "wants"),
    [(Form, FORM.replace("key: bao-cao", "key: Báo cáo"), "so-y-te"),
     (Form, FORM.replace("key: moi", "key: Mới"), "luy_ke"),
     (Units, UNITS.replace("so-y-te@mau.example", "sở@mau.example"), "hộp thư"),
     (Source, "file: a.md\nsha256: 12AB\n", "sha256sum")],
)  # fmt: skip
def test_what_is_written_in_the_wrong_form_is_shown_its_own(tmp_path: Path, model: type, text: str, wants: str) -> None:
    (problem,) = problems_of(tmp_path, model, text)
    assert (problem.message, wants in problem.hint) == ("viết sai dạng", True)


def test_an_empty_list_is_told_where_one_is_needed(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, Form, "key: a\ntitle: b\nfields: []\n")
    assert (problem.line, problem.message) == (3, "danh sách không được rỗng")


@pytest.mark.parametrize("text", ["", "# chỉ có lời ghi\n", "- a\n", "chữ\n"])
def test_a_file_that_holds_no_mapping_is_told_as_a_whole(tmp_path: Path, text: str) -> None:
    (problem,) = problems_of(tmp_path, Form, text)
    assert problem.field == "(tệp)"
    assert problem.message == "phải là một nhóm khóa: giá trị"


@pytest.mark.parametrize(
    ("wrong", "right"), [("nmae", "name"), ("trees", "tree"), ("parrent", "parent"), ("mial", "mail")]
)
def test_an_unknown_key_near_a_known_one_is_guessed(tmp_path: Path, wrong: str, right: str) -> None:
    problems = problems_of(tmp_path, Units, UNITS.replace("    kind: sở", f"    kind: sở\n    {wrong}: x"))
    (problem,) = [problem for problem in problems if problem.field.endswith(wrong)]
    assert problem.hint == f'có phải ý là "{right}"?'
    assert problem.line == 7


def test_an_unknown_key_like_none_lists_the_known_ones(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, Units, UNITS + "      - {role: head, title: B, zzz: 1}\n")
    assert problem.hint.startswith("các khóa dùng được: role, title")


@pytest.mark.parametrize("address", ["a b@c.vn", "a@b", "a@b.vn\\r\\nBcc: x@y.vn", "<a@b.vn>", "giám-đốc@so.vn", ""])
def test_a_mailbox_that_a_header_could_break_on_is_refused(tmp_path: Path, address: str) -> None:
    (problem,) = problems_of(tmp_path, Units, UNITS.replace("so-y-te@mau.example", f'"{address}"'))
    assert (problem.line, problem.field) == (7, "units.0.mail")


@pytest.mark.parametrize("address", ["a@b.vn\n", "a@b.vn\r\nBcc: x@y.vn"])
def test_a_line_break_in_a_mailbox_is_refused_whatever_the_quoting(tmp_path: Path, address: str) -> None:
    escaped = address.replace("\r", "\\r").replace("\n", "\\n")
    assert problems_of(tmp_path, Units, UNITS.replace("so-y-te@mau.example", f'"{escaped}"'))


@pytest.mark.parametrize(
    ("path", "value", "field", "says"),
    [
        (("text", "date"), "hôm qua", "text.date", ""),
        (("text", "number"), "13", "text.number", "phải là số nguyên"),
        (("text", "tree"), "đảng", "text.tree", "không dùng được"),
        (("text", "obligations"), [], "text.obligations", "rỗng"),
        (("text", "obligations", 0, "clause"), "", "text.obligations.0.clause", "không được để trống"),
        (("text", "obligations", 0, "clause"), "  ", "text.obligations.0.clause", "không được để trống"),
        (("regime", "reports", 0, "clause"), "", "regime.reports.0.clause", "không được để trống"),
        (("text", "obligations", 0, "timing"), {"type": "someday"}, "text.obligations.0.timing", "loại này không có"),
        (("text", "obligations", 0, "timing"), {}, "text.obligations.0.timing", ""),
        (("text", "obligations", 0, "timing"), {"type": "per_case", "days": 3}, "text.obligations.0.timing.counted_from", "thiếu"),  # noqa: E501  # a case a line
        (("text", "obligations", 0, "timing"), {"type": "none", "tpye": 1}, "text.obligations.0.timing.tpye", "không có khóa"),  # noqa: E501  # a case a line
        (("regime", "receipt", "within"), "24 giờ", "regime.receipt.within", "khoảng thời gian viết như"),
        (("regime", "reports", 0, "cutoff"), "25:00", "regime.reports.0.cutoff", 'giờ viết như "16:00"'),
        (("regime", "reports", 0, "cutoff"), 16, "regime.reports.0.cutoff", 'giờ viết như "16:00"'),
        (("regime", "ladder", "report", 1, "step"), "shout", "regime.ladder.report.1.step", "không dùng được"),
        (("regime", "addressees"), [], "regime.addressees", "rỗng"),
    ],
)  # fmt: skip
def test_an_error_of_a_directive_is_told_with_field_and_line(
    tmp_path: Path, path: tuple[str | int, ...], value: object, field: str, says: str
) -> None:
    files = small_office()
    files.directive["text"]["obligations"].append({**files.directive["text"]["obligations"][0], "clause": "2"})
    place = files.directive
    for part in path[:-1]:
        place = place[part]  # type: ignore[index]
    place[path[-1]] = value  # type: ignore[index]
    folder = files.write(tmp_path)
    source = read_yaml(folder / "1-cv.yaml")
    with pytest.raises(FormatError) as caught:
        validate(DirectiveFile, source)
    (problem,) = caught.value.problems
    assert isinstance(problem, Problem)
    assert problem.field == field
    assert says in problem.message
    where = tuple(int(part) if part.isdigit() else part for part in field.split("."))
    assert problem.line == source.locate(where)[0]
    assert problem.line > 1


def test_a_date_that_is_none_is_told_in_vietnamese(tmp_path: Path) -> None:
    files = small_office()
    files.directive["text"]["date"] = "hôm qua"
    with pytest.raises(FormatError) as caught:
        validate(DirectiveFile, read_yaml(files.write(tmp_path) / "1-cv.yaml"))
    (problem,) = caught.value.problems
    assert "ngày" in str(problem)


def test_a_wrong_item_does_not_make_its_list_empty(tmp_path: Path) -> None:
    text = FORM.replace("type: count", "type: counted").replace(
        "  - {key: luy_ke, label: Lũy kế, type: cumulative}\n", ""
    )
    assert [problem.field for problem in problems_of(tmp_path, Form, text)] == ["fields.0.type"]


def test_all_errors_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    text = UNITS.replace("tree: state", "tree: x").replace("role: head", "role: boss").replace("kind: sở", "kind: 1")
    assert len(problems_of(tmp_path, Units, text)) == 3


def test_a_date_as_a_key_is_a_problem_not_a_crash(tmp_path: Path) -> None:
    assert problems_of(tmp_path, Units, UNITS.replace("{so: Các sở}", "{2021-11-23: Các sở}"))
