"""backup, restore: a copy of the ledger while it is in use, and the way back."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from hoatoc.cli import app
from hoatoc.cli.console import out
from hoatoc.cli.words import say
from hoatoc.errors import LedgerError

if TYPE_CHECKING:
    from datetime import datetime


@app.command()
def backup(file: Annotated[Path, typer.Argument(metavar="FILE", help="Tệp sẽ ghi; chưa được có.")]) -> None:
    """Sao lưu sổ cái (SQLite) vào một tệp, cả khi đang chạy. Giữ thêm tệp keys và thư mục văn bản."""
    from hoatoc.ledger.copies import back_up
    from hoatoc.settings import read_settings

    settings = read_settings()
    back_up(_ledger_file(settings.ledger_url), file)
    out.print(say("Đã sao lưu sổ cái vào %(file)s.", file=file), markup=False, soft_wrap=True)
    if not settings.secret_key:
        out.print(
            say("Giữ thêm %(keys)s: thiếu khóa thì không liên kết nào đã gửi mở được.", keys=settings.home / "keys"),
            markup=False,
            soft_wrap=True,
        )


@app.command()
def restore(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Bản sao lưu của sổ cái; sau pg_restore thì không ghi.")
    ] = None,
) -> None:
    """Phục hồi sổ cái từ bản sao lưu khi `hoatoc serve` đã dừng, không xóa sổ hiện có; PostgreSQL: sau pg_restore."""
    from hoatoc.clock import machine_now
    from hoatoc.installation import alone_on, for_us_alone, open_installation
    from hoatoc.ledger import copies
    from hoatoc.settings import read_settings

    settings, now = read_settings(), machine_now()
    aside = f".before-{now:%Y%m%dT%H%M%SZ}"
    with for_us_alone():
        settings.home.mkdir(parents=True, exist_ok=True)
        with alone_on(settings.home):
            if file is None:
                _finish(settings.ledger_url, now)
                moved = []
            else:
                ledger = _ledger_file(settings.ledger_url)
                moved = copies.restore(ledger, file, aside=aside, now=now)
                put = {"ledger": escape(str(ledger)), "file": escape(str(file))}
                out.print(say("[green]Đã phục hồi[/] %(ledger)s từ %(file)s.", **put), soft_wrap=True)
            # It knows the wake-ups of the time in between, and would take new ones for those.
            moved += copies.move_aside(settings.home / "prefect" / "prefect.db", aside)
    for path in moved:
        out.print(say("Giữ lại: %(path)s", path=path), markup=False, soft_wrap=True)
    out.print(say("Số cấp từ nay cao hơn mọi số đã cấp: liên kết của thời gian đã mất không mở trang của đơn vị khác."))
    out.print(say("Thư đã gửi sau bản sao lưu này có thể đi lần nữa: xem `hoatoc status` trước khi chạy."))
    if os.environ.get("PREFECT_SERVER_DATABASE_CONNECTION_URL"):
        out.print(say("Làm trống cả cơ sở dữ liệu của Prefect: nó còn nhớ các lượt hẹn của thời gian đã mất."))
    open_installation().ledger.close()  # an older ledger, or one of other keys, is told now


def _ledger_file(url: str) -> Path:
    """Raises LedgerError when the ledger is no file."""
    from hoatoc.ledger.engine import file_of

    file = file_of(url)
    if file is None:
        raise LedgerError(
            "sổ cái ở PostgreSQL", hint="sao lưu bằng pg_dump, phục hồi bằng pg_restore: xem deployments/README.md"
        )
    return file


def _finish(url: str, now: "datetime") -> None:
    """What pg_restore leaves to do. Raises LedgerError when the ledger is a file."""
    from hoatoc.ledger import ids
    from hoatoc.ledger.engine import file_of, open_ledger

    if file_of(url) is not None:
        raise LedgerError("chưa ghi bản sao lưu nào", hint="`hoatoc restore FILE`; chỉ PostgreSQL không cần FILE")
    ledger = open_ledger(url)
    with ledger.engine.begin() as connection:
        ids.skip_in_database(connection, now)
    ledger.close()
