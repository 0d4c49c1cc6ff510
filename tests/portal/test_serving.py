"""Starting the portal, and asking whether it is well."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from hoatoc import keyring
from hoatoc.errors import LedgerError
from hoatoc.keyring import Keyring
from portal.app import serve_app
from tests.portal.place import ISSUED, Place, issue_at


def test_health_reads_the_ledger(client: TestClient) -> None:
    assert client.get("/health").json() == {"status": "ok"}


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A ledger whose links are signed by the key that the settings give."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOATOC_HOME", str(tmp_path))
    monkeypatch.setenv("HOATOC_DATABASE_URL", f"sqlite:///{tmp_path / 'ledger.db'}")
    monkeypatch.setenv("HOATOC_SECRET_KEY", "z" * 48)
    place = issue_at(tmp_path / "ledger.db", ISSUED)
    ring = keyring.open_keyring(tmp_path, "z" * 48)
    with place.ledger.write() as session:
        keyring.remember(session, ring)
    return Place(place.ledger, place.links.__class__(ring, "http://portal.example"))


def test_the_portal_starts_from_the_settings(configured: Place) -> None:
    app = serve_app()
    with TestClient(app) as client:
        assert client.get(configured.link("Sở Y tế")).status_code == 200
    app.state.front.ledger.close()
    configured.ledger.close()


def test_the_portal_refuses_a_ring_that_lacks_the_ledgers_key(configured: Place) -> None:
    with configured.ledger.write() as session:
        keyring.remember(session, Keyring({"gone": "w" * 48}))
    configured.ledger.close()
    with pytest.raises(LedgerError, match="gone"):
        serve_app()
