"""What the pages show of a report's last summary, and of tasks that several share."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from hoatoc import clock
from hoatoc.format.folder import Draft, OfficeFolder
from hoatoc.rollout.dispatch import dispatch
from hoatoc.rollout.issue import issue
from portal.app import create_app
from tests.portal.officers import signed_in
from tests.portal.place import DUE, ISSUED, LOCKED, Place, open_place
from tests.portal.test_unit import words
from tests.worlds.duties import ISSUED_1722, drafted
from tests.worlds.offices import small_office


def place_of(path: Path, made: tuple[OfficeFolder, Draft]) -> Place:
    place = open_place(path / "ledger.db")
    at = ISSUED if made[1].key.startswith("tinh-mau") else ISSUED_1722
    with place.ledger.write() as session:
        clock.simulate(session, at)
        dispatch(session, issue(session, *made, now=at, by="desk"), at)
    return place


@pytest.fixture
def ending(tmp_path: Path) -> Iterator[Place]:
    """A report of one day."""
    files = small_office(1, 1, 0)
    files.directive["regime"]["reports"][0]["last"] = "2021-11-24"
    place = place_of(tmp_path, files.read())
    yield place
    place.ledger.close()


@pytest.fixture
def together(tmp_path: Path) -> Iterator[Place]:
    """1722/UBND-KGVX, in which the police lead a task that three others support."""
    place = place_of(tmp_path, drafted("binh-phuoc/1722-ubnd-kgvx"))
    yield place
    place.ledger.close()


def test_the_page_shows_what_came_after_the_last_summary_beside_it(ending: Place) -> None:
    summary = "/ban/vb/1/tong-hop/2021-11-24"
    with TestClient(create_app(ending.ledger, ending.links, "vi"), follow_redirects=False) as client:
        desk = signed_in(client, ending.ledger)
        ending.at(DUE + timedelta(hours=3))
        assert "Bản bổ sung" not in desk.get(summary).text
        unit = ending.link("Sở 0")
        client.post(f"{unit}/bao-cao/2021-11-24", data={"moi": "2", "luy_ke": "3.884", "ho-ten": "An"})
        ending.at(LOCKED + timedelta(minutes=1))
        page = desk.get(summary).text
    said = words(page)
    assert "Bản bổ sung (bản thứ 2) Chốt lúc 16 giờ 01, ngày 25/11/2021" in said
    assert "Sở 0, ngày 24/11/2021: báo cáo đến sau khi chốt" in said
    frozen, supplement = said.split("Bản bổ sung")
    assert "Nhiễm mới — — — 0 2 (1)" in frozen, "frozen unknown, and how it stands now"
    assert "Nhiễm mới 2 1" in supplement
    assert page.count("Mã kiểm tra số liệu") == 2


def test_lead_and_support_read_of_each_other_on_their_pages(together: Place) -> None:
    with TestClient(create_app(together.ledger, together.links, "vi"), follow_redirects=False) as client:
        lead = words(client.get(together.link("Công an tỉnh Bình Phước")).text)
        helper = words(client.get(together.link("Sở Giao thông vận tải")).text)
        other = words(client.get(together.link("Sở Tài chính")).text)
    assert "Chủ trì khoản 3.3" in lead
    assert "Phối hợp với: Sở Giao thông vận tải; Sở Y tế; Bộ Chỉ huy Quân sự tỉnh Bình Phước." in lead
    assert "Phối hợp thực hiện khoản 3.3" in helper
    assert "Chủ trì: Công an tỉnh Bình Phước. Đơn vị phối hợp không phải báo kết quả." in helper
    assert "khoản 3.3" not in other.replace("Khoản", "khoản").split("Văn bản đã đến bước nào")[0]
