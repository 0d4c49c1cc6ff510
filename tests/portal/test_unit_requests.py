"""Giving back, asking for more time, the first action and the explanation on a unit's page; the office decides."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select, text
from starlette.testclient import TestClient

from hoatoc import clock
from hoatoc.ledger.schema import (
    Addressee,
    Directive,
    Duty,
    DutyKind,
    DutyState,
    ExtensionRequest,
    Fulfilment,
    PermissionRequest,
    Role,
    Unit,
)
from hoatoc.rollout.acknowledge import acknowledge
from hoatoc.rollout.dispatch import dispatch
from hoatoc.rollout.escalate import escalate
from hoatoc.rollout.issue import issue
from portal.app import create_app
from portal.typed import read_moment
from tests.portal.binhphuoc import Province
from tests.portal.officers import officer_at, waits
from tests.portal.place import DUE, ISSUED, Place, open_place
from tests.portal.screens import enter
from tests.portal.test_unit import words
from tests.worlds.offices import small_office

SIGNED = {"ho-ten": "Lê Thị Mai"}
RETURN = {"ly-do": "Gửi nhầm, việc của Sở Văn hóa", **SIGNED}
MORE = {"han-moi": "2021-11-24T20:30", "ly-do": "Máy chủ hỏng", **SIGNED}


@pytest.fixture
def unit(place: Place) -> str:
    """The path of a department's page."""
    return place.link("Sở Y tế")


def duty(place: Place, kind: DutyKind, name: str = "Sở Y tế") -> Duty:
    with place.ledger.read() as session:
        return session.scalars(
            select(Duty).join(Addressee, Addressee.id == Duty.addressee_id)
            .where(Addressee.name == name, Duty.kind == kind).order_by(Duty.id)
        ).first()  # type: ignore[return-value]  # the tests ask for what is there  # fmt: skip


def test_a_document_given_back_is_one_request_on_the_page_of_its_directive(
    place: Place, client: TestClient, unit: str
) -> None:
    with officer_at(place.ledger, place.links) as desk:
        assert "chờ quyết định" not in desk.get("/ban/vb/1").text
        client.post(f"{unit}/tra-lai/{duty(place, DutyKind.RECEIPT).id}", data=RETURN)
        assert "1 đề nghị chờ quyết định" in desk.get("/ban/vb/1").text


def test_the_navigation_counts_what_each_can_decide(place: Place, client: TestClient, unit: str) -> None:
    client.post(f"{unit}/gia-han/{duty(place, DutyKind.REPORT).id}", data=MORE)
    for kind in (DutyKind.RECEIPT, DutyKind.REPORT):
        client.post(f"{place.link('Sở Nội vụ')}/tra-lai/{duty(place, kind, 'Sở Nội vụ').id}", data=RETURN)
    for role, number in ((Role.DESK, 2), (Role.LEADERSHIP, 1), (Role.AUDITOR, 0), (Role.ADMINISTRATOR, 0)):
        with officer_at(place.ledger, place.links, role) as officer:
            assert waits(officer.get("/ban/de-nghi").text, "Đề nghị") == number, role
    with place.ledger.engine.connect() as connection:
        statement = "EXPLAIN QUERY PLAN SELECT count(*) FROM duty WHERE state = 'returned'"
        assert "ix_duty_returned" in str(connection.execute(text(statement)).all())


def test_a_document_sent_to_the_wrong_place_is_given_back(place: Place, client: TestClient, unit: str) -> None:
    path = f"{unit}/tra-lai/{duty(place, DutyKind.RECEIPT).id}"
    assert path in client.get(unit).text
    assert "Trả lại văn bản" in words(client.get(path).text)
    assert client.post(path, data=RETURN).status_code == 303
    said = words(client.get(unit).text)
    assert "đã trả lại, chờ văn phòng" in said
    assert "02 Đơn vị trả lại 16 giờ 00, ngày 23/11/2021, Lê Thị Mai" in said
    assert "Xác nhận đã nhận</button>" not in client.get(unit).text
    assert "Lúc này không còn việc nào phải làm." in said
    before = place.rows()
    assert client.post(path, data=RETURN).status_code == 303
    assert place.rows() == before, "a second press of the button is harmless"


