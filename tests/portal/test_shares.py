"""Shares on a unit's pages: what is counted of how many, and how it is drawn."""

import re
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from hoatoc.ledger.schema import CoverageEntry
from portal import shares
from tests.portal.binhphuoc import Province
from tests.portal.lists import SIGNED
from tests.portal.place import INLINE
from tests.portal.test_unit import words
from tests.worlds.duties import ISSUED_1722


@pytest.fixture
def share(province: Province) -> str:
    """The path of the share of clause 6.2 of 1722/UBND-KGVX."""
    province.issue("binh-phuoc/1722-ubnd-kgvx", ISSUED_1722)
    return f"{province.page('ubnd-bu-dang', '1722')}/chi-tieu/6.2"


def test_a_share_is_entered_and_drawn(province: Province, browser_there: TestClient, share: str) -> None:
    assert "<svg" not in browser_there.get(share).text
    for hours, counted in ((0, "20.000"), (24, "133.999")):
        province.clock(ISSUED_1722 + timedelta(hours=hours))
        answer = browser_there.post(share, data={"da-dat": counted, "tong-so": "134000", **SIGNED})
        assert (answer.status_code, answer.headers["location"]) == (303, share)
    html = browser_there.get(share).text
    points = re.search(r'<polyline class="course" points="([^"]+)"', html)
    assert points is not None
    assert [point.split(",")[0] for point in points[1].split()] == ["40.0", "340.0"]
    assert "mục tiêu 100 %" in html
    assert "<b>99,9 %</b>" in html, "what falls short of the target is never rounded up to it"
    assert "133.999 / 134.000" in html
    assert 'value="134000"' in html, "the whole stands ready"
    assert "99,9 % (133.999 trong 134.000)" in words(browser_there.get(province.page("ubnd-bu-dang", "1722")).text)


@pytest.mark.parametrize(("typed", "says"), [
    ({"da-dat": "11", "tong-so": "10"}, "lớn hơn tổng số"),
    ({"da-dat": "9,5", "tong-so": "10"}, "ghi số nguyên"),
    ({"da-dat": "", "tong-so": ""}, "chưa điền"),
])  # fmt: skip
def test_figures_that_do_not_stand_are_refused_and_kept_in_the_form(
    province: Province, browser_there: TestClient, share: str, typed: dict[str, str], says: str
) -> None:
    answer = browser_there.post(share, data={**typed, **SIGNED})
    assert answer.status_code == 422
    assert says in answer.text
    assert f'value="{typed["da-dat"]}"' in answer.text
    assert province.all(CoverageEntry) == []


def test_who_follows_no_share_finds_none(province: Province, browser_there: TestClient, share: str) -> None:
    assert browser_there.get(f"{province.page('cong-an-tinh', '1722')}/chi-tieu/6.2").status_code == 404
    assert browser_there.get(share.replace("6.2", "6.1")).status_code == 404


@pytest.mark.parametrize(("counted", "of", "said"), [(999, 1000, "99.9"), (9999, 10000, "99.9"), (1, 1, "100.0")])
def test_a_share_is_cut_off_and_never_rounded_up(counted: int, of: int, said: str) -> None:
    assert shares.percent(CoverageEntry(counted=counted, of=of)) == said


def test_the_share_has_no_inline_script_or_style(browser_there: TestClient, share: str) -> None:
    browser_there.post(share, data={"da-dat": "1", "tong-so": "10", **SIGNED})
    assert not INLINE.search(browser_there.get(share).text)
