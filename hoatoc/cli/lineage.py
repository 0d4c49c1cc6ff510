"""lineage and schema: how directives hang together, and the format for editors."""

import sys
from typing import Annotated, Any, Literal

import typer
from rich.markup import escape
from rich.tree import Tree

from hoatoc.cli import app
from hoatoc.cli.commands import Json, Key
from hoatoc.cli.console import out, print_json
from hoatoc.cli.words import say

FileKind = Literal["directive", "office", "units", "form", "roster"]


@app.command()
def lineage(key: Key, as_json: Json = False) -> None:
    """Văn bản này triển khai, tiếp nối, gửi kèm những văn bản nào; tình hình từng văn bản và cộng dồn."""
    from hoatoc import clock
    from hoatoc.format.folder import drafts_under, find_draft
    from hoatoc.installation import open_installation
    from hoatoc.rollout.lineage import lineage as find_lineage
    from hoatoc.rollout.lineage import roll_up

    here = open_installation()
    find_draft(here.settings.directives, key)
    drafts = {draft.key: draft for draft in drafts_under([here.settings.directives])}
    with here.ledger.read() as session:
        node = find_lineage(session, key, drafts, clock.read(session))
    summed = roll_up(node).as_dict()
    if as_json:
        print_json({**node.as_dict(), "roll_up": summed})
        return
    out.print(_grow(node.as_dict(), Tree(_label(node.as_dict()))))
    out.print(say("Cộng dồn: %(counted)s", counted=_counted(summed)))


@app.command()
def schema(
    of: Annotated[FileKind, typer.Option(help="Loại tệp.")] = "directive",
    as_markdown: Annotated[bool, typer.Option("--markdown", help="In bảng tra cứu của mọi loại tệp.")] = False,
) -> None:
    """In JSON Schema của một loại tệp, để trình soạn thảo gợi ý và kiểm tra khi gõ."""
    from hoatoc.format.schema import json_schema, markdown

    if as_markdown:
        sys.stdout.write(markdown())
    else:
        print_json(json_schema(of))


def _grow(node: dict[str, Any], tree: Tree) -> Tree:
    for parent in node["rests_on"]:
        _grow(parent, tree.add(_label(parent)))
    return tree


def _label(node: dict[str, Any]) -> str:
    tied = f"[yellow]{', '.join(map(say, node['relations']))}[/] " if node["relations"] else ""
    held = f" ({node['key']})" if node["key"] else say(" (ngoài cơ quan này)")
    unknown = say(": chưa ban hành ở đây") if node["key"] else ""
    state = f": {_counted(node['duties'])}" if node["duties"] else unknown
    return f"{tied}{escape(node['code'])}{held}{state}"


def _counted(books: dict[str, int]) -> str:
    done = books["on_time"] + books["late"]
    return say("%(done)s/%(expected)s việc xong, %(missing)s quá hạn, %(open)s còn hạn", done=done, **books)