@pytest.mark.parametrize("typed", [{}, {"ly-do": "Nhầm"}, SIGNED, {"ly-do": "x" * 1001, **SIGNED}])
def test_giving_back_takes_a_reason_and_a_name(
    place: Place, client: TestClient, unit: str, typed: dict[str, str]
) -> None:
    before = place.rows()
    answer = client.post(f"{unit}/tra-lai/{duty(place, DutyKind.REPORT).id}", data=typed)
    assert answer.status_code == 422
    assert typed.get("ly-do", "") in answer.text
    assert place.rows() == before


def test_nobody_gives_back_or_asks_about_what_another_unit_owes(place: Place, client: TestClient, unit: str) -> None:
    other = duty(place, DutyKind.REPORT, "Sở Du lịch").id
    for path in (f"tra-lai/{other}", f"gia-han/{other}"):
        assert client.get(f"{unit}/{path}").status_code == 404
        assert client.post(f"{unit}/{path}", data=RETURN | MORE).status_code == 404


@pytest.mark.parametrize("number", ["0", "-1", "x", str(2**63), "9" * 30])
def test_a_number_that_is_no_rows_opens_nothing(place: Place, client: TestClient, unit: str, number: str) -> None:
    for path in ("viec", "trien-khai", "giai-trinh", "danh-sach", "gia-han", "tra-lai", "tra-loi"):
        assert client.get(f"{unit}/{path}/{number}").status_code == 404, path
        assert client.post(f"{unit}/{path}/{number}", data=RETURN | MORE).status_code == 404, path
    assert client.post(f"{unit}/phan-cong/{number}/thu-hoi").status_code == 404


def test_more_time_is_asked_for_and_the_page_says_that_the_ladder_goes_on(
    place: Place, client: TestClient, unit: str
) -> None:
    path = f"{unit}/gia-han/{duty(place, DutyKind.REPORT).id}"
    assert client.post(path, data=MORE).headers["location"] == path
    said = words(client.get(unit).text)
    assert "Đã xin gia hạn đến 20 giờ 30, ngày 24/11/2021, chờ văn phòng." in said
    assert "hạn cũ vẫn tính và việc đôn đốc vẫn tiếp tục" in said
    before = place.rows()
    assert client.post(path, data=MORE).status_code == 303
    assert place.rows() == before


@pytest.mark.parametrize(
    "changed",
    [
        {"han-moi": ""},
        {"han-moi": "mai"},
        {"han-moi": "2021-11-24T15:00"},
        {"han-moi": "0001-01-01T00:00"},
        {"ly-do": ""},
        {"ho-ten": ""},
    ],
)
def test_a_request_for_more_time_that_does_not_stand_is_refused_and_kept(
    place: Place, client: TestClient, unit: str, changed: dict[str, str]
) -> None:
    before = place.rows()
    answer = client.post(f"{unit}/gia-han/{duty(place, DutyKind.REPORT).id}", data=MORE | changed)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert place.rows() == before
    for value in (MORE | changed).values():
        assert value in answer.text


@pytest.mark.parametrize(
    "typed", ["2021-11-24T16:00", "24/11/2021 16:00", "24/11/2021 16 giờ 00", " 24/11/2021,  16:00 "]
)
def test_a_moment_is_read_as_people_write_it(typed: str) -> None:
    assert read_moment(typed, "Asia/Ho_Chi_Minh") == DUE


def test_a_day_alone_lasts_until_it_ends() -> None:
    assert read_moment("24/11/2021", "Asia/Ho_Chi_Minh") == DUE + timedelta(hours=8)


# What the office decides.


