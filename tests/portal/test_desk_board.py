"""The board's filter, its four cells, its table, and how it refreshes."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select
from starlette.testclient import TestClient

from hoatoc import clock
from hoatoc.ledger.schema import Addressee, Directive, Duty, DutyKind, Notice, NoticeState, Unit
from hoatoc.localtime import spoken
from hoatoc.rollout import life
from hoatoc.rollout.dispatch import dispatch
from hoatoc.rollout.issue import issue
from tests.portal.officers import officer_at
from tests.portal.place import DUE, FIGURES, ISSUED, SIGNED, Place
from tests.portal.test_desk import bounce
from tests.worlds.ledgers import Ledgers
from tests.worlds.offices import small_office
from tests.worlds.rollouts import LINKS

DAY = "2021-11-24"


def cells(html: str) -> list[int]:
    """The total and the four cells, as printed."""
    block = html.split('<dl class="cells">')[1].split("</dl>", maxsplit=1)[0]
    return [int(number.replace(".", "")) for number in re.findall(r"<dd>([\d.]+)</dd>", block)]


def table(html: str) -> dict[str, list[str]]:
    """The words of the table, by unit."""
    body = html.split('<table class="matrix">')[1].split("</table>", maxsplit=1)[0].split("<tbody>")[1]
    return {
        re.findall(r">([^<]+)</a></th>", row)[0]: re.findall(r'<td>(?:<a[^>]*"/ban/viec/[^>]*>([^<]*)</a>)?</td>', row)
        for row in body.split("<tr>")[1:]
    }


@pytest.fixture
def afternoon(place: Place, client: TestClient) -> Place:
    """Ten minutes after the first report was due: one on time, one late, one mailbox dead."""
    client.post(f"{place.link('Sở Y tế')}/bao-cao/{DAY}", data=FIGURES | SIGNED)
    bounce(place, "Sở Ngoại vụ")
    place.at(DUE + timedelta(minutes=5))
    client.post(f"{place.link('Sở Nội vụ')}/bao-cao/{DAY}", data=FIGURES | SIGNED)
    place.at(DUE + timedelta(minutes=10))
    return place


def test_the_four_cells_add_up_and_the_rest_stands_apart(afternoon: Place, desk: TestClient) -> None:
    html = desk.get("/ban").text
    total, *four = cells(html)
    assert total == sum(four)
    assert four[0] == 2  # the receipt and the report of Sở Y tế
    assert four[1] == 2
    assert "3 của nơi thư không tới được" in html


@pytest.mark.parametrize(
    ("query", "units"),
    [
        ("buoc=reported", {"Sở Y tế", "Sở Nội vụ"}),
        ("buoc=unreachable", {"Sở Ngoại vụ"}),
        ("ten=s%E1%BB%9F+y+t%E1%BA%BF", {"Sở Y tế"}),
        ("buoc=acknowledged&he=state", {"Sở Y tế", "Sở Nội vụ"}),
        ("buoc=acknowledged&he=party", set()),
        ("buoc=returned", set()),
        ("khan=kh%E1%BA%A9n", set()),
    ],
)
def test_each_filter_shows_its_duties_and_cells_that_add_up(
    afternoon: Place, desk: TestClient, query: str, units: set[str]
) -> None:
    html = desk.get(f"/ban?{query}").text
    total, *four = cells(html)
    assert total == sum(four)
    found = table(html) if '<table class="matrix">' in html else {}
    assert set(found) == units


def test_the_table_says_in_words_where_each_duty_stands(afternoon: Place, desk: TestClient) -> None:
    found = table(desk.get("/ban?vb=1&ten=s%E1%BB%9F").text)
    assert found["Sở Y tế"] == ["đúng hạn", "đúng hạn", "còn hạn"]
    assert found["Sở Nội vụ"] == ["muộn", "muộn", "còn hạn"]
    assert found["Sở Ngoại vụ"] == ["không gửi được"] * 3
    assert found["Sở Tài chính"] == ["quá hạn", "quá hạn", "còn hạn"]


def test_what_is_no_value_of_a_filter_is_as_if_not_said(afternoon: Place, desk: TestClient) -> None:
    plain = cells(desk.get("/ban").text)
    for query in ("vb=x", "he=navy", "khan=?", "buoc=''", "trang=-1", "ky=9999999999999", "vb=%00", "trang=%C2%B2"):
        answer = desk.get(f"/ban?{query}")
        assert answer.status_code == 200, query
        assert cells(answer.text) == plain, query


def test_every_name_on_the_board_leads_somewhere(afternoon: Place, desk: TestClient) -> None:
    links = set(re.findall(r'href="(/ban/[^"?]*)', desk.get("/ban").text))
    kinds = {re.sub(r"\d+", "N", link) for link in links}
    assert {"/ban/viec/N", "/ban/don-vi/N", "/ban/vb/N", "/ban/vb/N/goi/N"} <= kinds
    for link in {next(link for link in sorted(links) if re.sub(r"\d+", "N", link) == kind) for kind in kinds}:
        assert desk.get(link).status_code == 200, link


def test_the_board_answers_304_until_something_happens(afternoon: Place, desk: TestClient) -> None:
    first = desk.get("/ban")
    [tag] = re.findall(r"hx-headers='\{\"If-None-Match\": \"(.*?)\"\}'>", first.text)
    tag = tag.encode().decode("unicode_escape")
    assert first.headers["etag"] == tag
    seen = {"If-None-Match": tag}
    quiet = desk.get("/ban/moi", headers=seen)
    assert (quiet.status_code, quiet.text) == (304, "")
    assert desk.get("/ban/moi?he=party", headers=seen).status_code == 200  # another board
    with afternoon.ledger.read() as session:
        duty = session.scalars(
            select(Duty)
            .join(Addressee, Addressee.id == Duty.addressee_id)
            .where(Addressee.name == "Sở Tài chính", Duty.kind == DutyKind.RECEIPT)
        ).one()
    desk.post(f"/ban/viec/{duty.id}/mien", data={"da-xem": str(duty.version), "ly-do": "bão"})
    changed = desk.get("/ban/moi", headers=seen)
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


def test_the_spans_of_time_on_the_board_are_not_left_to_stand(afternoon: Place, desk: TestClient) -> None:
    tag = desk.get("/ban/moi").headers["etag"]
    afternoon.clock(DUE + timedelta(minutes=11))
    again = desk.get("/ban/moi", headers={"If-None-Match": tag})
    assert again.status_code == 200
    assert "quá hạn 11 phút" in again.text


def test_a_unit_of_many_is_found_page_by_page(afternoon: Place, desk: TestClient) -> None:
    with afternoon.ledger.read() as session:
        members = set(session.scalars(select(Addressee.name)))
        assert session.scalar(select(Unit.id).where(Unit.name == "Sở Y tế"))
    first, second = (table(desk.get(f"/ban?vb=1&trang={page}").text) for page in (0, 1))
    assert len(first) == 100
    assert not set(first) & set(second)
    assert set(first) | set(second) == members


def test_a_thousand_units_take_no_more_statements_than_ten(sqlite_ledgers: Ledgers) -> None:
    def statements(departments: int) -> int:
        ledger = sqlite_ledgers.open()
        folder, draft = small_office(departments=departments, districts=2).read()
        with ledger.write() as session:
            clock.simulate(session, ISSUED)
            dispatch(session, issue(session, folder, draft, now=ISSUED, by="desk"), ISSUED)
            clock.simulate(session, DUE + timedelta(hours=1))
        seen: list[str] = []

        def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            seen.append(statement)

        with officer_at(ledger, LINKS) as browser:
            event.listen(ledger.engine, "before_cursor_execute", count)
            assert browser.get("/ban").status_code == 200
            event.remove(ledger.engine, "before_cursor_execute", count)
        return len(seen)

    assert statements(1000) == statements(10)


def test_nothing_falls_overdue_while_the_directive_is_suspended(place: Place, desk: TestClient) -> None:
    place.at(DUE - timedelta(hours=1))
    with place.ledger.write() as session:
        directive = session.scalars(select(Directive)).one()
        life.suspend(session, directive, reason="bão", by="desk", now=clock.read(session))
    place.at(DUE + timedelta(hours=1))
    html = desk.get("/ban").text
    assert cells(html)[4] == 0
    assert "không đơn vị nào quá hạn" in html
    record = desk.get("/ban/don-vi/so-y-te").text
    assert "Báo cáo ngày" in record
    assert "status overdue" not in record


def test_mail_that_does_not_leave_stands_above_all_else(place: Place, desk: TestClient) -> None:
    assert "thư chưa gửi đi được" not in desk.get("/ban").text
    with place.ledger.write() as session:
        written = ISSUED - timedelta(hours=1)
        for notice in session.scalars(select(Notice)):
            notice.state, notice.attempts, notice.next_attempt_at = NoticeState.PENDING, 1, DUE
            notice.written_at, notice.answer_text = written, "không nối được máy chủ thư"
        waiting = session.scalar(select(func.count(Notice.id)))
        zone = session.scalars(select(Directive.zone)).one()
    html = desk.get("/ban").text
    assert html.index("thư chưa gửi đi được") < html.index('<dl class="cells">')
    assert f"{waiting} thư đang chờ, từ {spoken(written, zone)}." in html
    assert "<q>không nối được máy chủ thư</q>" in html
