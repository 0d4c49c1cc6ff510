"""Asking for permission on a unit's page, and answering on the page of the one who decides."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from hoatoc.ledger.schema import Addressee, DutyKind, PermissionRequest, PermissionState, Receipt, Unit
from tests.portal.binhphuoc import Province
from tests.portal.officers import waits
from tests.portal.place import Place
from tests.portal.test_unit import words
from tests.worlds.duties import ISSUED_360

ASKED = {
    "nguoi-di": "Lê Thị Hoa", "ly-do-di": "Họp về vắc-xin tại Hà Nội", "ngay-di": "2021-05-10", "ngay-ve": "2021-05-12",
    "ho-ten": "Vũ Thị Mai",
}  # fmt: skip
GRANT = {"tra-loi": "dong-y", "ho-ten": "Giám đốc"}
REFUSE = {"tra-loi": "khong-dong-y", "y-kien": "Đang có dịch", "ho-ten": "Giám đốc"}


@pytest.fixture
def unit(province: Province) -> str:
    """The path of a department's page."""
    return province.page("so-y-te")


@pytest.fixture
def decider(province: Province, browser_there: TestClient, unit: str) -> str:
    """The path of the page of its head, before whom one request is put."""
    assert browser_there.post(f"{unit}/xin-phep/3.1", data=ASKED).status_code == 303
    return province.page("so-y-te/head")


def requests(province: Province) -> list[PermissionRequest]:
    with province.ledger.read() as session:
        return list(session.scalars(select(PermissionRequest).order_by(PermissionRequest.id)))


def test_the_page_offers_each_matter_that_needs_permission(browser_there: TestClient, unit: str) -> None:
    html = browser_there.get(unit).text
    assert f'href="{unit}/xin-phep/2.1"' in html
    assert f'href="{unit}/xin-phep/3.1"' in html
    said = words(browser_there.get(f"{unit}/xin-phep/3.1").text)
    assert "khi đi ra ngoài tỉnh phải xin phép" in said
    assert "trả lời trong 1 ngày kể từ khi xin" in said


def test_a_request_stands_on_the_page_with_its_state(browser_there: TestClient, unit: str, decider: str) -> None:
    said = words(browser_there.get(f"{unit}/xin-phep/3.1").text)
    assert "Lê Thị Hoa chờ trả lời, còn 1 ngày Họp về vắc-xin tại Hà Nội 10/05/2021 – 12/05/2021" in said
    assert "Giám đốc Sở Y tế, hạn 10 giờ 00, ngày 07/05/2021" in said


def test_the_units_page_says_what_waits(browser_there: TestClient, unit: str, decider: str) -> None:
    said = "Đã xin cho Lê Thị Hoa, chờ Bí thư Đảng ủy, Giám đốc Sở Y tế trả lời, hạn 10 giờ 00, ngày 07/05/2021."
    assert said in words(browser_there.get(unit).text)


def test_a_head_asks_the_level_above(province: Province, browser_there: TestClient, unit: str) -> None:
    browser_there.post(f"{unit}/xin-phep/3.1", data={**ASKED, "la-thu-truong": "1"})
    assert requests(province)[0].for_head
    assert "Lê Thị Hoa (người đứng đầu)" in words(browser_there.get(province.page("ubnd-tinh/head")).text)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"nguoi-di": ""}, "nguoi-di"),
        ({"ly-do-di": " "}, "ly-do-di"),
        ({"ngay-di": ""}, "ngay-di"),
        ({"ngay-di": "2021-05-32"}, "ngay-di"),
        ({"ngay-di": "1/2/3/4"}, "ngay-di"),
        ({"ngay-di": "1/1/99999999999"}, "ngay-di"),
        ({"ngay-ve": "9999-12-31"}, "ngay-ve"),
        ({"ngay-di": "2021-05-05"}, "ngay-di"),
        ({"ngay-ve": "2021-05-09"}, "ngay-ve"),
        ({"ho-ten": ""}, "ho-ten"),
    ],
)
def test_a_request_that_does_not_stand_is_refused_and_kept_in_the_form(
    province: Province, browser_there: TestClient, unit: str, changed: dict[str, str], field: str
) -> None:
    before = province.rows()
    answer = browser_there.post(f"{unit}/xin-phep/3.1", data={**ASKED, **changed})
    assert answer.status_code == 422
    assert f'id="{field}-problem"' in answer.text
    assert answer.text.count('<p class="problem"') == 1, "what is right is not complained of"
    assert province.rows() == before


def test_days_may_be_written_as_people_write_them(province: Province, browser_there: TestClient, unit: str) -> None:
    browser_there.post(f"{unit}/xin-phep/3.1", data={**ASKED, "ngay-di": "10/5/2021", "ngay-ve": "12/05/2021"})
    assert requests(province)[0].first_day.isoformat() == "2021-05-10"


