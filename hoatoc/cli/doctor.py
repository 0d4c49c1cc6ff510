"""doctor: what is wrong with this installation, and how to mend it."""

from dataclasses import asdict
from typing import Annotated

import typer

from hoatoc.cli import app
from hoatoc.cli.console import out, print_json

_MARKS = {"well": "[green]tốt[/]", "warning": "[yellow]lưu ý[/]", "ill": "[bold red]hỏng[/]"}


@app.command()
def doctor(as_json: Annotated[bool, typer.Option("--json", help="In dữ liệu dạng JSON.")] = False) -> None:
    """Khám: sổ cái, khóa, đĩa, đồng hồ, máy chủ thư, Prefect, việc trễ; nêu cách sửa. Không thay đổi gì."""
    from rich.markup import escape
    from rich.table import Table

    from hoatoc.doctor.examine import examine
    from hoatoc.settings import read_settings

    found = examine(read_settings())
    if as_json:
        print_json([asdict(finding) for finding in found])
    else:
        table = Table("", "Phần", "Thấy gì", "Cách sửa")
        for finding in found:
            table.add_row(_MARKS[finding.health], finding.what, escape(finding.seen), escape(finding.mend))
        out.print(table)
    raise typer.Exit(1 if any(finding.health == "ill" for finding in found) else 0)
