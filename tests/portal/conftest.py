"""Fixtures of the portal's tests."""

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


@pytest.fixture
def province(tmp_path: Path) -> Iterator[Province]:
    """Bình Phước on the day of 360-CV/TU."""
    province = province_at(tmp_path / "province.db")
    yield province
    province.ledger.close()


@pytest.fixture
def browser_there(province: Province) -> Iterator[TestClient]:
    """A browser without JavaScript at that installation."""
    with TestClient(create_app(province.ledger, province.links, "vi"), follow_redirects=False) as client:
        yield client
