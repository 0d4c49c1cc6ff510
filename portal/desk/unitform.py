"""Reads the form of one unit of the directory. Field names are those of the page; what is wrong is said by field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import FormData

from hoatoc.format.slug import slug
from hoatoc.format.units import Post, Role, Tree, Unit, Units

#: Fields of the form, by the field of a unit or post that they fill.
UNIT = {
    "name": "ten", "short": "ten-ngan", "tree": "he", "kind": "loai", "parent": "cap-tren", "mail": "thu",
    "phone": "dien-thoai", "since": "tu", "until": "den",
}  # fmt: skip
POST = {
    "role": "vai", "title": "chuc-danh", "holder": "ho-ten", "mail": "thu", "phone": "dien-thoai", "acting": "quyen",
    "since": "tu", "until": "den", "key": "ma",
}  # fmt: skip
GROUPS, DROP, BLANK = "nhom", "bo", 2
#: Of the number of a post in the name of a field: no unit has a thousand.
_DIGITS = 3
_SAYS = {
    "name": "ghi tên đơn vị", "tree": "chọn hệ", "kind": "ghi loại, ví dụ: sở", "title": "ghi chức danh",
    "mail": "ghi một địa chỉ, không dấu", "role": "chọn vai",
}  # fmt: skip


@dataclass
class Read:
    """What was typed, and what is wrong with it; `unit` only when nothing is."""

    typed: dict[str, str]
    groups: list[str]
    posts: int
    problems: dict[str, str] = field(default_factory=dict)
    unit: Unit | None = None


def shown(unit: Unit | None) -> Read:
    """The form as it is first shown: `unit` as it stands, with room for more posts; empty for a new one."""
    typed: dict[str, str] = {}
    posts = unit.posts if unit else ()
    if unit:
        typed = {name: _said(getattr(unit, of)) for of, name in UNIT.items()}
        for number, post in enumerate(posts):
            typed |= {f"cv{number}-{name}": _said(getattr(post, of)) for of, name in POST.items()}
    return Read(typed, list(unit.groups) if unit else [], len(posts) + BLANK)


def read(data: FormData, units: Units, key: str) -> Read:
    """The form of the unit `key`, '' for a new one, which gets a key out of its name."""
    typed = {
        name: " ".join(value.replace("\0", "").split())[:300] for name, value in data.items() if isinstance(value, str)
    }
    count = 1 + max((int(name[2:].partition("-")[0]) for name in typed if _is_post(name)), default=-1)
    found = Read(typed, [str(group) for group in data.getlist(GROUPS) if group in units.groups], max(count, BLANK))
    values = _values(found, typed, UNIT, "")
    key = key or _new_key(values.get("name") or "", units)
    if not key:
        found.problems[UNIT["name"]] = _SAYS["name"]
        return found
    before = next((unit.posts for unit in units.units if unit.key == key), ())
    posts = [
        _post(found, number, before[number] if number < len(before) else None)
        for number in range(count)
        if _is_there(typed, number)
    ]
    try:
        unit = Unit(key=key, groups=tuple(found.groups), **values)
    except ValidationError as error:
        _complain(found, error, UNIT, "")
        return found
    names = [post.name for post in posts if post]
    if len(set(names)) < len(names):
        found.problems["chuc-vu"] = "hai chức vụ cùng vai phải có mã khác nhau"
    if not found.problems:
        found.unit = unit.model_copy(update={"posts": tuple(post for post in posts if post)})
    return found


def _post(found: Read, number: int, before: Post | None) -> Post | None:
    """The post as typed; one that stood there without a key, `before`, goes on without."""
    prefix = f"cv{number}-"
    values = _values(found, found.typed, POST, prefix)
    values["acting"] = bool(values.get("acting"))
    keyless = before is not None and before.key is None and before.role is values.get("role")
    if values.get("role") in (Role.DEPUTY, Role.MEMBER) and not values.get("key") and not keyless:
        values["key"] = slug(values.get("title") or "") or None
    try:
        return Post(**values)
    except ValidationError as error:
        _complain(found, error, POST, prefix)
        return None


def _is_post(name: str) -> bool:
    number = name[2:].partition("-")[0]
    return name.startswith("cv") and number.isascii() and number.isdecimal() and len(number) <= _DIGITS


def _is_there(typed: Mapping[str, str], number: int) -> bool:
    prefix = f"cv{number}-"
    return f"{prefix}{DROP}" not in typed and any(
        typed.get(f"{prefix}{POST[of]}") for of in ("title", "holder", "mail", "phone")
    )


def _values(found: Read, typed: Mapping[str, str], names: Mapping[str, str], prefix: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for of, name in names.items():
        said = typed.get(f"{prefix}{name}", "")
        if of in ("since", "until") and said:
            try:
                values[of] = date.fromisoformat(said)
            except ValueError:
                found.problems[f"{prefix}{name}"] = "ghi ngày, hoặc để trống"
        elif of == "tree":
            values[of] = next((tree for tree in Tree if tree.value == said), None)
        elif of == "role":
            values[of] = next((role for role in Role if role.value == said), None)
        else:
            values[of] = said or None
    return values


def _complain(found: Read, error: ValidationError, names: Mapping[str, str], prefix: str) -> None:
    for wrong in error.errors():
        of = str(wrong["loc"][0])
        found.problems[f"{prefix}{names.get(of, of)}"] = _SAYS.get(of, "giá trị không dùng được")


def _new_key(name: str, units: Units) -> str:
    known, key = {unit.key for unit in units.units}, slug(name)
    if key not in known:
        return key
    return next(f"{key}-{number}" for number in range(2, len(known) + 3) if f"{key}-{number}" not in known)


def _said(value: Any) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    return (
        value.isoformat() if isinstance(value, date) else str(value.value if isinstance(value, Tree | Role) else value)
    )
