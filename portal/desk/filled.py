"""Reads the form of a new directive. Field names are those of the page; what is wrong is said field by field."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from starlette.datastructures import FormData

from hoatoc.format.drafting import Filled, Report, Task, simple_form
from hoatoc.format.form import Form
from hoatoc.format.slug import slug
from hoatoc.format.text import Urgency
from hoatoc.format.units import Units
from portal.typed import read_day

TYPES = ("công điện", "công văn", "chỉ thị", "thông báo", "kế hoạch", "quyết định", "kết luận")
#: How long units have to acknowledge, by urgency, in hours.
WITHIN = {Urgency.FLASH: 2, Urgency.VERY_URGENT: 4, Urgency.URGENT: 8, Urgency.NORMAL: 24}
TASKS = (1, 2, 3)
#: What the form is called that asks for indicators typed on the page.
OWN = "_moi"
_MOST_WORDS, _LONGEST, _MOST_LINES = 25, 2000, 60


@dataclass
class Read:
    """What was typed, and what is wrong with it; `filled` only when nothing is. `form` is a report form made of lines
    typed on the page."""

    typed: dict[str, str]
    groups: list[str]
    units: list[str]
    problems: dict[str, str] = field(default_factory=dict)
    filled: Filled | None = None
    form: Form | None = None


def read(data: FormData, units: Units, forms: Sequence[Form]) -> Read:
    """The form of a new directive of the office with these `units` and general `forms`."""
    typed = {key: value.replace("\0", "").strip()[:_LONGEST] for key, value in data.items() if isinstance(value, str)}
    known = {unit.key for unit in units.units}
    found = Read(
        typed, [key for key in data.getlist("nhom") if key in units.groups],
        [key for key in data.getlist("don-vi") if key in known],
    )  # fmt: skip
    day = _day(found, "ngay", "ghi ngày của văn bản")
    for key, says in {"trich-yeu": "ghi trích yếu", "so-ky-hieu": "ghi số và ký hiệu, ví dụ 13-CV/BCĐ"}.items():
        if not typed.get(key):
            found.problems[key] = says
    if not found.groups and not found.units:
        found.problems["nhom"] = "chọn ít nhất một nhóm hoặc một đơn vị"
    within = typed.get("xac-nhan", "")
    if not (within.isdecimal() and len(within) < 5) or not 1 <= int(within) <= 240:
        found.problems["xac-nhan"] = "ghi số giờ, từ 1 đến 240"
    report, tasks = _report(found, forms), list(_tasks(found, units))
    if found.problems or day is None:
        return found
    mark = typed.get("do-khan", "")
    found.filled = Filled(
        type=typed["loai"] if typed.get("loai") in TYPES else TYPES[0], code=typed["so-ky-hieu"], date=day,
        subject=" ".join(typed["trich-yeu"].split()), urgency=Urgency(mark) if mark in set(Urgency) else Urgency.NORMAL,
        signatory=typed.get("nguoi-ky", ""), signatory_title=typed.get("chuc-vu", ""), groups=tuple(found.groups),
        units=tuple(found.units), within=timedelta(hours=int(within)), report=report, tasks=tuple(tasks),
    )  # fmt: skip
    return found


def _report(found: Read, forms: Sequence[Form]) -> Report | None:
    typed = found.typed
    quote, form = typed.get("bao-cao", ""), typed.get("bao-cao-mau", "")
    if not quote:
        return None
    _quote(found, "bao-cao", quote)
    first = _day(found, "bao-cao-tu", "ghi ngày báo cáo đầu tiên")
    last = _day(found, "bao-cao-den", "") if typed.get("bao-cao-den") else None
    cutoff = _hour(found, "bao-cao-gio")
    if form == OWN:
        lines = [line.strip() for line in typed.get("bao-cao-chi-tieu", "").splitlines() if line.strip()]
        if not 0 < len(lines) <= _MOST_LINES:
            found.problems["bao-cao-chi-tieu"] = "ghi mỗi dòng một chỉ tiêu, từ 1 đến 60 dòng"
            return None
        key = f"bao-cao-{slug(typed.get('so-ky-hieu', '')) or 'moi'}"
        found.form = simple_form(key, f"Báo cáo theo {typed.get('so-ky-hieu', '')}".strip(), lines)
        form = key
    elif form not in {known.key for known in forms}:
        found.problems["bao-cao-mau"] = "chọn biểu mẫu"
    if first is None or cutoff is None:
        return None
    return Report(quote, form, first, last, cutoff)


def _tasks(found: Read, units: Units) -> list[Task]:
    tasks = []
    for number in TASKS:
        name = f"viec-{number}"
        quote, group = found.typed.get(name, ""), found.typed.get(f"{name}-ai", "")
        if not quote:
            continue
        _quote(found, name, quote)
        try:
            due = datetime.fromisoformat(found.typed.get(f"{name}-han", "")).replace(tzinfo=None)
        except ValueError:
            found.problems[f"{name}-han"] = "ghi ngày và giờ phải xong"
            continue
        tasks.append(Task(quote, due, group if group in units.groups else ""))
    return tasks


def _quote(found: Read, name: str, quote: str) -> None:
    if len(quote.split()) > _MOST_WORDS:
        found.problems[name] = "trích nhiều nhất 25 tiếng, phần nêu việc phải làm"


def _day(found: Read, name: str, says: str) -> date | None:
    try:
        return read_day(found.typed.get(name, ""))
    except ValueError:
        found.problems[name] = says or "ghi ngày, hoặc để trống"
        return None


def _hour(found: Read, name: str) -> time | None:
    try:
        return time.fromisoformat(found.typed.get(name, ""))
    except ValueError:
        found.problems[name] = "ghi giờ chốt, ví dụ 16:00"
        return None
