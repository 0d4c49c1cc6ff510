"""Tasks, lists of persons and shares on a unit's pages, and what the desk sees of them."""

import io
import re
import threading
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import update
from starlette.testclient import TestClient

from hoatoc.errors import SubmissionRefused
from hoatoc.format.roster import RosterForm
from hoatoc.ledger.schema import (
    Addressee,
    CoverageEntry,
    Directive,
    Duty,
    DutyKind,
    DutyState,
    Event,
    Fulfilment,
    Roster,
)
from hoatoc.rollout import duties, life, wording
from portal import rosters as pages
from portal import rostersheet, shares
from portal.rostersheet import MAX_FILE
from tests.portal.binhphuoc import Province
from tests.portal.test_unit import words
from tests.worlds.duties import ISSUED_360, ISSUED_1722, LISTED_BY, PERSON, VACCINATED_BY, drafted
from tests.worlds.rollouts import TICK

DISTRICT = "huyen-uy-bu-dang"
SIGNED = {"ho-ten": "Vũ Thị Mai"}
READER = "so-y-te/head"


def rows(province: Province, table: type) -> list:  # type: ignore[type-arg]
    with province.ledger.read() as session:
        return session.query(table).all()


@pytest.fixture
def task(province: Province) -> str:
    """The path of the task of clause 4.3."""
    return f"{province.page('so-y-te')}/viec/{province.duty('so-y-te', DutyKind.TASK).id}"


@pytest.fixture
def roster(province: Province) -> str:
    """The path of the list of clause 1.5."""
    return f"{province.page(DISTRICT)}/danh-sach/{province.duty(DISTRICT, DutyKind.ROSTER).id}"


@pytest.fixture
def reading(province: Province) -> str:
    """The path of that list for one who may read it."""
    link = province.links.roster_reader(province.duty(DISTRICT, DutyKind.ROSTER).id, 0, READER)
    return link.removeprefix(province.links.public_url)


def test_the_page_says_what_is_owed_once_by_when_in_the_words_of_the_text(
    province: Province, browser_there: TestClient
) -> None:
    said = words(browser_there.get(province.page("so-y-te")).text)
    assert (
        "Việc, khoản 4.3 “Khẩn trương hoàn thành việc tiêm vắc-xin trước ngày 15/5/2021” "
        "chưa làm, còn 8 ngày Hạn: 24 giờ 00, ngày 14/05/2021 Báo kết quả"
    ) in said
    said = words(browser_there.get(province.page(DISTRICT)).text)
    assert "Hạn: 10 giờ 00, ngày 08/05/2021 (văn phòng đặt, văn bản không nêu) Nộp danh sách" in said
    assert "chỉ cần xác nhận" not in said


def test_buttons_are_called_as_the_mails_call_them(province: Province, browser_there: TestClient) -> None:
    province.issue("binh-phuoc/1722-ubnd-kgvx", ISSUED_1722)
    for key, code, kind in [
        ("so-y-te", "360", DutyKind.TASK),
        (DISTRICT, "360", DutyKind.ROSTER),
        ("ubnd-bu-dang", "1722", DutyKind.COVERAGE),
    ]:
        html = browser_there.get(province.page(key, code)).text
        assert f">{wording.BUTTONS[kind]}</a>" in html


def test_opening_any_page_changes_nothing(
    province: Province, browser_there: TestClient, task: str, roster: str, reading: str
) -> None:
    hand_in(browser_there, roster, csv(PERSON))
    before = province.rows()
    for path in (task, roster, f"{roster}/mau.xlsx", reading):
        assert browser_there.get(path).status_code == 200, path
    assert province.rows() == before


@pytest.mark.parametrize(("off", "said"), [(timedelta(), "đã làm đúng hạn"), (TICK, "đã làm, muộn")])
def test_a_result_is_taken_in_and_shown(
    province: Province, browser_there: TestClient, task: str, off: timedelta, said: str
) -> None:
    province.clock(VACCINATED_BY + off)
    answer = browser_there.post(task, data={"ket-qua": "Báo cáo số 12/BC-SYT", **SIGNED})
    assert (answer.status_code, answer.headers["location"]) == (303, province.page("so-y-te"))
    page = words(browser_there.get(province.page("so-y-te")).text)
    assert said in page
    assert "Vũ Thị Mai: Báo cáo số 12/BC-SYT" in page
    assert "khi báo kết quả việc được giao." in page


@pytest.mark.parametrize("typed", [{"ket-qua": "", **SIGNED}, {"ket-qua": "Xong"}, {}])
def test_a_result_without_evidence_or_name_is_refused_and_kept_in_the_form(
    province: Province, browser_there: TestClient, task: str, typed: dict[str, str]
) -> None:
    before = province.rows()
    answer = browser_there.post(task, data=typed)
    assert answer.status_code == 422
    assert typed.get("ket-qua", "") in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert province.rows() == before


