"""Tells at the end what happened: the days, the escalations, and where to look."""

from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy import select

from hoatoc import clock
from hoatoc.cli.tables import row_name
from hoatoc.cli.words import say
from hoatoc.demo.driver import KEY
from hoatoc.installation import Installation
from hoatoc.ledger.schema import Addressee, Directive, Notice, NoticeState
from hoatoc.localtime import NEVER, short
from hoatoc.rollout import account, books
from hoatoc.rollout.reference import directive_of

STEPS = {"superior": "cấp trên trực tiếp", "leadership": "danh sách chậm"}
_SHOWN = 3


def tell(here: Installation, out: Console) -> bool:
    """Print the tale of the demonstration; whether the books balance."""
    with here.ledger.read() as session:
        directive = directive_of(session, KEY)
        now = clock.read(session)
        counted = books.by_subject(session, directive.id, now)
        out.print(_days(directive, counted))
        out.print(_escalations(session, directive))
        notices = books.notices_by_state(session, directive.id)
        phone = session.scalars(
            select(Addressee.name).where(Addressee.directive_id == directive.id, Addressee.unreachable_at < NEVER)
        ).all()
    out.print(
        say(
            "Thư: %(sent)s đã gửi, %(undeliverable)s bị từ chối, %(skipped)s bỏ vì không còn nợ.",
            sent=notices["sent"], undeliverable=notices["undeliverable"], skipped=notices["skipped"],
        )
    )  # fmt: skip
    for name in phone:
        why = say("hộp thư không tồn tại; không ai bị đôn đốc vì việc này")
        out.print(f"[yellow]{say('Gọi điện:')}[/] {escape(name)} ({why})")
    balanced = all(book.balance() for book in counted.values())
    verdict = f"[green]{say('Sổ khớp')}[/]" if balanced else f"[bold red]{say('SỔ KHÔNG KHỚP')}[/]"
    sum_ = say("phải thực hiện = đúng hạn + muộn + chưa có + miễn + không liên lạc được + còn hạn")
    out.print(f"{verdict}: {sum_}.")
    return balanced


def _days(directive: Directive, counted: dict[tuple[str, str, str], books.Books]) -> Table:
    table = Table(title=escape(directive.title), title_style="bold", min_width=76)
    table.add_column(say("Việc"), no_wrap=True)
    for name in map(say, ("Phải có", "Đúng hạn", "Muộn", "Chưa có", "Mất liên lạc", "Còn hạn")):
        table.add_column(name, justify="right")
    for (kind, subject, slot), book in counted.items():
        late, missing = f"[yellow]{book.late}[/]", f"[red]{book.missing}[/]"
        cells = (book.expected, f"[green]{book.on_time}[/]", late, missing, book.unreachable, book.open)
        table.add_row(row_name(account.subject_name(kind, subject, slot)), *(str(cell) for cell in cells))
    return table


def _escalations(session: Any, directive: Directive) -> Table:
    table = Table(title=say("Ai bị báo lên ai"), title_style="bold", min_width=76)
    for name in map(say, ("Lúc", "Nấc", "Gửi tới", "Về các đơn vị")):
        table.add_column(name, overflow="fold")
    digests = session.scalars(
        select(Notice)
        .where(Notice.directive_id == directive.id, Notice.step.in_(tuple(STEPS)), Notice.state == NoticeState.SENT)
        .order_by(Notice.due_at, Notice.id)
    )
    told: dict[tuple[datetime, str, str], list[str]] = {}
    for notice in digests:
        names = [unit["name"] for unit in notice.context["units"]]
        more = say(" và %(count)s nơi khác", count=len(names) - _SHOWN) if len(names) > _SHOWN else ""
        told.setdefault((notice.due_at, notice.step, "; ".join(names[:_SHOWN]) + more), []).append(notice.to_name)
    for (at, step, names_told), readers in told.items():
        table.add_row(short(at, directive.zone), say(STEPS[step]), escape("; ".join(readers)), escape(names_told))
    return table
