"""Fixtures of the portal's tests."""

import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.app import create_app
from tests.portal.binhphuoc import Province, province_at
from tests.portal.place import ISSUED, Place, issue_at, open_place

with warnings.catch_warnings():
    # Starlette would rather have httpx2; the project's client is httpx.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient


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
