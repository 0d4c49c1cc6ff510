"""Tables of the command line."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from hoatoc.cli.console import out
from hoatoc.localtime import short

if TYPE_CHECKING:
    from hoatoc.format.folder import OfficeFolder
    from hoatoc.passing import Passed

_SOURCES = {"text": "văn bản", "office": "[yellow]văn phòng[/]"}


def print_plan(plan: dict[str, Any]) -> None:
    """A plan, section by section."""
    zone = plan["directive"]["zone"]
    out.print(f"\n[bold]{escape(plan['directive']['title'])}[/]  {escape(plan['directive']['issuer'])}\n")
    table = Table("Khoản", "Nguyên văn", "Loại", "Ai", "Mở nghĩa vụ", title="Nghĩa vụ trong văn bản")
    for item in plan["obligations"]:
        opens = "[green]có[/]" if item["opens_duty"] else "không"
        table.add_row(item["clause"], escape(item["quote"]), item["kind"], escape("; ".join(item["bearers"])), opens)
    out.print(table)
    _print_addressees(plan["addressees"])
    for item in plan["shared"]:
        leads, supports = "; ".join(item["leads"]), "; ".join(item["supports"])
        out.print(escape(f"Khoản {item['clause']}: chủ trì {leads}; phối hợp {supports}."), soft_wrap=True)
    decisions = Table("Điều", "Giá trị", "Của", title="Quyết định")
    for item in plan["decisions"]:
        decisions.add_row(escape(item["what"]), escape(item["value"]), _SOURCES[item["source"]])
    out.print(decisions)
    duties = Table("Việc", "Kỳ", "Số đơn vị", "Hạn", title="Nghĩa vụ sẽ mở")
    for item in plan["duties"]:
        due = short(datetime.fromisoformat(item["due_at"]), zone)
        duties.add_row(item["subject"], item["slot"], str(item["bearers"]), due)
    out.print(duties)
    notices = Table("Thư", "Nấc", "Về", "Lúc", "Nhiều nhất", title="Thư sẽ đi")
    for item in plan["notices"]:
        at = short(datetime.fromisoformat(item["at"]), zone)
        notices.add_row(item["template"], item["step"], item.get("of", ""), at, str(item["at_most"]))
    out.print(notices)
    for warning in plan["warnings"]:
        out.print(f"[yellow]![/] {escape(warning)}", soft_wrap=True)


def _print_addressees(addressees: list[dict[str, Any]]) -> None:
    lines: dict[str, list[dict[str, Any]]] = {}
    for item in addressees:
        added = f"(văn phòng thêm: {item['basis']})" if item["basis"] else "(văn phòng thêm)"
        lines.setdefault(item["line"] or added, []).append(item)
    table = Table("Dòng kính gửi", "Nơi nhận", "Phải báo cáo", title="Nơi nhận")
    for line, items in lines.items():
        table.add_row(escape(line), str(len(items)), str(sum(bool(item["reports"]) for item in items)))
    out.print(table)


def print_pass(passed: "Passed") -> None:
    """What a pass did, in a line."""
    out.print(
        f"mở {passed.dispatched.duties} nghĩa vụ · lên nấc {passed.escalated.duties}"
        f" · chốt {passed.aggregated.frozen} kỳ · gửi {passed.delivered.sent} thư,"
        f" từ chối {passed.delivered.refused}, hẹn lại {passed.delivered.deferred}"
    )
    if passed.delivered.down:
        out.print(f"[yellow]![/] {escape(passed.delivered.down)}")


def print_status(title: str, rows: list[dict[str, Any]], words: str) -> None:
    """The books of one directive."""
    table = Table(title=escape(title))
    for name in rows[0] if rows else ():
        table.add_column(name, justify="left" if name == "Việc" else "right")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    out.print(table)
    out.print(escape(words.replace("**", "")))


def print_units(folder: "OfficeFolder") -> None:
    """An office's directory."""
    table = Table("Khóa", "Tên", "Hệ", "Cấp trên", "Hộp thư", title=escape(folder.office.name))
    for unit in folder.units.units:
        table.add_row(unit.key, escape(unit.name), unit.tree.value, unit.parent or "", unit.mail or "")
    out.print(table)
