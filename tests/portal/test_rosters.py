"""Lists of persons on a unit's pages: what is taken in, what is refused, and what stays of it."""

import io
import threading
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from openpyxl import Workbook, load_workbook
from starlette.testclient import TestClient

from hoatoc.errors import SubmissionRefused
from hoatoc.format.roster import RosterForm
from hoatoc.ledger.schema import Duty, DutyKind, DutyState, Roster
from hoatoc.rollout import duties
from portal import rosters as pages
from portal import rostersheet
from portal.rostersheet import MAX_FILE
from tests.portal.binhphuoc import Province
from tests.portal.lists import DISTRICT, csv, hand_in, take_back, xlsx
from tests.portal.place import INLINE
from tests.portal.test_unit import words
from tests.worlds.duties import ISSUED_360, PERSON, drafted
from tests.worlds.rollouts import TICK


def test_opening_the_list_changes_nothing(province: Province, browser_there: TestClient, roster: str) -> None:
    hand_in(browser_there, roster, csv(PERSON))
    before = province.rows()
    for path in (roster, f"{roster}/mau.xlsx"):
        assert browser_there.get(path).status_code == 200, path
    assert province.rows() == before


def test_the_list_of_another_unit_is_not_found(province: Province, browser_there: TestClient, roster: str) -> None:
    stolen = province.page("so-noi-vu") + roster[roster.index("/", 4) :]
    for path in (stolen, f"{stolen}/mau.xlsx"):
        assert browser_there.get(path).status_code == 404, path


def test_a_waived_duty_takes_nothing(province: Province, browser_there: TestClient, roster: str) -> None:
    with province.ledger.write() as session:
        duty = session.get_one(Duty, province.duty(DISTRICT, DutyKind.ROSTER).id)
        duties.move(session, duty, DutyState.WAIVED, at=ISSUED_360, actor="desk")
    assert "<form" not in browser_there.get(roster).text
    assert hand_in(browser_there, roster, csv(PERSON)).status_code == 422


def test_the_empty_list_has_the_headings_and_what_they_hold(browser_there: TestClient, roster: str) -> None:
    answer = browser_there.get(f"{roster}/mau.xlsx")
    assert answer.headers["content-disposition"] == 'attachment; filename="nguoi-di-ve-ngoai-tinh.xlsx"'
    book = load_workbook(io.BytesIO(answer.content))
    assert [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()] == [list(PERSON)]
    assert book.worksheets[0].column_dimensions["H"].number_format == "@", "zeros in front of a number stay"
    offered = [rule.formula1 for rule in book.worksheets[0].data_validations.dataValidation]
    assert '"F1,F2,đi về"' in offered


@pytest.mark.parametrize(
    "content",
    [
        xlsx(PERSON),
        csv(PERSON),
        csv(PERSON, mark=b"\xef\xbb\xbf"),
        csv(PERSON, delimiter=","),
        csv(PERSON, delimiter="\t"),
    ],
    ids=["xlsx", "csv", "csv with its mark", "commas", "tabs"],
)
def test_a_list_is_taken_in_however_it_was_saved(
    province: Province, browser_there: TestClient, roster: str, content: bytes
) -> None:
    assert hand_in(browser_there, roster, content).status_code == 303
    (kept,) = province.all(Roster)
    assert (kept.count, kept.rows[0]["ho_ten"], kept.rows[0]["ngay_ve"]) == (1, "Nguyễn Văn An", "2021-04-30")
    said = words(browser_there.get(roster).text)
    assert "Đã nhận: 1 người; lúc 10 giờ 00, ngày 06/05/2021, Vũ Thị Mai." in said
    assert "Danh sách đã nộp được xóa lúc 10 giờ 00, ngày 05/06/2021. Sau đó" in said
    assert "đã nộp đúng hạn" in said


def test_the_list_is_shown_to_the_unit_no_more(browser_there: TestClient, roster: str) -> None:
    hand_in(browser_there, roster, csv(PERSON))
    assert "Nguyễn Văn An" not in browser_there.get(roster).text


def test_the_page_says_who_may_read_the_list_and_when_it_is_deleted(browser_there: TestClient, roster: str) -> None:
    said = words(browser_there.get(roster).text)
    assert "Giám đốc Sở Y tế" in said
    assert "Chuyên viên Phòng Tổng hợp Văn phòng Tỉnh ủy" in said
    assert "Danh sách được xóa sau 30 ngày kể từ khi nộp. Sau đó" in said


def test_every_wrong_cell_is_named_and_nothing_is_kept(
    province: Province, browser_there: TestClient, roster: str
) -> None:
    before = province.rows()
    wrong = {**PERSON, "Diện": "F9", "Ngày về": "07/05/2021", "Số giấy tờ": ""}
    answer = hand_in(browser_there, roster, csv(PERSON, wrong, {**wrong, "Họ và tên": ""}))
    assert answer.status_code == 422
    said = words(answer.text)
    for line in ("Dòng 3, Diện", "Dòng 3, Ngày về", "Dòng 4, Họ và tên", "Dòng 4, Diện", "Dòng 4, Ngày về"):
        assert line in said
    assert "5 ô chưa đúng" in said
    assert province.rows() == before


def test_headings_must_be_those_of_the_form(province: Province, browser_there: TestClient, roster: str) -> None:
    renamed = {("Ngày sinh" if key == "Năm sinh" else key): value for key, value in PERSON.items()}
    content = ";".join(renamed) + "\n" + ";".join(str(value) for value in renamed.values())
    said = words(hand_in(browser_there, roster, content.encode()).text)
    assert "Dòng 1, Năm sinh : thiếu cột này" in said
    assert "Dòng 1, Ngày sinh : mẫu không có cột này; bỏ cột đi" in said
    assert province.all(Roster) == []


