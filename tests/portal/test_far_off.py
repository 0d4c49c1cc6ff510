"""A new time that lies far off is asked for twice, wherever the desk gives one."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from hoatoc.ledger.schema import Directive, DutyKind, Reopening
from portal.desk.faroff import SURE
from tests.portal.officers import officer_at
from tests.portal.place import DUE, SIGNED, Place
from tests.portal.test_desk_pages import duty_of, hidden
from tests.portal.test_unit import words

UNIT, OTHER = "Sở Nội vụ", "so-y-te"
SLIP = "2036-11-26T16:00"
MEANT = datetime(2036, 11, 26, 9, tzinfo=UTC)


@pytest.fixture
def afternoon(place: Place) -> Place:
    """Five minutes after the first report was due."""
    place.at(DUE + timedelta(minutes=5))
    return place


def last_report(place: Place, day: str) -> None:
    """Let the directive ask for reports up to `day`."""
    with place.ledger.write() as session:
        directive = session.scalars(select(Directive)).one()
        snapshot = deepcopy(directive.snapshot)
        snapshot["directive"]["regime"]["reports"][0]["last"] = day
        directive.snapshot, directive.snapshot_hash = snapshot, directive.snapshot_hash + day


def box(html: str) -> str:
    """What the box holds that confirms the time."""
    return hidden(html, SURE)


def test_more_time_for_a_duty_far_off_is_asked_for_twice(afternoon: Place, desk: TestClient) -> None:
    page = f"/ban/viec/{duty_of(afternoon, UNIT).id}"
    typed = {"da-xem": hidden(desk.get(page).text), "ly-do": "lũ", "den": SLIP}
    before = afternoon.rows()
    asked = desk.post(f"{page}/gia-han", data=typed)
    assert asked.status_code == 422
    assert "16 giờ 00, ngày 26/11/2036 muộn hơn hạn đang có 5481 ngày" in words(asked.text)
    assert "Đúng là 16 giờ 00, ngày 26/11/2036" in words(asked.text)
    assert afternoon.rows() == before
    another = typed | {"den": "2036-11-27T16:00", SURE: box(asked.text)}
    assert desk.post(f"{page}/gia-han", data=another).status_code == 422, "another time is asked about anew"
    assert duty_of(afternoon, UNIT).due_at == DUE
    assert desk.post(f"{page}/gia-han", data=typed | {SURE: box(asked.text)}).status_code == 303
    assert duty_of(afternoon, UNIT).due_at == MEANT


def test_thirty_days_are_not_asked_about(afternoon: Place, desk: TestClient) -> None:
    page = f"/ban/viec/{duty_of(afternoon, UNIT).id}"
    typed = {"da-xem": hidden(desk.get(page).text), "ly-do": "lũ"}
    assert SURE not in desk.get(page).text
    assert desk.post(f"{page}/gia-han", data=typed | {"den": "2021-12-24T16:01"}).status_code == 422
    assert desk.post(f"{page}/gia-han", data=typed | {"den": "2021-12-24T16:00"}).status_code == 303


def test_another_unit_gets_a_far_time_only_when_it_is_meant(afternoon: Place, desk: TestClient) -> None:
    page = f"/ban/viec/{duty_of(afternoon, UNIT, DutyKind.REPORT).id}"
    typed = {"da-xem": hidden(desk.get(page).text), "ly-do": "sáp nhập", "den": SLIP, "don-vi": "van-phong-tinh-uy"}
    asked = desk.post(f"{page}/chuyen", data=typed)
    assert asked.status_code == 422
    assert box(asked.text) == SLIP
    assert desk.post(f"{page}/chuyen", data=typed | {SURE: SLIP}).status_code == 303


def test_a_request_for_a_far_time_is_granted_only_when_it_is_meant(
    afternoon: Place, client: TestClient, desk: TestClient
) -> None:
    duty_id = duty_of(afternoon, UNIT, DutyKind.REPORT).id
    wanted = {"han-moi": SLIP, "ly-do": "Máy chủ hỏng", **SIGNED}
    assert client.post(f"{afternoon.link(UNIT)}/gia-han/{duty_id}", data=wanted).status_code == 303
    typed = {"tra-loi": "dong-y", "han-moi": SLIP, "da-xem": hidden(desk.get("/ban/de-nghi").text)}
    asked = desk.post("/ban/de-nghi/gia-han/1", data=typed)
    assert asked.status_code == 422
    assert "16 giờ 00, ngày 26/11/2036 muộn hơn hạn đang có" in words(asked.text)
    refusing = typed | {"tra-loi": "khong-dong-y", "ly-do": ""}
    assert SURE not in desk.post("/ban/de-nghi/gia-han/1", data=refusing).text
    assert desk.post("/ban/de-nghi/gia-han/1", data=typed | {SURE: box(asked.text)}).status_code == 303
    assert duty_of(afternoon, UNIT, DutyKind.REPORT).due_at == MEANT


def test_a_report_is_taken_in_until_a_far_time_only_when_it_is_meant(afternoon: Place, desk: TestClient) -> None:
    summary, duty_id = "/ban/vb/1/tong-hop/2021-11-25", duty_of(afternoon, UNIT, DutyKind.REPORT).id
    typed = {"don-vi": str(duty_id), "den": SLIP, "ly-do": "mất điện"}
    asked = desk.post(f"{summary}/mo-lai", data=typed)
    assert asked.status_code == 422
    assert '<details id="mo-lai" open' in asked.text
    assert desk.post(f"{summary}/mo-lai", data=typed | {SURE: box(asked.text)}).status_code == 303
    with afternoon.ledger.read() as session:
        assert session.scalars(select(Reopening.lock_at)).all() == [MEANT]


@pytest.fixture
def ending(afternoon: Place) -> Iterator[tuple[Place, TestClient, str]]:
    """A directive whose last report is locked on 27 November at 16:00."""
    last_report(afternoon, "2021-11-26")
    with officer_at(afternoon.ledger, afternoon.links) as desk:
        yield afternoon, desk, f"/ban/viec/{duty_of(afternoon, UNIT).id}"


def test_a_time_after_the_last_report_is_asked_about(ending: tuple[Place, TestClient, str]) -> None:
    _, desk, page = ending
    typed = {"da-xem": hidden(desk.get(page).text), "ly-do": "lũ", "den": "2021-11-27T16:01"}
    asked = desk.post(f"{page}/gia-han", data=typed)
    assert asked.status_code == 422
    assert "muộn hơn lúc khóa kỳ báo cáo cuối, 16 giờ 00, ngày 27/11/2021" in words(asked.text)
    assert desk.post(f"{page}/gia-han", data=typed | {SURE: box(asked.text)}).status_code == 303


def test_a_time_up_to_the_lock_of_the_last_report_is_not(ending: tuple[Place, TestClient, str]) -> None:
    _, desk, page = ending
    typed = {"da-xem": hidden(desk.get(page).text), "ly-do": "lũ", "den": "2021-11-27T16:00"}
    assert desk.post(f"{page}/gia-han", data=typed).status_code == 303
