"""Reads YAML into plain data and remembers where each value stood, so that an error can point at it.

PyYAML parses; the implicit types are cut down to what an office means when it types: whole numbers, dates,
true/false and null. `16:00` stays text (YAML 1.1 would make it 960) and so does `1.2` (a clause, not a number).
"""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from hoatoc.errors import FormatError
from hoatoc.format.problem import Problem
from hoatoc.phrase import Phrase

Path_ = tuple[str | int, ...]
#: More than any office's files hold; aliases of aliases make millions out of a few lines.
_MOST_VALUES = 300_000
#: Deeper than any of them goes. libyaml reads each level inside the one above it, and at some tens of thousands it
#: takes the whole process down.
_DEEPEST = 200
_YEARS = (1900, 2999)
_WORDS, _DAY = "tag:yaml.org,2002:str", "tag:yaml.org,2002:timestamp"


# libyaml where PyYAML was built with it: about eight times as fast on a province's units.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class PlainLoader(_SafeLoader):  # type: ignore[misc]  # which of the two it is, is known only at run time
    """SafeLoader with only int, date, bool and null as implicit types."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


PlainLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
PlainLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:null|~|)$"), ["n", "~", ""])
PlainLoader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9][0-9]*)$"), list("-0123456789"))
PlainLoader.add_implicit_resolver("tag:yaml.org,2002:timestamp", re.compile(r"^\d{4}-\d{2}-\d{2}$"), list("0123456789"))


@dataclass(frozen=True)
class YamlFile:
    """The data of one file, and the line and column (from 1) of each value by its path."""

    path: Path
    data: Any
    marks: dict[Path_, tuple[int, int]]

    def locate(self, loc: Path_) -> tuple[int, int]:
        """Line and column of the value at `loc`, or of its nearest container when it is missing."""
        while loc and loc not in self.marks:
            loc = loc[:-1]
        return self.marks.get(loc, (1, 1))

    def problem(self, loc: Path_, message: str, hint: str = "") -> Problem:
        """A problem at `loc` of this file."""
        line, column = self.locate(loc)
        return Problem(self.path, line, column, ".".join(str(part) for part in loc) or "(tệp)", message, hint)


def read_yaml(path: Path) -> YamlFile:
    """Parse `path`. Raises FormatError when it cannot be read, is no YAML, names a key twice, or holds what the
    format has no use for: keys that are no words, aliases that hold themselves, days that no month has."""
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError([_unreadable(path, error)]) from error
    loader = PlainLoader(source)
    try:
        _refuse_depths(source)
        node = loader.get_single_node()
        survey = _Survey(path)
        if node is not None:
            survey.visit(node, (), ())
        if survey.problems:
            raise FormatError(list(survey.problems))
        data = loader.construct_document(node) if node is not None else None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = getattr(error, "problem", None) or str(error)
        hint = "kiểm tra thụt dòng bằng dấu cách, dấu hai chấm và dấu nháy quanh dòng này"
        raise FormatError([Problem(path, line, column, "(cú pháp YAML)", what, hint)]) from error
    finally:
        loader.dispose()
    return YamlFile(path, data, survey.marks)


def _refuse_depths(source: str) -> None:
    """Raise YAMLError where one thing stands in another deeper than the format has use for."""
    depth = 0
    for event in yaml.parse(source, Loader=PlainLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            mark: Any = event.start_mark  # libyaml's own, which has line and column as well
            raise yaml.MarkedYAMLError(problem=Phrase("tệp lồng nhau quá sâu"), problem_mark=mark)


def _unreadable(path: Path, error: OSError | UnicodeDecodeError) -> Problem:
    if isinstance(error, UnicodeDecodeError):
        return Problem(path, 1, 1, "(tệp)", "tệp không phải chữ UTF-8", "lưu tệp ở UTF-8")
    if isinstance(error, FileNotFoundError):
        hint = Phrase("thêm tệp %(name)s, hoặc sửa đường dẫn", name=path.name)
        return Problem(path, 1, 1, "(tệp)", "không có tệp này", hint)
    what = Phrase("không đọc được: %(error)s", error=error.strerror)
    return Problem(path, 1, 1, "(tệp)", what, "kiểm tra quyền đọc tệp, và tệp có phải là tệp không")


class _Survey:
    """Walks a document once before it becomes data: where each value stands, and what cannot be read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.marks: dict[Path_, tuple[int, int]] = {}
        self.problems: list[Problem] = []

    def visit(self, node: yaml.Node, loc: Path_, above: tuple[yaml.Node, ...]) -> None:
        """Take note of `node` at `loc` and of everything in it; `above` are the nodes that hold it."""
        self.marks.setdefault(loc, _place(node))
        if len(self.marks) > _MOST_VALUES:
            raise ValueError("tệp có quá nhiều giá trị, hoặc bí danh lồng nhau")
        if any(node is holder for holder in above):
            self._complain(node, loc, "bí danh tự chứa chính nó", "chép lại nội dung thay cho dấu *")
        elif isinstance(node, yaml.MappingNode):
            self._visit_mapping(node, loc, above)
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                self.visit(item, (*loc, index), (*above, node))
        elif node.tag == _DAY and not _is_day(node.value):
            self._complain(node, loc, Phrase("không có ngày %(day)s", day=node.value), "kiểm tra ngày, tháng và năm")

    def _visit_mapping(self, node: yaml.MappingNode, loc: Path_, above: tuple[yaml.Node, ...]) -> None:
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag != _WORDS:
                self._complain(key, loc, "khóa phải là chữ", "đặt khóa trong dấu nháy kép")
                continue
            if key.value in seen:
                self._complain(key, (*loc, key.value), "khóa này có hai lần", "bỏ bớt một dòng")
            seen.add(key.value)
            self.marks[(*loc, key.value)] = _place(key)
            self.visit(value, (*loc, key.value), (*above, node))

    def _complain(self, node: yaml.Node, loc: Path_, message: str, hint: str) -> None:
        field = ".".join(str(part) for part in loc) or "(tệp)"
        self.problems.append(Problem(self._path, *_place(node), field, message, hint))


def _place(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _is_day(written: str) -> bool:
    """Whether it is a day that an office can mean: the year 0021 is a slip of the finger, and 9999 has no end."""
    try:
        return _YEARS[0] <= date.fromisoformat(written).year <= _YEARS[1]
    except ValueError:
        return False