def test_who_needs_no_permission_cannot_ask(province: Province, browser_there: TestClient, decider: str) -> None:
    for key in ("ubnd-tinh", "so-y-te/head"):
        path = f"{province.page(key)}/xin-phep/3.1"
        assert browser_there.get(path).status_code == 404
        assert browser_there.post(path, data=ASKED).status_code == 404
    assert len(requests(province)) == 1


def test_the_deciders_page_shows_the_requests_and_nothing_to_acknowledge(
    province: Province, browser_there: TestClient, decider: str
) -> None:
    answer = browser_there.get(decider)
    said = words(answer.text)
    assert "Lê Thị Hoa Sở Y tế chờ trả lời, còn 1 ngày Việc đi ra ngoài tỉnh" in said
    assert "Họp về vắc-xin tại Hà Nội" in said
    assert "Vũ Thị Mai, 10 giờ 00, ngày 06/05/2021" in said
    for strange in ("Xác nhận đã nhận", "báo cáo ngày", "Nộp báo cáo", "/nhan"):
        assert strange not in answer.text


def test_one_who_only_decides_cannot_acknowledge(province: Province, browser_there: TestClient, decider: str) -> None:
    assert browser_there.post(f"{decider}/nhan", data={"ho-ten": "Giám đốc"}).status_code == 404
    with province.ledger.read() as session:
        assert session.scalars(select(Receipt)).all() == []


def test_a_grant_is_recorded_and_shown_to_both(
    province: Province, browser_there: TestClient, unit: str, decider: str
) -> None:
    (request,) = requests(province)
    answer = browser_there.post(f"{decider}/tra-loi/{request.id}", data=GRANT)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{decider}/tra-loi")
    assert requests(province)[0].state is PermissionState.GRANTED
    said = words(browser_there.get(decider).text)
    assert "không có đề nghị nào chờ trả lời" in said
    assert "1 đề nghị" in said
    said = words(browser_there.get(f"{unit}/xin-phep/3.1").text)
    assert "Lê Thị Hoa đồng ý" in said
    assert "Giám đốc (Bí thư Đảng ủy, Giám đốc Sở Y tế) trả lời lúc 10 giờ 00" in said


def test_a_refusal_needs_its_reason(province: Province, browser_there: TestClient, unit: str, decider: str) -> None:
    (request,) = requests(province)
    before = province.rows()
    path = f"{decider}/tra-loi/{request.id}"
    answer = browser_there.post(path, data={**REFUSE, "y-kien": " "})
    assert answer.status_code == 422
    assert "ghi lý do không đồng ý" in answer.text
    assert province.rows() == before
    assert browser_there.get(path).status_code == 200, "where a browser without JavaScript stands may be reloaded"
    assert browser_there.post(path, data=REFUSE).status_code == 303
    assert "Lê Thị Hoa không đồng ý" in words(browser_there.get(f"{unit}/xin-phep/3.1").text)
    assert "“Đang có dịch”" in browser_there.get(f"{unit}/xin-phep/3.1").text


@pytest.mark.parametrize("typed", [{**GRANT, "ho-ten": ""}, {"ho-ten": "Giám đốc"}, {**GRANT, "tra-loi": "có"}])
def test_an_answer_without_a_name_or_a_choice_is_none(
    province: Province, browser_there: TestClient, decider: str, typed: dict[str, str]
) -> None:
    before = province.rows()
    assert browser_there.post(f"{decider}/tra-loi/{requests(province)[0].id}", data=typed).status_code == 422
    assert province.rows() == before


def test_a_request_is_answered_once(province: Province, browser_there: TestClient, decider: str) -> None:
    path = f"{decider}/tra-loi/{requests(province)[0].id}"
    browser_there.post(path, data=GRANT)
    before = province.rows()
    answer = browser_there.post(path, data=REFUSE)
    assert answer.status_code == 422
    assert "Đề nghị này đã được trả lời" in answer.text
    assert province.rows() == before


def test_only_the_one_before_whom_it_is_put_answers(
    province: Province, browser_there: TestClient, unit: str, decider: str
) -> None:
    (request,) = requests(province)
    browser_there.post(f"{province.page('so-noi-vu')}/xin-phep/3.1", data=ASKED)
    for key in ("so-y-te", "so-noi-vu/head"):
        answer = browser_there.post(f"{province.page(key)}/tra-loi/{request.id}", data=GRANT)
        assert answer.status_code == 404, key
    assert requests(province)[0].state is PermissionState.ASKED


