"""Who may read a list of persons, by which link and until when."""

from datetime import timedelta

from starlette.testclient import TestClient

from hoatoc.ledger.schema import Directive, DutyKind, Event
from hoatoc.rollout import life
from tests.portal.binhphuoc import Province
from tests.portal.lists import DISTRICT, READER, csv, hand_in, take_back
from tests.portal.place import INLINE
from tests.portal.test_unit import words
from tests.worlds.duties import ISSUED_360, PERSON
from tests.worlds.rollouts import TICK


def openings(province: Province) -> list[tuple[str, str]]:
    return [(event.kind, event.actor) for event in province.all(Event) if event.kind.startswith("roster_opening")
            or event.kind == "roster_opened"]  # fmt: skip


def test_opening_the_readers_page_changes_nothing(
    province: Province, browser_there: TestClient, roster: str, reading: str
) -> None:
    hand_in(browser_there, roster, csv(PERSON))
    before = province.rows()
    assert browser_there.get(reading).status_code == 200
    assert province.rows() == before


def test_a_reader_opens_the_list_and_that_is_in_the_history(
    province: Province, browser_there: TestClient, roster: str, reading: str
) -> None:
    hand_in(browser_there, roster, csv(PERSON))
    cover = browser_there.get(reading)
    assert "1 người; lúc 10 giờ 00" in words(cover.text)
    assert "Nguyễn Văn An" not in cover.text
    assert openings(province) == []
    opened = browser_there.post(reading)
    assert opened.status_code == 200
    assert "Nguyễn Văn An" in opened.text
    assert "30/04/2021" in opened.text
    assert openings(province) == [("roster_opened", READER)]


def test_who_is_no_reader_gets_the_plain_answer_and_that_is_in_the_history(
    province: Province, browser_there: TestClient, roster: str
) -> None:
    hand_in(browser_there, roster, csv(PERSON))
    link = province.links.roster_reader(province.duty(DISTRICT, DutyKind.ROSTER).id, 0, "so-y-te/deputy")
    path = link.removeprefix(province.links.public_url)
    plain = browser_there.get("/v/forged").text
    assert (browser_there.get(path).status_code, browser_there.get(path).text) == (404, plain)
    answer = browser_there.post(path)
    assert (answer.status_code, answer.text) == (404, plain)
    assert openings(province) == [("roster_opening_refused", "so-y-te/deputy")]


def test_a_readers_link_opens_nothing_else_and_no_other_link_opens_a_list(
    province: Province, browser_there: TestClient, reading: str
) -> None:
    token = reading.removeprefix("/ds/")
    unit = province.page(DISTRICT).removeprefix("/v/")
    for path in (
        f"/v/{token}",
        f"/ds/{unit}",
        "/ds/x",
    ):
        assert browser_there.get(path).status_code == 404, path
        assert browser_there.post(path).status_code in (404, 405), path


def test_a_readers_link_ends_with_the_link_of_the_unit_that_is_taken_back(
    province: Province, browser_there: TestClient, roster: str, reading: str
) -> None:
    hand_in(browser_there, roster, csv(PERSON))
    take_back(province)
    refuse_reading(province, browser_there, reading)
    link = province.links.roster_reader(province.duty(DISTRICT, DutyKind.ROSTER).id, 1, READER)
    assert "Nguyễn Văn An" in browser_there.post(link.removeprefix(province.links.public_url)).text


def refuse_reading(province: Province, browser_there: TestClient, reading: str) -> None:
    plain = browser_there.get("/v/forged").text
    for answer in (browser_there.get(reading), browser_there.post(reading)):
        assert (answer.status_code, answer.text) == (404, plain)
    assert openings(province) == []


def test_a_readers_link_opens_as_long_as_a_units_link(
    province: Province, browser_there: TestClient, roster: str, reading: str
) -> None:
    hand_in(browser_there, roster, csv(PERSON))
    with province.ledger.write() as session:
        directive = session.query(Directive).one()
        life.end(session, directive, reason="xong", by="desk", now=ISSUED_360, version=None)
    province.clock(ISSUED_360 + timedelta(days=90) - TICK)
    assert browser_there.get(reading).status_code == 200
    province.clock(ISSUED_360 + timedelta(days=90))
    refuse_reading(province, browser_there, reading)


def test_a_deleted_list_leaves_its_count_alone(
    province: Province, browser_there: TestClient, roster: str, reading: str
) -> None:
    hand_in(browser_there, roster, csv(PERSON))
    province.expire(ISSUED_360 + timedelta(days=30))
    for answer in (browser_there.get(reading), browser_there.post(reading)):
        assert "1 người" in answer.text
        assert "Danh sách đã bị xóa" in answer.text
        assert "Nguyễn Văn An" not in answer.text
    assert "1 người" in browser_there.get(roster).text


def test_before_it_is_handed_in_there_is_nothing_to_open(browser_there: TestClient, reading: str) -> None:
    assert "Đơn vị chưa nộp danh sách này." in browser_there.get(reading).text
    assert browser_there.post(reading).status_code == 404


def test_the_readers_pages_have_no_inline_script_or_style(browser_there: TestClient, roster: str, reading: str) -> None:
    hand_in(browser_there, roster, csv(PERSON))
    for answer in (browser_there.get(reading), browser_there.post(reading)):
        assert not INLINE.search(answer.text)
