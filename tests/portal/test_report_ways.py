"""Every way in takes the same report through the same checks: form, workbook, CSV, JSON; and what the desk sees."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from pypdf import PdfReader
from sqlalchemy import select
from starlette.testclient import TestClient

from hoatoc.ledger.schema import Addressee, Directive, Duty, DutyKind, Report, Revision, UnsentReport
from hoatoc.papers import reportsheet
from tests.portal.place import DUE, FIGURES, LOCKED, SIGNED, Place
from tests.portal.test_unit import report, words

DAY = "2021-11-24"
NEXT_DAY = "2021-11-25"
KEPT = {
    "nhiem_moi": 2, "nhiem_luy_ke": 3884, "xet_nghiem_tuan": 120, "mau_gop": 30, "ra_tinh_xin": 5, "ra_tinh_dong_y": 3,
    "ra_tinh_tu_choi": 1, "vi_pham_5k": 0,
}  # fmt: skip


@pytest.fixture
def unit(place: Place) -> str:
    return place.link("Sở Y tế")


def filled(client: TestClient, unit: str, day: str = DAY, **changed: Any) -> bytes:
    """The workbook that the unit downloads, with its figures typed into the yellow cells."""
    answer = client.get(f"{unit}/bao-cao/{day}/mau.xlsx")
    assert answer.status_code == 200
    book = load_workbook(io.BytesIO(answer.content))
    sheet = book[reportsheet.SHEET]
    for row in range(6, sheet.max_row + 1):
        key = sheet.cell(row, 1).value
        value = {**KEPT, "ho-ten": "Nguyễn Văn An", **changed}.get(key)
        if value is not None:
            sheet.cell(row, 4).value = value
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def upload(client: TestClient, unit: str, content: bytes, name: str = "bao-cao.xlsx", day: str = DAY) -> Any:
    return client.post(f"{unit}/bao-cao/{day}/tep", files={"tep": (name, content)})


def newest(place: Place) -> Revision:
    with place.ledger.read() as session:
        return session.scalars(select(Revision).order_by(Revision.id.desc()).limit(1)).one()


def test_the_workbook_a_unit_downloads_comes_back_as_its_report(place: Place, client: TestClient, unit: str) -> None:
    answer = upload(client, unit, filled(client, unit))
    assert answer.status_code == 303
    assert newest(place).figures == KEPT
    assert (newest(place).channel, newest(place).by_name) == ("file", "Nguyễn Văn An")


@pytest.mark.parametrize(
    ("typed", "kept"), [("3.884", 3884), (3884.0, 3884), ("3 884", 3884)], ids=["as text", "as a decimal", "spaced"]
)
def test_figures_in_cells_are_read_as_people_type_them(
    place: Place, client: TestClient, unit: str, typed: Any, kept: int
) -> None:
    assert upload(client, unit, filled(client, unit, nhiem_luy_ke=typed)).status_code == 303
    assert newest(place).figures["nhiem_luy_ke"] == kept


@pytest.mark.parametrize(
    ("changed", "says"),
    [({"nhiem_luy_ke": 3.884}, "phần thập phân"), ({"ra_tinh_tu_choi": 3}, "lệch 1"), ({"mau_gop": -1}, "số âm"),
     ({"vi_pham_5k": "=1+1"}, "ghi số nguyên"), ({"ho-ten": " "}, "họ và tên")],
)  # fmt: skip
def test_a_workbook_passes_the_same_checks(
    place: Place, client: TestClient, unit: str, changed: dict[str, Any], says: str
) -> None:
    content = filled(client, unit, **changed)
    if "=1+1" in changed.values():  # words, not a formula
        content = content.replace(b"x", b"x")
    answer = upload(client, unit, content)
    assert answer.status_code == 422
    assert says in words(answer.text) or "chưa điền" in words(answer.text)
    assert 'value="120"' in answer.text, "what the file held stands in the form, to be mended there"
    assert report(place) is None


def test_the_workbook_of_another_day_or_unit_is_refused(place: Place, client: TestClient, unit: str) -> None:
    place.at(LOCKED - timedelta(hours=3))
    other = place.link("Sở Công Thương")
    for content in (filled(client, unit, NEXT_DAY), filled(client, other)):
        answer = upload(client, unit, content)
        assert answer.status_code == 422
        assert "tệp này là mẫu của" in words(answer.text).lower()
    assert report(place) is None


def test_a_sheet_that_calls_itself_one_cell_is_read_as_what_it_holds(
    place: Place, client: TestClient, unit: str
) -> None:
    """Seventeen billion cells, were they made."""
    made = io.BytesIO()
    huge = b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    with zipfile.ZipFile(io.BytesIO(filled(client, unit))) as whole, zipfile.ZipFile(made, "w") as packed:
        for name in whole.namelist():
            packed.writestr(name, whole.read(name).replace(b"</sheetData>", huge))
    assert upload(client, unit, made.getvalue()).status_code == 303
    assert newest(place).figures == KEPT


def bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)
    return made.getvalue()


def stranger() -> bytes:
    made = io.BytesIO()
    Workbook().save(made)
    return made.getvalue()


@pytest.mark.parametrize("content", [b"", b"x", b"PK\x03\x04junk", stranger(), bomb()],
                         ids=["empty", "noise", "torn", "another workbook", "a bomb"])  # fmt: skip
def test_what_is_no_such_workbook_is_refused_with_the_way_out(
    place: Place, client: TestClient, unit: str, content: bytes
) -> None:
    answer = upload(client, unit, content)
    assert answer.status_code == 422
    assert "tệp" in words(answer.text)
    assert report(place) is None


def test_csv_goes_out_and_comes_back(place: Place, client: TestClient, unit: str) -> None:
    text = client.get(f"{unit}/bao-cao/{DAY}/mau.csv").content.decode("utf-8-sig")
    assert text.startswith("ma;chi_tieu;so_lieu\r\n")
    for mark, encoding in ((";", "utf-8-sig"), (",", "utf-8"), ("\t", "utf-16")):
        rows = "".join(f"{key}{mark}x{mark}{value}\r\n" for key, value in {**FIGURES, **SIGNED}.items())
        answer = upload(client, unit, f"ma{mark}chi_tieu{mark}so_lieu\r\n{rows}".encode(encoding), "a.csv")
        assert answer.status_code == 303, mark
    assert newest(place).figures == KEPT


def test_words_in_csv_are_no_formula_and_come_back_as_they_were(place: Place, client: TestClient, unit: str) -> None:
    note = "=1+1 ca"
    assert put(client, unit, {**KEPT, "ghi_chu": note}).status_code == 200
    given = client.get(f"{unit}/bao-cao/{DAY}/mau.csv").content.decode("utf-8-sig")
    assert f";'{note}\r\n" in given
    signed = given.replace("ho-ten;Họ và tên người báo cáo;", f"ho-ten;x;{SIGNED['ho-ten']}")
    assert upload(client, unit, signed.replace(";120\r\n", ";121\r\n").encode(), "a.csv").status_code == 303
    assert (newest(place).figures["ghi_chu"], newest(place).figures["xet_nghiem_tuan"]) == (note, 121)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a;b\n", b"\xc3\x28", b'ma;"x\n'])
def test_what_is_no_such_csv_is_refused(place: Place, client: TestClient, unit: str, content: bytes) -> None:
    assert upload(client, unit, content, "a.csv").status_code == 422
    assert report(place) is None


def bearer(unit: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {unit.removeprefix('/v/')}"}


def put(client: TestClient, unit: str, figures: Any, day: str = DAY, **more: Any) -> Any:
    body = json.dumps({"figures": figures, "by": "Nguyễn Văn An", **more})
    return client.put(f"/api/v1/unit/reports/{day}", content=body, headers=bearer(unit))


def test_the_api_takes_a_report_once(place: Place, client: TestClient, unit: str) -> None:
    answer = put(client, unit, KEPT)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["revision"], answer.json()["on_time"], answer.json()["repeated"]) == (1, True, False)
    assert put(client, unit, {**KEPT, "nhiem_luy_ke": "3.884"}).json()["repeated"] is True
    assert (newest(place).figures, newest(place).channel) == (KEPT, "api")
    told = client.get("/api/v1/unit", headers=bearer(unit)).json()
    assert told["reports"][0]["state"] == "met"
    assert [field["key"] for field in told["form"]["fields"]][:2] == ["nhiem_moi", "nhiem_luy_ke"]
    assert client.get(f"/api/v1/unit/reports/{DAY}", headers=bearer(unit)).json()["figures"] == KEPT


def test_the_api_names_what_is_wrong(place: Place, client: TestClient, unit: str) -> None:
    answer = put(client, unit, {**KEPT, "ra_tinh_tu_choi": 3, "mau_gop": 30})
    assert answer.status_code == 422
    assert set(answer.json()["problems"]) == {"ra_tinh_xin", "ra_tinh_dong_y", "ra_tinh_tu_choi"}
    assert put(client, unit, {**KEPT, "mau_gop": 30.5}).json()["problems"] == {
        "mau_gop": "ghi số nguyên, không có phần thập phân (dấu phẩy)"
    }
    assert set(put(client, unit, {**KEPT, "mau_gop": True}).json()["problems"]) == {"mau_gop"}
    assert set(put(client, unit, KEPT, by="").json()["problems"]) == {"by"}
    for body in (b"{", b"[]", b'{"figures": 1}', b'{"figures": {"a": NaN}}', b"[" * 5000):
        assert client.put(f"/api/v1/unit/reports/{DAY}", content=body, headers=bearer(unit)).status_code == 422
    assert report(place) is None


def test_a_figure_under_a_name_the_form_does_not_have_is_not_lost_in_silence(
    place: Place, client: TestClient, unit: str
) -> None:
    assert put(client, unit, KEPT | {"ghichu": "x"}).json()["problems"] == {"ghichu": "mẫu không có chỉ tiêu này"}
    rows = "".join(f"{key};x;{value}\r\n" for key, value in {**FIGURES, **SIGNED, "ghichu": "x"}.items())
    answer = upload(client, unit, f"ma;chi_tieu;so_lieu\r\n{rows}".encode(), "a.csv")
    assert answer.status_code == 422
    assert "mẫu không có chỉ tiêu: ghichu" in words(answer.text)
    assert report(place) is None


def test_the_api_needs_the_units_token(client: TestClient, unit: str) -> None:
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic eDp4"}, {"Authorization": "Bearer"}):
        assert client.get("/api/v1/unit", headers=headers).status_code == 401
        assert client.put(f"/api/v1/unit/reports/{DAY}", content=b"{}", headers=headers).status_code == 401
    assert client.get("/api/v1/unit/reports/2030-01-01", headers=bearer(unit)).status_code == 404
    assert put(client, unit, KEPT, day="2030-01-01").status_code == 404


def test_unusual_figures_ask_for_a_word_in_the_form_and_over_the_api(
    place: Place, client: TestClient, unit: str
) -> None:
    client.post(f"{unit}/bao-cao/{DAY}", data=FIGURES | SIGNED)
    place.at(LOCKED - timedelta(hours=3))
    less = FIGURES | SIGNED | {"nhiem_luy_ke": "3.800"}
    answer = client.post(f"{unit}/bao-cao/{NEXT_DAY}", data=less)
    assert answer.status_code == 422
    assert "3.884 → 3.800; lệch 84" in words(answer.text)
    assert 'name="giai-trinh"' in answer.text
    told = put(client, unit, {**KEPT, "nhiem_luy_ke": 3800}, NEXT_DAY)
    assert (told.status_code, told.json()["problems"], set(told.json()["warnings"])) == (422, {}, {"nhiem_luy_ke"})
    answer = client.post(f"{unit}/bao-cao/{NEXT_DAY}", data=less | {"giai-trinh": "rà soát lại"})
    assert answer.status_code == 303
    said = words(client.get(f"{unit}/bien-nhan/{NEXT_DAY}").text)
    assert "Giải trình: rà soát lại" in said
    assert "3.884 → 3.800" in said
    form = client.get(f"{unit}/bao-cao/{NEXT_DAY}").text
    assert "Kỳ trước: 3.884" in words(form)


def test_a_figure_no_unit_can_have_asks_for_a_word_in_the_first_report_by_every_way(
    place: Place, client: TestClient, unit: str
) -> None:
    says = "lớn khác thường (99.999.999; văn phòng hỏi lại khi trên 500.000)"
    slipped = FIGURES | SIGNED | {"xet_nghiem_tuan": "99.999.999"}
    asked = client.post(f"{unit}/bao-cao/{DAY}", data=slipped)
    assert asked.status_code == 422
    assert words(asked.text).count(says) == 2, "on top, and at the field"
    sheet = upload(client, unit, filled(client, unit, xet_nghiem_tuan=99_999_999))
    assert (sheet.status_code, says in words(sheet.text)) == (422, True)
    told = put(client, unit, {**KEPT, "xet_nghiem_tuan": 99_999_999})
    assert (told.status_code, told.json()["problems"]) == (422, {})
    assert says in told.json()["warnings"]["xet_nghiem_tuan"]
    assert report(place) is None
    assert client.post(f"{unit}/bao-cao/{DAY}", data=slipped | {"giai-trinh": "cả tỉnh"}).status_code == 303
    assert newest(place).figures["xet_nghiem_tuan"] == 99_999_999
    assert says in words(client.get(f"{unit}/bien-nhan/{DAY}").text)


def test_what_is_typed_is_kept_until_it_is_sent(place: Place, client: TestClient, unit: str) -> None:
    typed = {"nhiem_moi": "7", "ghi_chu": "đang hỏi", "la": "x" * 9999}
    kept = client.post(f"{unit}/bao-cao/{DAY}/nhap", data=typed)
    assert (kept.status_code, kept.text) == (200, "Đã lưu tạm lúc 16 giờ 00, ngày 23/11/2021, chưa nộp.")
    page = client.get(f"{unit}/bao-cao/{DAY}").text
    assert 'value="7"' in page
    assert "đã điền dở, chưa nộp" in words(page)
    assert report(place) is None, "a draft is no report"
    client.post(f"{unit}/bao-cao/{DAY}", data=FIGURES | SIGNED)
    with place.ledger.read() as session:
        assert session.scalars(select(UnsentReport)).all() == []


def test_a_file_that_is_refused_leaves_the_form_as_it_was(place: Place, client: TestClient, unit: str) -> None:
    client.post(f"{unit}/bao-cao/{DAY}/nhap", data={"nhiem_moi": "7"})
    refused = upload(client, unit, b"junk")
    assert refused.status_code == 422
    assert 'name="nhiem_moi" value="7"' in refused.text
    client.post(f"{unit}/bao-cao/{DAY}", data=FIGURES | SIGNED)
    assert 'name="nhiem_luy_ke" value="3884"' in upload(client, unit, b"junk").text
    again = client.get(f"{unit}/bao-cao/{DAY}/tep", follow_redirects=False)
    assert again.headers["location"] == f"{unit}/bao-cao/{DAY}"


@pytest.fixture
def summary(place: Place) -> str:
    with place.ledger.read() as session:
        directive = session.scalars(select(Directive)).one()
    return f"/ban/vb/{directive.id}/tong-hop/{DAY}"


def duty_of(place: Place, name: str, day: str = DAY) -> int:
    with place.ledger.read() as session:
        return session.scalars(
            select(Duty.id).join(Addressee, Addressee.id == Duty.addressee_id)
            .where(Addressee.name == name, Duty.kind == DutyKind.REPORT, Duty.slot.startswith(day))
        ).one()  # fmt: skip


def test_the_summary_page_tells_frozen_and_live_figures_apart(
    place: Place, client: TestClient, unit: str, summary: str, desk: TestClient
) -> None:
    client.post(f"{unit}/bao-cao/{DAY}", data=FIGURES | SIGNED)
    assert "số liệu tạm" in words(desk.get(summary).text)
    place.at(DUE + timedelta(hours=1))
    assert "đã chốt lúc 17 giờ 00" in words(desk.get(summary).text)
    client.post(f"{unit}/bao-cao/{DAY}", data=FIGURES | SIGNED | {"nhiem_moi": "9", "nhiem_luy_ke": "3.890"})
    said = words(desk.get(summary).text)
    assert "có bản thứ 2 sau khi chốt" in said
    assert "2 — — 1 9 (1)" in said, "frozen, before, change, units, live"
    assert "1 trong 69 đơn vị đã báo cáo" in said
    assert "Tỷ lệ báo cáo 1,4%, đúng hạn 1,4%." in said


def test_the_desk_reopens_and_exempts_from_the_summary_page(
    place: Place, client: TestClient, unit: str, summary: str, desk: TestClient
) -> None:
    place.at(LOCKED + timedelta(minutes=1))
    granted = {"don-vi": duty_of(place, "Sở Y tế"), "den": "2021-11-26T16:00", "ly-do": "mất điện"}
    for wrong in ({"ly-do": ""}, {"den": "mai"}, {"den": "2021-11-25T16:00"}, {"den": "0001-01-01T00:00"}):
        assert desk.post(f"{summary}/mo-lai", data=granted | wrong).status_code == 422
    assert desk.post(f"{summary}/mo-lai", data=granted | {"don-vi": "999999"}).status_code == 404
    assert client.post(f"{unit}/bao-cao/{DAY}", data=FIGURES | SIGNED).status_code == 422
    assert desk.post(f"{summary}/mo-lai", data=granted).status_code == 303
    assert "được nộp đến 16 giờ 00, ngày 26/11/2021" in words(desk.get(summary).text)
    assert "<form" in client.get(f"{unit}/bao-cao/{DAY}").text
    assert client.post(f"{unit}/bao-cao/{DAY}", data=FIGURES | SIGNED).status_code == 303
    off = {"don-vi": duty_of(place, "Sở Công Thương"), "ly-do": "giải thể"}
    assert desk.post(f"{summary}/mien", data=off).status_code == 303
    answer = desk.post(f"{summary}/mien", data=off | {"don-vi": granted["don-vi"]})
    assert answer.status_code == 422, "who has reported is not exempted"


def test_the_summarys_files_open_and_agree(
    place: Place, client: TestClient, unit: str, summary: str, desk: TestClient
) -> None:
    client.post(f"{unit}/bao-cao/{DAY}", data=FIGURES | SIGNED | {"ghi_chu": "=HYPERLINK(1)"})
    for name in ("bao-cao.pdf", "bao-cao.docx", "bay-ngay.svg"):
        assert desk.get(f"{summary}/{name}").status_code == 404, "nothing is frozen yet"
    place.at(DUE + timedelta(hours=1))
    book = load_workbook(io.BytesIO(desk.get(f"{summary}/tong-hop.xlsx").content))
    assert book.sheetnames == ["Tổng hợp", "Cấp 1", "Đơn vị", "Bảy ngày"]
    note = next(cell for row in book["Đơn vị"].iter_rows() for cell in row if cell.value == "=HYPERLINK(1)")
    assert note.data_type == "s", "what a unit types is never a formula"
    pdf = PdfReader(io.BytesIO(desk.get(f"{summary}/bao-cao.pdf?so=5&ky_hieu=BC-VPTU").content))
    text = " ".join(" ".join(page.extract_text().split()) for page in pdf.pages)
    assert "Số 05-BC-VPTU" in text
    assert "3.884" in text
    for name in ("bay-ngay.svg", "tinh-hinh.svg"):
        answer = desk.get(f"{summary}/{name}")
        assert answer.headers["content-type"] == "image/svg+xml"
        assert b"<svg" in answer.content


def test_no_mark_that_a_unit_types_keeps_a_paper_from_being_made(
    place: Place, client: TestClient, unit: str, summary: str, desk: TestClient
) -> None:
    odd = "đã rà\uffff \ufffe\x01\x85xong"
    typed = FIGURES | SIGNED | {"xet_nghiem_tuan": "99999999", "ghi_chu": odd, "giai-trinh": odd}
    assert client.post(f"{unit}/bao-cao/{DAY}", data=typed).status_code == 303
    place.at(DUE + timedelta(hours=1))
    for name in ("tong-hop.xlsx", "bao-cao.docx", "bao-cao.pdf"):
        assert desk.get(f"{summary}/{name}").status_code == 200, name
    again = client.get(f"{unit}/bao-cao/{DAY}/mau.xlsx")
    assert again.status_code == 200


def test_the_summary_opens_for_whoever_is_signed_in(client: TestClient, desk: TestClient, summary: str) -> None:
    for path in ("", "/tong-hop.xlsx", "/bao-cao.pdf", "/bay-ngay.svg"):
        assert client.get(summary + path).headers["location"].startswith("/vao?toi=%2Fban%2Fvb"), path
    assert client.post(f"{summary}/mien", data={}).status_code == 401
    assert desk.get(summary.replace(DAY, "2030-01-01")).status_code == 404


def test_a_report_of_the_ledger_keeps_no_trace_of_refused_ones(place: Place, client: TestClient, unit: str) -> None:
    upload(client, unit, filled(client, unit, nhiem_luy_ke=1, nhiem_moi=2))
    put(client, unit, {**KEPT, "nhiem_luy_ke": 1})
    with place.ledger.read() as session:
        assert session.scalars(select(Report)).all() == []
