"""One installation, opened from its settings: ledger, key ring, links and mail relay."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hoatoc import keyring
from hoatoc.errors import SettingsError
from hoatoc.keyring import Keyring
from hoatoc.ledger.engine import Ledger, open_ledger
from hoatoc.ledger.revision import require_current
from hoatoc.links import Links
from hoatoc.mail.relay import Relay, read_relay
from hoatoc.settings import Settings, read_settings


@dataclass(frozen=True)
class Installation:
    """What every entry point needs: tasks, portal and command line."""

    settings: Settings
    ledger: Ledger
    ring: Keyring

    @property
    def links(self) -> Links:
        """Links under the public URL, or under the portal's own address while `serve` runs on another port."""
        return Links(self.ring, running(self.settings).get("public_url") or self.settings.public_url)

    @property
    def relay(self) -> Relay:
        """The mail server of the settings, or the sink that a running `serve` keeps. Raises SettingsError."""
        url = self.settings.smtp_url or running(self.settings).get("smtp_url", "")
        if not url:
            raise SettingsError(
                "chưa có máy chủ thư", hint="đặt HOATOC_SMTP_URL, hoặc chạy `hoatoc serve` để dùng hộp thư thử tại chỗ"
            )
        # Signed return addresses are worth something where somebody reads what comes back to them.
        return replace(read_relay(url), signed_returns=bool(self.settings.inbox_url))


def running_file(home: Path) -> Path:
    """Where a running `serve` writes its addresses."""
    return home / "running.json"


def running(settings: Settings) -> dict[str, Any]:
    """The addresses of the `serve` that runs on this home; empty when none does."""
    path = running_file(settings.home)
    if not path.exists():
        return {}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def open_installation(settings: Settings | None = None) -> Installation:
    """Open an installation that `initialise` has made. Raises SettingsError and LedgerError."""
    settings = settings or read_settings()
    installation = Installation(
        settings, open_ledger(settings.ledger_url), keyring.open_keyring(settings.home, settings.secret_key)
    )
    require_current(installation.ledger)
    with installation.ledger.read() as session:
        keyring.require(session, installation.ring)
    return installation


def initialise(settings: Settings | None = None) -> Installation:
    """Make home, keys and ledger where they are missing, bring the ledger up to date, and open it."""
    settings = settings or read_settings()
    # Alembic costs a fifth of a second to import, and every run of a flow opens an installation.
    from hoatoc.ledger.migrate import migrate

    settings.home.mkdir(parents=True, exist_ok=True)
    ledger = open_ledger(settings.ledger_url)
    migrate(ledger)
    ring = keyring.open_keyring(settings.home, settings.secret_key)
    with ledger.write() as session:
        keyring.require(session, ring)
        keyring.remember(session, ring)
    return Installation(settings, ledger, ring)
