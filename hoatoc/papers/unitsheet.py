"""The directory as a workbook: the one an office downloads, and the ones that offices have.

Columns are found by their heading, with or without diacritics, in any order; what a file has no column for stays as it
is. A row is the unit of its code, else of its name, else a new one; a name that several units have names none."""

import io
import re
import unicodedata
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook, load_workbook
from pydantic import ValidationError

from hoatoc.errors import HoatocError
from hoatoc.format.slug import plain, slug
from hoatoc.format.unitdiff import TREES
from hoatoc.format.units import Post, Role, Tree, Unit, Units
from hoatoc.papers import cells
from hoatoc.papers.unitcolumns import COLUMNS, Column, find_head
from hoatoc.phrase import Phrase

_MOST_UNPACKED, _MOST_ROWS, _MOST_COLUMNS = 20 * 1024 * 1024, 10_000, 60
_DAY = re.compile(r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$")


_TITLES = {Role.HEAD: "Thủ trưởng đơn vị", Role.FOCAL: "Cán bộ đầu mối", Role.CLERK: "Văn thư"}
_TREES = {plain(said): tree for tree, said in TREES.items()} | {
    "ngoai": Tree.OUTSIDE, "khac": Tree.OUTSIDE, "chinh quyen": Tree.STATE, "party": Tree.PARTY, "state": Tree.STATE,
    "outside": Tree.OUTSIDE, "khoi dang": Tree.PARTY, "khoi nha nuoc": Tree.STATE,
}  # fmt: skip


@dataclass(frozen=True)
class RowProblem:
    """What is wrong in a row (counted as in the file): in which column, what, and the way out; whose row it is, and
    what was `typed` there ('' where that was nothing)."""

    row: int
    column: str
    says: str
    hint: str
    unit: str = ""
    typed: str = ""


@dataclass
class Sheet:
    """A directory read from a workbook: the `units` as they would be, what is wrong, what the file does not have."""

    units: Units
    problems: list[RowProblem] = field(default_factory=list)
    absent: list[Unit] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)  # headings nobody knows


def write_units(units: Units) -> bytes:
    """The directory as XLSX; read back unchanged, it changes nothing."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Danh bạ"
    cells.head(sheet, 1, [column.heading for column in COLUMNS])
    for row, unit in enumerate(units.units, start=2):
        for number, column in enumerate(COLUMNS, start=1):
            cells.write(sheet, row, number, _shown(unit, column), form="@")
    cells.widths(sheet, [column.width for column in COLUMNS])
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = sheet.dimensions
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def _shown(unit: Unit, column: Column) -> str:
    item: Any = unit if column.post is None else _post_of(unit, column.post)
    value = getattr(item, column.field, None) if item is not None else None
    if isinstance(value, Tree):
        return TREES[value]
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return "; ".join(value) if isinstance(value, tuple) else value or ""


def _post_of(unit: Unit, role: Role) -> Post | None:
    return next((post for post in unit.posts if post.role is role), None)


def read_units(content: bytes, current: Units) -> Sheet:
    """The directory as the workbook `content` would have it, over `current`. Raises HoatocError when it is no
    workbook, or has no column for the units' names."""
    lines = _lines(content)
    head, columns, unread = find_head(lines)
    found = Sheet(current, unread=unread)
    reader = _Reader(current, found)
    for number, line in enumerate(lines[head + 1 :], start=head + 2):
        typed = {column: line[at] for at, column in columns.items() if at < len(line)}
        if any(typed.values()):
            reader.take(number, typed)
    named = set(reader.rows)
    found.absent = [unit for unit in current.units if unit.key not in named]
    kept = [reader.made.get(unit.key, unit) for unit in current.units]
    known = {unit.key for unit in current.units}
    found.units = Units(
        groups=current.groups, units=(*kept, *(unit for key, unit in reader.made.items() if key not in known))
    )
    reader.check_parents()
    found.problems.sort(key=lambda problem: problem.row)
    return found