def test_a_changed_result_keeps_its_time(province: Province, browser_there: TestClient, task: str) -> None:
    browser_there.post(task, data={"ket-qua": "Báo cáo số 1", **SIGNED})
    province.clock(VACCINATED_BY + timedelta(days=1))
    assert "Báo cáo số 1</textarea>" in browser_there.get(task).text
    browser_there.post(task, data={"ket-qua": "Báo cáo số 2", **SIGNED})
    (done,) = rows(province, Fulfilment)
    assert (done.evidence, done.at) == ("Báo cáo số 2", ISSUED_360)
    assert "đã làm đúng hạn" in browser_there.get(province.page("so-y-te")).text


def test_the_duty_of_another_unit_is_not_found(
    province: Province, browser_there: TestClient, task: str, roster: str
) -> None:
    other = province.page("so-noi-vu")
    for path in (task, roster, f"{roster}/mau.xlsx"):
        stolen = other + path[path.index("/", 4) :]
        assert browser_there.get(stolen).status_code == 404, stolen
    assert browser_there.post(other + task[task.index("/", 4) :], data={"ket-qua": "Xong", **SIGNED}).status_code == 404


def test_a_waived_duty_takes_nothing(province: Province, browser_there: TestClient, roster: str) -> None:
    with province.ledger.write() as session:
        duty = session.get_one(Duty, province.duty(DISTRICT, DutyKind.ROSTER).id)
        duties.move(session, duty, DutyState.WAIVED, at=ISSUED_360, actor="desk")
    assert "<form" not in browser_there.get(roster).text
    assert hand_in(browser_there, roster, csv(PERSON)).status_code == 422


# Lists of persons.


def csv(*persons: dict[str, object], delimiter: str = ";", mark: bytes = b"") -> bytes:
    lines = [list(PERSON), *([str(value) for value in person.values()] for person in persons)]
    return mark + "\r\n".join(delimiter.join(line) for line in lines).encode()


def xlsx(*persons: dict[str, object]) -> bytes:
    book = Workbook()
    book.active.append(list(PERSON))
    for person in persons:
        book.active.append(list(person.values()))
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def hand_in(client: TestClient, path: str, content: bytes = b"", **typed: str):  # type: ignore[no-untyped-def]
    files = {"tep": ("danh-sach", content)} if content else {"tep": ("", b"")}
    return client.post(path, data={**SIGNED, **typed}, files=files)


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
    (kept,) = rows(province, Roster)
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
    assert rows(province, Roster) == []


@pytest.mark.parametrize(
    ("content", "nobody", "taken"),
    [(b"", True, True), (csv(), True, True), (csv(), False, False), (csv(PERSON), True, False), (b"", False, False)],
)
def test_an_empty_list_is_said_and_never_guessed(
    province: Province, browser_there: TestClient, roster: str, content: bytes, nobody: bool, taken: bool
) -> None:
    answer = hand_in(browser_there, roster, content, **({pages.NOBODY: "1"} if nobody else {}))
    assert answer.status_code == (303 if taken else 422)
    assert [kept.count for kept in rows(province, Roster)] == ([0] if taken else [])


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


@pytest.mark.parametrize(
    "content",
    [
        packed(bomb=b"0" * 30_000_000),
        packed(**{f"part{number}": b"" for number in range(300)}),
        packed(nothing=b""),
        xlsx(PERSON)[:900],
        b"PK",
        b"\x89PNG\r\n\x1a\n",
        "Họ và tên".encode("utf-16"),
        b"Ho va ten;\0",
        b'"open quote;\n',
    ],
    ids=[
        "unpacks to 30 MB",
        "many parts",
        "no workbook",
        "cut off",
        "two letters",
        "a picture",
        "UTF-16",
        "NUL",
        "quote",
    ],
)
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
    assert [kept.at for kept in rows(province, Roster)] == [ISSUED_360 + TICK]


