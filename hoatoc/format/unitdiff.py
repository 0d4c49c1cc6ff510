"""What differs between two states of a directory, unit by unit, in the office's words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from hoatoc.format.units import Post, Role, Tree, Unit, Units

TREES = {Tree.PARTY: "Đảng", Tree.STATE: "Nhà nước", Tree.OUTSIDE: "Ngoài hai hệ"}
ROLES = {
    Role.HEAD: "người đứng đầu", Role.DEPUTY: "cấp phó", Role.FOCAL: "đầu mối", Role.CLERK: "văn thư",
    Role.MEMBER: "thành viên",
}  # fmt: skip
_UNIT = {
    "name": "tên", "short": "tên ngắn", "tree": "hệ", "kind": "loại", "parent": "cấp trên", "groups": "nhóm",
    "mail": "hộp thư", "phone": "điện thoại", "since": "từ ngày", "until": "đến hết ngày",
}  # fmt: skip
_POST = {
    "role": "vai", "title": "chức danh", "holder": "người giữ", "mail": "hộp thư", "phone": "điện thoại",
    "acting": "quyền", "since": "từ ngày", "until": "đến hết ngày",
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One unit that is new, or in which something changed: `lines` say what."""

    key: str
    name: str
    new: bool
    lines: tuple[str, ...]


def differences(before: Units, after: Units) -> list[Change]:
    """Every unit of `after` that is not in `before` as it is now."""
    known = {unit.key: unit for unit in before.units}
    found = []
    for unit in after.units:
        was = known.get(unit.key)
        if was is None:
            found.append(Change(unit.key, unit.name, new=True, lines=tuple(_news(unit))))
        elif was != unit:
            found.append(Change(unit.key, unit.name, new=False, lines=tuple(_changes(was, unit))))
    return found


def _news(unit: Unit) -> Iterator[str]:
    for name, said in _UNIT.items():
        value = getattr(unit, name)
        if value and name != "name":
            yield f"{said}: {_said(value)}"
    for post in unit.posts:
        yield f"{ROLES[post.role]}: {_post(post)}"


def _changes(was: Unit, unit: Unit) -> Iterator[str]:
    yield from _fields(was, unit, _UNIT, "")
    before, after = ({post.name: post for post in item.posts} for item in (was, unit))
    for key, post in after.items():
        if key not in before:
            yield f"thêm {ROLES[post.role]}: {_post(post)}"
        elif before[key] != post:
            yield from _fields(before[key], post, _POST, f"{post.title}, ")
    for key, post in before.items():
        if key not in after:
            yield f"bỏ {ROLES[post.role]}: {_post(post)}"


def _fields(was: Any, now: Any, names: dict[str, str], where: str) -> Iterator[str]:
    for name, said in names.items():
        before, after = getattr(was, name), getattr(now, name)
        if before != after:
            yield f"{where}{said}: {_said(before)} → {_said(after)}"


def _post(post: Post) -> str:
    return ", ".join(part for part in (post.title, post.holder or "khuyết", post.mail or "") if part)


def _said(value: Any) -> str:
    if value is None or value in ((), ""):
        return "(trống)"
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, Tree):
        return TREES[value]
    if isinstance(value, Role):
        return ROLES[value]
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return ", ".join(value) if isinstance(value, tuple) else str(value)
