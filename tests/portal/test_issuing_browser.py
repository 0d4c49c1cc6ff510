"""The desk's way to an issued directive, in a real browser: pick, plan, rehearse, try, propose, approve."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from hoatoc.ledger.schema import Directive, Role
from tests.portal.issuing import Desk, desk_at
from tests.portal.officers import cookie
from tests.portal.screens import SIZES, assert_accessible, follow, listening
from tests.worlds.ledgers import Ledgers
from tests.worlds.offices import KEY, small_office

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TITLE = "Công điện 1-CV/TU ngày 23/11/2021"


@pytest.fixture
def desk(sqlite_ledgers: Ledgers, tmp_path: Path) -> Desk:
    """An office where issuing takes two."""
    files = small_office()
    files.office["approval"] = "two"
    return desk_at(sqlite_ledgers.open(), tmp_path, files)


def person(browser: Browser, desk: Desk, url: str, size: str, login: str, role: Role, *, script: bool = True) -> Page:
    context = browser.new_context(viewport=SIZES[size], java_script_enabled=script)
    secret, _ = cookie(desk.ledger, role, login)
    context.add_cookies([{"name": "hoatoc", "value": secret, "url": url}])
    return context.new_page()


@pytest.mark.parametrize("size", SIZES)
def test_two_people_issue_a_directive(browser: Browser, desk: Desk, size: str) -> None:
    with listening(desk.app()) as url:
        an = person(browser, desk, url, size, "an", Role.DESK)
        an.goto(url + "/ban")
        follow(an.get_by_role("link", name="Ban hành", exact=True))
        assert_accessible(an)
        follow(an.get_by_role("link", name=TITLE))
        assert_accessible(an)

        an.get_by_label("Số ngày").fill("2")
        an.get_by_role("button", name="Diễn tập").click()
        an.get_by_role("heading", name=f"Diễn tập {TITLE}").wait_for(timeout=120_000)
        assert_accessible(an)
        follow(an.get_by_role("link", name="Kế hoạch"))

        an.get_by_role("button", name="Chạy thử").click()
        expect(an.get_by_text("Đang chạy thử: xem hộp thư của bàn trực")).to_be_visible()
        an.get_by_role("button", name="Đề nghị ban hành").click()
        expect(an.get_by_text("Cần một người khác duyệt")).to_be_visible()
        assert_accessible(an)

        binh = person(browser, desk, url, size, "binh", Role.LEADERSHIP)
        binh.goto(url + "/ban/phat-hanh")
        follow(binh.get_by_role("region", name="Chờ người thứ hai duyệt: 1").get_by_role("link", name=TITLE))
        assert_accessible(binh)
        binh.get_by_label("nơi nhận nhận thư ngay").check()
        binh.get_by_role("button", name="Duyệt và ban hành").click()
        expect(binh.get_by_text("Thư bắt đầu đi trong ít giây")).to_be_visible()
        for page in (an, binh):
            page.context.close()
    with desk.ledger.read() as session:
        told = session.execute(select(Directive.key, Directive.trial).order_by(Directive.id)).all()
    assert [tuple(row) for row in told] == [(f"{KEY}~thu-1", True), (KEY, False)]


@pytest.mark.parametrize("size", SIZES)
def test_a_draft_is_written_without_javascript(browser: Browser, desk: Desk, size: str) -> None:
    with listening(desk.app()) as url:
        an = person(browser, desk, url, size, "an", Role.DESK, script=False)
        an.goto(url + "/ban/phat-hanh")
        an.get_by_role("link", name="Soạn văn bản mới").click()
        an.get_by_role("button", name="Xem tệp YAML").click()
        expect(an.get_by_role("alert")).to_contain_text("Chọn ít nhất một nhóm hoặc một đơn vị")
        an.get_by_label("Số và ký hiệu").fill("7-CĐ/TU")
        an.get_by_label("Trích yếu").fill("Về việc di dời dân")
        an.get_by_label("Các huyện ủy").check()
        an.get_by_label("Việc 1").fill("lập phương án di dời")
        an.get_by_label("Phải xong trước").first.fill("2021-11-26T17:00")
        an.get_by_role("button", name="Xem tệp YAML").click()
        expect(an.get_by_role("heading", name="Tệp sẽ lưu")).to_be_visible()
        an.get_by_role("button", name="Lưu và xem kế hoạch").click()
        expect(an.get_by_role("heading", name="Công điện 7-CĐ/TU ngày 23/11/2021 khẩn")).to_be_visible()
        an.context.close()
    assert (desk.folder / "7-cd-tu.yaml").exists()


@pytest.mark.parametrize("size", SIZES)
def test_the_form_and_a_wrong_file_are_accessible(browser: Browser, desk: Desk, size: str) -> None:
    (desk.folder / "2-cv.yaml").write_text("text: []", encoding="utf-8")
    with listening(desk.app()) as url:
        an = person(browser, desk, url, size, "an", Role.DESK)
        an.goto(url + "/ban/phat-hanh")
        an.get_by_text("Lỗi và cách sửa").click()
        assert_accessible(an)
        an.goto(url + "/ban/phat-hanh/tinh-mau/soan")
        assert_accessible(an)
        follow(an.get_by_role("button", name="Lưu và xem kế hoạch"))
        assert_accessible(an)
        an.context.close()