@pytest.fixture
def desk(place: Place) -> Iterator[TestClient]:
    """Somebody at the desk, signed in."""
    with officer_at(place.ledger, place.links) as client:
        yield client


def asked(place: Place) -> ExtensionRequest:
    with place.ledger.read() as session:
        return session.scalars(select(ExtensionRequest)).one()


@pytest.fixture
def request_path(place: Place, client: TestClient, unit: str) -> str:
    """Where the desk decides on the request of a unit."""
    client.post(f"{unit}/gia-han/{duty(place, DutyKind.REPORT).id}", data=MORE)
    return f"/ban/de-nghi/gia-han/{asked(place).id}"


def seen(desk: TestClient) -> str:
    """What the form says that the person has seen."""
    found = re.search(r'name="da-xem" value="([^"]+)"', desk.get("/ban/de-nghi").text)
    assert found is not None
    return found[1]


def test_the_desk_sees_and_grants_a_request(
    place: Place, client: TestClient, desk: TestClient, unit: str, request_path: str
) -> None:
    said = words(desk.get("/ban/de-nghi").text)
    assert "Sở Y tế" in said
    assert "Lý do Máy chủ hỏng" in said
    decided = {"tra-loi": "dong-y", "han-moi": "2021-11-24T19:00", "da-xem": seen(desk)}
    assert desk.post(request_path, data=decided).status_code == 303
    assert duty(place, DutyKind.REPORT).due_at == DUE + timedelta(hours=3)
    assert "Văn phòng đã gia hạn đến 19 giờ 00, ngày 24/11/2021." in words(client.get(unit).text)
    assert "gia hạn đến 19 giờ 00, ngày 24/11/2021 · Người của desk" in words(desk.get("/ban/de-nghi").text)


def test_a_second_desk_is_told_that_it_was_decided(place: Place, desk: TestClient, request_path: str) -> None:
    decided = {"tra-loi": "dong-y", "han-moi": "2021-11-24T19:00", "da-xem": seen(desk)}
    desk.post(request_path, data=decided)
    before = place.rows()
    answer = desk.post(request_path, data=decided | {"tra-loi": "khong-dong-y", "ly-do": "không"})
    assert answer.status_code == 422
    assert "người khác vừa thay đổi" in answer.text
    assert place.rows() == before


def test_a_refusal_needs_a_reason_and_the_unit_reads_it(
    client: TestClient, desk: TestClient, unit: str, request_path: str
) -> None:
    refused = {"tra-loi": "khong-dong-y", "da-xem": seen(desk)}
    assert "Chưa ghi lý do không đồng ý" in desk.post(request_path, data=refused).text
    assert desk.post(request_path, data=refused | {"ly-do": "Việc hỏa tốc"}).status_code == 303
    assert "Văn phòng không đồng ý gia hạn: Việc hỏa tốc" in words(client.get(unit).text)


@pytest.mark.parametrize("typed", [{}, {"tra-loi": "dong-y", "han-moi": "mai"}, {"tra-loi": "dong-y", "han-moi": ""}])
def test_what_cannot_be_read_decides_nothing(
    place: Place, desk: TestClient, request_path: str, typed: dict[str, str]
) -> None:
    before = place.rows()
    assert desk.post(request_path, data=typed | {"da-xem": seen(desk)}).status_code == 422
    assert place.rows() == before


def test_who_only_reads_decides_nothing(place: Place, desk: TestClient, request_path: str) -> None:
    decided = {"tra-loi": "dong-y", "han-moi": "2021-11-24T19:00", "da-xem": seen(desk)}
    with officer_at(place.ledger, place.links, Role.AUDITOR) as auditor:
        assert "Máy chủ hỏng" in auditor.get("/ban/de-nghi").text
        assert "<textarea" not in auditor.get("/ban/de-nghi").text
        assert auditor.post(request_path, data=decided).status_code == 403


