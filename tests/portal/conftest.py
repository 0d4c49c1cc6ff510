"""Fixtures of the portal's tests."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from hoatoc.ledger.schema import DutyKind
from portal.app import create_app
from tests.portal.binhphuoc import Province, province_at
from tests.portal.lists import DISTRICT, READER
from tests.portal.officers import TestClient, officer_at
from tests.portal.place import DUE, ISSUED, Place, issue_at, open_place
from tests.portal.screens import serving


@pytest.fixture(scope="module", autouse=True)
def _passwords_of_accounts(cheap_passwords: None) -> None:
    pass


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """An installation on the afternoon of the issue."""
    place = issue_at(tmp_path / "ledger.db", ISSUED)
    yield place
    place.ledger.close()


@pytest.fixture
def client(place: Place) -> Iterator[TestClient]:
    """A browser without JavaScript, which shows redirects instead of following them."""
    with TestClient(create_app(place.ledger, place.links, "vi"), follow_redirects=False) as client:
        yield client


@pytest.fixture
def desk(place: Place) -> Iterator[TestClient]:
    """The browser of somebody at the desk, signed in."""
    with officer_at(place.ledger, place.links) as client:
        yield client


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Place]:
    """An installation that has issued nothing yet."""
    place = open_place(tmp_path / "empty.db")
    yield place
    place.ledger.close()


@pytest.fixture
def empty_client(empty: Place) -> Iterator[TestClient]:
    """A browser at that installation."""
    with TestClient(create_app(empty.ledger, empty.links, "vi")) as client:
        yield client


@pytest.fixture
def empty_desk(empty: Place) -> Iterator[TestClient]:
    """Somebody at the desk there."""
    with officer_at(empty.ledger, empty.links) as client:
        yield client


@pytest.fixture(scope="session")
def _issued_360(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("province") / "template.db"
    province_at(path).ledger.close()
    return path


@pytest.fixture
def province(_issued_360: Path, tmp_path: Path) -> Iterator[Province]:
    """Bình Phước on the day of 360-CV/TU."""
    place = open_place(Path(shutil.copy(_issued_360, tmp_path / "province.db")))
    province = Province(place.ledger, place.links)
    yield province
    province.ledger.close()


@pytest.fixture
def browser_there(province: Province) -> Iterator[TestClient]:
    """A browser without JavaScript at that installation."""
    with TestClient(create_app(province.ledger, province.links, "vi"), follow_redirects=False) as client:
        yield client


@pytest.fixture
def desk_there(province: Province) -> Iterator[TestClient]:
    """Somebody at the desk of that installation, signed in."""
    with officer_at(province.ledger, province.links) as client:
        yield client


@pytest.fixture
def roster(province: Province) -> str:
    """The path of the list of clause 1.5, on the page of a district that owes it."""
    return f"{province.page(DISTRICT)}/danh-sach/{province.duty(DISTRICT, DutyKind.ROSTER).id}"


@pytest.fixture
def reading(province: Province) -> str:
    """The path of that list for one who may read it."""
    link = province.links.roster_reader(province.duty(DISTRICT, DutyKind.ROSTER).id, 0, READER)
    return link.removeprefix(province.links.public_url)


# Not of the session: as long as Playwright is open, its event loop counts as running, and nothing else can run one.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, on a machine that may have other work."""
    expect.set_options(timeout=30_000)  # milliseconds
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Place, str]]:
    """A served portal three hours before the first report is due, and its address."""
    place = issue_at(tmp_path / "ledger.db", ISSUED)
    place.at(DUE - timedelta(hours=3))
    with serving(place.ledger, place.links) as url:
        yield place, url
    place.ledger.close()
