"""YAML as an office types it: what stays text, and where an error points."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hoatoc.errors import FormatError
from hoatoc.format.problem import Problem
from hoatoc.format.yamlfile import YamlFile, read_yaml


def read(tmp_path: Path, text: str | bytes) -> YamlFile:
    path = tmp_path / "a.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_yaml(path)


def problems(tmp_path: Path, text: str | bytes) -> list[Problem]:
    with pytest.raises(FormatError) as caught:
        read(tmp_path, text)
    found = caught.value.problems
    assert all(isinstance(problem, Problem) for problem in found)
    return found  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("16:00", "16:00"), ("1.2", "1.2"), ("1.2.a", "1.2.a"), ("2", 2), ("-3", -3), ("0", 0), ("007", "007"),
        ("0x10", "0x10"), ("1_000", "1_000"), ("3.884", "3.884"), ("1e3", "1e3"), ("yes", "yes"), ("no", "no"),
        ("on", "on"), ("True", "True"), ("true", True), ("false", False), ("null", None), ("~", None), ("", None),
        ("2021-11-23", date(2021, 11, 23)), ("23/11/2021", "23/11/2021"), ("'2021-11-23'", "2021-11-23"),
        ("2021-11-23T09:00:00+07:00", "2021-11-23T09:00:00+07:00"), (".nan", ".nan"), ("HỎA TỐC", "HỎA TỐC"),
    ],
)  # fmt: skip
def test_a_value_is_what_an_office_means_by_it(tmp_path: Path, typed: str, meant: Any) -> None:
    found = read(tmp_path, f"a: {typed}\n").data["a"]
    assert found == meant
    assert type(found) is type(meant)


def test_every_value_remembers_its_line_and_column(tmp_path: Path) -> None:
    file = read(tmp_path, "a: 1\nb:\n  - c: 2\n    d: 3\n")
    assert file.locate(("a",)) == (1, 1)
    assert file.locate(("b", 0)) == (3, 5)
    assert file.locate(("b", 0, "d")) == (4, 5)


def test_what_is_missing_is_located_at_its_nearest_container(tmp_path: Path) -> None:
    file = read(tmp_path, "a: 1\nb:\n  - c: 2\n")
    assert file.locate(("b", 0, "x", "y")) == (3, 5)
    assert file.locate(("z",)) == (1, 1)


def test_a_key_twice_is_named_with_its_line(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "a:\n  b: 1\n  c: 2\n  b: 3\n")
    assert (problem.line, problem.column, problem.field) == (4, 3, "a.b")
    assert problem.message == "khóa này có hai lần"
    assert problem.hint


def test_all_keys_named_twice_are_told_at_once(tmp_path: Path) -> None:
    assert [problem.line for problem in problems(tmp_path, "a: 1\na: 2\nb: 1\nb: 2\n")] == [2, 4]


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: 1\nb: [1, 2\nc: 3\n", 3), ("a: 1\n\tb: 2\n", 2), ('a: "x\nb: 1\n', 3), ("a: b: c\n", 1), ("a: @x\n", 1)],
)
def test_bad_syntax_is_located_with_a_way_out(tmp_path: Path, text: str, line: int) -> None:
    (problem,) = problems(tmp_path, text)
    assert abs(problem.line - line) <= 1
    assert problem.line >= 1
    assert problem.column >= 1
    assert problem.field == "(cú pháp YAML)"
    assert problem.message
    assert problem.hint


def test_a_file_of_two_documents_is_refused(tmp_path: Path) -> None:
    assert len(problems(tmp_path, "a: 1\n---\nb: 2\n")) == 1


def test_a_file_that_is_not_utf8_is_refused_with_a_way_out(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "a: HỎA".encode("utf-16"))
    assert problem.hint == "lưu tệp ở UTF-8"


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    for path, says in ((tmp_path / "none.yaml", "không có tệp này"), (tmp_path, "không đọc được")):
        with pytest.raises(FormatError, match=re.escape(says)) as caught:
            read_yaml(path)
        assert "UTF-8" not in str(caught.value)


def test_a_byte_order_mark_from_windows_does_no_harm(tmp_path: Path) -> None:
    assert read(tmp_path, b"\xef\xbb\xbfa: 1\r\nb: 2\r\n").data == {"a": 1, "b": 2}


def test_a_control_character_is_a_problem_not_a_crash(tmp_path: Path) -> None:
    assert len(problems(tmp_path, "a: x\x01y\n")) == 1


def test_objects_of_the_language_are_refused(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "a: 1\nb: !!python/object/apply:os.system [ls]\n")
    assert problem.line == 2


@pytest.mark.parametrize("day", ["2021-02-30", "0021-11-24", "9999-12-31"])
def test_a_day_that_nobody_can_mean_is_told_at_its_line(tmp_path: Path, day: str) -> None:
    (problem,) = problems(tmp_path, f"a: 1\nb:\n  c: {day}\n")
    assert problem.line == 3


def test_an_alias_that_holds_itself_is_a_problem_not_a_crash(tmp_path: Path) -> None:
    assert problems(tmp_path, "a: &x\n  b: *x\n")


def test_a_list_as_a_key_is_a_problem_not_a_crash(tmp_path: Path) -> None:
    assert problems(tmp_path, "a: 1\n? [b, c]\n: 2\n")


@pytest.mark.parametrize(
    "text",
    [
        "a: &a0 [x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"b{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)),
        "a: " + "[" * 200_000,
        "- " * 200_000,
    ],
    ids=["aliases of aliases", "brackets in brackets", "dashes in dashes"],
)
def test_a_few_lines_that_mean_millions_of_values_or_levels_are_refused(tmp_path: Path, text: str) -> None:
    assert len(problems(tmp_path, text)) == 1
