"""The board and the page of a summary tell long lists of names by district."""

import re

import pytest

from hoatoc.ledger.engine import Ledger
from tests.portal.officers import officer_at
from tests.worlds.mailserver import MailServer
from tests.worlds.offices import office_of_communes
from tests.worlds.rollouts import FREEZE, World, issued

DISTRICTS = [("Huyện ủy 0", 9), ("Huyện ủy 1", 9), ("Nơi khác", 2)]


@pytest.fixture
def frozen(ledger: Ledger, mail: MailServer) -> World:
    """Two departments, two districts and sixteen communes, none of which has reported."""
    world = issued(ledger, mail.relay, office_of_communes(8).read())
    world.run()
    world.follow(FREEZE)
    return world


def test_the_board_names_the_late_by_district(frozen: World) -> None:
    with officer_at(frozen.ledger, frozen.links) as desk:
        html = desk.get("/ban").text
    late = re.search(r'<details id="v\d+-qua-han-1".*?</details>', html, re.DOTALL)
    assert late
    found = re.findall(r"<strong>([^<]+)</strong>: (\d+) nơi nhận</p>\s*<ul class=\"names\">(.*?)</ul>", late[0])
    assert [(area, int(count)) for area, count, _ in found] == DISTRICTS
    assert [names.count("<li>") for _, _, names in found] == [9, 9, 2]
    assert "Đảng ủy xã 1.7" in found[1][2]


def test_the_page_of_the_summary_names_the_missing_by_district(frozen: World) -> None:
    with officer_at(frozen.ledger, frozen.links) as desk:
        html = desk.get(f"/ban/vb/{frozen.directive_id}/tong-hop/2021-11-24").text
    found = re.findall(r"<li><strong>([^<]+): (\d+) đơn vị\.</strong> ([^<]*)</li>", html)
    assert [(area, int(count)) for area, count, _ in found] == DISTRICTS
    assert found[0][2].count(";") == 8
