"""units list, import, export: the directory from the command line; trial: taking a trial away."""

from pathlib import Path
from typing import Annotated

import typer

from hoatoc.cli import app, units
from hoatoc.cli.console import out, print_json
from hoatoc.cli.words import say

Office = Annotated[str, typer.Argument(metavar="OFFICE", help="Thư mục cơ quan, ví dụ kien-giang.")]
By = Annotated[str, typer.Option(help="Ai làm, ghi vào lịch sử.")]


@units.command(name="export")
def export_units(
    office: Office, file: Annotated[Path, typer.Argument(metavar="FILE", help="Tệp .xlsx sẽ ghi.")]
) -> None:
    """Ghi danh bạ ra tệp Excel; sửa rồi nhập lại bằng `units import`."""
    from hoatoc.format.folder import find_office
    from hoatoc.papers.unitsheet import write_units
    from hoatoc.settings import read_settings

    folder = find_office(read_settings().directives, office)
    file.write_bytes(write_units(folder.units))
    told = say("%(count)s đơn vị: %(file)s", count=len(folder.units.units), file=file)
    out.print(told, markup=False, soft_wrap=True)


@units.command(name="import")
def import_units(
    office: Office, file: Annotated[Path, typer.Argument(metavar="FILE", help="Tệp .xlsx của cơ quan.")],
    yes: Annotated[bool, typer.Option("--yes", help="Ghi ngay; không có thì chỉ cho xem thay đổi.")] = False,
    by: By = "văn phòng",
    as_json: Annotated[bool, typer.Option("--json", help="In dữ liệu dạng JSON.")] = False,
) -> None:  # fmt: skip
    """Nhập danh bạ từ tệp Excel: cột nhận theo tên; cho xem thay đổi, chỉ ghi khi có --yes."""
    from dataclasses import asdict

    from hoatoc import clock
    from hoatoc.format.folder import find_office
    from hoatoc.format.shelf import fingerprint
    from hoatoc.installation import open_installation
    from hoatoc.papers.unitsheet import read_units
    from hoatoc.rollout import keeping

    here = open_installation()
    folder = find_office(here.settings.directives, office)
    seen = fingerprint(folder.path / keeping.UNITS)
    sheet = read_units(file.read_bytes(), folder.units)
    if as_json:
        print_json([asdict(problem) for problem in sheet.problems])
    for problem in sheet.problems:
        place = say("%(file)s, dòng %(row)s, %(column)s", file=file.name, row=problem.row, column=problem.column)
        whose = f" ({problem.unit})" if problem.unit else ""
        typed = f" “{problem.typed}”" if problem.typed else ""
        out.print(
            f"{place}{whose}: {say(problem.says)}{typed}\n    → {say(problem.hint)}", markup=False, soft_wrap=True
        )
    if sheet.problems:
        raise typer.Exit(1)
    made = keeping.edition(folder, sheet.units.units)
    for change in made.changes:
        told = f"{'+' if change.new else '~'} {change.name}: {'; '.join(change.lines)}"
        out.print(told, markup=False, soft_wrap=True)
    for key in made.breaks:
        out.print(say("! %(key)s sẽ có lỗi, xem `hoatoc check`", key=key), markup=False)
    if not made.changes:
        out.print(say("Không có gì thay đổi."))
    elif yes:
        with here.ledger.write() as session:
            keeping.save(session, folder, made, seen=seen, now=clock.read(session), by=by)
        out.print(say("Đã ghi %(count)s thay đổi.", count=len(made.changes)))
    else:
        out.print(say("Chưa ghi gì; thêm --yes để ghi."))


@app.command()
def untry(
    key: Annotated[str, typer.Argument(metavar="ID", help="Khóa lần chạy thử, ví dụ kien-giang/13-cv-bcd~thu-1.")],
    by: By = "văn phòng",
) -> None:
    """Kết thúc và bỏ một lần chạy thử: không thư nào đi nữa, liên kết thôi mở."""
    from hoatoc import clock
    from hoatoc.installation import open_installation
    from hoatoc.rollout import trial
    from hoatoc.rollout.reference import directive_of

    with open_installation().ledger.write() as session:
        trial.remove(session, directive_of(session, key), by=by, now=clock.read(session))
    out.print(say("Đã bỏ lần chạy thử."))
