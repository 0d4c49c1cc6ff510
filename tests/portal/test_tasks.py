"""Tasks on a unit's pages, and what the desk sees of what is owed once."""

import re
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from hoatoc.ledger.schema import DutyKind, Fulfilment
from hoatoc.rollout import wording
from tests.portal.binhphuoc import Province
from tests.portal.lists import DISTRICT, SIGNED
from tests.portal.place import INLINE
from tests.portal.test_unit import words
from tests.worlds.duties import ISSUED_360, ISSUED_1722, LISTED_BY, VACCINATED_BY
from tests.worlds.rollouts import TICK


@pytest.fixture
def task(province: Province) -> str:
    """The path of the task of clause 4.3."""
    return f"{province.page('so-y-te')}/viec/{province.duty('so-y-te', DutyKind.TASK).id}"


def test_the_page_says_what_is_owed_once_by_when_in_the_words_of_the_text(
    province: Province, browser_there: TestClient
) -> None:
    said = words(browser_there.get(province.page("so-y-te")).text)
    assert (
        "Việc, khoản 4.3 “Khẩn trương hoàn thành việc tiêm vắc-xin trước ngày 15/5/2021” "
        "chưa làm, còn 8 ngày Hạn: 24 giờ 00, ngày 14/05/2021 Báo kết quả"
    ) in said
    said = words(browser_there.get(province.page(DISTRICT)).text)
    assert "Hạn: 10 giờ 00, ngày 08/05/2021 (văn phòng đặt, văn bản không nêu) Nộp danh sách" in said
    assert "chỉ cần xác nhận" not in said


def test_buttons_are_called_as_the_mails_call_them(province: Province, browser_there: TestClient) -> None:
    province.issue("binh-phuoc/1722-ubnd-kgvx", ISSUED_1722)
    for key, code, kind in [
        ("so-y-te", "360", DutyKind.TASK),
        (DISTRICT, "360", DutyKind.ROSTER),
        ("ubnd-bu-dang", "1722", DutyKind.COVERAGE),
    ]:
        html = browser_there.get(province.page(key, code)).text
        assert f">{wording.BUTTONS[kind]}</a>" in html


def test_opening_the_task_changes_nothing(province: Province, browser_there: TestClient, task: str) -> None:
    before = province.rows()
    assert browser_there.get(task).status_code == 200
    assert province.rows() == before


@pytest.mark.parametrize(("off", "said"), [(timedelta(), "đã làm đúng hạn"), (TICK, "đã làm, muộn")])
def test_a_result_is_taken_in_and_shown(
    province: Province, browser_there: TestClient, task: str, off: timedelta, said: str
) -> None:
    province.clock(VACCINATED_BY + off)
    answer = browser_there.post(task, data={"ket-qua": "Báo cáo số 12/BC-SYT", **SIGNED})
    assert (answer.status_code, answer.headers["location"]) == (303, province.page("so-y-te"))
    page = words(browser_there.get(province.page("so-y-te")).text)
    assert said in page
    assert "Vũ Thị Mai: Báo cáo số 12/BC-SYT" in page
    assert "khi báo kết quả việc được giao." in page


@pytest.mark.parametrize("typed", [{"ket-qua": "", **SIGNED}, {"ket-qua": "Xong"}, {}])
def test_a_result_without_evidence_or_name_is_refused_and_kept_in_the_form(
    province: Province, browser_there: TestClient, task: str, typed: dict[str, str]
) -> None:
    before = province.rows()
    answer = browser_there.post(task, data=typed)
    assert answer.status_code == 422
    assert typed.get("ket-qua", "") in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert province.rows() == before


def test_a_changed_result_keeps_its_time(province: Province, browser_there: TestClient, task: str) -> None:
    browser_there.post(task, data={"ket-qua": "Báo cáo số 1", **SIGNED})
    province.clock(VACCINATED_BY + timedelta(days=1))
    assert "Báo cáo số 1</textarea>" in browser_there.get(task).text
    browser_there.post(task, data={"ket-qua": "Báo cáo số 2", **SIGNED})
    (done,) = province.all(Fulfilment)
    assert (done.evidence, done.at) == ("Báo cáo số 2", ISSUED_360)
    assert "đã làm đúng hạn" in browser_there.get(province.page("so-y-te")).text


def test_the_task_of_another_unit_is_not_found(province: Province, browser_there: TestClient, task: str) -> None:
    stolen = province.page("so-noi-vu") + task[task.index("/", 4) :]
    assert browser_there.get(stolen).status_code == 404
    assert browser_there.post(stolen, data={"ket-qua": "Xong", **SIGNED}).status_code == 404


def test_the_board_lists_what_is_owed_once(province: Province, desk_there: TestClient) -> None:
    province.clock(LISTED_BY + timedelta(hours=1))
    said = words(desk_there.get("/ban").text)
    assert "Danh sách, khoản 1.5 · 11 nơi nhận quá hạn 1 giờ" in said
    assert "“rà soát kỹ, lập danh sách đầy đủ" in said
    assert "Việc, khoản 4.3 11" not in said
    said = words(desk_there.get("/ban/vb/1").text)
    assert re.search(r"Việc, khoản 4\.3 = ?1|Việc, khoản 4\.3 1 = 0", said)


def test_the_lineage_shows_each_document_its_state_and_the_roll_up(
    province: Province, browser_there: TestClient, task: str, desk_there: TestClient
) -> None:
    browser_there.post(task, data={"ket-qua": "Xong", **SIGNED})
    province.issue("binh-phuoc/1722-ubnd-kgvx", ISSUED_1722)
    assert "/ban/nguon-goc/binh-phuoc/1722-ubnd-kgvx" in desk_there.get("/ban/vb/2").text
    said = words(desk_there.get("/ban/nguon-goc/binh-phuoc/1722-ubnd-kgvx").text)
    assert "triển khai, thực hiện theo, gửi kèm 396-CV/TU Chưa ban hành ở đây" in said
    assert "thực hiện theo, gửi kèm Công văn 360-CV/TU ngày 06/05/2021 Ban hành lúc 10 giờ 00" in said
    assert re.search(r"Cộng dồn 2 trong \d+ việc đã xong", said)


def test_the_lineage_of_what_was_not_issued_is_not_found(province: Province, desk_there: TestClient) -> None:
    assert desk_there.get("/ban/nguon-goc/binh-phuoc/396-cv-tu").status_code == 404


def test_the_task_has_no_inline_script_or_style(browser_there: TestClient, task: str) -> None:
    assert not INLINE.search(browser_there.get(task).text)