def test_a_link_that_is_taken_back_while_the_file_is_read_hands_in_nothing(
    province: Province, browser_there: TestClient, roster: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile(monkeypatch, lambda: take_back(province))
    assert hand_in(browser_there, roster, csv(PERSON)).status_code == 404
    assert rows(province, Roster) == []


def take_back(province: Province) -> None:
    with province.ledger.write() as session:
        session.execute(update(Addressee).where(Addressee.key == DISTRICT).values(link_generation=1))


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


# Readers of lists.


def test_a_reader_opens_the_list_and_that_is_in_the_history(
    province: Province, browser_there: TestClient, roster: str, reading: str
) -> None:
    hand_in(browser_there, roster, csv(PERSON))
    cover = browser_there.get(reading)
    assert "1 người; lúc 10 giờ 00" in words(cover.text)
    assert "Nguyễn Văn An" not in cover.text
    assert openings(province) == []
    opened = browser_there.post(reading)
    assert opened.status_code == 200
    assert "Nguyễn Văn An" in opened.text
    assert "30/04/2021" in opened.text
    assert openings(province) == [("roster_opened", READER)]


def openings(province: Province) -> list[tuple[str, str]]:
    return [(event.kind, event.actor) for event in rows(province, Event) if event.kind.startswith("roster_opening")
            or event.kind == "roster_opened"]  # fmt: skip


def test_who_is_no_reader_gets_the_plain_answer_and_that_is_in_the_history(
    province: Province, browser_there: TestClient, roster: str
) -> None:
    hand_in(browser_there, roster, csv(PERSON))
    link = province.links.roster_reader(province.duty(DISTRICT, DutyKind.ROSTER).id, 0, "so-y-te/deputy")
    path = link.removeprefix(province.links.public_url)
    plain = browser_there.get("/v/forged").text
    assert (browser_there.get(path).status_code, browser_there.get(path).text) == (404, plain)
    answer = browser_there.post(path)
    assert (answer.status_code, answer.text) == (404, plain)
    assert openings(province) == [("roster_opening_refused", "so-y-te/deputy")]


def test_a_readers_link_opens_nothing_else_and_no_other_link_opens_a_list(
    province: Province, browser_there: TestClient, reading: str
) -> None:
    token = reading.removeprefix("/ds/")
    unit = province.page(DISTRICT).removeprefix("/v/")
    for path in (
        f"/v/{token}",
        f"/ds/{unit}",
        "/ds/x",
    ):
        assert browser_there.get(path).status_code == 404, path
        assert browser_there.post(path).status_code in (404, 405), path


def test_a_readers_link_ends_with_the_link_of_the_unit_that_is_taken_back(
    province: Province, browser_there: TestClient, roster: str, reading: str
) -> None:
    hand_in(browser_there, roster, csv(PERSON))
    take_back(province)
    refuse_reading(province, browser_there, reading)
    link = province.links.roster_reader(province.duty(DISTRICT, DutyKind.ROSTER).id, 1, READER)
    assert "Nguyễn Văn An" in browser_there.post(link.removeprefix(province.links.public_url)).text


def refuse_reading(province: Province, browser_there: TestClient, reading: str) -> None:
    plain = browser_there.get("/v/forged").text
    for answer in (browser_there.get(reading), browser_there.post(reading)):
        assert (answer.status_code, answer.text) == (404, plain)
    assert openings(province) == []


def test_a_readers_link_opens_as_long_as_a_units_link(
    province: Province, browser_there: TestClient, roster: str, reading: str
) -> None:
    hand_in(browser_there, roster, csv(PERSON))
    with province.ledger.write() as session:
        directive = session.query(Directive).one()
        life.end(session, directive, reason="xong", by="desk", now=ISSUED_360, version=None)
    province.clock(ISSUED_360 + timedelta(days=90) - TICK)
    assert browser_there.get(reading).status_code == 200
    province.clock(ISSUED_360 + timedelta(days=90))
    refuse_reading(province, browser_there, reading)


def test_a_deleted_list_leaves_its_count_alone(
    province: Province, browser_there: TestClient, roster: str, reading: str
) -> None:
    hand_in(browser_there, roster, csv(PERSON))
    province.expire(ISSUED_360 + timedelta(days=30))
    for answer in (browser_there.get(reading), browser_there.post(reading)):
        assert "1 người" in answer.text
        assert "Danh sách đã bị xóa" in answer.text
        assert "Nguyễn Văn An" not in answer.text
    assert "1 người" in browser_there.get(roster).text


def test_before_it_is_handed_in_there_is_nothing_to_open(browser_there: TestClient, reading: str) -> None:
    assert "Đơn vị chưa nộp danh sách này." in browser_there.get(reading).text
    assert browser_there.post(reading).status_code == 404


# Shares.


@pytest.fixture
def share(province: Province) -> str:
    """The path of the share of clause 6.2 of 1722/UBND-KGVX."""
    province.issue("binh-phuoc/1722-ubnd-kgvx", ISSUED_1722)
    return f"{province.page('ubnd-bu-dang', '1722')}/chi-tieu/6.2"


def test_a_share_is_entered_and_drawn(province: Province, browser_there: TestClient, share: str) -> None:
    assert "<svg" not in browser_there.get(share).text
    for hours, counted in ((0, "20.000"), (24, "133.999")):
        province.clock(ISSUED_1722 + timedelta(hours=hours))
        answer = browser_there.post(share, data={"da-dat": counted, "tong-so": "134000", **SIGNED})
        assert (answer.status_code, answer.headers["location"]) == (303, share)
    html = browser_there.get(share).text
    points = re.search(r'<polyline class="course" points="([^"]+)"', html)
    assert points is not None
    assert [point.split(",")[0] for point in points[1].split()] == ["40.0", "340.0"]
    assert "mục tiêu 100 %" in html
    assert "<b>99,9 %</b>" in html, "what falls short of the target is never rounded up to it"
    assert "133.999 / 134.000" in html
    assert 'value="134000"' in html, "the whole stands ready"
    assert "99,9 % (133.999 trong 134.000)" in words(browser_there.get(province.page("ubnd-bu-dang", "1722")).text)


@pytest.mark.parametrize(("typed", "says"), [
    ({"da-dat": "11", "tong-so": "10"}, "lớn hơn tổng số"),
    ({"da-dat": "9,5", "tong-so": "10"}, "ghi số nguyên"),
    ({"da-dat": "", "tong-so": ""}, "chưa điền"),
])  # fmt: skip
def test_figures_that_do_not_stand_are_refused_and_kept_in_the_form(
    province: Province, browser_there: TestClient, share: str, typed: dict[str, str], says: str
) -> None:
    answer = browser_there.post(share, data={**typed, **SIGNED})
    assert answer.status_code == 422
    assert says in answer.text
    assert f'value="{typed["da-dat"]}"' in answer.text
    assert rows(province, CoverageEntry) == []


def test_who_follows_no_share_finds_none(province: Province, browser_there: TestClient, share: str) -> None:
    assert browser_there.get(f"{province.page('cong-an-tinh', '1722')}/chi-tieu/6.2").status_code == 404
    assert browser_there.get(share.replace("6.2", "6.1")).status_code == 404


@pytest.mark.parametrize(("counted", "of", "said"), [(999, 1000, "99.9"), (9999, 10000, "99.9"), (1, 1, "100.0")])
def test_a_share_is_cut_off_and_never_rounded_up(counted: int, of: int, said: str) -> None:
    assert shares.percent(CoverageEntry(counted=counted, of=of)) == said


# The desk.


def test_the_board_lists_what_is_owed_once(province: Province, desk_there: TestClient) -> None:
    province.clock(LISTED_BY + timedelta(hours=1))
    said = words(desk_there.get("/ban").text)
    assert "Danh sách, khoản 1.5 · 11 nơi nhận quá hạn 1 giờ" in said
    assert "“rà soát kỹ, lập danh sách đầy đủ" in said
    assert "Việc, khoản 4.3 11" not in said
    said = words(desk_there.get("/ban/vb/1").text)
    assert re.search(r"Việc, khoản 4\.3 = ?1|Việc, khoản 4\.3 1 = 0", said)


def test_the_lineage_shows_each_document_its_state_and_the_roll_up(
    province: Province, browser_there: TestClient, task: str, desk_there: TestClient
) -> None:
    browser_there.post(task, data={"ket-qua": "Xong", **SIGNED})
    province.issue("binh-phuoc/1722-ubnd-kgvx", ISSUED_1722)
    assert "/ban/nguon-goc/binh-phuoc/1722-ubnd-kgvx" in desk_there.get("/ban/vb/2").text
    said = words(desk_there.get("/ban/nguon-goc/binh-phuoc/1722-ubnd-kgvx").text)
    assert "triển khai, thực hiện theo, gửi kèm 396-CV/TU Chưa ban hành ở đây" in said
    assert "thực hiện theo, gửi kèm Công văn 360-CV/TU ngày 06/05/2021 Ban hành lúc 10 giờ 00" in said
    assert re.search(r"Cộng dồn 2 trong \d+ việc đã xong", said)


def test_the_lineage_of_what_was_not_issued_is_not_found(province: Province, desk_there: TestClient) -> None:
    assert desk_there.get("/ban/nguon-goc/binh-phuoc/396-cv-tu").status_code == 404


def test_pages_have_no_inline_script_or_style(
    province: Province, browser_there: TestClient, task: str, roster: str, reading: str, share: str
) -> None:
    browser_there.post(share, data={"da-dat": "1", "tong-so": "10", **SIGNED})
    hand_in(browser_there, roster, csv(PERSON))
    htmls = [browser_there.get(path).text for path in (task, roster, reading, share)] + [
        browser_there.post(reading).text
    ]
    for html in htmls:
        assert not re.search(r"<style|<script(?![^>]* src=)|\sstyle=|\son\w+=|javascript:", html)
