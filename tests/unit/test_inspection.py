"""What `hoatoc check` looks at and tells: everything at once, and no "nothing wrong" where nothing was read."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hoatoc.cli import app
from hoatoc.errors import FormatError
from hoatoc.format.folder import find_draft, read_office
from hoatoc.format.inspection import inspect, problems_under
from hoatoc.settings import ROOT
from tests.worlds.offices import small_office

FILES = ("office.yaml", "units.yaml", "forms/bao-cao.yaml", "1-cv.yaml")


def office(root: Path) -> Path:
    return small_office().write(root)


def test_what_was_read_is_counted(tmp_path: Path) -> None:
    made = inspect([office(tmp_path), tmp_path])
    assert (made.problems, len(made.offices), len(made.files)) == ([], 1, 4)
    made = inspect([ROOT / "directives"])
    assert (made.problems, len(made.offices), len(made.files)) == (
        [],
        4,
        len(list((ROOT / "directives").rglob("*.yaml"))),
    )
    one = inspect([tmp_path / "tinh-mau" / "1-cv.yaml"])
    assert (len(one.offices), len(one.files)) == (1, 1)


def test_the_command_says_how_much_it_has_read_and_fails_where_that_is_nothing(tmp_path: Path) -> None:
    nothing = CliRunner().invoke(app, ["check", str(tmp_path)])
    assert (nothing.exit_code, "1 lỗi · 0 cơ quan, 0 tệp" in nothing.output) == (1, True)
    office(tmp_path)
    read = CliRunner().invoke(app, ["check", str(tmp_path)])
    assert (read.exit_code, read.output) == (0, "Không có lỗi · 1 cơ quan, 4 tệp\n")


def empty(root: Path) -> Path:
    return root


def without_office(root: Path) -> Path:
    (office(root) / "office.yaml").unlink()
    return root


def one_without_office(root: Path) -> Path:
    shutil.copytree(office(root), root / "tinh-khac")
    (root / "tinh-khac" / "office.yaml").unlink()
    return root


def named_yml(root: Path) -> Path:
    return (office(root) / "1-cv.yaml").rename(root / "tinh-mau" / "x.yml")


def a_yml_beside(root: Path) -> Path:
    (office(root) / "forms" / "them.yml").write_text("key: a\n")
    return root


def forms_of_nobody(root: Path) -> Path:
    path = root / "forms"
    path.mkdir()
    return path


def no_units(root: Path) -> Path:
    (office(root) / "units.yaml").unlink()
    return root


@pytest.mark.parametrize(
    ("lay", "says"),
    [(empty, "không có gì để kiểm tra"), (forms_of_nobody, "không có gì để kiểm tra"),
     (without_office, "không có office.yaml"), (one_without_office, "không có office.yaml"),
     (named_yml, ".yml không được đọc"), (a_yml_beside, ".yml không được đọc"), (no_units, "không có tệp này")],
)  # fmt: skip
def test_what_is_not_read_is_told(tmp_path: Path, lay: Callable[[Path], Path], says: str) -> None:
    (problem,) = problems_under(lay(tmp_path))
    assert says in problem.message
    assert problem.hint
    assert "UTF-8" not in problem.hint


def test_the_forms_of_an_office_are_checked_with_it(tmp_path: Path) -> None:
    forms = office(tmp_path) / "forms"
    assert (problems_under(forms), len(inspect([forms]).files)) == ([], 4)
    (forms / "bao-cao.yaml").write_text("key: bao-cao\n")
    assert {problem.file.name for problem in problems_under(forms)} == {"bao-cao.yaml"}


def test_faults_in_every_file_are_told_at_once(tmp_path: Path) -> None:
    folder = office(tmp_path)
    (folder / "2-cv.yaml").write_text("text: 1\n", encoding="utf-8")
    for name in FILES:
        path = folder / name
        path.write_text(path.read_text(encoding="utf-8") + "thua: 1\n", encoding="utf-8")
    assert {problem.file.name for problem in problems_under(tmp_path)} == {
        "office.yaml", "units.yaml", "bao-cao.yaml", "1-cv.yaml", "2-cv.yaml",
    }  # fmt: skip
    assert {problem.file.name for problem in problems_under(folder / "1-cv.yaml")} == {
        "office.yaml", "units.yaml", "bao-cao.yaml", "1-cv.yaml",
    }  # fmt: skip


def test_where_units_only_contradict_each_other_the_directives_are_told_of_too(tmp_path: Path) -> None:
    files = small_office()
    files.units["units"][2]["parent"] = "khong-co"
    files.directive["regime"]["reports"][0]["form"] = "khac"
    assert {problem.file.name for problem in problems_under(files.write(tmp_path))} == {"units.yaml", "1-cv.yaml"}


@pytest.mark.parametrize("name", ["Tỉnh Y", "Tinh-Y", "tinh_y", "tinh-y-", "a" * 81])
def test_an_office_whose_folder_is_no_key_is_refused(tmp_path: Path, name: str) -> None:
    folder = office(tmp_path).rename(tmp_path / name)
    assert "không làm khóa được" in problems_under(tmp_path)[0].message
    with pytest.raises(FormatError):
        read_office(folder)


@pytest.mark.parametrize("name", ["13_CV BCĐ", "13--cv", "13.cv"])
def test_a_directive_whose_file_is_no_key_is_refused(tmp_path: Path, name: str) -> None:
    path = office(tmp_path) / "1-cv.yaml"
    path.rename(path.with_name(f"{name}.yaml"))
    (problem,) = problems_under(tmp_path)
    assert "không làm khóa được" in problem.message
    assert ".yaml" in problem.hint
    with pytest.raises(FormatError):
        find_draft(tmp_path, f"tinh-mau/{name}")


def test_an_office_is_read_from_inside_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(office(tmp_path))
    assert find_draft(Path(), "tinh-mau/1-cv")[1].key == "tinh-mau/1-cv"
    assert problems_under(Path()) == []
