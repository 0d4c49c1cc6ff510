"""A person on a phone: a real browser, with and without JavaScript, against a real server."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, ViewportSize, expect

from tests.portal.place import DUE, FIGURES, Place
from tests.portal.screens import DESK, PHONE, enter

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DAY = "2021-11-24"


@pytest.fixture(params=[True, False], ids=["javascript", "no-javascript"])
def phone(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A page on a phone; whatever its console complains of, other than refusals we want, fails the test."""
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "422" not in message.text:
            complaints.append(message.text)

    context = browser.new_context(viewport=PHONE, java_script_enabled=request.param, has_touch=True)
    page = context.new_page()
    page.on("console", hear)
    yield page
    context.close()
    assert complaints == []


def fill(page: Page, figures: dict[str, str]) -> None:
    for key, value in figures.items():
        page.locator(f"[name={key}]").fill(value)


def test_a_unit_acknowledges_and_reports_from_a_phone(site: tuple[Place, str], phone: Page) -> None:
    place, url = site
    unit = place.link("Sở Y tế")
    phone.goto(url + unit)
    phone.get_by_role("button", name="Xác nhận đã nhận").click()
    expect(phone.get_by_text("chưa điền họ và tên")).to_be_visible()
    swapped = phone.evaluate("typeof htmx") == "object"
    assert phone.url == (url + unit if swapped else f"{url}{unit}/nhan")
    phone.get_by_label("Họ và tên người nhận").fill("Trần Thị Bích")
    phone.get_by_role("button", name="Xác nhận đã nhận").click()
    expect(phone.get_by_text("Lúc 13 giờ 00, ngày 24/11/2021, bởi Trần Thị Bích")).to_be_visible()

    phone.get_by_role("button", name="Nộp báo cáo").click()
    fill(phone, FIGURES | {"ra_tinh_xin": "1"})
    phone.get_by_role("button", name="Nộp báo cáo").click()
    expect(phone.get_by_role("alert")).to_contain_text("Lượt xin đi ra khỏi tỉnh trong ngày: 1")
    expect(phone.locator("[name=nhiem_luy_ke]")).to_have_value("3.884")
    expect(phone.get_by_label("Họ và tên người báo cáo")).to_have_value("Trần Thị Bích")
    phone.locator("[name=ra_tinh_xin]").fill("5")
    phone.get_by_role("button", name="Nộp báo cáo").click()

    expect(phone).to_have_url(f"{url}{unit}/bien-nhan/{DAY}")
    expect(phone.get_by_text("đã nộp đúng hạn")).to_be_visible()
    expect(phone.locator("main")).to_contain_text("3.884 người")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_no_page_is_wider_than_its_screen(site: tuple[Place, str], browser: Browser, size: ViewportSize) -> None:
    place, url = site
    unit = place.link("Sở Y tế")
    page = browser.new_page(viewport=size)
    enter(page, place.ledger, url)
    for path in (unit, f"{unit}/bao-cao/{DAY}", "/ban", "/vao?toi=/ban", "/v/forged"):
        page.goto(url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
        loaded = "document.fonts.ready.then(fonts => [...fonts].filter(font => font.status == 'loaded').length)"
        assert page.evaluate(loaded) > 0, path
    page.close()


def test_a_lost_connection_loses_no_typed_figure(site: tuple[Place, str], browser: Browser) -> None:
    place, url = site
    page = browser.new_page(viewport=PHONE)
    page.goto(f"{url}{place.link('Sở Y tế')}/bao-cao/{DAY}")
    fill(page, FIGURES)

    def lose(route: Route) -> None:
        route.abort("internetdisconnected")

    page.route("**/bao-cao/**", lose)
    page.get_by_label("Họ và tên người báo cáo").fill("Trần Thị Bích")
    page.get_by_role("button", name="Nộp báo cáo").click()
    expect(page.locator("#lost")).to_be_visible()
    expect(page.locator("[name=nhiem_luy_ke]")).to_have_value("3.884")
    page.unroute("**/bao-cao/**")
    page.get_by_role("button", name="Nộp báo cáo").click()
    expect(page.get_by_text("đã nộp đúng hạn")).to_be_visible()
    page.close()


def test_what_is_typed_is_kept_and_the_page_can_be_loaded_again(site: tuple[Place, str], browser: Browser) -> None:
    place, url = site
    form = f"{url}{place.link('Sở Y tế')}/bao-cao/{DAY}"
    page = browser.new_page(viewport=PHONE)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(form)
    with page.expect_response("**/nhap"):
        page.locator("[name=nhiem_luy_ke]").fill("3884")
        page.locator("[name=nhiem_luy_ke]").press("Tab")
    expect(page.get_by_text("Đã lưu tạm lúc 13 giờ 00, ngày 24/11/2021, chưa nộp.")).to_be_visible()
    expect(page).to_have_url(form)
    page.reload()
    expect(page.locator("[name=nhiem_luy_ke]")).to_have_value("3884")
    page.goto(f"{form}/nhap")
    expect(page).to_have_url(form)
    page.close()
    assert complaints == []


def test_the_board_refreshes_and_keeps_what_was_unfolded(site: tuple[Place, str], browser: Browser) -> None:
    place, url = site
    page = browser.new_page(viewport=DESK)
    page.clock.install()
    enter(page, place.ledger, url)
    page.goto(f"{url}/ban")
    expect(page.get_by_text("Cập nhật lúc 13 giờ 00")).to_be_visible()
    page.get_by_text("Báo cáo ngày 24/11/2021").first.click()
    expect(page.get_by_text("Sở Nội vụ", exact=True).first).to_be_visible()
    place.clock(DUE - timedelta(hours=2))
    page.clock.run_for(11_000)
    expect(page.get_by_text("Cập nhật lúc 14 giờ 00")).to_be_visible()
    expect(page.get_by_text("Sở Nội vụ", exact=True).first).to_be_visible()
    page.close()