def give_back(place: Place, client: TestClient, unit: str) -> dict[str, str]:
    """The unit gives the document back; what the desk's form then holds."""
    client.post(f"{unit}/tra-lai/{duty(place, DutyKind.RECEIPT).id}", data=RETURN)
    return {f"viec-{one.id}": str(one.version) for one in (duty(place, DutyKind.RECEIPT), duty(place, DutyKind.REPORT))}


@pytest.mark.parametrize(
    ("action", "state"), [("giao-lai", DutyState.OPEN), ("mien", DutyState.WAIVED), ("chuyen", DutyState.WITHDRAWN)]
)
def test_the_desk_decides_on_what_was_given_back(
    place: Place, client: TestClient, desk: TestClient, unit: str, action: str, state: DutyState
) -> None:
    chosen = give_back(place, client, unit)
    assert "Gửi nhầm, việc của Sở Văn hóa" in words(desk.get("/ban/de-nghi").text)
    if action == "chuyen":  # a report goes to a unit that has none of its own
        chosen = {f"viec-{duty(place, DutyKind.RECEIPT).id}": chosen[f"viec-{duty(place, DutyKind.RECEIPT).id}"]}
    path = f"/ban/de-nghi/tra-lai/{duty(place, DutyKind.RECEIPT).addressee_id}"
    decided = chosen | {"cach": action, "ly-do": "đã xem lại", "don-vi": spare_unit(place)}
    answer = desk.post(path, data=decided)
    assert answer.status_code == 303, words(answer.text)
    assert duty(place, DutyKind.RECEIPT).state is state
    again = desk.post(path, data=decided)
    assert again.status_code == 422
    assert "người khác vừa thay đổi" in again.text


def spare_unit(place: Place) -> str:
    """A unit that the directive does not reach."""
    with place.ledger.read() as session:
        reached = select(Addressee.unit_id)
        return session.scalars(select(Unit.key).where(Unit.id.not_in(reached)).order_by(Unit.id)).first() or ""


@pytest.mark.parametrize("typed", [{"cach": "mien", "ly-do": "x"}, {"ly-do": "x"}, {"cach": "mien"}])
def test_a_decision_that_lacks_something_changes_nothing(
    place: Place, client: TestClient, desk: TestClient, unit: str, typed: dict[str, str]
) -> None:
    chosen = give_back(place, client, unit)
    before = place.rows()
    path = f"/ban/de-nghi/tra-lai/{duty(place, DutyKind.RECEIPT).addressee_id}"
    everything = typed if typed == {"cach": "mien", "ly-do": "x"} else typed | chosen
    assert desk.post(path, data=everything).status_code == 422
    assert place.rows() == before


def test_the_desk_takes_down_what_the_leadership_answers(
    province: Province, browser_there: TestClient, desk_there: TestClient
) -> None:
    trip = {
        "nguoi-di": "Lê Thị Hoa", "ly-do-di": "Họp tại Hà Nội", "ngay-di": "2021-05-10", "ngay-ve": "2021-05-12",
        "la-thu-truong": "1", "ho-ten": "Mai",
    }  # fmt: skip
    unit = province.page("huyen-uy-bu-dang")  # over whose head stands the provincial committee itself
    browser_there.post(f"{unit}/xin-phep/2.1", data=trip)
    before = province.rows()
    browser_there.post(f"{unit}/xin-phep/2.1", data=trip)
    assert province.rows() == before, "asked twice is asked once"
    browser_there.post(f"{province.page('so-y-te')}/xin-phep/3.1", data=trip | {"nguoi-di": "Người khác"})
    said = words(desk_there.get("/ban/de-nghi").text)
    assert "Lê Thị Hoa (người đứng đầu)" in said
    assert "Xin phép lãnh đạo: 1" in said
    assert "Người khác" in said.partition("Chờ người khác trả lời: 1")[2], "the people's committee answers that one"
    with province.ledger.read() as session:
        id_ = session.scalars(select(PermissionRequest.id).where(PermissionRequest.person == "Lê Thị Hoa")).one()
    path = f"/ban/de-nghi/xin-phep/{id_}"
    assert desk_there.post(path, data={"tra-loi": "khong-dong-y"}).status_code == 422
    assert desk_there.post(path, data={"tra-loi": "dong-y"}).status_code == 303
    assert desk_there.post(path, data={"tra-loi": "dong-y"}).status_code == 422
    assert "đồng ý" in words(browser_there.get(f"{unit}/xin-phep/2.1").text)


