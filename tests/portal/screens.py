"""What the browser tests share: a served portal, the screens it is looked at on, and the accessibility examination."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page, ViewportSize

from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import Role
from hoatoc.links import Links
from portal.app import create_app
from tests.portal.officers import cookie
from tests.worlds.listening import listening

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1440, "height": 900}
SIZES = {"phone": PHONE, "desk": DESK}
_AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
_RUN = "axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)"


@contextmanager
def serving(ledger: Ledger, links: Links, lang: str = "vi") -> Iterator[str]:
    """The portal on a free port, for as long as the block lasts."""
    with listening(create_app(ledger, links, lang)) as url:
        yield url


def enter(page: Page, ledger: Ledger, url: str, role: Role = Role.DESK) -> None:
    """Sign the page's browser in at `url`, as somebody in that role."""
    secret, _ = cookie(ledger, role)
    page.context.add_cookies([{"name": "hoatoc", "value": secret, "url": url}])


def follow(control: Locator) -> None:
    """Press a link or a button and wait until the page it leads to is there.

    A click returns before: what looks at the page next would find the old one, or none.
    """
    with control.page.expect_navigation():
        control.click()


def assert_accessible(page: Page) -> None:
    """That axe finds nothing serious or critical on the page as it stands, and that it is no wider than its screen."""
    page.evaluate(_AXE)  # the driver's own script: the page's policy would let no other in
    found = [
        f"{violation['impact']} {violation['id']}: {violation['help']}: {node['target']} {node['html'][:160]}"
        for violation in page.evaluate(_RUN)
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
    assert found == [], f"{page.url}\n" + "\n".join(found)
    assert page.viewport_size is not None
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], page.url
