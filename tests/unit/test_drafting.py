"""What is filled in at the desk becomes a file that reads like any other."""

import errno
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from hoatoc.errors import ChangedMeanwhile, FormatError
from hoatoc.format.drafting import Filled, Report, Task, draft_yaml, file_name, form_yaml, general_forms, simple_form
from hoatoc.format.folder import OfficeFolder, read_office
from hoatoc.format.problem import Problem
from hoatoc.format.shelf import NotWritable, fingerprint, judge, put, stem_of
from hoatoc.format.text import ObligationKind, Urgency
from hoatoc.rollout.plan import plan
from tests.worlds.offices import kien_giang, small_office
from tests.worlds.rollouts import ISSUED

FILLED = Filled(
    type="công điện", code="14-CV/BCĐ", date=date(2021, 11, 23), subject="Về việc trực: bão số 9, \"cấp 12\"",
    urgency=Urgency.FLASH, signatory="Đỗ Thanh Bình", signatory_title="Bí thư Tỉnh ủy",
    groups=("so-ban-nganh", "huyen-thanh-uy"), units=("ban-chi-dao-phong-chong-dich",), within=timedelta(hours=4),
)  # fmt: skip
TASK = Task("Kiểm tra kho vật tư", datetime(2021, 11, 26, 17, 0))  # noqa: DTZ001  # a wall clock, as filled in
REPORT = Report("hằng ngày báo cáo số liệu", "", date(2021, 11, 24), None, time(16, 0))


@pytest.fixture(scope="module")
def folder() -> OfficeFolder:
    return kien_giang()[0]


def test_the_file_reads_back_as_it_was_filled_in(folder: OfficeFolder) -> None:
    form = simple_form("di-doi", "Báo cáo di dời", ["Số hộ phải di dời (hộ)", "Số người"])
    assert [(item.label, item.unit) for item in form.fields] == [("Số hộ phải di dời", "hộ"), ("Số người", None)]
    folder = replace(folder, forms={**folder.forms, form.key: form})
    filled = replace(FILLED, report=replace(REPORT, form=form.key), tasks=(TASK, replace(TASK, group="so-ban-nganh")))
    draft = judge(folder, file_name(filled), draft_yaml(filled, folder.office, folder.units, "Văn phòng"))
    text, regime = draft.content.text, draft.content.regime
    assert draft.key == "kien-giang/14-cv-bcd"
    assert (text.number, text.symbol, text.code) == (14, "CV/BCĐ", "14-CV/BCĐ")
    assert (text.subject, text.urgency, text.date) == (FILLED.subject, "HỎA TỐC", FILLED.date)
    assert text.addressees[0] == folder.units.groups["so-ban-nganh"]
    assert [item.kind for item in text.obligations] == [
        ObligationKind.RECURRING_REPORT, ObligationKind.ONE_OFF_DEADLINE, ObligationKind.ONE_OFF_DEADLINE,
    ]  # fmt: skip
    assert (regime.receipt.within, regime.reports[0].cutoff) == (timedelta(hours=4), time(16, 0))
    assert (regime.tasks[0].clause, regime.tasks[1].who.groups) == ("2", ("so-ban-nganh",))
    assert regime.ladder is not None  # this office keeps none for flash documents
    made = plan(folder, draft, ISSUED)
    due = {duty["subject"]: duty["due_at"] for duty in made["duties"] if not duty["slot"]}
    assert due["2"] == "2021-11-26T10:00:00+00:00"


@pytest.mark.parametrize(("hours", "before"), [(1, 30), (2, 60), (4, 120), (24, 120)])
def test_a_reminder_to_acknowledge_comes_in_time_however_little_there_is(
    folder: OfficeFolder, hours: int, before: int
) -> None:
    filled = replace(FILLED, within=timedelta(hours=hours))
    draft = judge(folder, file_name(filled), draft_yaml(filled, folder.office, folder.units, "Văn phòng"))
    assert draft.content.regime.ladder is not None
    assert draft.content.regime.ladder.receipt[0].at == timedelta(minutes=-before)