class _Reader:
    """Takes in one row after another."""

    def __init__(self, current: Units, found: Sheet) -> None:
        self._found, self._groups = found, current.groups
        self._known = {unit.key: unit for unit in current.units}
        self._by_name: dict[str, list[str]] = {}
        for unit in current.units:
            self._name(unit.name, unit.key)
        self._typed: dict[int, Mapping[Column, str]] = {}
        self.made: dict[str, Unit] = {}
        self.rows: dict[str, int] = {}

    def take(self, row: int, typed: Mapping[Column, str]) -> None:
        """Take in a row."""
        self._typed[row] = typed
        values = {column.field: said for column, said in typed.items() if column.post is None}
        name = values.get("name", "")
        same = self._by_name.get(plain(name), [])
        if len(same) > 1 and not values.get("key"):
            return self._wrong(row, "Tên đơn vị", _several(same), "thêm cột Mã, ghi mã của đúng đơn vị")
        key = values.get("key") or next(iter(same), "") or slug(name)
        if not name and key not in self._known:
            return self._wrong(row, "Tên đơn vị", "chưa ghi tên đơn vị", "ghi tên, hoặc bỏ dòng này")
        if key in self.rows:
            return self._twice(row, self.rows[key], by_code=bool(values.get("key")))
        self.rows[key] = row
        was = self._known.get(key)
        data = {**(was.model_dump() if was else {"key": key, "kind": "đơn vị"}), "key": key}
        before = len(self._found.problems)
        for column, said in typed.items():
            if column.post is None and column.field != "key":
                data[column.field] = self._value(row, column, said, data.get(column.field))
        data["posts"] = self._posts(row, was, typed)
        if was is None and "tree" not in data:
            data["tree"] = self._tree_above(data.get("parent"))
        if len(self._found.problems) == before:
            self._make(row, key, data)
            self._name(str(data.get("name", "")), key)
        return None

    def _name(self, name: str, key: str) -> None:
        """From here on the unit `key` can be called `name`."""
        keys = self._by_name.setdefault(plain(name), [])
        if key not in keys:
            keys.append(key)

    def _twice(self, row: int, first: int, *, by_code: bool) -> None:
        if by_code:
            hint = "mỗi đơn vị một dòng; bỏ bớt một dòng"
            return self._wrong(row, "Mã", Phrase("trùng với dòng %(first)s", first=first), hint)
        # Communes of two districts may have one name: a row left out would be a unit that is told nothing.
        hint = "một đơn vị thì bỏ bớt một dòng; hai đơn vị cùng tên thì ghi thêm huyện vào tên, hoặc thêm cột Mã"
        return self._wrong(row, "Tên đơn vị", Phrase("trùng tên với dòng %(first)s", first=first), hint)

    def _make(self, row: int, key: str, data: dict[str, Any]) -> None:
        try:
            self.made[key] = Unit.model_validate(data)
        except ValidationError as error:
            for wrong in error.errors():
                at = str(wrong["loc"][-1])
                heading = next((column.heading for column in COLUMNS if column.field == at), at)
                self._wrong(row, heading, _say(at), _HINTS.get(at, "sửa ô này"))

    def _value(self, row: int, column: Column, said: str, was: Any) -> Any:
        if column.field == "tree":
            tree = _TREES.get(plain(said))
            if tree is None and (said or was is None):
                self._wrong(
                    row,
                    column.heading,
                    Phrase("không có hệ %(tree)r", tree=said),
                    "ghi Đảng, Nhà nước hoặc Ngoài hai hệ",
                )
            return tree or was
        if column.field == "groups":
            return tuple(self._group(row, column, word) for word in re.split(r"[;\n]", said) if word.strip())
        if column.field in ("since", "until"):
            return self._day(row, column, said)
        if column.field == "parent":
            return self._above(row, column, said)
        if column.field in ("name", "kind"):
            return " ".join(said.split()) or was
        return said or None

    def _above(self, row: int, column: Column, said: str) -> str | None:
        """The key of the superior that `said` names, there or not: it may stand further down."""
        if not said or said in self._known:
            return said or None
        same = self._by_name.get(plain(said), [])
        if len(same) > 1:
            self._wrong(row, column.heading, _several(same), "ghi mã của đúng đơn vị cấp trên")
        return next(iter(same), "") or slug(said)

    def _group(self, row: int, column: Column, word: str) -> str:
        wanted = plain(word.strip())
        for key, said in self._groups.items():
            if wanted in (key, plain(said)):
                return key
        known = "; ".join(self._groups.values())
        self._wrong(
            row,
            column.heading,
            Phrase("không có nhóm %(group)r", group=word.strip()),
            Phrase("các nhóm: %(known)s", known=known),
        )
        return ""

    def _day(self, row: int, column: Column, said: str) -> date | None:
        if not said:
            return None
        match = _DAY.match(said)
        try:
            return date(int(match[3]), int(match[2]), int(match[1])) if match else date.fromisoformat(said)
        except ValueError:
            self._wrong(row, column.heading, Phrase("%(typed)r không phải là ngày", typed=said), "ghi như 24/11/2021")
            return None

    def _posts(self, row: int, was: Unit | None, typed: Mapping[Column, str]) -> tuple[Post, ...]:
        posts = list(was.posts) if was else []
        for role, title in _TITLES.items():
            mine = {column.field: " ".join(said.split()) for column, said in typed.items() if column.post is role}
            index = next((index for index, post in enumerate(posts) if post.role is role), None)
            if not mine or (index is None and not any(mine.values())):
                continue
            data = posts[index].model_dump() if index is not None else {"role": role, "title": title}
            data |= {name: said or (data.get("title") if name == "title" else None) for name, said in mine.items()}
            try:
                post = Post.model_validate(data)
            except ValidationError as error:
                for wrong in error.errors():
                    at = str(wrong["loc"][-1])
                    heading = next(item.heading for item in COLUMNS if item.post is role and item.field == at)
                    self._wrong(row, heading, _say(at), _HINTS.get(at, "sửa ô này"))
                continue
            posts = [*posts[:index], post, *posts[index + 1 :]] if index is not None else [*posts, post]
        return tuple(posts)

    def _tree_above(self, parent: str | None) -> Tree | None:
        above = self.made.get(parent or "") or self._known.get(parent or "")
        return above.tree if above else None

    def check_parents(self) -> None:
        """Every unit's superior must be there, once all rows are read."""
        known = self._known.keys() | self.made.keys()
        for key, unit in self.made.items():
            if unit.parent is not None and unit.parent not in known:
                says = Phrase("không có đơn vị cấp trên %(parent)r", parent=unit.parent)
                self._wrong(self.rows[key], "Cấp trên", says, "ghi đúng mã hoặc tên của một đơn vị trong danh bạ")

    def _wrong(self, row: int, column: str, says: str, hint: str) -> None:
        cells_ = self._typed[row].items()
        own = {item.field: said for item, said in cells_ if item.post is None}
        known = self._known.get(own.get("key", ""))
        unit = own.get("name") or (known.name if known else "")
        typed = next((said for item, said in cells_ if item.heading == column), "")
        self._found.problems.append(RowProblem(row, column, says, hint, " ".join(unit.split()), typed))


