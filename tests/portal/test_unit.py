"""A unit's pages, over HTTP and a real ledger."""

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from hoatoc.ledger.schema import Addressee, Duty, DutyKind, DutyState, Receipt, Report, Revision
from hoatoc.rollout import duties
from tests.portal.place import DUE, FIGURES, ISSUED, LOCKED, SIGNED, Place

TICK = timedelta(microseconds=1)
DAY = "2021-11-24"


@pytest.fixture
def unit(place: Place) -> str:
    """The path of a department's page: it acknowledges and reports."""
    return place.link("Sở Y tế")


def report(place: Place, name: str = "Sở Y tế") -> Report | None:
    with place.ledger.read() as session:
        return session.scalar(
            select(Report).join(Duty, Duty.id == Report.duty_id)
            .join(Addressee, Addressee.id == Duty.addressee_id).where(Addressee.name == name)
        )  # fmt: skip


def receipts(place: Place) -> list[Receipt]:
    with place.ledger.read() as session:
        return list(session.scalars(select(Receipt)))


def words(html: str) -> str:
    """What a page says, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_opening_any_page_changes_nothing(place: Place, client: TestClient, unit: str) -> None:
    client.post(f"{unit}/bao-cao/{DAY}", data=FIGURES | SIGNED)
    before = place.rows()
    for path in (
        unit,
        f"{unit}/nhan",
        f"{unit}/bao-cao/{DAY}",
        f"{unit}/bien-nhan/{DAY}",
        "/health",
    ):
        assert client.get(path).status_code == 200, path
    assert place.rows() == before


def test_the_page_says_what_is_owed_and_by_when(place: Place, client: TestClient, unit: str) -> None:
    place.at(DUE - timedelta(hours=3))
    said = words(client.get(unit).text)
    assert "Công điện 13-CV/BCĐ ngày 23/11/2021" in said
    assert "Gửi: Sở Y tế" in said
    assert "chưa xác nhận, còn 3 giờ Hạn: 16 giờ 00, ngày 24/11/2021" in said
    assert "Báo cáo ngày 24/11/2021 chưa nộp, còn 3 giờ" in said
    assert "hằng ngày báo cáo về Ban Chỉ đạo tỉnh (qua Văn phòng Tỉnh ủy)" in said
    assert "tonghop.vptu@tinhuy.kiengiang.example" in said


def test_a_member_acknowledges_and_owes_no_report(place: Place, client: TestClient) -> None:
    member = place.link("Tỉnh ủy viên, Giám đốc Công an tỉnh")
    said = words(client.get(member).text)
    assert "chỉ cần xác nhận, không phải báo cáo" in said
    assert "Nộp báo cáo" not in said
    assert client.get(f"{member}/bao-cao/{DAY}").status_code == 404


def test_acknowledging_is_recorded_and_leads_back_to_the_page(place: Place, client: TestClient, unit: str) -> None:
    answer = client.post(f"{unit}/nhan", data={"ho-ten": "  Trần Thị\tBích ", "chuc-vu": "Chánh Văn phòng"})
    assert (answer.status_code, answer.headers["location"]) == (303, unit)
    [receipt] = receipts(place)
    assert (receipt.by_name, receipt.by_title, receipt.channel, receipt.at) == (
        "Trần Thị Bích", "Chánh Văn phòng", "portal", ISSUED,
    )  # fmt: skip
    said = words(client.get(unit).text)
    assert "đã xác nhận Lúc 16 giờ 00, ngày 23/11/2021, bởi Trần Thị Bích, Chánh Văn phòng." in said


def test_the_first_acknowledgement_stands(place: Place, client: TestClient, unit: str) -> None:
    client.post(f"{unit}/nhan", data={"ho-ten": "Trần Thị Bích"})
    before = place.rows()
    assert client.post(f"{unit}/nhan", data={"ho-ten": "Người khác"}).status_code == 303
    assert place.rows() == before
    assert receipts(place)[0].by_name == "Trần Thị Bích"


@pytest.mark.parametrize("name", ["", "   ", "\0", "x" * 121])
def test_acknowledging_without_a_usable_name_is_refused(place: Place, client: TestClient, unit: str, name: str) -> None:
    before = place.rows()
    answer = client.post(f"{unit}/nhan", data={"ho-ten": name, "chuc-vu": "Chánh Văn phòng"})
    assert answer.status_code == 422
    assert 'value="Chánh Văn phòng"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert place.rows() == before


@pytest.mark.parametrize(("late", "said"), [(timedelta(), "đã xác nhận Lúc"), (TICK, "đã xác nhận, muộn Lúc")])
def test_an_acknowledgement_is_late_after_its_due_time(
    place: Place, client: TestClient, unit: str, late: timedelta, said: str
) -> None:
    place.clock(DUE + late)
    client.post(f"{unit}/nhan", data={"ho-ten": "Trần Thị Bích"})
    assert said in words(client.get(unit).text)


def test_a_report_is_taken_in_and_its_receipt_shown(place: Place, client: TestClient, unit: str) -> None:
    answer = client.post(f"{unit}/bao-cao/{DAY}", data=FIGURES | SIGNED)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{unit}/bien-nhan/{DAY}")
    found = report(place)
    assert found is not None
    assert found.figures["nhiem_luy_ke"] == 3884
    assert "ghi_chu" not in found.figures
    said = words(client.get(f"{unit}/bien-nhan/{DAY}").text)
    assert "đã nộp đúng hạn Nộp lần đầu 16 giờ 00, ngày 23/11/2021" in said
    assert "Người báo cáo Nguyễn Văn An" in said
    assert "nhiễm lũy kế 3.884 người" in said
    assert "đã xử lý trong ngày 0 trường hợp" in said


def test_reporting_acknowledges_too(place: Place, client: TestClient, unit: str) -> None:
    client.post(f"{unit}/bao-cao/{DAY}", data=FIGURES | SIGNED)
    assert "bởi Nguyễn Văn An, khi nộp báo cáo." in words(client.get(unit).text)


def test_figures_that_do_not_add_up_are_refused_and_kept(place: Place, client: TestClient, unit: str) -> None:
    before = place.rows()
    typed = FIGURES | SIGNED | {"ra_tinh_xin": "1", "ghi_chu": 'Đã sửa "Phương án" <b>'}
    answer = client.post(f"{unit}/bao-cao/{DAY}", data=typed)
    assert answer.status_code == 422
    assert place.rows() == before
    for key, value in typed.items():
        if key != "ghi_chu":
            assert re.search(rf'name="{key}" value="{re.escape(value)}"', answer.text), key
    assert "Đã sửa &#34;Phương án&#34; &lt;b&gt;</textarea>" in answer.text
    said = words(answer.text)
    # Once in the summary with the figures, and once at each of the three fields.
    assert said.count("Số lượt được đồng ý cộng số lượt không được đồng ý") == 4
    told = "(Lượt xin đi ra khỏi tỉnh trong ngày: 1, Trong đó: được đồng ý: 3, Trong đó: không được đồng ý: 1; lệch 3)"
    assert told in said
    assert answer.text.count('aria-invalid="true"') == 3


def test_blank_is_not_zero(place: Place, client: TestClient, unit: str) -> None:
    before = place.rows()
    answer = client.post(f"{unit}/bao-cao/{DAY}", data=FIGURES | SIGNED | {"vi_pham_5k": " "})
    assert answer.status_code == 422
    assert "Trường hợp vi phạm 5K đã xử lý trong ngày: chưa điền; không phát sinh thì ghi" in words(answer.text)
    assert place.rows() == before


def test_a_form_suggests_no_figure(client: TestClient, unit: str) -> None:
    html = client.get(f"{unit}/bao-cao/{DAY}").text
    assert html.count('inputmode="numeric"') == 8
    assert "placeholder" not in html
    assert all(f'name="{key}" value=""' in html for key in FIGURES if key != "ghi_chu")


def test_a_report_without_a_name_is_refused_with_everything_that_is_wrong(
    place: Place, client: TestClient, unit: str
) -> None:
    before = place.rows()
    answer = client.post(f"{unit}/bao-cao/{DAY}", data=FIGURES | {"mau_gop": "3,5", "ho-ten": " "})
    assert answer.status_code == 422
    said = words(answer.text)
    assert "Họ và tên người báo cáo: chưa điền họ và tên" in said
    assert "Mẫu gộp đã xét nghiệm trong tuần: ghi số nguyên" in said
    assert place.rows() == before


def test_a_revision_changes_the_figures_and_not_the_first_time(place: Place, client: TestClient, unit: str) -> None:
    client.post(f"{unit}/bao-cao/{DAY}", data=FIGURES | SIGNED)
    place.clock(DUE + timedelta(hours=2))
    assert 'name="nhiem_luy_ke" value="3884"' in client.get(f"{unit}/bao-cao/{DAY}").text
    client.post(f"{unit}/bao-cao/{DAY}", data=FIGURES | {"nhiem_moi": "9", "ho-ten": "Lê Thị Ba"})
    found = report(place)
    assert found is not None
    assert (found.revision, found.on_time, found.first_at, found.figures["nhiem_moi"]) == (2, True, ISSUED, 9)
    said = words(client.get(f"{unit}/bien-nhan/{DAY}").text)
    assert "đã nộp đúng hạn" in said
    assert "Người báo cáo Lê Thị Ba" in said
    assert "Bản thứ 2: 18 giờ 00, ngày 24/11/2021, Lê Thị Ba" in said
    assert "Bản thứ 1: 16 giờ 00, ngày 23/11/2021, Nguyễn Văn An" in said


def test_sending_the_same_figures_again_writes_nothing(place: Place, client: TestClient, unit: str) -> None:
    client.post(f"{unit}/bao-cao/{DAY}", data=FIGURES | SIGNED)
    before = place.rows()
    assert client.post(f"{unit}/bao-cao/{DAY}", data=FIGURES | SIGNED).status_code == 303
    assert place.rows() == before


@pytest.mark.parametrize(
    ("when", "said"),
    [(DUE - TICK, "đã nộp đúng hạn"), (DUE, "đã nộp đúng hạn"), (DUE + TICK, "đã nộp muộn")],
    ids=["before", "at", "after"],
)
def test_a_report_is_late_after_its_due_time(
    place: Place, client: TestClient, unit: str, when: datetime, said: str
) -> None:
    place.clock(when)
    client.post(f"{unit}/bao-cao/{DAY}", data=FIGURES | SIGNED)
    assert said in words(client.get(f"{unit}/bien-nhan/{DAY}").text)


def test_an_overdue_report_is_said_to_be_overdue_and_still_taken(place: Place, client: TestClient, unit: str) -> None:
    place.at(DUE + timedelta(minutes=90))
    assert "Báo cáo ngày 24/11/2021 chưa nộp, quá hạn 1 giờ" in words(client.get(unit).text)
    assert client.post(f"{unit}/bao-cao/{DAY}", data=FIGURES | SIGNED).status_code == 303


@pytest.mark.parametrize(("when", "taken"), [(LOCKED - TICK, True), (LOCKED, True), (LOCKED + TICK, False)])
def test_a_locked_period_takes_no_more_figures(
    place: Place, client: TestClient, unit: str, when: datetime, taken: bool
) -> None:
    place.clock(when)
    before = place.rows()
    answer = client.post(f"{unit}/bao-cao/{DAY}", data=FIGURES | SIGNED)
    assert answer.status_code == (303 if taken else 422)
    if not taken:
        assert place.rows() == before
        said = words(answer.text)
        assert "đã khóa từ 16 giờ 00, ngày 25/11/2021" in said
        assert "nhiễm lũy kế 3.884 người" in said, "what was typed is still there to be told by phone"
        assert "<form" not in answer.text


def test_a_period_that_the_pass_has_locked_offers_no_form(place: Place, client: TestClient, unit: str) -> None:
    place.at(LOCKED)
    assert "không nộp, đã khóa" in words(client.get(unit).text)
    assert "<form" not in client.get(f"{unit}/bao-cao/{DAY}").text


def test_an_exempt_unit_is_told_so(place: Place, client: TestClient, unit: str) -> None:
    with place.ledger.write() as session:
        duty = session.scalars(
            select(Duty).join(Addressee, Addressee.id == Duty.addressee_id)
            .where(Addressee.name == "Sở Y tế", Duty.kind == DutyKind.REPORT)
        ).one()  # fmt: skip
        duties.move(session, duty, DutyState.WAIVED, at=ISSUED, actor="desk")
    assert "được miễn" in words(client.get(unit).text)
    answer = client.post(f"{unit}/bao-cao/{DAY}", data=FIGURES | SIGNED)
    assert answer.status_code == 422
    assert "Đơn vị không phải báo cáo kỳ này." in words(answer.text)


@pytest.mark.parametrize("day", ["2021-11-23", "2022-01-01", "hom-nay", "2021-13-40"])
def test_a_day_without_a_period_is_not_found(place: Place, client: TestClient, unit: str, day: str) -> None:
    before = place.rows()
    for path in (f"{unit}/bao-cao/{day}", f"{unit}/bien-nhan/{day}"):
        assert client.get(path).status_code == 404
    assert client.post(f"{unit}/bao-cao/{day}", data=FIGURES | SIGNED).status_code == 404
    assert place.rows() == before


def test_there_is_no_receipt_before_a_report(client: TestClient, unit: str) -> None:
    answer = client.get(f"{unit}/bien-nhan/{DAY}")
    assert answer.status_code == 404
    assert "Chưa có báo cáo của ngày này" in words(answer.text)


def test_what_people_type_is_shown_as_text(place: Place, client: TestClient, unit: str) -> None:
    client.post(f"{unit}/bao-cao/{DAY}", data=FIGURES | {"ho-ten": "<script>x</script>", "ghi_chu": "<img src=x>\0"})
    html = client.get(f"{unit}/bien-nhan/{DAY}").text
    assert "&lt;script&gt;x&lt;/script&gt;" in html
    assert "&lt;img src=x&gt;" in html
    with place.ledger.read() as session:
        assert session.scalars(select(Revision.by_name)).one() == "<script>x</script>"


def test_a_mark_of_urgency_stands_on_top(place: Place, client: TestClient, unit: str) -> None:
    assert 'class="mark"' not in client.get(unit).text, "13-CV/BCĐ carries none"
    place.print_mark("HOẢ TỐC")
    assert '<p class="mark">HỎA TỐC</p>' in client.get(unit).text


def test_a_mail_scanner_may_ask_for_the_head_of_the_page(place: Place, client: TestClient) -> None:
    before = place.rows()
    assert client.head(place.link("Sở Y tế")).status_code == 200
    assert client.head("/v/forged").status_code == 404
    assert place.rows() == before
