"""Tables of the command line."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from hoatoc.cli.console import out
from hoatoc.cli.words import is_vietnamese, say
from hoatoc.localtime import NEVER, short, spoken, spoken_due
from hoatoc.phrase import Phrase
from hoatoc.rehearsal.page import STEPS
from hoatoc.rollout.account import STANDS

if TYPE_CHECKING:
    from hoatoc.format.folder import OfficeFolder
    from hoatoc.passing import Passed
    from hoatoc.rollout.account import Live
    from hoatoc.rollout.waking import Wake

#: How the rows of `status` begin that end in a day or a clause.
ROW_NAMES = (
    "Báo cáo ngày", "Việc, khoản", "Danh sách, khoản", "Chỉ tiêu, khoản", "Trả lời xin phép, khoản",
    "Giải trình, việc số",
)  # fmt: skip
#: What the text asks for.
OBLIGATIONS = {
    "standing_rule": "quy tắc thường trực", "one_off_deadline": "việc một lần", "recurring_report": "báo cáo định kỳ",
    "recurring_activity": "hoạt động lặp lại", "coverage_target": "chỉ tiêu", "permission_approval": "xin phép",
    "roster": "danh sách", "inspection_enforcement": "kiểm tra, xử lý", "communication": "tuyên truyền",
    "head_accountability": "trách nhiệm người đứng đầu",
}  # fmt: skip
#: So many duties that are not done stand on one screen.
_MOST = 20
_SOURCES = {"text": "văn bản", "office": "văn phòng"}
_COLOURS = {"text": "default", "office": "yellow"}


def print_plan(plan: dict[str, Any]) -> None:
    """A plan, section by section."""
    zone = plan["directive"]["zone"]
    out.print(f"\n[bold]{escape(plan['directive']['title'])}[/]  {escape(plan['directive']['issuer'])}\n")
    table = _table("Nghĩa vụ trong văn bản", "Khoản", "Nguyên văn", "Loại", "Ai", "Mở nghĩa vụ")
    for item in plan["obligations"]:
        opens = f"[green]{say('có')}[/]" if item["opens_duty"] else say("không")
        bearers, kind = escape("; ".join(item["bearers"])), say(OBLIGATIONS[item["kind"]])
        table.add_row(escape(item["clause"]), escape(item["quote"]), kind, bearers, opens)
    out.print(table)
    _print_addressees(plan["addressees"])
    for item in plan["shared"]:
        leads, supports = "; ".join(item["leads"]), "; ".join(item["supports"])
        said = say(
            "Khoản %(clause)s: chủ trì %(leads)s; phối hợp %(supports)s.", clause=item["clause"], leads=leads,
            supports=supports,
        )  # fmt: skip
        out.print(escape(said), soft_wrap=True)
    decisions = _table("Quyết định", "Điều", "Giá trị", "Của")
    for item in plan["decisions"]:
        decisions.add_row(escape(say(item["what"])), escape(say(item["value"])), _source(item["source"]))
    out.print(decisions)
    duties = _table("Nghĩa vụ sẽ mở", "Việc", "Kỳ", "Số đơn vị", "Hạn")
    for item in plan["duties"]:
        due = short(datetime.fromisoformat(item["due_at"]), zone)
        duties.add_row(_subject(item["subject"]), item["slot"].removesuffix("/P1D"), str(item["bearers"]), due)
    out.print(duties)
    notices = _table("Thư sẽ đi", "Nấc", "Về", "Lúc", "Nhiều nhất")
    for item in plan["notices"]:
        at = short(datetime.fromisoformat(item["at"]), zone)
        notices.add_row(say(STEPS[item["step"]]), _subject(item.get("of", "")), at, str(item["at_most"]))
    out.print(notices)
    for warning in plan["warnings"]:
        out.print(f"[yellow]![/] {escape(say(warning))}", soft_wrap=True)


def _print_addressees(addressees: list[dict[str, Any]]) -> None:
    from hoatoc.rollout.plan import by_line

    table = _table("Nơi nhận", "Dòng kính gửi", "Nơi nhận", "Có việc phải làm", "Phải báo cáo hằng ngày")
    for line, basis, items in by_line(addressees):
        added = f"({say('văn phòng thêm')}{': ' if basis else ''}{basis or ''})"
        owing = (sum(bool(item[what]) for item in items) for what in ("bears", "reports"))
        table.add_row(escape(line or added), str(len(items)), *map(str, owing))
    out.print(table)


def _subject(subject: str) -> str:
    """What a duty or a notice of the plan is about: the receipt, or a clause, with its day."""
    if subject == "receipt":
        return say("Xác nhận đã nhận")
    return escape(say("khoản %(clause)s", clause=subject)) if subject else ""


def _source(source: str) -> str:
    return f"[{_COLOURS[source]}]{say(_SOURCES[source])}[/]"


def _table(title: str, *columns: str) -> Table:
    return Table(*map(say, columns), title=say(title))


def print_pass(passed: "Passed") -> None:
    """What a pass did, in a line."""
    out.print(
        say(
            "mở %(opened)s nghĩa vụ · lên nấc %(climbed)s · chốt %(frozen)s kỳ · gửi %(sent)s thư, từ chối %(refused)s,"
            " hẹn lại %(deferred)s",
            opened=passed.dispatched.duties, climbed=passed.escalated.duties, frozen=passed.aggregated.frozen,
            sent=passed.delivered.sent, refused=passed.delivered.refused, deferred=passed.delivered.deferred,
        )
    )  # fmt: skip
    if passed.delivered.down:
        out.print(f"[yellow]![/] {escape(say(passed.delivered.down))}")


def print_status(title: str, rows: list[dict[str, Any]], words: str, notices: dict[str, int]) -> None:
    """The books of one directive; `words` are the core's own, in Vietnamese."""
    out.print(f"\n[bold]{escape(title)}[/]", soft_wrap=True)
    table = Table()
    for name in rows[0] if rows else ():
        table.add_column(say(name), justify="left" if name == "Việc" else "right")
    for row in rows:
        table.add_row(*(escape(row_name(str(value))) for value in row.values()))
    if rows:
        out.print(table)
    if is_vietnamese():
        out.print(escape(words.replace("**", "")))
        return
    waiting = notices["pending"] + notices["sending"]
    counts = {"sent": notices["sent"], "waiting": waiting, "lost": notices["undeliverable"]}
    out.print(say("Thư đã gửi: %(sent)s; chờ gửi: %(waiting)s; không gửi được: %(lost)s.", **counts))


