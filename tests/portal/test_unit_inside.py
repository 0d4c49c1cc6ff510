"""Assigning inside a unit on its page, and what a specialist's link opens."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from hoatoc.ledger.schema import Addressee, Duty, DutyKind, DutyState, Report, Revision, Specialist
from hoatoc.localtime import NEVER
from portal.app import create_app
from tests.portal.binhphuoc import Province
from tests.portal.place import FIGURES, Place
from tests.portal.test_unit import words

DAY, SUBJECT = "2021-11-24", "kết.2"
ASKED = {
    "nguoi-nhan-viec": "Trần Văn Bình", "thu-dien-tu": "binh.tv@soyte.example", f"viec-{SUBJECT}": "1",
    "dan-them": "Lấy số của phòng nghiệp vụ", "ho-ten": "Lê Thị Mai",
}  # fmt: skip


@pytest.fixture
def unit(place: Place) -> str:
    """The path of a department's page."""
    return place.link("Sở Y tế")


def specialists(place: Place) -> list[Specialist]:
    with place.ledger.read() as session:
        return list(session.scalars(select(Specialist).order_by(Specialist.id)))


def link_of(place: Place, specialist: Specialist, generation: int = 0) -> str:
    return place.links.specialist(specialist.id, generation).removeprefix(place.links.public_url)


@pytest.fixture
def mine(place: Place, client: TestClient, unit: str) -> str:
    """The path of the page of a specialist who was assigned the reports."""
    assert client.post(f"{unit}/phan-cong", data=ASKED).status_code == 303
    return link_of(place, specialists(place)[0])


def test_a_unit_assigns_and_its_page_says_so(place: Place, client: TestClient, unit: str, mine: str) -> None:
    assert mine != unit
    said = words(client.get(unit).text)
    assert "đã xác nhận Lúc 16 giờ 00, ngày 23/11/2021, bởi Lê Thị Mai, khi phân công." in said
    assert "Trần Văn Bình (binh.tv@soyte.example)" in said
    assert re.search(r"04 Đã phân công 16 giờ 00, ngày 23/11/2021, Lê Thị Mai", said)
    assert "Báo cáo hằng ngày" in words(client.get(f"{unit}/phan-cong").text)


def test_the_page_of_a_duty_tells_the_codes_apart(place: Place, desk: TestClient, mine: str) -> None:
    with place.ledger.read() as session:
        duty = session.scalars(
            select(Duty).join(Addressee, Addressee.id == Duty.addressee_id)
            .where(Addressee.name == "Sở Y tế", Duty.kind == DutyKind.RECEIPT)
        ).one()  # fmt: skip
    said = words(desk.get(f"/ban/viec/{duty.id}").text)
    assert [said.count(words) for words in ("Đơn vị xác nhận đã nhận", "Đã phân công")] == [1, 1]


def test_assigning_twice_assigns_once(place: Place, client: TestClient, unit: str, mine: str) -> None:
    before = place.rows()
    assert client.post(f"{unit}/phan-cong", data=ASKED).status_code == 303
    assert place.rows() == before


@pytest.mark.parametrize("key", ["nguoi-nhan-viec", "thu-dien-tu", f"viec-{SUBJECT}", "ho-ten"])
def test_an_assignment_that_lacks_something_is_refused_and_kept(
    place: Place, client: TestClient, unit: str, key: str
) -> None:
    before = place.rows()
    typed = {name: value for name, value in ASKED.items() if name != key}
    answer = client.post(f"{unit}/phan-cong", data=typed)
    assert answer.status_code == 422
    assert place.rows() == before
    for name, value in typed.items():
        assert value in answer.text, name
    assert 'aria-invalid="true"' in answer.text


def test_a_specialist_sees_what_was_assigned_and_reports_it(place: Place, client: TestClient, mine: str) -> None:
    said = words(client.get(mine).text)
    assert "Sở Y tế phân công: Trần Văn Bình" in said
    assert "Lê Thị Mai dặn: Lấy số của phòng nghiệp vụ" in said
    assert "Còn 1 việc phải làm. Gấp nhất: Báo cáo ngày 24/11/2021" in said
    assert 'value="Trần Văn Bình"' in client.get(f"{mine}/bao-cao/{DAY}").text
    answer = client.post(f"{mine}/bao-cao/{DAY}", data=FIGURES | {"ho-ten": "Trần Văn Bình"})
    assert answer.status_code == 303
    with place.ledger.read() as session:
        assert session.scalars(select(Revision.by_name)).one() == "Trần Văn Bình"
    assert "Người báo cáo Trần Văn Bình" in words(client.get(f"{mine}/bien-nhan/{DAY}").text)


