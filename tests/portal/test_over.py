"""What a unit's page says and offers once its directive has ended or was recalled, or while it is suspended."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from hoatoc import clock
from hoatoc.ledger.schema import Directive, Duty, DutyKind, ExtensionRequest
from hoatoc.rollout import life
from tests.portal.binhphuoc import Province
from tests.portal.lists import DISTRICT
from tests.portal.place import Place
from tests.portal.test_permissions import ASKED
from tests.portal.test_unit import words
from tests.worlds.duties import ISSUED_360
from tests.worlds.rollouts import DUE

NOW = ISSUED_360 + timedelta(days=3)
TRAVEL = ASKED | {"ngay-di": "2021-05-20", "ngay-ve": "2021-05-21"}


def close(province: Province, how: Callable[..., None]) -> None:
    """Let the desk end or recall the directive three days after its issue."""
    with province.ledger.write() as session:
        clock.simulate(session, NOW)
        how(session, session.scalars(select(Directive)).one(), reason="hết dịch", by="desk", now=NOW)


@pytest.mark.parametrize(("how", "said"), [(life.end, "đã kết thúc"), (life.recall, "đã thu hồi")])
def test_the_page_says_so_and_offers_no_request(
    province: Province, browser_there: TestClient, how: Callable[..., None], said: str
) -> None:
    unit = province.page("so-y-te")
    assert said not in words(browser_there.get(unit).text)
    close(province, how)
    page = browser_there.get(unit).text
    assert said in words(page)
    for way in ("/xin-phep/", "/gia-han/", "/tra-lai/"):
        assert f"{unit}{way}" not in page
    before = len(province.all(Duty))
    refused = browser_there.post(f"{unit}/xin-phep/3.1", data=TRAVEL)
    assert refused.status_code == 404
    assert len(province.all(Duty)) == before, "nothing is owed under it any more"


def test_a_recalled_directive_is_not_acknowledged(province: Province, browser_there: TestClient) -> None:
    unit = province.page("so-y-te")
    assert f'action="{unit}/nhan"' in browser_there.get(unit).text
    close(province, life.recall)
    assert f'action="{unit}/nhan"' not in browser_there.get(unit).text


def test_what_is_late_under_an_ended_one_is_not_asked_about_where_nobody_would_see_it(
    province: Province, browser_there: TestClient, desk_there: TestClient
) -> None:
    unit, duty = province.page(DISTRICT), province.duty(DISTRICT, DutyKind.ROSTER)
    close(province, life.end)
    more = {"han-moi": "2021-05-20T10:00", "ly-do": "mất điện", "ho-ten": "Mai"}
    for way in ("gia-han", "tra-lai"):
        path = f"{unit}/{way}/{duty.id}"
        assert f'action="{path}"' not in browser_there.get(path).text
        refused = browser_there.post(path, data=more)
        assert refused.status_code == 422
        assert "không nhận đề nghị nữa" in refused.text
    assert province.all(ExtensionRequest) == []
    assert province.duty(DISTRICT, DutyKind.ROSTER).state == "open"


@pytest.mark.parametrize("later", [timedelta(hours=1), timedelta(days=3)])
def test_nothing_becomes_late_on_a_units_page_while_its_directive_is_suspended(
    place: Place, client: TestClient, later: timedelta
) -> None:
    place.at(DUE - timedelta(hours=1))
    with place.ledger.write() as session:
        directive = session.scalars(select(Directive)).one()
        life.suspend(session, directive, reason="bão", by="desk", now=DUE - timedelta(hours=1))
    place.at(DUE + later)
    unit = place.link("Sở Y tế")
    page = words(client.get(unit).text)
    assert "tạm dừng Từ 15 giờ 00, ngày 24/11/2021 các hạn ngừng tính" in page
    assert "quá hạn" not in page.replace("không việc nào thành quá hạn", "")
    assert "đã khóa" not in page


def test_what_was_late_before_stays_as_late_as_it_was_while_its_directive_is_suspended(
    place: Place, client: TestClient
) -> None:
    place.at(DUE + timedelta(hours=1))
    with place.ledger.write() as session:
        directive = session.scalars(select(Directive)).one()
        life.suspend(session, directive, reason="bão", by="desk", now=DUE + timedelta(hours=1))
    place.at(DUE + timedelta(hours=5))
    assert "chưa nộp, quá hạn 1 giờ" in words(client.get(place.link("Sở Y tế")).text)
