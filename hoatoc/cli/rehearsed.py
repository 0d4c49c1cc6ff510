"""Tables of a rehearsal."""

from datetime import date, datetime
from typing import Any

from rich.markup import escape
from rich.table import Table

from hoatoc.cli.console import out
from hoatoc.cli.words import say
from hoatoc.localtime import spoken_day
from hoatoc.rehearsal.page import MANNERS, STEPS

#: Longer lists are in the JSON and on the page.
_SHOWN = 12


def print_account(account: dict[str, Any]) -> None:
    """An account of `hoatoc.rehearsal`, in tables."""
    told = account["rehearsal"]
    out.print(f"\n[bold]{say('Diễn tập')} {escape(account['directive']['title'])}[/]")
    manners = ", ".join(f"{count} {say(MANNERS[manner])}" for manner, count in told["manners"].items())
    said = say("hạt giống %(seed)s; đơn vị: %(manners)s", seed=told["seed"], manners=manners)
    issued = say("giả định ban hành lúc %(at)s (giờ khác: --at)", at=_when(told["from"]))
    out.print(f"{_when(told['from'])} → {_when(told['to'])}, {issued}; {said}\n")
    out.print(_days(account))
    out.print(_mailboxes(account))
    out.print(_escalations(account))
    out.print(_leadership(account))
    busiest = account["busiest_hour"]
    if busiest["hour"]:
        out.print(say("Giờ bận nhất: %(hour)s, %(sent)s thư.", hour=_when(busiest["hour"]), sent=busiest["sent"]))
    duties = account["duties"]
    counts = {name: count for name, count in duties.items() if isinstance(count, int)}
    out.print(
        say(
            "Việc: %(expected)s phải làm = %(on_time)s đúng hạn + %(late)s muộn + %(missing)s quá hạn chưa có"
            " + %(exempt)s miễn + %(unreachable)s không liên lạc được + %(open)s còn hạn.",
            **counts,
        )
    )
    out.print(say("Báo cáo bị trả lại vì số liệu: %(count)s.", count=account["refused_reports"]))
    for name in account["to_phone"][:_SHOWN]:
        out.print(f"[yellow]{say('Gọi điện:')}[/] {escape(name)}")
    failed = [name for name, held in account["checks"].items() if not held]
    out.print(
        f"[bold red]{say('SỔ KHÔNG KHỚP:')} {', '.join(failed)}[/]"
        if failed
        else f"[green]{say('Sổ, thư và tổng hợp khớp nhau.')}[/]"
    )


def _when(at: str) -> str:
    return datetime.fromisoformat(at).strftime("%d/%m/%Y %H:%M")


def _day(on: str) -> str:
    return spoken_day(date.fromisoformat(on))


def _days(account: dict[str, Any]) -> Table:
    steps = list(account["notices"]["by_step"])
    table = Table(say("Ngày"), title=say("Thư mỗi ngày"), title_style="bold")
    table.columns[0].no_wrap = True
    for step in steps:
        table.add_column(say(STEPS.get(step, step)), justify="right")
    table.add_column(say("cộng"), justify="right", style="bold")
    for day in account["days"]:
        table.add_row(_day(day["date"]), *(str(day["by_step"].get(step, "")) for step in steps), str(day["sent"]))
    return table


def _mailboxes(account: dict[str, Any]) -> Table:
    table = Table(say("Hộp thư"), title=say("Nhận nhiều nhất"), title_style="bold")
    for name in (say("một ngày"), say("ngày"), say("cả đợt")):
        table.add_column(name, justify="right")
    for box in account["mailboxes"]["fullest"][:5]:
        table.add_row(escape(box["name"]), str(box["most"]), _day(box["on"]), str(box["total"]))
    return table


def _escalations(account: dict[str, Any]) -> Table:
    found = account["escalations"]
    title = say("Báo lên cấp trên: %(count)s thư", count=len(found)) + _first(found)
    table = Table(*map(say, ("Lúc", "Nấc", "Gửi tới", "Đơn vị", "Việc")), title=title, title_style="bold")
    for item in found[:_SHOWN]:
        table.add_row(
            _when(item["at"]), say(STEPS[item["step"]]), escape(item["to"]), str(item["units"]), str(item["duties"])
        )
    return table


def _leadership(account: dict[str, Any]) -> Table:
    letters = account["leadership"]
    title = say("Lãnh đạo nhận: %(count)s thư", count=len(letters)) + _first(letters)
    table = Table(*map(say, ("Lúc", "Người nhận", "Thư")), title=title, title_style="bold")
    for letter in letters[:_SHOWN]:
        table.add_row(_when(letter["at"]), escape(letter["to"]), escape(letter["subject"]))
    return table


def _first(found: list[Any]) -> str:
    return say(", %(count)s thư đầu", count=_SHOWN) if len(found) > _SHOWN else ""
