"""What a unit can show: the codes it has reached, its history, a slip the office can check, the paper itself."""

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from hoatoc.errors import TokenError
from hoatoc.keyring import Keyring
from hoatoc.ledger.schema import Addressee, Duty, DutyKind
from hoatoc.links import Links
from tests.portal.binhphuoc import Province
from tests.portal.officers import officer_at
from tests.portal.place import DUE, FIGURES, ISSUED, SIGNED, Place
from tests.portal.test_unit import words
from tests.worlds.duties import ISSUED_1722

DAY = "2021-11-24"


@pytest.fixture
def unit(place: Place) -> str:
    """The path of a department's page."""
    return place.link("Sở Y tế")


def addressee_id(place: Place) -> int:
    with place.ledger.read() as session:
        return session.scalars(select(Addressee.id).where(Addressee.name == "Sở Y tế")).one()


def test_the_history_says_everything_in_plain_words_the_newest_first(
    place: Place, client: TestClient, unit: str
) -> None:
    client.post(f"{unit}/nhan", data=SIGNED)
    place.clock(DUE)
    client.post(f"{unit}/bao-cao/{DAY}", data=FIGURES | SIGNED)
    with place.ledger.read() as session:
        report = session.scalars(
            select(Duty.id).where(Duty.addressee_id == addressee_id(place), Duty.kind == DutyKind.REPORT)
        ).first()
    client.post(f"{unit}/gia-han/{report}", data={"han-moi": "2021-11-26T08:00", "ly-do": "x", **SIGNED})
    said = words(client.get(f"{unit}/lich-su").text)
    told = [
        "Nộp báo cáo · Báo cáo ngày 24/11/2021 Nguyễn Văn An", "03 Đơn vị xác nhận đã nhận Nguyễn Văn An",
        "Văn bản được ban hành",
    ]  # fmt: skip
    assert [said.index(it) for it in told] == sorted(said.index(it) for it in told)
    assert "Xong, đúng hạn · Xác nhận đã nhận văn bản" in said


def test_a_slip_shows_what_was_done_and_the_office_finds_the_same(place: Place, client: TestClient, unit: str) -> None:
    client.post(f"{unit}/nhan", data=SIGNED | {"chuc-vu": "Chánh Văn phòng"})
    slip = words(client.get(f"{unit}/bien-nhan").text)
    assert "03 Đơn vị xác nhận đã nhận 16 giờ 00, ngày 23/11/2021, Nguyễn Văn An, Chánh Văn phòng" in slip
    code = place.links.slip(addressee_id(place), ISSUED)
    assert f"Mã kiểm tra: {code}" in slip
    place.clock(DUE)
    client.post(f"{unit}/bao-cao/{DAY}", data=FIGURES | SIGNED)
    with officer_at(place.ledger, place.links) as desk:
        found = words(desk.get("/ban/bien-nhan", params={"ma": f" {code.lower()} "}).text)
        assert "mã đúng; đối chiếu với giấy" in found
        assert "Nguyễn Văn An, Chánh Văn phòng" in found
        assert "Lập lúc 16 giờ 00, ngày 23/11/2021." in found
        assert "Báo cáo ngày" not in found, "it shows the unit as it stood when the slip was made"
        later = place.links.slip(addressee_id(place), DUE)
        assert "Báo cáo ngày 24/11/2021" in words(desk.get("/ban/bien-nhan", params={"ma": later}).text)


def test_a_made_up_code_is_found_out(place: Place) -> None:
    code = place.links.slip(addressee_id(place), ISSUED)
    addressee, stamp, mark = code.split("-")
    forged = [
        f"{int(addressee) + 1}-{stamp}-{mark}",
        f"{addressee}-{int(stamp) + 1}-{mark}",
        code[:-1],
        "x",
        "a-b-c",
        "-",
    ]
    forged.append(Links(Keyring({"k1": "y" * 48}), "").slip(addressee_id(place), ISSUED))
    with officer_at(place.ledger, place.links) as desk:
        for one in forged:
            with pytest.raises(TokenError):
                place.links.read_slip(one)
            assert "Hệ thống không cấp mã này" in desk.get("/ban/bien-nhan", params={"ma": one}).text


def test_a_slip_of_a_unit_that_a_restore_has_lost_is_no_forgery(place: Place) -> None:
    with officer_at(place.ledger, place.links) as desk:
        answer = desk.get("/ban/bien-nhan", params={"ma": place.links.slip(1_795_359_600_001, ISSUED)})
    assert answer.status_code == 200
    assert "Hệ thống đã cấp mã này" in answer.text
    assert "Hệ thống không cấp mã này" not in answer.text


def test_a_slip_outlives_the_key_that_marked_it(place: Place) -> None:
    code = place.links.slip(addressee_id(place), ISSUED)
    renewed = Links(Keyring({"k2": "z" * 48, **place.links.ring.keys}), "")
    assert renewed.read_slip(code) == (addressee_id(place), ISSUED)


def test_nobody_checks_slips_who_is_not_signed_in(client: TestClient) -> None:
    assert client.get("/ban/bien-nhan").status_code == 303


def test_opening_what_one_can_show_changes_nothing(place: Place, client: TestClient, unit: str) -> None:
    before = place.rows()
    for path in ("lich-su", "bien-nhan", "van-ban", "phan-cong"):
        assert client.get(f"{unit}/{path}").status_code == 200, path
    assert place.rows() == before


def test_a_party_document_looks_as_the_party_writes(client: TestClient, unit: str) -> None:
    html = client.get(f"{unit}/van-ban").text
    said = words(html)
    assert "BAN CHỈ ĐẠO PHÒNG, CHỐNG DỊCH COVID-19 TỈNH KIÊN GIANG * Số 13-CV/BCĐ" in said
    assert "ĐẢNG CỘNG SẢN VIỆT NAM Kiên Giang, ngày 23 tháng 11 năm 2021" in said
    assert "Độc lập" not in said
    assert "Các đ/c Tỉnh ủy viên" in said
    assert "BÍ THƯ TỈNH ỦY KIÊM TRƯỞNG BAN CHỈ ĐẠO (đã ký) Đỗ Thanh Bình" in said


def test_a_state_document_looks_as_the_state_writes(province: Province, browser_there: TestClient) -> None:
    province.issue("binh-phuoc/1722-ubnd-kgvx", ISSUED_1722)
    said = words(browser_there.get(f"{province.page('ubnd-bu-dang', '1722')}/van-ban").text)
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM Độc lập - Tự do - Hạnh phúc" in said
    assert "Số: 1722/UBND-KGVX" in said
    assert "Bình Phước, ngày 27 tháng 5 năm 2021" in said
    assert "HOÀ TỐC" in said, "as it is printed"
