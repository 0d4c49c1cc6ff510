"""What the pages show of a report's last summary, and of tasks that several share."""

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader
from starlette.testclient import TestClient

from hoatoc import clock
from hoatoc.format.folder import Draft, OfficeFolder
from hoatoc.ledger.schema import Role
from hoatoc.rollout.dispatch import dispatch
from hoatoc.rollout.issue import issue
from portal.app import create_app
from tests.portal.officers import officer_at, signed_in
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
        assert "điều chỉnh" not in desk.get(summary).text
        assert desk.get(f"{summary}/bao-cao.pdf?ban=2").status_code == 404
        unit = ending.link("Sở 0")
        client.post(f"{unit}/bao-cao/2021-11-24", data={"moi": "2", "luy_ke": "3.884", "ho-ten": "An"})
        ending.at(LOCKED + timedelta(minutes=1))
        page = desk.get(summary).text
    said = words(page)
    assert "Đã có bản điều chỉnh lần 1, chốt lúc 16 giờ 01, ngày 25/11/2021, thay cho bản này" in said
    assert "Chốt lúc 16 giờ 01, ngày 25/11/2021, thay cho bản chốt lúc 19 giờ 00, ngày 24/11/2021;" in said
    assert "Sở 0, ngày 24/11/2021: báo cáo đến sau khi chốt" in said
    frozen, supplement = said.split("Bản điều chỉnh lần 1 ")
    assert "Nhiễm mới — — — 0 2 (1)" in frozen, "frozen unknown, and how it stands now"
    assert "Nhiễm mới — 2 1" in supplement, "before, now, units"
    assert page.count("Mã kiểm tra số liệu") == 2


@pytest.mark.parametrize("role", [Role.DESK, Role.LEADERSHIP])
def test_the_papers_of_a_later_edition_are_given_wherever_those_of_the_first_are(ending: Place, role: Role) -> None:
    summary = "/ban/vb/1/tong-hop/2021-11-24"
    with TestClient(create_app(ending.ledger, ending.links, "vi"), follow_redirects=False) as client:
        ending.at(DUE + timedelta(hours=3))
        client.post(f"{ending.link('Sở 0')}/bao-cao/2021-11-24", data={"moi": "2", "luy_ke": "3.884", "ho-ten": "An"})
        ending.at(LOCKED + timedelta(minutes=1))
    with officer_at(ending.ledger, ending.links, role) as officer:
        page, directive = officer.get(summary).text, officer.get("/ban/vb/1").text
        form = page[page.index('id="ban-2"') :].partition("</form>")[0]
        assert '<input type="hidden" name="ban" value="2">' in form
        assert f'formaction="{summary}/bao-cao.docx"' in form
        assert "bản điều chỉnh lần 1" in words(directive)
        assert f'href="{summary}#ban-2"' in directive
        for name in ("tong-hop.xlsx", "bao-cao.docx", "bao-cao.pdf"):
            for query in ("", "?ban=2"):
                assert f'href="{summary}/{name}{query}"' in directive, "both stand there, each with its own"
        assert f'href="{summary}/tong-hop.xlsx?ban=2"' in form
        answers = [officer.get(f"{summary}/bao-cao.pdf", params=of | {"so": "5"}) for of in ({}, {"ban": 2})]
        first, second = (
            " ".join(PdfReader(io.BytesIO(one.content)).pages[0].extract_text().split()) for one in answers
        )
        assert ("Bản điều chỉnh lần 1" in first, "Bản điều chỉnh lần 1" in second) == (False, True)
        assert "Số: 05/BC-" in second
        assert 'filename="bao-cao-2021-11-24-dieu-chinh-1.pdf"' in answers[1].headers["content-disposition"]
        for name in ("tong-hop.xlsx", "bao-cao.docx", "bao-cao.pdf"):
            assert officer.get(f"{summary}/{name}?ban=2").status_code == 200
            assert officer.get(f"{summary}/{name}?ban=3").status_code == 404


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