def test_a_report_given_back_is_still_with_what_is_to_be_done(place: Place, client: TestClient, unit: str) -> None:
    client.post(f"{unit}/tra-lai/{duty(place, DutyKind.REPORT).id}", data=RETURN)
    said = words(client.get(unit).text)
    assert "Các báo cáo đã qua" not in said
    assert said.index("Việc phải làm") < said.index("Báo cáo ngày 24/11/2021") < said.index("Trong đơn vị")


def test_a_complaint_ends_with_one_full_stop(place: Place, client: TestClient, unit: str) -> None:
    client.post(f"{unit}/gia-han/{duty(place, DutyKind.REPORT).id}", data=MORE)
    with place.ledger.read() as session:
        request = session.scalars(select(ExtensionRequest)).one()
    typed = {"da-xem": request.asked_at.isoformat(), "tra-loi": "khong-dong-y", "ly-do": ""}
    with officer_at(place.ledger, place.links) as desk:
        refused = desk.post(f"/ban/de-nghi/gia-han/{request.id}", data=typed)
    assert "Chưa ghi lý do không đồng ý.<" in refused.text


# The first action and the explanation.


@pytest.fixture
def late(tmp_path: Path) -> Iterator[tuple[Place, str]]:
    """A unit that was late to acknowledge: it is asked to explain, and to say what it has done first."""
    place = open_place(tmp_path / "late.db")
    files = small_office()
    regime = files.directive["regime"]
    regime |= {"first_action": {"within": "2h"}, "explanation": {"within": "24h"}}
    regime["ladder"]["receipt"] = [{"step": "press", "at": "0m"}, {"step": "explain", "at": "30m"}]
    folder, draft = files.read()
    now = ISSUED + timedelta(hours=21)
    with place.ledger.write() as session:
        clock.simulate(session, ISSUED)
        dispatch(session, issue(session, folder, draft, now=ISSUED, by="desk"), ISSUED)
    with place.ledger.write() as session:
        clock.simulate(session, now)
        directive = session.scalars(select(Directive)).one()
        escalate(session, directive, now)
        addressee = session.scalars(select(Addressee).where(Addressee.key == "so-0")).one()
        acknowledge(session, addressee, now=now, by_name="Mai", by_title="", channel="portal")
    yield place, place.link("Sở 0")
    place.ledger.close()


@pytest.fixture
def late_client(late: tuple[Place, str]) -> Iterator[TestClient]:
    """A browser without JavaScript there."""
    with TestClient(create_app(late[0].ledger, late[0].links, "vi"), follow_redirects=False) as client:
        yield client


def test_the_page_asks_for_the_first_action_and_takes_it_once(late: tuple[Place, str], late_client: TestClient) -> None:
    place, unit = late
    path = f"{unit}/trien-khai/{duty(place, DutyKind.FIRST_ACTION, 'Sở 0').id}"
    assert f'href="{path}">Báo đã triển khai' in late_client.get(unit).text
    assert late_client.post(path, data={"ket-qua": " ", "ho-ten": "Mai"}).status_code == 422
    said = {"ket-qua": "Đã họp quán triệt sáng nay", "ho-ten": "Mai"}
    assert late_client.post(path, data=said).status_code == 303
    before = place.rows()
    assert late_client.post(path, data=said).status_code == 303
    assert place.rows() == before, "a second press of the button is harmless"
    page = words(late_client.get(unit).text)
    assert "đã báo đúng hạn" in page
    assert "Mai: Đã họp quán triệt sáng nay" in page
    assert re.search(r"05 Đã triển khai 13 giờ 00, ngày 24/11/2021, Mai", page)


