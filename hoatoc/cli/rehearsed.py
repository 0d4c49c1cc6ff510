"""Tables of a rehearsal."""

from datetime import datetime
from typing import Any

from rich.markup import escape
from rich.table import Table

from hoatoc.cli.console import out
from hoatoc.rehearsal.page import MANNERS, STEPS

#: Longer lists are in the JSON and on the page.
_SHOWN = 12


def print_account(account: dict[str, Any]) -> None:
    """An account of `hoatoc.rehearsal`, in tables."""
    told = account["rehearsal"]
    out.print(f"\n[bold]Diễn tập {escape(account['directive']['title'])}[/]")
    manners = ", ".join(f"{count} {MANNERS[manner]}" for manner, count in told["manners"].items())
    out.print(f"{_when(told['from'])} → {_when(told['to'])}, hạt giống {told['seed']}; đơn vị: {manners}\n")
    out.print(_days(account))
    out.print(_mailboxes(account))
    out.print(_escalations(account))
    out.print(_leadership(account))
    busiest = account["busiest_hour"]
    if busiest["hour"]:
        out.print(f"Giờ bận nhất: {_when(busiest['hour'])}, {busiest['sent']} thư.")
    duties = account["duties"]
    out.print(
        f"Việc: {duties['expected']} phải làm = {duties['on_time']} đúng hạn + {duties['late']} muộn"
        f" + {duties['missing']} quá hạn chưa có + {duties['exempt']} miễn"
        f" + {duties['unreachable']} không liên lạc được + {duties['open']} còn hạn."
    )
    out.print(f"Báo cáo bị trả lại vì số liệu: {account['refused_reports']}.")
    for name in account["to_phone"][:_SHOWN]:
        out.print(f"[yellow]Gọi điện:[/] {escape(name)}")
    failed = [name for name, held in account["checks"].items() if not held]
    out.print(
        f"[bold red]SỔ KHÔNG KHỚP: {', '.join(failed)}[/]" if failed else "[green]Sổ, thư và tổng hợp khớp nhau.[/]"
    )


def _when(at: str) -> str:
    return datetime.fromisoformat(at).strftime("%d/%m/%Y %H:%M")


def _days(account: dict[str, Any]) -> Table:
    steps = list(account["notices"]["by_step"])
    table = Table("Ngày", title="Thư mỗi ngày", title_style="bold")
    for step in steps:
        table.add_column(STEPS.get(step, step), justify="right")
    table.add_column("cộng", justify="right", style="bold")
    for day in account["days"]:
        table.add_row(day["date"], *(str(day["by_step"].get(step, "")) for step in steps), str(day["sent"]))
    return table


def _mailboxes(account: dict[str, Any]) -> Table:
    table = Table("Hộp thư", title="Nhận nhiều nhất", title_style="bold")
    for name in ("một ngày", "ngày", "cả đợt"):
        table.add_column(name, justify="right")
    for box in account["mailboxes"]["fullest"][:5]:
        table.add_row(escape(box["name"]), str(box["most"]), box["on"], str(box["total"]))
    return table


def _escalations(account: dict[str, Any]) -> Table:
    found = account["escalations"]
    title = f"Báo lên cấp trên: {len(found)} thư" + (f", {_SHOWN} thư đầu" if len(found) > _SHOWN else "")
    table = Table("Lúc", "Nấc", "Gửi tới", "Đơn vị", "Việc", title=title, title_style="bold")
    for item in found[:_SHOWN]:
        table.add_row(
            _when(item["at"]), STEPS[item["step"]], escape(item["to"]), str(item["units"]), str(item["duties"])
        )
    return table


def _leadership(account: dict[str, Any]) -> Table:
    letters = account["leadership"]
    title = f"Lãnh đạo nhận: {len(letters)} thư" + (f", {_SHOWN} thư đầu" if len(letters) > _SHOWN else "")
    table = Table("Lúc", "Người nhận", "Thư", title=title, title_style="bold")
    for letter in letters[:_SHOWN]:
        table.add_row(_when(letter["at"]), escape(letter["to"]), escape(letter["subject"]))
    return table
