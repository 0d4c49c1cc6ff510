"""The columns of a directory's workbook, and what offices call them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hoatoc.errors import HoatocError
from hoatoc.format.slug import plain
from hoatoc.format.units import Role

_HEAD_WITHIN = 15


@dataclass(frozen=True)
class Column:
    """A column: what it is called in our file, what else it is called, and which field it fills (`post` of a role)."""

    field: str
    heading: str
    others: tuple[str, ...] = ()
    post: Role | None = None
    width: float = 22.0

    @property
    def names(self) -> set[str]:
        """Everything it may be called, as `heading` has it."""
        return {heading(name) for name in (self.heading, *self.others)}


def _of_post(role: Role, called: str, *others: str) -> tuple[Column, ...]:
    """The columns of a post: "Thủ trưởng: chức danh", "Email thủ trưởng" …"""
    words = (called, *others)

    def column(name: str, heading: str, *forms: str) -> Column:
        also = tuple(form.format(word) for word in words for form in forms)
        return Column(name, f"{called}: {heading}", also, role, 30.0 if name != "phone" else 16.0)

    return (
        column("title", "chức danh", "{0} chức danh", "chức danh {0}", "chức vụ {0}", "{0} chức vụ"),
        column("holder", "họ tên", "{0}", "{0} họ tên", "họ tên {0}", "họ và tên {0}", "tên {0}"),
        column("mail", "hộp thư", "{0} hộp thư", "hộp thư {0}", "email {0}", "thư {0}", "{0} email"),
        column("phone", "điện thoại", "{0} điện thoại", "điện thoại {0}", "sđt {0}", "số điện thoại {0}"),
    )


COLUMNS = (
    Column("key", "Mã", ("Mã đơn vị", "Ký hiệu", "Key"), width=26.0),
    Column("name", "Tên đơn vị", ("Đơn vị", "Tên cơ quan", "Cơ quan", "Cơ quan, đơn vị", "Tên"), width=46.0),
    Column("short", "Tên ngắn", ("Tên viết tắt", "Viết tắt", "Tên gọi tắt")),
    Column("tree", "Hệ", ("Khối", "Hệ thống"), width=14.0),
    Column("kind", "Loại", ("Loại đơn vị", "Loại hình")),
    Column(
        "parent", "Cấp trên", ("Đơn vị cấp trên", "Cơ quan cấp trên", "Trực thuộc", "Cơ quan chủ quản"), width=30.0
    ),
    Column("groups", "Nhóm", ("Nhóm đơn vị", "Các nhóm"), width=30.0),
    Column(
        "mail", "Hộp thư", ("Email", "E-mail", "Thư điện tử", "Địa chỉ thư", "Hộp thư đơn vị", "Email đơn vị"),
        width=34.0,
    ),
    Column("phone", "Điện thoại", ("Số điện thoại", "SĐT", "ĐT", "Điện thoại đơn vị"), width=16.0),
    Column("since", "Từ ngày", ("Hiệu lực từ", "Ngày thành lập"), width=14.0),
    Column("until", "Đến hết ngày", ("Đến ngày", "Hiệu lực đến", "Ngày kết thúc"), width=14.0),
    *_of_post(Role.HEAD, "Thủ trưởng", "Người đứng đầu", "Lãnh đạo"),
    *_of_post(Role.FOCAL, "Đầu mối", "Cán bộ đầu mối", "Người liên hệ"),
    *_of_post(Role.CLERK, "Văn thư", "Cán bộ văn thư"),
)  # fmt: skip
_IGNORED = {"", "stt", "tt", "so tt", "ghi chu"}


def find_head(lines: Sequence[Sequence[str]]) -> tuple[int, dict[int, Column], list[str]]:
    """The row of headings: the first that has the units' names in it; offices put titles above it."""
    for row, line in enumerate(lines[:_HEAD_WITHIN]):
        columns: dict[int, Column] = {}
        unread = []
        for at, said in enumerate(line):
            column = next((column for column in COLUMNS if heading(said) in column.names), None)
            if column is not None and column not in columns.values():
                columns[at] = column
            elif heading(said) not in _IGNORED:
                unread.append(said)
        if any(column.field == "name" for column in columns.values()):
            return row, columns, unread
    raise HoatocError(
        "không thấy cột Tên đơn vị", hint="đặt tên cột ở một dòng, ví dụ: Mã, Tên đơn vị, Hệ, Cấp trên, Nhóm, Hộp thư"
    )


def heading(said: str) -> str:
    """A heading without diacritics, case and marks."""
    return " ".join(re.findall(r"[a-z0-9]+", plain(said)))