def test_a_specialist_neither_acknowledges_nor_assigns_nor_returns_nor_asks(
    place: Place, client: TestClient, mine: str
) -> None:
    with place.ledger.read() as session:
        duty = session.scalars(
            select(Duty).join(Addressee, Addressee.id == Duty.addressee_id)
            .where(Addressee.name == "Sở Y tế", Duty.kind == DutyKind.REPORT)
        ).one()  # fmt: skip
    before = place.rows()
    for path, typed in {
        "nhan": {"ho-ten": "Bình"}, "phan-cong": ASKED, f"tra-lai/{duty.id}": {"ly-do": "x", "ho-ten": "Bình"},
        f"gia-han/{duty.id}": {"ly-do": "x", "han-moi": "2021-11-30T08:00", "ho-ten": "Bình"},
        "phan-cong/1/thu-hoi": {}, "xin-phep/2.1": {"ho-ten": "Bình"},
    }.items():  # fmt: skip
        assert client.post(f"{mine}/{path}", data=typed).status_code == 404, path
    for path in ("phan-cong", f"tra-lai/{duty.id}", f"gia-han/{duty.id}", "lich-su", "bien-nhan", "xin-phep/2.1"):
        assert client.get(f"{mine}/{path}").status_code == 404, path
    assert place.rows() == before
    assert "phan-cong" not in client.get(mine).text
    bearer = {"Authorization": f"Bearer {mine.removeprefix('/v/')}"}
    for path, sent in {
        "receipt": {}, f"duties/{duty.id}/return": {"reason": "x"},
        f"duties/{duty.id}/more-time": {"reason": "x", "until": "2021-11-30T08:00:00+07:00"},
    }.items():  # fmt: skip
        assert client.post(f"/api/v1/unit/{path}", json={"by": "Bình", **sent}, headers=bearer).status_code == 404, path
    assert place.rows() == before


def test_a_closed_link_gets_the_answer_of_every_link_that_does_not_open(
    place: Place, client: TestClient, unit: str, mine: str
) -> None:
    plain = client.get("/v/forged").text
    assert client.get(link_of(place, specialists(place)[0], 1)).text == plain
    answer = client.post(f"{unit}/phan-cong/{specialists(place)[0].id}/thu-hoi")
    assert answer.status_code == 303
    assert client.get(mine).text == plain
    assert client.post(f"{mine}/bao-cao/{DAY}", data=FIGURES | {"ho-ten": "Bình"}).status_code == 404
    assert specialists(place)[0].revoked_at < NEVER
    assert "Đã thôi phân công" in words(client.get(f"{unit}/phan-cong").text)
    with place.ledger.read() as session:
        assert session.scalars(select(Report)).all() == []


def test_no_unit_closes_the_link_of_anothers_specialist(place: Place, client: TestClient, mine: str) -> None:
    other = place.link("Sở Du lịch")
    assert client.post(f"{other}/phan-cong/{specialists(place)[0].id}/thu-hoi").status_code == 404
    assert client.get(mine).status_code == 200


@pytest.fixture
def there(province: Province) -> Iterator[TestClient]:
    """A browser without JavaScript in Bình Phước."""
    with TestClient(create_app(province.ledger, province.links, "vi"), follow_redirects=False) as client:
        yield client


def test_a_specialist_does_no_other_duty_of_the_unit(province: Province, there: TestClient) -> None:
    district = "huyen-uy-bu-dang"
    unit, roster = province.page(district), province.duty(district, DutyKind.ROSTER)
    task = province.duty("so-y-te", DutyKind.TASK)
    with province.ledger.write() as session:
        session.add(
            Specialist(
                addressee_id=roster.addressee_id, name="Bình", mail="binh@x.example", subjects=["không có"], note="",
                assigned_at=roster.opened_at, assigned_by="Mai", revoked_at=NEVER,
            )
        )  # fmt: skip
    mine = link_of(province, specialists(province)[0])
    for path in (f"danh-sach/{roster.id}", f"danh-sach/{roster.id}/mau.xlsx", f"viec/{task.id}", "chi-tieu/3.3"):
        assert there.get(f"{mine}/{path}").status_code == 404, path
    assert there.post(f"{mine}/danh-sach/{roster.id}", data={"khong-co-ai": "1", "ho-ten": "B"}).status_code == 404
    assert province.duty(district, DutyKind.ROSTER).state is DutyState.OPEN
    assert there.get(f"{unit}/danh-sach/{roster.id}").status_code == 200
