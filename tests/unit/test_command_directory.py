"""The directory and trials from the command line."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import select
from typer.testing import CliRunner

from hoatoc.cli import app
from hoatoc.cli.console import fail
from hoatoc.errors import HoatocError
from hoatoc.format.folder import read_office
from hoatoc.installation import initialise
from hoatoc.ledger.engine import open_ledger
from hoatoc.ledger.schema import Directive
from hoatoc.settings import Settings
from tests.worlds.offices import KEY, small_office


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installation of the small office."""
    small_office().write(tmp_path / "directives")
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "HOME": tmp_path / "home", "DIRECTIVES": tmp_path / "directives", "DATABASE_URL": "", "SMTP_URL": "",
        "LANG": "vi",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"HOATOC_{name}", str(value))
    initialise(Settings()).ledger.close()
    return tmp_path


def run(*command: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, list(command), catch_exceptions=True)
    assert result.exit_code == code, result.output
    return result.output


def test_the_directory_goes_out_and_comes_back(home: Path) -> None:
    file = str(home / "danh-ba.xlsx")
    run("units", "export", "tinh-mau", file)
    assert "Không có gì thay đổi" in run("units", "import", "tinh-mau", file)


def test_an_import_is_shown_first_and_written_when_told_to(home: Path) -> None:
    file = home / "danh-ba.xlsx"
    run("units", "export", "tinh-mau", str(file))
    book = load_workbook(file)
    row = next(row for row in book.active.iter_rows() if row[0].value == "so-0")
    row[1].value = "Sở Y tế"
    book.save(file)
    office = home / "directives" / "tinh-mau"
    assert "tên: Sở 0 → Sở Y tế" in run("units", "import", "tinh-mau", str(file))
    assert "Sở Y tế" not in {unit.name for unit in read_office(office).units.units}
    assert "Đã ghi 1 thay đổi" in run("units", "import", "tinh-mau", str(file), "--yes")
    assert "Sở Y tế" in {unit.name for unit in read_office(office).units.units}
    row[1].value, row[0].value = None, None
    book.save(file)
    assert "chưa ghi tên đơn vị" in run("units", "import", "tinh-mau", str(file), code=1)


def test_a_wrong_cell_is_told_with_its_file_unit_and_what_stands_there(home: Path) -> None:
    book = Workbook()
    for row in (["Tên đơn vị", "Hộp thư"], ["Sở 0", "[red]so-0@mau"]):
        book.active.append(row)
    book.save(home / "danh-ba.xlsx")
    said = run("units", "import", "tinh-mau", str(home / "danh-ba.xlsx"), code=1)
    assert "danh-ba.xlsx, dòng 2, Hộp thư (Sở 0): hộp thư viết sai “[red]so-0@mau”" in said


def test_a_trial_begins_and_is_taken_away(home: Path) -> None:
    assert f"{KEY}~thu-1" in run("issue", KEY, "--trial")
    assert "Chưa ban hành văn bản nào" in run("status")
    assert "Đã bỏ lần chạy thử" in run("untry", f"{KEY}~thu-1")
    ledger = open_ledger(Settings().ledger_url)
    with ledger.read() as session:
        assert session.scalars(select(Directive.state)).one() == "removed"
    ledger.close()


def test_files_are_called_what_they_are_called(home: Path) -> None:
    for command in (("units", "export", "tinh-mau"), ("backup",)):
        file = home / f"[red]{command[0]}"
        assert str(file) in run(*command, str(file))
    assert str(home / "[red]backup") in run("restore", str(home / "[red]backup"))
    assert "[red]r.html" in run("rehearse", KEY, "--days", "1", "--html", str(home / "[red]r.html"))
    (home / "directives" / "tinh-mau" / "[red]x.yaml").write_text("a: [b]\n", encoding="utf-8")
    assert "[red]x.yaml" in run("check", code=1)


def test_a_refusal_says_what_was_typed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fail(HoatocError("không có [red]x.yaml [1, 2]", hint="các tệp: [/], a\\"))
    assert capsys.readouterr().err == "Lỗi: không có [red]x.yaml [1, 2]\n→ các tệp: [/], a\\\n"


def test_a_rehearsal_says_when_it_takes_the_document_to_be_issued(home: Path) -> None:
    for at, said in ((), "08:00"), (("--at", "2021-11-23T16:30"), "16:30"):
        told = " ".join(run("rehearse", KEY, "--days", "1", *at).split())
        assert f"giả định ban hành lúc 23/11/2021 {said}" in told
