"""doctor: what is wrong with this installation, and how to mend it."""

from dataclasses import asdict
from typing import Annotated

import typer

from hoatoc.cli import app
from hoatoc.cli.console import out, print_json
from hoatoc.cli.words import say

#: How well something is, and in what colour that is said.
MARKS = {"well": ("tốt", "green"), "warning": ("lưu ý", "yellow"), "ill": ("hỏng", "bold red")}


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
        table = Table("", *map(say, ("Phần", "Thấy gì", "Cách sửa")))
        for finding in found:
            word, colour = MARKS[finding.health]
            told = (escape(say(words)) for words in (finding.what, finding.seen, finding.mend))
            table.add_row(f"[{colour}]{say(word)}[/]", *told)
        out.print(table)
    raise typer.Exit(1 if any(finding.health == "ill" for finding in found) else 0)
