"""Nothing on a page keeps a person from using it: axe finds nothing serious, on a phone and on a desk."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from hoatoc.ledger.schema import Role
from tests.portal.place import DUE, Place
from tests.portal.screens import SIZES, assert_accessible, enter, follow

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DAY = "2021-11-24"


@pytest.mark.parametrize("size", SIZES)
def test_a_units_pages_are_accessible(site: tuple[Place, str], browser: Browser, size: str) -> None:
    place, url = site
    unit = place.link("Sở Y tế")
    page = browser.new_page(viewport=SIZES[size])
    for path in (unit, f"{unit}/bao-cao/{DAY}", "/v/forged", "/vao"):
        page.goto(url + path)
        assert_accessible(page)
    page.goto(url + unit)
    page.get_by_role("button", name="Xác nhận đã nhận").click()
    page.get_by_text("chưa điền họ và tên").wait_for()
    assert_accessible(page)
    page.close()


@pytest.mark.parametrize("size", SIZES)
def test_the_pages_of_the_desk_are_accessible(site: tuple[Place, str], browser: Browser, size: str) -> None:
    place, url = site
    place.at(DUE + timedelta(hours=1))
    page = browser.new_page(viewport=SIZES[size])
    enter(page, place.ledger, url, Role.ADMINISTRATOR)
    for path in ("/ban", "/ban/nguon-goc/kien-giang/13-cv-bcd", f"/ban/vb/1/tong-hop/{DAY}", "/ban/khong-co"):
        page.goto(url + path)
        assert_accessible(page)
    page.goto(f"{url}/ban/tai-khoan")
    page.get_by_label("Họ và tên").fill("Trần Minh")
    page.get_by_label("Tên đăng nhập").fill("minh")
    follow(page.get_by_role("button", name="Thêm tài khoản"))
    page.get_by_text("Thay đổi").click()
    assert_accessible(page)
    link = page.locator("code").inner_text().replace(place.links.public_url, url)
    for path in (f"{url}/ban/mat-khau", f"{url}/ban/lien-ket/1", link):
        page.goto(path)
        assert_accessible(page)
    page.close()
