"""The command line. Heavy things are imported by the command that needs them: `hoatoc --help` answers at once."""

import sys

import typer

from hoatoc.cli.console import fail
from hoatoc.cli.mishaps import mishap
from hoatoc.cli.words import translate
from hoatoc.errors import HoatocError

app = typer.Typer(
    name="hoatoc", no_args_is_help=True, add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False,
    help="Hỏa Tốc: văn bản chỉ đạo đã ký chạy tới từng đơn vị: gửi, xác nhận, báo cáo, đôn đốc, tổng hợp.",
)  # fmt: skip
units = typer.Typer(no_args_is_help=True, help="Danh bạ đơn vị.")
app.add_typer(units, name="units")

from hoatoc.cli import (  # noqa: E402, F401  # they add themselves to `app`
    account,
    backup,
    commands,
    demo,
    directory,
    doctor,
    duty,
    keys,
    life,
    lineage,
    rehearse,
    rosters,
    serve,
)

translate(app)


def main() -> None:
    """Run; what somebody here can mend is told plainly, with the way out, and ends with exit code 1."""
    try:
        app()
    except HoatocError as error:
        fail(error)
        sys.exit(1)
    except Exception as error:
        told = mishap(error)
        if told is None:
            raise
        fail(told)
        sys.exit(1)
