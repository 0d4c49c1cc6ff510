"""rehearse: what a directive would do, before it is issued."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hoatoc.cli import app
from hoatoc.cli.console import out, print_json
from hoatoc.cli.words import say
from hoatoc.phrase import Phrase

if TYPE_CHECKING:
    from hoatoc.format.folder import Draft, OfficeFolder


@app.command()
def rehearse(
    key: Annotated[str, typer.Argument(metavar="ID", help="Khóa văn bản, ví dụ kien-giang/13-cv-bcd.")],
    days: Annotated[int, typer.Option(min=1, max=400, help="Diễn tập bao nhiêu ngày.")] = 7,
    seed: Annotated[int, typer.Option(help="Hạt giống: cùng số thì cùng diễn biến.")] = 1,
    behaviour: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Tệp YAML: bao nhiêu phần đơn vị ứng xử thế nào.")
    ] = None,
    at: Annotated[
        str, typer.Option(metavar="YYYY-MM-DDTHH:MM", help="Ban hành lúc nào; mặc định 8 giờ ngày ghi trên văn bản.")
    ] = "",
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Ghi thêm một trang HTML có biểu đồ.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="In dữ liệu dạng JSON.")] = False,
) -> None:
    """Diễn tập một văn bản với các đơn vị giả lập, trên đồng hồ mô phỏng: thư nào sẽ đi, lúc nào, ai bị báo lên ai."""
    from hoatoc.format.folder import find_draft
    from hoatoc.rehearsal.behaviour import Behaviour, read_behaviour
    from hoatoc.rehearsal.rehearse import rehearse as play
    from hoatoc.settings import read_settings

    folder, draft = find_draft(read_settings().directives, key)
    manners = read_behaviour(behaviour) if behaviour else Behaviour()
    account = play(folder, draft, at=_start(at, folder, draft), days=days, seed=seed, behaviour=manners)
    if html is not None:
        from hoatoc.rehearsal.page import render

        html.write_text(render(account), encoding="utf-8")
    if as_json:
        print_json(account)
    else:
        _show(account, html)
    raise typer.Exit(0 if all(account["checks"].values()) else 1)


def _start(at: str, folder: "OfficeFolder", draft: "Draft") -> datetime:
    from zoneinfo import ZoneInfo

    from hoatoc.clock import machine_now
    from hoatoc.errors import HoatocError
    from hoatoc.rehearsal.rehearse import signing_morning

    if not at:
        return signing_morning(folder, draft, machine_now())
    try:
        typed = datetime.fromisoformat(at)
    except ValueError as error:
        raise HoatocError(
            Phrase("--at %(at)r không phải là thời điểm", at=at), hint="ví dụ: --at 2021-11-23T16:00"
        ) from error
    return typed if typed.tzinfo else typed.replace(tzinfo=ZoneInfo(folder.office.zone))


def _show(account: dict[str, Any], html: Path | None) -> None:
    from hoatoc.cli.rehearsed import print_account

    print_account(account)
    if html is not None:
        out.print(say("Trang HTML: %(html)s", html=html), markup=False, soft_wrap=True)
