"""One installation, opened from its settings: ledger, key ring, links and mail relay."""

import fcntl
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hoatoc import keyring
from hoatoc.errors import HoatocError, SettingsError
from hoatoc.keyring import Keyring
from hoatoc.ledger.engine import Ledger, open_ledger
from hoatoc.ledger.revision import require_current
from hoatoc.links import Links
from hoatoc.mail.relay import Relay, read_relay
from hoatoc.phrase import Phrase
from hoatoc.process import is_dead
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
    """The addresses of the `serve` that runs on this installation's home; empty when none does."""
    return running_on(settings.home)


def running_on(home: Path) -> dict[str, Any]:
    """The addresses of the `serve` that runs on `home`; empty when none does, or the last one was killed."""
    path = running_file(home)
    if not path.exists():
        return {}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return {} if "process" in found and is_dead(found["process"]) else found


@contextmanager
def alone_on(home: Path) -> Iterator[None]:
    """Hold `home` as the one `serve`, or as whoever wants none beside it. Raises HoatocError while another does."""
    with os.fdopen(os.open(home / "serve.lock", os.O_RDWR | os.O_CREAT, 0o600)) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise HoatocError(
                Phrase("`hoatoc serve` đang chạy trên %(home)s", home=home),
                hint="dừng nó trước (systemctl stop hoatoc, hoặc Ctrl-C), hoặc đặt HOATOC_HOME khác",
            ) from error
        yield


class _Umask:
    """The mask of the process, which its threads share: as it was only when the last of them has done with ours."""

    def __init__(self) -> None:
        self._lock, self._users, self._before = threading.Lock(), 0, 0

    def take(self) -> None:
        with self._lock:
            if not self._users:
                self._before = os.umask(0o077)
            self._users += 1

    def leave(self) -> None:
        with self._lock:
            self._users -= 1
            if not self._users:
                os.umask(self._before)


_umask = _Umask()


@contextmanager
def for_us_alone() -> Iterator[None]:
    """Files made in the block, by this process and by those it starts, are readable by their owner only."""
    _umask.take()
    try:
        yield
    finally:
        _umask.leave()


def open_installation(settings: Settings | None = None) -> Installation:
    """Open an installation that `initialise` has made. Raises SettingsError and LedgerError."""
    settings = settings or read_settings()
    ledger = open_ledger(settings.ledger_url)
    require_current(ledger)
    installation = Installation(settings, ledger, keyring.open_keyring(settings.home, settings.secret_key))
    with installation.ledger.read() as session:
        keyring.require(session, installation.ring)
    return installation


def initialise(settings: Settings | None = None) -> Installation:
    """Make home, keys and ledger where they are missing, readable by their owner only, bring the ledger up to date, and
    open it. Raises SettingsError, LedgerError and OSError."""
    settings = settings or read_settings()
    # Alembic costs a fifth of a second to import, and every run of a flow opens an installation.
    from hoatoc.ledger.migrate import migrate

    with for_us_alone():
        settings.home.mkdir(parents=True, exist_ok=True)
        if not any(settings.home.iterdir()):  # somebody has made it for us
            settings.home.chmod(0o700)
        ledger = open_ledger(settings.ledger_url)
        migrate(ledger)
        if not settings.secret_key:
            _make_ring(settings.home, ledger)
    ring = keyring.open_keyring(settings.home, settings.secret_key)
    with ledger.write() as session:
        keyring.require(session, ring)
        keyring.remember(session, ring)
    return Installation(settings, ledger, ring)


def _make_ring(home: Path, ledger: Ledger) -> None:
    """Make the ring of `home` if there is none. Raises LedgerError when one is lost: a new one opens no link."""
    if not keyring.file_in(home).exists():
        with ledger.read() as session:
            keyring.require(session, Keyring({}))
    keyring.make_ring(home)