@pytest.mark.parametrize(
    ("content", "nobody", "taken"),
    [(b"", True, True), (csv(), True, True), (csv(), False, False), (csv(PERSON), True, False), (b"", False, False)],
)
def test_an_empty_list_is_said_and_never_guessed(
    province: Province, browser_there: TestClient, roster: str, content: bytes, nobody: bool, taken: bool
) -> None:
    answer = hand_in(browser_there, roster, content, **({pages.NOBODY: "1"} if nobody else {}))
    assert answer.status_code == (303 if taken else 422)
    assert [kept.count for kept in province.all(Roster)] == ([0] if taken else [])


def test_a_list_without_a_name_under_it_is_refused(province: Province, browser_there: TestClient, roster: str) -> None:
    before = province.rows()
    assert hand_in(browser_there, roster, csv(PERSON), **{"ho-ten": ""}).status_code == 422
    assert province.rows() == before


def packed(**parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as folder:
        for name, content in parts.items():
            folder.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize("content", [
    pytest.param(packed(bomb=b"0" * 30_000_000), id="unpacks to 30 MB"),
    pytest.param(packed(**{f"part{number}": b"" for number in range(300)}), id="many parts"),
    pytest.param(packed(nothing=b""), id="no workbook"),
    pytest.param(xlsx(PERSON)[:900], id="cut off"),
    pytest.param(b"PK", id="two letters"),
    pytest.param(b"\x89PNG\r\n\x1a\n", id="a picture"),
    pytest.param("Họ và tên".encode("utf-16"), id="UTF-16"),
    pytest.param(b"Ho va ten;\0", id="NUL"),
    pytest.param(b'"open quote;\n', id="quote"),
])  # fmt: skip
def test_a_file_that_is_no_list_is_refused(
    province: Province, browser_there: TestClient, roster: str, content: bytes
) -> None:
    before = province.rows()
    answer = hand_in(browser_there, roster, content)
    assert answer.status_code == 422
    assert "Chưa có gì được giữ lại" in answer.text
    assert province.rows() == before


def test_a_file_over_the_limit_is_refused(province: Province, browser_there: TestClient, roster: str) -> None:
    before = province.rows()
    assert hand_in(browser_there, roster, b"x" * (MAX_FILE + 1)).status_code in (413, 422)
    assert province.rows() == before


def test_a_sheet_that_claims_a_million_lines_is_read_to_its_end(browser_there: TestClient, roster: str) -> None:
    content = io.BytesIO(xlsx(PERSON))
    claimed = io.BytesIO()
    with zipfile.ZipFile(content) as source, zipfile.ZipFile(claimed, "w") as target:
        for name in source.namelist():
            part = source.read(name).replace(b'<dimension ref="A1:H2"', b'<dimension ref="A1:XFD1048576"')
            target.writestr(name, part)
    assert hand_in(browser_there, roster, claimed.getvalue()).status_code == 303


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> None:
    """Let something happen while the portal reads the file of a list."""
    read_file = pages.read_file

    def reading(form: RosterForm, content: bytes) -> rostersheet.Table:
        happens()
        return read_file(form, content)

    monkeypatch.setattr(pages, "read_file", reading)


def test_others_write_while_a_file_is_read(
    province: Province, browser_there: TestClient, roster: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile(monkeypatch, lambda: province.clock(ISSUED_360 + TICK))
    assert hand_in(browser_there, roster, csv(PERSON)).status_code == 303
    assert [kept.at for kept in province.all(Roster)] == [ISSUED_360 + TICK]


def test_a_link_that_is_taken_back_while_the_file_is_read_hands_in_nothing(
    province: Province, browser_there: TestClient, roster: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile(monkeypatch, lambda: take_back(province))
    assert hand_in(browser_there, roster, csv(PERSON)).status_code == 404
    assert province.all(Roster) == []


def form_of_list() -> RosterForm:
    return drafted("binh-phuoc/360-cv-tu")[0].rosters["nguoi-di-ve-ngoai-tinh"]


def test_one_file_is_read_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    both, met, read_csv = threading.Barrier(2), [], rostersheet._read_csv

    def reading(content: bytes, width: int) -> list[list[object]]:
        try:
            both.wait(timeout=0.5)
            met.append("met")
        except threading.BrokenBarrierError:
            met.append("alone")
        return read_csv(content, width)

    monkeypatch.setattr(rostersheet, "_read_csv", reading)
    with ThreadPoolExecutor(2) as pool:
        read = [pool.submit(rostersheet.read_file, form_of_list(), csv(PERSON)) for _ in range(2)]
        assert [len(each.result()) for each in read] == [1, 1]
    assert met == ["alone", "alone"]


def test_of_the_columns_that_the_form_has_not_five_are_named() -> None:
    headings = [*PERSON, *(f"Cột {number}" for number in range(50))]
    book, packed = Workbook(), io.BytesIO()
    book.active.append(headings)
    book.save(packed)
    for content in (packed.getvalue(), ";".join(headings).encode()):
        with pytest.raises(SubmissionRefused) as caught:
            rostersheet.read_file(form_of_list(), content)
        assert list(caught.value.problems) == [f"dòng 1, Cột {number}" for number in range(5)]


def test_the_list_has_no_inline_script_or_style(browser_there: TestClient, roster: str) -> None:
    hand_in(browser_there, roster, csv(PERSON))
    assert not INLINE.search(browser_there.get(roster).text)