def test_a_form_made_of_lines_is_a_file_and_may_be_used_again(tmp_path: Path) -> None:
    form = simple_form("di-doi", "Báo cáo di dời", ["Số hộ phải di dời (hộ)"])
    folder_path = small_office().write(tmp_path)
    (folder_path / "forms" / "di-doi.yaml").write_text(form_yaml(form), encoding="utf-8")
    assert read_office(folder_path).forms["di-doi"] == form
    assert form in general_forms(read_office(folder_path).forms)
    assert general_forms(kien_giang()[0].forms) == []  # its fields follow the clauses of one document


def test_a_document_that_only_wants_to_be_acknowledged_is_one_too(folder: OfficeFolder) -> None:
    draft = judge(folder, "x", draft_yaml(FILLED, folder.office, folder.units, "Văn phòng"))
    assert [item.kind for item in draft.content.text.obligations] == [ObligationKind.STANDING_RULE]
    assert {duty["subject"] for duty in plan(folder, draft, ISSUED)["duties"]} == {"receipt"}


@pytest.mark.parametrize(
    ("code", "number", "symbol", "file"),
    [
        ("1722/UBND-KGVX", 1722, "UBND-KGVX", "1722-ubnd-kgvx"),
        ("  7 - CT/TU ", 7, "CT/TU", "7-ct-tu"),
        ("KHẨN", None, None, "khan"),
        ("", None, None, "cong-dien-2021-11-23"),
    ],
)
def test_number_and_symbol_are_taken_apart(
    folder: OfficeFolder, code: str, number: int | None, symbol: str | None, file: str
) -> None:
    filled = replace(FILLED, code=code)
    draft = judge(folder, "x", draft_yaml(filled, folder.office, folder.units, "Văn phòng"))
    assert (draft.content.text.number, draft.content.text.symbol) == (number, symbol)
    assert file_name(filled) == file


def test_a_wrong_file_is_told_by_line_and_field_and_not_written(folder: OfficeFolder) -> None:
    source = draft_yaml(FILLED, folder.office, folder.units, "Văn phòng").replace("within: 4h", "within: lâu")
    with pytest.raises(FormatError) as refused:
        judge(folder, "14-cv-bcd", source)
    [problem] = refused.value.problems
    assert isinstance(problem, Problem)
    assert (problem.field, "within" in source.splitlines()[problem.line - 1]) == ("regime.receipt.within", True)
    assert not (folder.path / "14-cv-bcd.yaml").exists()


def test_the_same_document_under_another_name_is_refused(folder: OfficeFolder) -> None:
    source = (folder.path / "13-cv-bcd.yaml").read_text(encoding="utf-8")
    with pytest.raises(FormatError, match="cùng một văn bản"):
        judge(folder, "ban-sao", source)
    assert judge(folder, "13-cv-bcd", source).key == "kien-giang/13-cv-bcd"


def test_a_file_is_put_only_over_what_was_seen(tmp_path: Path) -> None:
    path = small_office().write(tmp_path) / "1-cv.yaml"
    before = fingerprint(path)
    source = path.read_text(encoding="utf-8").replace("20h", "10h")
    put(path, source, seen=before)
    with pytest.raises(ChangedMeanwhile):
        put(path, source + "#", seen=before)
    assert read_office(path.parent).drafts["tinh-mau/1-cv"].content.regime.receipt.within == timedelta(hours=10)
    assert [found.name for found in path.parent.glob(".*")] == []
    assert path.stat().st_mode & 0o777 == 0o644, "others of the office may read it"


def test_a_full_disk_leaves_the_file_as_it_was_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = small_office().write(tmp_path) / "1-cv.yaml"
    source, files = path.read_text(encoding="utf-8"), sorted(path.parent.iterdir())
    monkeypatch.setattr("hoatoc.format.shelf.os.fsync", full)
    with pytest.raises(NotWritable):
        put(path, source + "#", seen=fingerprint(path))
    assert path.read_text(encoding="utf-8") == source
    assert sorted(path.parent.iterdir()) == files


@pytest.mark.parametrize(
    ("name", "stem"),
    [("13-CV BCĐ.yaml", "13-cv-bcd"), ("..\\..\\a.yml", "a"), ("/etc/passwd", "passwd"), ("units.yaml", ""), ("", "")],
)
def test_an_uploaded_name_is_only_a_name(name: str, stem: str) -> None:
    assert stem_of(name) == stem
