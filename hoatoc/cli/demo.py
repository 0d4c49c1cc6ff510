"""demo: the whole product at work on a real directive, on this machine alone."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from hoatoc.cli import app
from hoatoc.cli.console import out
from hoatoc.cli.words import say
from hoatoc.errors import HoatocError
from hoatoc.phrase import Phrase


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Kết thúc khi xong, không chờ Ctrl-C.")] = False,
    home: Annotated[Path, typer.Option(help="Thư mục của cuộc trình diễn.")] = Path(".demo"),
) -> None:
    """Công điện 13-CV/BCĐ của Kiên Giang chạy năm ngày trên đồng hồ mô phỏng, với các đơn vị giả lập trả lời thật."""
    from hoatoc.cli.demonstration import demonstrate

    if not demonstrate(_fresh(home), once=once):
        raise typer.Exit(1)


def _fresh(home: Path) -> Path:
    """`home`, emptied when it holds a demonstration that came to its end; one that was cut off is carried on."""
    finished = home / "finished"
    if finished.exists():
        shutil.rmtree(home)
    elif home.exists() and any(home.iterdir()) and not (home / "ledger.db").exists():
        raise HoatocError(
            Phrase("%(home)s có sẵn và không phải là cuộc trình diễn", home=home), hint="chọn thư mục khác: --home"
        )
    elif home.exists():
        out.print(say("Tiếp tục cuộc trình diễn bị ngắt, từ sổ cái."))
    return home
