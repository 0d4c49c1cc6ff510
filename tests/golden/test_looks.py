"""Every golden mail can be read on a phone and on a desk, in the light and in the dark, with pictures and without."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.golden.test_mails import ANSWERABLE, GOLDEN, MAILS
from tests.portal.screens import SIZES, assert_accessible

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SIZES)
def test_every_golden_mail_is_readable(browser: Browser, screen: str, scheme: str) -> None:
    page = browser.new_page(viewport=SIZES[screen], color_scheme=scheme)  # type: ignore[arg-type]  # a word of two
    try:
        for name in (*GOLDEN, *ANSWERABLE):
            page.goto((MAILS / f"{name}.html").as_uri())
            assert_accessible(page)
    finally:
        page.close()


def test_the_dark_is_dark(browser: Browser) -> None:
    page = browser.new_page(color_scheme="dark")
    try:
        page.goto((MAILS / "summary-of-the-second-day.html").as_uri())
        card, ink = (
            page.evaluate(f"getComputedStyle(document.querySelector('{where}')).{what}")
            for where, what in ((".card", "backgroundColor"), (".ink", "color"))
        )
        assert (card, ink) == ("rgb(31, 29, 27)", "rgb(240, 238, 235)")
    finally:
        page.close()
