"""What the browser tests share: a served portal, the screens it is looked at on, and the accessibility examination."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from playwright.sync_api import Page, ViewportSize

from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import Role
from hoatoc.links import Links
from portal.app import create_app
from tests.portal.officers import cookie

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1440, "height": 900}
SIZES = {"phone": PHONE, "desk": DESK}
_AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
_RUN = "axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)"


@contextmanager
def serving(ledger: Ledger, links: Links, lang: str = "vi") -> Iterator[str]:
    """The portal on a free port, for as long as the block lasts."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(create_app(ledger, links, lang), log_level="warning", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        deadline = time.monotonic() + 30
        while not server.started:
            assert time.monotonic() < deadline, "the portal does not start"
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def enter(page: Page, ledger: Ledger, url: str, role: Role = Role.DESK) -> None:
    """Sign the page's browser in at `url`, as somebody in that role."""
    secret, _ = cookie(ledger, role)
    page.context.add_cookies([{"name": "hoatoc", "value": secret, "url": url}])


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
