"""roster-links: what the desk gives to those who may read lists of persons."""

from typing import Annotated

import typer

from hoatoc.cli import app
from hoatoc.cli.commands import Json, Key
from hoatoc.cli.console import out, print_json
from hoatoc.cli.words import say
from hoatoc.phrase import Phrase


@app.command(name="roster-links")
def roster_links(
    key: Key,
    reader: Annotated[
        str | None, typer.Option(metavar="UNIT/POST", help="Chỉ nơi đọc này, ví dụ so-y-te/head.")
    ] = None,
    as_json: Json = False,
) -> None:
    """In liên kết mở từng danh sách người, cho những nơi mà văn bản cho phép đọc. Mỗi lần mở đều ghi vào lịch sử."""
    from hoatoc.errors import NotFound
    from hoatoc.installation import open_installation
    from hoatoc.rollout.reference import directive_of
    from hoatoc.rollout.rosters import readings

    here = open_installation()
    with here.ledger.read() as session:
        found = readings(session, directive_of(session, key).id)
    readers = sorted({each.reader for each in found})
    if reader is not None and reader not in readers:
        known = ", ".join(readers) or Phrase("văn bản này không có danh sách nào")
        raise NotFound(
            Phrase("%(reader)s không được đọc danh sách của %(key)s", reader=reader, key=key),
            hint=Phrase("những nơi được đọc: %(known)s", known=known),
        )
    told = [
        {"duty": each.duty_id, "unit": each.unit, "count": each.count, "reader": each.reader,
         "link": here.links.roster_reader(each.duty_id, each.generation, each.reader)}
        for each in found
        if reader in (None, each.reader)
    ]  # fmt: skip
    if as_json:
        print_json(told)
        return
    for row in told:
        count = say("chưa nộp") if row["count"] is None else say("%(count)s người", count=row["count"])
        told_for = say("%(unit)s (%(count)s), cho %(reader)s:", unit=row["unit"], count=count, reader=row["reader"])
        out.print(told_for, markup=False, soft_wrap=True)
        out.print(f"  {row['link']}", markup=False, soft_wrap=True)
