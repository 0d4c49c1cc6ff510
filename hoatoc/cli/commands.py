"""init, check, plan, issue, pass, status and units: the commands that work without Prefect."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from hoatoc.cli import app, units
from hoatoc.cli.console import err, out, print_json
from hoatoc.cli.words import is_vietnamese, say
from hoatoc.phrase import Phrase

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from hoatoc.installation import Installation
    from hoatoc.ledger.schema import Directive

Json = Annotated[bool, typer.Option("--json", help="In dữ liệu dạng JSON.")]
Key = Annotated[str, typer.Argument(metavar="ID", help="Khóa văn bản, ví dụ kien-giang/13-cv-bcd.")]
#: How many reports `status` counts up, the newest ones.
_DAYS = 7


@app.command()
def init() -> None:
    """Tạo thư mục nhà, khóa ký và sổ cái; chạy lại thì nâng sổ cái lên bản mới."""
    from hoatoc.installation import initialise

    installation = initialise()
    out.print(
        say(
            "Sổ cái: %(ledger)s\nThư mục nhà: %(home)s",
            ledger=installation.ledger.engine.url.render_as_string(),
            home=installation.settings.home,
        ),
        markup=False,
    )


@app.command()
def check(
    paths: Annotated[list[Path] | None, typer.Argument(metavar="[PATH…]", help="Tệp hoặc thư mục cơ quan.")] = None,
    sources: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Thư mục nguyên văn: đối chiếu từng câu trích.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Kiểm tra các tệp văn bản, danh bạ và biểu mẫu; lỗi nêu tệp, dòng, trường và cách sửa."""
    from dataclasses import asdict

    from hoatoc.errors import NotFound
    from hoatoc.format.folder import drafts_under
    from hoatoc.format.inspection import inspect
    from hoatoc.format.quotes import quote_problems
    from hoatoc.settings import read_settings

    targets = paths or [read_settings().directives]
    missing = [path for path in targets if not path.exists()]
    if missing:
        raise NotFound(
            Phrase("không có %(path)s", path=missing[0]), hint="ghi đường dẫn tới một tệp hoặc thư mục có thật"
        )
    made = inspect(targets)
    problems = made.problems
    if sources is not None:
        problems += [problem for draft in drafts_under(targets) for problem in quote_problems(draft, sources)]
    if as_json:
        print_json([{**asdict(problem), "file": str(problem.file)} for problem in problems])
    else:
        for problem in problems:
            out.print(say(str(problem)), markup=False, soft_wrap=True)
        read = say("%(offices)s cơ quan, %(files)s tệp", offices=len(made.offices), files=len(made.files))
        found = say("%(count)s lỗi", count=len(problems)) if problems else say("Không có lỗi")
        out.print(f"[{'red' if problems else 'green'}]{found}[/] · {read}")
    raise typer.Exit(1 if problems else 0)


@app.command()
def plan(key: Key, as_json: Json = False) -> None:
    """Cho xem văn bản sẽ tới ai, ai nợ gì, thư nào sẽ đi; mỗi điều là của văn bản hay do văn phòng quyết định."""
    from hoatoc.cli.tables import print_plan
    from hoatoc.clock import machine_now
    from hoatoc.format.folder import find_draft
    from hoatoc.rollout.plan import plan as make_plan
    from hoatoc.settings import read_settings

    folder, draft = find_draft(read_settings().directives, key)
    made = make_plan(folder, draft, machine_now())
    if as_json:
        print_json(made)
    else:
        print_plan(made)


@app.command()
def issue(
    key: Key,
    by: Annotated[str, typer.Option(help="Ai ban hành, ghi vào lịch sử.")] = "văn phòng",
    as_trial: Annotated[
        bool, typer.Option("--trial", help="Chạy thử: mọi thư chỉ tới bàn trực, không tính vào đâu.")
    ] = False,
) -> None:
    """Ban hành một văn bản đã kiểm tra. Ban hành lại không làm gì thêm."""
    from hoatoc import clock
    from hoatoc.format.folder import find_draft
    from hoatoc.installation import open_installation
    from hoatoc.rollout import trial
    from hoatoc.rollout.issue import issue as issue_draft

    here = open_installation()
    folder, draft = find_draft(here.settings.directives, key)
    begin = trial.begin if as_trial else issue_draft
    with here.ledger.write() as session:
        begun = begin(session, folder, draft, now=clock.read(session), by=by)
    done = say("Bắt đầu chạy thử") if as_trial else say("Đã ban hành")
    out.print(f"[green]{done}[/] {escape(begun.title)} ({begun.key})")
    _say_when_it_starts(here, begun.key)