def _several(keys: list[str]) -> str:
    return Phrase("có %(count)s đơn vị tên này: %(keys)s", count=len(keys), keys=", ".join(keys))


_HINTS = {
    "mail": "ghi một địa chỉ, không dấu, ví dụ vanthu@soyte.tinh.gov.vn",
    "key": "chữ thường không dấu, chữ số, gạch nối",
    "tree": "ghi cột Hệ: Đảng, Nhà nước hoặc Ngoài hai hệ", "name": "ghi tên đơn vị",
}  # fmt: skip


def _say(name: str) -> str:
    return {
        "mail": "hộp thư viết sai", "key": "mã viết sai", "tree": "chưa biết thuộc hệ nào", "name": "chưa ghi tên",
    }.get(name, "giá trị không dùng được")  # fmt: skip


def _lines(content: bytes) -> list[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > _MOST_UNPACKED:
                raise HoatocError("tệp bung ra quá lớn", hint="chép danh bạ sang một tệp mới, không hình ảnh")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        rows = sheet.iter_rows(max_row=_MOST_ROWS + 1, max_col=_MOST_COLUMNS, values_only=True)
        return _whole([[_said(cell) for cell in row] for row in rows])
    except HoatocError:
        raise
    except Exception as error:  # a broken workbook breaks openpyxl in many ways, all of them its sender's
        raise HoatocError("không đọc được tệp", hint="gửi tệp Excel (.xlsx)") from error


def _whole(lines: list[list[str]]) -> list[list[str]]:
    """`lines`, unless there are more than are read: the others would pass for units that are gone."""
    if len(lines) > _MOST_ROWS and any(lines[-1]):
        says = Phrase("danh bạ dài quá %(most)s dòng", most=_MOST_ROWS)
        raise HoatocError(says, hint="chia danh bạ thành nhiều tệp")
    return lines


def _said(cell: Any) -> str:
    if isinstance(cell, datetime | date):
        return f"{cell:%d/%m/%Y}"
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    # A Mac writes marks apart from their letters: who types the name as others do would not find it.
    return "" if cell is None else unicodedata.normalize("NFC", str(cell).replace("\0", "").strip())
