"""amend, suspend, resume, end, recall, replace: what the office does with a directive that runs."""

from collections.abc import Callable
from typing import Annotated, Any

import typer
from rich.markup import escape

from hoatoc.cli import app
from hoatoc.cli.console import out
from hoatoc.cli.words import say

Key = Annotated[str, typer.Argument(metavar="ID", help="Khóa văn bản, ví dụ kien-giang/13-cv-bcd.")]
Reason = Annotated[str, typer.Option(help="Lý do: gửi cho các đơn vị và lưu trong lịch sử.")]
By = Annotated[str, typer.Option(help="Ai quyết định, ghi vào lịch sử.")]
Version = Annotated[
    int | None, typer.Option(help="Bản đã xem (`status --json`); người khác đã đổi thì không làm gì.")
]  # fmt: skip


@app.command()
def amend(key: Key, reason: Reason, by: By = "văn phòng", version: Version = None) -> None:
    """Sửa văn bản đang chạy theo tệp hiện có: việc đang mở đi theo, kỳ đang mở giữ giờ cũ, nơi liên quan được báo."""
    from hoatoc import clock
    from hoatoc.format.folder import find_draft
    from hoatoc.installation import open_installation
    from hoatoc.rollout.amend import Amended
    from hoatoc.rollout.amend import amend as amend_directive
    from hoatoc.rollout.reference import directive_of

    here = open_installation()
    folder, draft = find_draft(here.settings.directives, key)
    with here.ledger.write() as session:
        directive = directive_of(session, key)
        done = amend_directive(
            session, directive, folder, draft, reason=reason, by=by, now=clock.read(session), version=version
        )
    if done == Amended():
        out.print(say("Văn bản giữ nguyên; chỉ danh bạ được cập nhật, không thư nào báo."))
        return
    for line in done.changes:
        out.print(f"  {say(line)}", markup=False, soft_wrap=True)
    out.print(
        say(
            "Thêm %(added)s nơi nhận, bớt %(removed)s; mở %(opened)s việc, rút %(withdrawn)s, "
            "đổi hạn hoặc nấc %(moved)s.",
            added=len(done.added),
            removed=len(done.removed),
            opened=done.opened,
            withdrawn=done.withdrawn,
            moved=done.moved,
        )
    )
    wake(key)


@app.command()
def suspend(key: Key, reason: Reason, by: By = "văn phòng", version: Version = None) -> None:
    """Tạm dừng một văn bản: hạn ngừng tính, không ai bị nhắc, cho tới khi `resume`."""
    from hoatoc.rollout import life

    _change(key, life.suspend, reason=reason, by=by, version=version)


@app.command()
def resume(key: Key, reason: Reason, by: By = "văn phòng", version: Version = None) -> None:
    """Cho văn bản tạm dừng chạy tiếp; hạn lùi đúng bằng thời gian đã dừng."""
    from hoatoc.rollout import life

    _change(key, life.resume, reason=reason, by=by, version=version)


@app.command()
def end(key: Key, reason: Reason, by: By = "văn phòng", version: Version = None) -> None:
    """Kết thúc một văn bản: việc còn hạn được rút, việc đã quá hạn ở lại sổ."""
    from hoatoc.rollout import life

    _change(key, life.end, reason=reason, by=by, version=version)


@app.command()
def recall(key: Key, reason: Reason, by: By = "văn phòng", version: Version = None) -> None:
    """Thu hồi một văn bản: rút mọi việc, báo các nơi đã nhận."""
    from hoatoc.rollout import life

    _change(key, life.recall, reason=reason, by=by, version=version)


@app.command()
def replace(
    key: Key,
    successor: Annotated[str, typer.Argument(metavar="NEW_ID", help="Khóa văn bản thay thế, đã ban hành.")],
    reason: Reason,
    by: By = "văn phòng",
    version: Version = None,
) -> None:
    """Thay một văn bản bằng văn bản khác đã ban hành."""
    from hoatoc.rollout import life
    from hoatoc.rollout.reference import directive_of

    def work(session: Any, directive: Any, **rest: Any) -> None:
        life.replace(session, directive, directive_of(session, successor), **rest)

    _change(key, work, reason=reason, by=by, version=version)


def _change(key: str, work: Callable[..., None], **rest: Any) -> None:
    from hoatoc import clock
    from hoatoc.installation import open_installation
    from hoatoc.rollout.reference import directive_of
    from hoatoc.rollout.states import DIRECTIVES

    with open_installation().ledger.write() as session:
        directive = directive_of(session, key)
        work(session, directive, now=clock.read(session), **rest)
        title, state = directive.title, directive.state
    out.print(f"[green]{escape(title)}[/]: {say(DIRECTIVES[state])}")
    wake(key)


def wake(key: str) -> None:
    """Have the notices of the change sent at once where `serve` runs; otherwise say how."""
    from hoatoc.installation import open_installation, running

    here = open_installation()
    if not running(here.settings):
        out.print(say("Thư báo thay đổi sẽ đi khi chạy `hoatoc serve` hoặc `hoatoc pass %(key)s`.", key=key))
        return
    from hoatoc.cli.prefect import start

    start(here.settings, key, cause="thay đổi")