def _say_when_it_starts(here: "Installation", key: str) -> None:
    from hoatoc.installation import running

    if running(here.settings):
        out.print(say("Lượt đầu tiên bắt đầu trong ít giây, trên Prefect."))
    else:
        out.print(
            say(
                "Chưa có `hoatoc serve` đang chạy: thư sẽ đi khi chạy `hoatoc serve` hoặc `hoatoc pass %(key)s`.",
                key=key,
            )
        )


@app.command(name="pass")
def pass_(key: Key, as_json: Json = False) -> None:
    """Chạy một lượt ngay tại đây, không qua Prefect: làm mọi việc đã đến hạn. Chạy lần nữa thì không làm gì."""
    from dataclasses import asdict

    from hoatoc.cli.tables import print_pass
    from hoatoc.installation import open_installation
    from hoatoc.passing import make_pass
    from hoatoc.rollout.reference import directive_of

    here = open_installation()
    with here.ledger.read() as session:
        directive_id = directive_of(session, key).id
    done = make_pass(here.ledger, directive_id, relay=here.relay, links=here.links)
    if as_json:
        print_json([asdict(passed) for passed in done])
        return
    for passed in done:
        print_pass(passed)
    if not done:
        out.print(say("Một lượt khác đang chạy; nó sẽ xem lại một lần nữa trước khi dừng."))


@app.command()
def status(
    key: Annotated[str | None, typer.Argument(metavar="[ID]", help="Khóa văn bản; bỏ trống để xem tất cả.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Mọi kỳ, mọi việc chưa xong, cả việc còn hạn.")] = False,
    as_json: Json = False,
) -> None:
    """Tình hình: phải thực hiện = đúng hạn + muộn + quá hạn + miễn + không liên lạc được + còn hạn."""
    from sqlalchemy import select

    from hoatoc import clock
    from hoatoc.cli.tables import print_live, print_status, print_wake
    from hoatoc.installation import open_installation
    from hoatoc.ledger.schema import Directive
    from hoatoc.rollout import account, books, waking
    from hoatoc.rollout.reference import directive_of

    with open_installation().ledger.read() as session:
        now = clock.read(session)
        issued = select(Directive).where(Directive.trial.is_(False)).order_by(Directive.id)
        found = [directive_of(session, key)] if key else list(session.scalars(issued))
        if as_json:
            told = {item.key: _told(session, item, now) for item in found}
            print_json(told[key] if key else told)
            return
        for item in found:
            words, notices = account.paragraph(session, item, now), books.notices_by_state(session, item.id)
            heading = f"{item.title} ({item.key})"
            rows = account.table(session, item, now, newest=None if everything else _DAYS)
            print_status(heading, rows, words, notices)
            if not is_vietnamese():  # the paragraph says it in Vietnamese
                print_wake(waking.next_wake(session, item), item.zone)
        if key:
            print_live(account.live(session, found[0], now), found[0].zone, everything=everything)
        if not found:
            err.print(say("Chưa ban hành văn bản nào."))


def _told(session: "Session", directive: "Directive", now: "datetime") -> dict[str, Any]:
    """The books of a directive, with where it stands, the version that `--version` of the life commands asks for, and
    the duties that are not done."""
    from hoatoc.rollout import account, books

    standing = {"state": directive.state.value, "version": directive.version}
    live = [{**item._asdict(), "due_at": item.due_at.isoformat()} for item in account.live(session, directive, now)]
    return {**standing, **books.status(session, directive.id, now), "live": live}


@units.command(name="list")
def list_units(as_json: Json = False) -> None:
    """Liệt kê đơn vị của mọi cơ quan trong thư mục văn bản."""
    from hoatoc.cli.tables import print_units
    from hoatoc.format.folder import office_paths, read_office
    from hoatoc.settings import read_settings

    folders = [read_office(path) for path in office_paths(read_settings().directives)]
    if as_json:
        print_json(
            [
                {"office": folder.key, **unit.model_dump(mode="json")}
                for folder in folders
                for unit in folder.units.units
            ]
        )
        return
    for folder in folders:
        print_units(folder)
