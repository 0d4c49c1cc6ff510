"""The office's board."""

import re
from datetime import timedelta

from sqlalchemy import select
from starlette.testclient import TestClient

from hoatoc.ledger.schema import Addressee, Notice, NoticeState
from tests.portal.place import DUE, FIGURES, SIGNED, Place

DAY = "2021-11-24"


def rows(html: str) -> dict[str, list[int]]:
    """The books as printed: what, and its figures from left to right."""
    table = html.split('<table class="books">')[1].split("</table>", maxsplit=1)[0]
    found = {}
    for line in table.split("<tr>")[2:]:
        [what] = re.findall(r'<th scope="row">([^<]+)', line)
        found[what] = [int(figure.replace(".", "")) for figure in re.findall(r"<b>([\d.]+)</b>", line)]
    return found


def awaited(html: str) -> list[str]:
    """What the board says is awaited, group by group as it stands there."""
    return html.split("Ai chưa báo cáo, chưa xác nhận?")[1].split("</section>", maxsplit=1)[0].split("<details")[1:]


def bounce(place: Place, name: str) -> None:
    """Let the mail server refuse everything to the addressee called `name`."""
    with place.ledger.write() as session:
        addressee = session.scalars(select(Addressee).where(Addressee.name == name)).one()
        addressee.unreachable_at = DUE
        for notice in session.scalars(select(Notice).where(Notice.addressee_id == addressee.id)):
            notice.state, notice.settled_at = NoticeState.UNDELIVERABLE, DUE
            notice.answer_code, notice.answer_text = 550, "5.1.1 User unknown"


def test_the_books_of_a_directive_balance_and_show_what_happened(
    place: Place, client: TestClient, desk: TestClient
) -> None:
    client.post(f"{place.link('Sở Y tế')}/bao-cao/{DAY}", data=FIGURES | SIGNED)
    bounce(place, "Sở Ngoại vụ")
    place.at(DUE + timedelta(minutes=5))
    client.post(f"{place.link('Sở Nội vụ')}/bao-cao/{DAY}", data=FIGURES | SIGNED)
    found = rows(desk.get("/ban/vb/1").text)
    assert list(found) == ["Xác nhận đã nhận văn bản", "Báo cáo ngày 25/11/2021", "Báo cáo ngày 24/11/2021"]
    for expected, *columns in found.values():
        assert expected == sum(columns)
        assert len(columns) == 6
    # expected = on time + late + missing + exempt + unreachable + open
    assert found["Báo cáo ngày 24/11/2021"] == [69, 1, 1, 66, 0, 1, 0]
    assert found["Báo cáo ngày 25/11/2021"] == [69, 0, 0, 0, 0, 1, 68]


def test_who_has_not_reported_comes_first_and_by_name(place: Place, client: TestClient, desk: TestClient) -> None:
    client.post(f"{place.link('Sở Y tế')}/bao-cao/{DAY}", data=FIGURES | SIGNED)
    place.at(DUE + timedelta(minutes=5))
    html = desk.get("/ban").text
    first = awaited(html)[0]
    assert "Báo cáo ngày 24/11/2021" in first
    assert "quá hạn 5 phút" in first
    assert ">Sở Nội vụ</a>" in first
    assert ">Sở Y tế</a>" not in first


def test_before_the_due_time_nobody_is_overdue(place: Place, desk: TestClient) -> None:
    place.at(DUE)
    html = desk.get("/ban").text
    assert "không đơn vị nào quá hạn" in html
    assert "-qua-han-" not in html


def test_reports_that_can_no_longer_come_are_in_the_books_not_on_the_list(place: Place, desk: TestClient) -> None:
    place.at(DUE + timedelta(days=1, minutes=5))
    found = awaited(desk.get("/ban").text)
    assert "Báo cáo ngày 25/11/2021" in found[0]
    assert "Báo cáo ngày 24/11/2021" not in "".join(found)
    assert "Báo cáo ngày 24/11/2021" in rows(desk.get("/ban/vb/1").text)


def test_dead_mailboxes_are_to_be_phoned_with_the_servers_answer(place: Place, desk: TestClient) -> None:
    assert "Cần gọi điện" not in desk.get("/ban").text
    bounce(place, "Sở Ngoại vụ")
    html = desk.get("/ban").text
    assert "Cần gọi điện" in html
    assert "<q>550 5.1.1 User unknown</q>" in html
    assert "so-ngoai-vu@kiengiang.example" in html


def test_the_frozen_figures_are_shown_with_their_change(place: Place, client: TestClient, desk: TestClient) -> None:
    unit = place.link("Sở Y tế")
    client.post(f"{unit}/bao-cao/{DAY}", data=FIGURES | SIGNED)
    place.at(DUE + timedelta(hours=1))
    client.post(f"{unit}/bao-cao/2021-11-25", data=FIGURES | SIGNED | {"xet_nghiem_tuan": "1.320"})
    place.at(DUE + timedelta(days=1, hours=1))
    html = desk.get("/ban/vb/1").text
    newest = html.split('<table class="sums">')[1]
    assert re.search(
        r"Lượt người được xét nghiệm trong tuần</th>\s*<td><b>1\.320</b> lượt</td>\s*<td>\+1\.200</td>", newest
    )
    assert "1 trong 69 đơn vị đã báo cáo khi chốt. Chưa báo cáo: 68 nơi nhận." in " ".join(html.split())


def test_the_board_refreshes_itself_with_its_main_part(place: Place, desk: TestClient) -> None:
    page, part = desk.get("/ban").text, desk.get("/ban/moi").text
    assert 'hx-get="/ban/moi" hx-trigger="every 10s"' in page
    assert part.lstrip().startswith("<main")
    assert part.strip() in page


def test_an_empty_ledger_has_an_empty_board(empty: Place, empty_desk: TestClient) -> None:
    answer = empty_desk.get("/ban")
    assert answer.status_code == 200
    assert "Chưa có văn bản nào được ban hành." in answer.text
