"""The desk's pages in a real browser: usable by everyone on both screens, and a board that keeps itself fresh."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Response, expect
from sqlalchemy import update
from starlette.testclient import TestClient

from hoatoc.clock import machine_now
from hoatoc.ledger.schema import SignIn
from portal.app import create_app
from tests.portal.officers import cookie
from tests.portal.place import DUE, FIGURES, SIGNED, Place
from tests.portal.screens import DESK, SIZES, assert_accessible, enter
from tests.portal.test_desk import bounce
from tests.portal.test_desk_pages import duty_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DAY = "2021-11-24"


@pytest.fixture
def busy(site: tuple[Place, str]) -> tuple[Place, str]:
    """After the first report was due: one has reported, one mailbox is dead."""
    place, url = site
    with TestClient(create_app(place.ledger, place.links, "vi")) as unit:
        unit.post(f"{place.link('Sở Y tế')}/bao-cao/{DAY}", data=FIGURES | SIGNED)
    bounce(place, "Sở Ngoại vụ")
    place.at(DUE + timedelta(hours=3))
    return place, url


@pytest.mark.parametrize("size", SIZES)
def test_the_desks_pages_are_accessible(busy: tuple[Place, str], browser: Browser, size: str) -> None:
    place, url = busy
    page = browser.new_page(viewport=SIZES[size])
    enter(page, place.ledger, url)
    duty = f"/ban/viec/{duty_of(place, 'Sở Nội vụ').id}"
    for path in (
        "/ban?he=state&buoc=late", "/ban/vb/1", "/ban/vb/1/doi/sua", "/ban/vb/1/doi/thay-the", duty,
        "/ban/don-vi/so-y-te", "/ban/nhat-ky?vb=1",
    ):  # fmt: skip
        page.goto(url + path)
        page.evaluate("document.querySelectorAll('main details').forEach(details => { details.open = true })")
        assert_accessible(page)
    page.goto(f"{url}/ban/vb/1")
    page.get_by_role("link", name="Sở Ngoại vụ").click()
    page.get_by_role("button", name="Ghi cuộc gọi").click()
    expect(page.get_by_text("ghi số đã gọi")).to_be_visible()
    assert_accessible(page)
    page.close()


def test_the_board_asks_again_and_is_sent_only_what_changed(busy: tuple[Place, str], browser: Browser) -> None:
    place, url = busy
    page = browser.new_page(viewport=DESK)
    enter(page, place.ledger, url)
    answers: list[int] = []

    def hear(response: Response) -> None:
        if "/ban/moi" in response.url:
            answers.append(response.status)

    page.on("response", hear)
    page.clock.install()
    page.goto(url + "/ban?ten=s%E1%BB%9F")
    page.get_by_label("Tên đơn vị").fill("sở nội")  # typed, not yet sent
    with page.expect_response("**/ban/moi?*"):
        page.clock.run_for(11_000)
    expect(page.get_by_text("Quá hạn 3 giờ").or_(page.get_by_text("quá hạn 3 giờ")).first).to_be_visible()
    assert answers == [304]
    with TestClient(create_app(place.ledger, place.links, "vi")) as unit:
        unit.post(f"{place.link('Sở Nội vụ')}/bao-cao/{DAY}", data=FIGURES | SIGNED)
    with page.expect_response("**/ban/moi?*"):
        page.clock.run_for(11_000)
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="Sở Nội vụ"))
    expect(row.get_by_role("link", name="muộn").first).to_be_visible()
    assert answers == [304, 200]
    expect(page.get_by_label("Tên đơn vị")).to_have_value("sở nội")
    page.close()


def test_the_desk_suspends_and_resumes_a_directive(busy: tuple[Place, str], browser: Browser) -> None:
    place, url = busy
    page = browser.new_page(viewport=DESK)
    enter(page, place.ledger, url)
    page.goto(f"{url}/ban/vb/1")
    page.get_by_role("button", name="Tạm dừng").click()
    page.get_by_label("Lý do").fill("bão số 9")
    page.get_by_role("button", name="Tạm dừng").click()
    expect(page).to_have_url(f"{url}/ban/vb/1?xong=1")
    expect(page.locator("header.directive").get_by_text("tạm dừng", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Chạy tiếp")).to_be_visible()
    page.close()


def test_what_was_typed_stays_when_the_sign_in_has_run_out(busy: tuple[Place, str], browser: Browser) -> None:
    place, url = busy
    with TestClient(create_app(place.ledger, place.links, "vi")) as unit:
        duty = duty_of(place, "Sở Nội vụ").id
        more = {"han-moi": "2021-11-25T10:00", "ly-do": "mất điện", "ho-ten": "Mai"}
        unit.post(f"{place.link('Sở Nội vụ')}/gia-han/{duty}", data=more)
    page = browser.new_page(viewport=DESK)
    enter(page, place.ledger, url)
    page.goto(f"{url}/ban/de-nghi")
    page.get_by_label("Ý kiến (phải ghi khi không đồng ý)").fill("đã gia hạn một lần")
    with place.ledger.write() as session:
        session.execute(update(SignIn).values(seen_at=machine_now() - timedelta(hours=2)))
    page.get_by_role("button", name="Không đồng ý").click()
    expect(page.get_by_text("Phiên đăng nhập đã hết")).to_be_visible()
    expect(page.get_by_label("Ý kiến (phải ghi khi không đồng ý)")).to_have_value("đã gia hạn một lần")
    page.context.add_cookies([{"name": "hoatoc", "value": cookie(place.ledger)[0], "url": url}])
    page.get_by_role("button", name="Không đồng ý").click()
    expect(page.get_by_text("Đã ghi nhận quyết định.")).to_be_visible()
    page.close()