def print_wake(wake: "Wake", zone: str) -> None:
    """When a directive is looked at next, and why."""
    if wake.at < NEVER:
        at, cause = say(spoken(wake.at, zone)), say(Phrase(wake.cause))
        out.print(say("Lượt tiếp theo: %(at)s (%(cause)s).", at=at, cause=cause))
    else:
        out.print(say("Không còn việc nào chờ."))


def print_live(duties: "list[Live]", zone: str, *, everything: bool) -> None:
    """The duties that are not done, each with the number by which `why` and `duty` know it: those that somebody has to
    look at, or with `everything` those in time and of locked periods as well."""
    pressing = [item for item in duties if item.stands != "open" and not item.closed]
    shown = duties if everything else pressing[:_MOST]
    if shown:
        table = _table("Việc chưa xong (`hoatoc why SỐ`, `hoatoc duty … SỐ`)", "Số", "Việc", "Ai", "Hạn", "Tình trạng")
        for item in shown:
            due, stands = say(spoken_due(item.due_at, zone)), say(STANDS[item.stands])
            table.add_row(str(item.number), escape(row_name(item.name)), escape(item.addressee), due, stands)
        out.print(table)
    if len(duties) > len(shown):
        in_time = sum(item.stands == "open" for item in duties)
        counts = {"count": len(duties), "in_time": in_time}
        out.print(say("Chưa xong: %(count)s việc, trong đó %(in_time)s còn hạn; thêm --all để xem hết.", **counts))


def row_name(value: str) -> str:
    """A row's name, "Báo cáo ngày 24/11/2021": its words are in the catalogue, its last part is its own."""
    words, _, own = value.rpartition(" ")
    return f"{say(words)} {own}" if words in ROW_NAMES else say(value) if value else ""


def print_units(folder: "OfficeFolder") -> None:
    """An office's directory."""
    table = Table(*map(say, ("Khóa", "Tên", "Hệ", "Cấp trên", "Hộp thư")), title=escape(folder.office.name))
    for unit in folder.units.units:
        table.add_row(unit.key, escape(unit.name), unit.tree.value, unit.parent or "", unit.mail or "")
    out.print(table)
