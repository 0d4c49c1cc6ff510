"""What one file alone cannot see: each kind of dangling name is a problem of its own."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hoatoc.format.inspection import problems_under
from hoatoc.format.quotes import quote_problems
from hoatoc.format.yamlfile import read_yaml
from tests.worlds.offices import QUOTE, Files, small_office

Change = Callable[[Files], Any]


def _report(files: Files) -> dict[str, Any]:
    found: dict[str, Any] = files.directive["regime"]["reports"][0]
    return found


CASES: list[tuple[str, Change, str, str]] = [
    ("a unit twice", lambda f: f.units["units"].append(f.unit("so-0")), "units.7.key", "hai lần"),
    ("a group not declared", lambda f: f.unit("so-0").update(groups=["xa"]), "units.4.groups", "chưa khai"),
    ("a parent not there", lambda f: f.unit("so-0").update(parent="xa"), "units.4.parent", "không có đơn vị cấp trên"),
    ("a unit above itself", lambda f: f.unit("so-0").update(parent="so-0"), "units.4.parent", "cấp trên của chính nó"),
    ("a post twice", lambda f: f.unit("so-0")["posts"].append(f.unit("so-0")["posts"][0]), "units.4.posts", "hai lần"),
    ("a parent in the other tree", lambda f: f.unit("so-0").update(parent="tinh-uy"), "units.4.parent", "hệ"),
    ("a zone not there", lambda f: f.office.update(zone="Asia/Saigo"), "zone", "múi giờ"),
    ("an office unit not there", lambda f: f.office.update(unit="x"), "unit", "không có đơn vị"),
    ("a leader's unit not there", lambda f: f.office.update(leadership=[{"unit": "x"}]), "leadership.0", "không có đơn vị"),  # noqa: E501  # a case a line
    ("a leader's post not there", lambda f: f.office.update(leadership=[{"unit": "tinh-uy", "post": "clerk"}]), "leadership.0", "không có chức vụ"),  # noqa: E501  # a case a line
    ("a field twice", lambda f: f.form["fields"].append(f.form["fields"][0]), "fields.4", "hai lần"),
    ("a check that does not read", lambda f: f.form["checks"][0].update(that="moi >="), "checks.0.that", "không đọc được"),  # noqa: E501  # a case a line
    ("a check of no figure", lambda f: f.form["checks"][0].update(that="moi >= chet"), "checks.0.that", "chet"),
    ("a check that reaches into an object", lambda f: f.form["checks"][0].update(that="moi.__class__"), "checks.0.that", ""),  # noqa: E501  # a case a line
    ("a check that calls", lambda f: f.form["checks"][0].update(that="moi(1)"), "checks.0.that", ""),
    ("a check of words", lambda f: f.form["checks"][0].update(that="ghi_chu >= moi"), "checks.0.that", "ghi_chu"),
    ("a secret document", lambda f: f.directive["text"].update(secrecy="MẬT"), "text.secrecy", "MẬT"),
    ("a clause twice", lambda f: f.directive["text"]["obligations"].append(f.directive["text"]["obligations"][0]), "text.obligations.1", "hai lần"),  # noqa: E501  # a case a line
    ("a line nobody wrote", lambda f: f.directive["regime"]["addressees"][0].update(line="Các xã"), "regime.addressees.0.line", "không có dòng này"),  # noqa: E501  # a case a line
    ("a group not there", lambda f: f.directive["regime"]["addressees"][0].update(who={"groups": ["xa"]}), "regime.addressees.0.who", "không có nhóm xa"),  # noqa: E501  # a case a line
    ("a unit not there", lambda f: f.directive["regime"]["addressees"][0].update(who={"units": ["xa"]}), "regime.addressees.0.who", "không có đơn vị xa"),  # noqa: E501  # a case a line
    ("a selector of nobody", lambda f: f.directive["regime"]["addressees"][0].update(who={}), "regime.addressees.0.who", "không chỉ tới"),  # noqa: E501  # a case a line
    ("a report of no clause", lambda f: _report(f).update(clause="9"), "regime.reports.0.clause", "không có khoản '9'"),
    ("a form not there", lambda f: _report(f).update(form="x"), "regime.reports.0.form", "không có biểu mẫu 'x'"),
    ("an end before the beginning", lambda f: _report(f).update(last="2021-11-01"), "regime.reports.0.last", "trước ngày đầu"),  # noqa: E501  # a case a line
    ("a lock before the freeze", lambda f: _report(f).update(lock="1h"), "regime.reports.0.lock", "khóa nhận trước"),
    ("a freeze before the cut-off", lambda f: _report(f).update(freeze="-1h"), "regime.reports.0.freeze", ""),
    ("a rung before the one above", lambda f: f.directive["regime"]["ladder"]["report"][0].update(at="2h"), "regime.ladder.report.1", "trước nấc"),  # noqa: E501  # a case a line
    ("a reader's post not there", lambda f: f.directive["regime"]["summary"]["to"][0].update(post="x"), "regime.summary.to.0", "không có chức vụ"),  # noqa: E501  # a case a line
    ("a way to the reader not there", lambda f: f.directive["regime"]["summary"]["through"].update(unit="x"), "regime.summary.through", "không có đơn vị"),  # noqa: E501  # a case a line
]  # fmt: skip


def test_the_office_of_the_tests_has_no_problem(tmp_path: Path) -> None:
    assert problems_under(small_office().write(tmp_path)) == []


@pytest.mark.parametrize(("change", "field", "says"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_points_nowhere_is_a_problem(tmp_path: Path, change: Change, field: str, says: str) -> None:
    files = small_office()
    change(files)
    folder = files.write(tmp_path)
    problems = problems_under(folder)
    assert [problem.field for problem in problems] == [field]
    problem = problems[0]
    assert says in problem.message
    assert problem.hint
    assert problem.line == read_yaml(problem.file).locate(_path(field))[0]


def _path(field: str) -> tuple[str | int, ...]:
    return tuple(int(part) if part.isdigit() else part for part in field.split("."))


def test_units_in_a_circle_are_each_told(tmp_path: Path) -> None:
    files = small_office()
    files.unit("so-0")["parent"], files.unit("so-1")["parent"] = "so-1", "so-0"
    fields = [problem.field for problem in problems_under(files.write(tmp_path))]
    assert fields == ["units.4.parent", "units.5.parent"]


def test_a_quote_must_stand_in_the_source_word_for_word(tmp_path: Path) -> None:
    source = tmp_path / "1.txt"

    def told(text: str, digest: str = "") -> list[str]:
        source.write_text(text, encoding="utf-8")
        files = small_office()
        found = hashlib.sha256(source.read_bytes()).hexdigest()
        files.directive["text"]["source"] = {"file": "1.txt", "sha256": digest or found}
        return [problem.field for problem in quote_problems(files.read()[1], tmp_path)]

    assert told(f"… **{QUOTE.replace(' ', chr(10), 1)}** về Ban Chỉ đạo") == []
    assert told("… hàng ngày báo cáo") == ["text.obligations.0.quote"]
    assert told(QUOTE, digest="0" * 64) == ["text.source"]


def test_a_source_that_is_not_there_is_told(tmp_path: Path) -> None:
    files = small_office()
    assert [problem.field for problem in quote_problems(files.read()[1], tmp_path)] == ["text.source"]
    files.directive["text"]["source"] = {"file": "none.txt", "sha256": "0" * 64}
    assert [problem.field for problem in quote_problems(files.read()[1], tmp_path)] == ["text.source"]