def test_both_may_be_said_over_the_api(late: tuple[Place, str], late_client: TestClient) -> None:
    place, unit = late
    bearer = {"Authorization": f"Bearer {unit.removeprefix('/v/')}"}
    said = {"first-actions": DutyKind.FIRST_ACTION, "explanations": DutyKind.EXPLANATION}
    for path, kind in said.items():
        to = f"/api/v1/unit/{path}/{duty(place, kind, 'Sở 0').id}"
        wrong = late_client.post(to, json={"by": "Mai", "said": " "}, headers=bearer)
        assert (wrong.status_code, set(wrong.json()["problems"])) == (422, {"said"})
        for _ in range(2):
            assert late_client.post(to, json={"by": "Mai", "said": "Đã họp"}, headers=bearer).status_code == 200
        assert duty(place, kind, "Sở 0").state is DutyState.MET
    with place.ledger.read() as session:
        assert [done.channel for done in session.scalars(select(Fulfilment))] == ["api", "api"]


def test_an_explanation_starts_from_the_facts(late: tuple[Place, str], late_client: TestClient) -> None:
    place, unit = late
    path = f"{unit}/giai-trinh/{duty(place, DutyKind.EXPLANATION, 'Sở 0').id}"
    facts = words(late_client.get(path).text)
    assert "Giải trình việc chậm: Xác nhận đã nhận văn bản" in facts
    assert "Hạn phải xong 12 giờ 00, ngày 24/11/2021" in facts
    assert "Đã xong lúc 13 giờ 00, ngày 24/11/2021" in facts
    said = {"ket-qua": "Văn thư nghỉ ốm; đã cử người thay.", "ho-ten": "Mai"}
    assert late_client.post(path, data=said).status_code == 303
    assert late_client.post(path, data=said).status_code == 303
    with place.ledger.read() as session:
        assert session.scalars(select(Fulfilment.evidence)).all() == ["Văn thư nghỉ ốm; đã cử người thay."]
    assert "đã giải trình đúng hạn" in words(late_client.get(unit).text)


def test_what_of_both_is_wrong_is_told_and_kept(late: tuple[Place, str], late_client: TestClient) -> None:
    place, unit = late
    path = f"{unit}/giai-trinh/{duty(place, DutyKind.EXPLANATION, 'Sở 0').id}"
    before = place.rows()
    answer = late_client.post(path, data={"ket-qua": "Văn thư nghỉ ốm"})
    assert answer.status_code == 422
    assert "Văn thư nghỉ ốm</textarea>" in answer.text
    assert place.rows() == before


@pytest.mark.browser
@pytest.mark.slow
def test_the_desk_loses_nothing_when_the_connection_is_lost(site: tuple[Place, str], browser: Browser) -> None:
    place, url = site
    with TestClient(create_app(place.ledger, place.links, "vi")) as client:
        client.post(f"{place.link('Sở Y tế')}/gia-han/{duty(place, DutyKind.REPORT).id}", data=MORE)
    context = browser.new_context()
    page = context.new_page()
    enter(page, place.ledger, url)
    page.goto(f"{url}/ban/de-nghi")
    page.get_by_label("Ý kiến").fill("Việc hỏa tốc")
    context.set_offline(True)
    page.get_by_role("button", name="Không đồng ý").click()
    expect(page.locator("#lost")).to_be_visible()
    expect(page.get_by_label("Ý kiến")).to_have_value("Việc hỏa tốc")
    context.set_offline(False)
    page.get_by_role("button", name="Không đồng ý").click()
    expect(page.get_by_role("heading", name="Đã quyết định")).to_be_visible()
    assert asked(place).answer == "Việc hỏa tốc"
    context.close()