def test_a_request_that_waits_too_long_is_overdue_on_page_and_board(
    province: Province, browser_there: TestClient, decider: str, desk_there: TestClient
) -> None:
    province.clock(ISSUED_360 + timedelta(hours=26))
    assert "chờ trả lời, quá hạn 2 giờ" in words(browser_there.get(decider).text)
    said = words(desk_there.get("/ban").text)
    assert "Trả lời xin phép, khoản 3.1 · 1 nơi nhận quá hạn 2 giờ" in said


def test_the_office_sees_how_many_were_asked_and_answered(
    province: Province, browser_there: TestClient, unit: str, decider: str, desk_there: TestClient
) -> None:
    browser_there.post(f"{unit}/xin-phep/3.1", data=ASKED | {"nguoi-di": "Trần Văn Minh"})
    browser_there.post(f"{decider}/tra-loi/{requests(province)[0].id}", data=REFUSE)
    said = words(desk_there.get("/ban/vb/1").text)
    assert "Đã xin 2: đồng ý 0, không đồng ý 1, chờ trả lời 1." in said
    with province.ledger.read() as session:
        assert session.scalars(select(Addressee.key).where(Addressee.decides)).all() == ["so-y-te/head"]


def test_the_office_reads_what_is_asked_for_and_whom_to_phone(
    province: Province, decider: str, desk_there: TestClient
) -> None:
    duty = province.duty("so-y-te/head", DutyKind.DECISION)
    with province.ledger.write() as session:
        session.scalars(select(Unit).where(Unit.key == "so-y-te")).one().phone = "0271 3879 000"
    for path in ("/ban/vb/1", "/ban/de-nghi"):
        page = desk_there.get(path).text
        assert f'href="/ban/viec/{duty.id}"' in page, path
        said = words(page)
        assert "Lê Thị Hoa , Sở Y tế, 10/05/2021 – 12/05/2021: Họp về vắc-xin tại Hà Nội" in said, path
        assert "Chờ Bí thư Đảng ủy, Giám đốc Sở Y tế trả lời, hạn 10 giờ 00, ngày 07/05/2021" in said, path
    assert "0271 3879 000 (Sở Y tế)" in said
    assert "không có đề nghị nào chờ" in said, "none that the office decides"
    said = words(desk_there.get(f"/ban/viec/{duty.id}").text)
    assert "Thư xin phép chờ trả lời tới Bí thư Đảng ủy, Giám đốc Sở Y tế" in said
    for what in ("Lê Thị Hoa", "đi ra ngoài tỉnh", "Họp về vắc-xin tại Hà Nội", "10/05/2021 – 12/05/2021",
                 "Vũ Thị Mai, 10 giờ 00, ngày 06/05/2021", "Giám đốc Sở Y tế"):  # fmt: skip
        assert what in said, what


def test_the_page_of_an_answered_request_says_the_answer(
    province: Province, browser_there: TestClient, decider: str, desk_there: TestClient
) -> None:
    browser_there.post(f"{decider}/tra-loi/{requests(province)[0].id}", data=REFUSE)
    said = words(desk_there.get(f"/ban/viec/{province.duty('so-y-te/head', DutyKind.DECISION).id}").text)
    assert "Giám đốc trả lời 10 giờ 00, ngày 06/05/2021: không đồng ý Đang có dịch" in said
    assert "Lê Thị Hoa" not in desk_there.get("/ban/de-nghi").text


def test_the_navigation_counts_what_the_leadership_is_asked(
    province: Province, browser_there: TestClient, decider: str, unit: str, desk_there: TestClient
) -> None:
    assert waits(desk_there.get("/ban").text, "Đề nghị") == 0, "a department's head decides that"
    asked = {**ASKED, "la-thu-truong": "1"}
    browser_there.post(f"{province.page('huyen-uy-bu-dang')}/xin-phep/2.1", data=asked)
    assert waits(desk_there.get("/ban").text, "Đề nghị") == 1


def test_a_member_asks_the_head_of_the_body_above(place: Place, client: TestClient) -> None:
    member = place.link("Tỉnh ủy viên, Giám đốc Công an tỉnh")
    path = f"{member}/xin-phep/2.2"
    assert "la-thu-truong" not in client.get(path).text
    asked = {**ASKED, "ngay-di": "2021-11-25", "ngay-ve": "2021-11-26"}
    assert client.post(path, data=asked).status_code == 303
    with place.ledger.read() as session:
        (key,) = session.scalars(select(Addressee.key).where(Addressee.decides)).all()
    assert key == "tinh-uy/head"


def test_no_unit_has_a_page_of_requests_before_one_is_put_to_it(browser_there: TestClient, unit: str) -> None:
    assert browser_there.get(f"{unit}/tra-loi").status_code == 404


def test_a_decision_is_a_duty_of_the_decider(province: Province, decider: str) -> None:
    assert province.duty("so-y-te/head", DutyKind.DECISION).due_at == ISSUED_360 + timedelta(hours=24)
