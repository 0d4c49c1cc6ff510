"""The files in directives/ are right, each of them."""

from pathlib import Path

import pytest

from hoatoc.errors import FormatError, NotFound
from hoatoc.format.directive import DirectiveFile
from hoatoc.format.folder import find_draft, office_paths, read_office
from hoatoc.format.inspection import problems_under
from hoatoc.format.yamlfile import read_yaml
from hoatoc.settings import ROOT
from tests.worlds.offices import small_office

DIRECTIVES = ROOT / "directives"
FILES = sorted(DIRECTIVES.rglob("*.yaml"))


@pytest.mark.parametrize("path", office_paths(DIRECTIVES), ids=lambda path: path.name)
def test_an_office_folder_loads_without_a_problem(path: Path) -> None:
    folder = read_office(path)
    assert folder.broken == {}
    assert problems_under(path) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(DIRECTIVES)))
def test_a_file_reads_and_has_no_problem(path: Path) -> None:
    assert read_yaml(path).data
    assert problems_under(path) == []


@pytest.mark.parametrize("path", office_paths(DIRECTIVES), ids=lambda path: path.name)
def test_a_draft_survives_the_round_trip_through_its_snapshot(path: Path) -> None:
    for draft in read_office(path).drafts.values():
        assert DirectiveFile.model_validate_json(draft.content.model_dump_json()) == draft.content


def test_every_mailbox_is_under_a_reserved_domain() -> None:
    for path in office_paths(DIRECTIVES):
        folder = read_office(path)
        mailboxes = {folder.office.sender, folder.office.desk}
        for unit in folder.units.units:
            mailboxes |= {mailbox for mailbox in (unit.mail, *(post.mail for post in unit.posts)) if mailbox}
        assert [mailbox for mailbox in mailboxes if not mailbox.endswith(".example")] == []


def test_a_wrong_directive_does_not_stop_the_others(tmp_path: Path) -> None:
    folder_path = small_office().write(tmp_path)
    (folder_path / "2-cv.yaml").write_text("text: 1\n", encoding="utf-8")
    folder = read_office(folder_path)
    assert set(folder.drafts) == {"tinh-mau/1-cv"}
    assert set(folder.broken) == {"tinh-mau/2-cv"}
    with pytest.raises(FormatError):
        folder.draft("tinh-mau/2-cv")


def test_an_unknown_directive_names_the_known_ones(tmp_path: Path) -> None:
    small_office().write(tmp_path)
    with pytest.raises(NotFound) as caught:
        find_draft(tmp_path, "tinh-mau/9-cv")
    assert "tinh-mau/1-cv" in caught.value.hint


def test_an_unknown_office_names_the_known_ones(tmp_path: Path) -> None:
    small_office().write(tmp_path)
    with pytest.raises(NotFound) as caught:
        find_draft(tmp_path, "tinh-khac/1-cv")
    assert "tinh-mau" in caught.value.hint


def test_a_file_outside_any_office_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: 1\n", encoding="utf-8")
    (problem,) = problems_under(path)
    assert "office.yaml" in problem.hint


def test_a_wrong_units_file_is_told_whichever_directive_is_checked(tmp_path: Path) -> None:
    files = small_office()
    files.units["units"][2]["parent"] = "khong-co"
    folder = files.write(tmp_path)
    assert problems_under(folder / "1-cv.yaml")
    assert problems_under(folder / "units.yaml")
    assert problems_under(folder / "forms" / "bao-cao.yaml")
