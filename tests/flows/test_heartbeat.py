"""The heartbeat is called while all is well, and by its silence tells that it is not."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from prefect.logging import disable_run_logger

from hoatoc import clock
from hoatoc.installation import initialise
from hoatoc.rollout import auditor
from hoatoc.rollout.issue import issue
from hoatoc.settings import read_settings
from tasks.heartbeat import beat
from tasks.here import installation
from tests.worlds.ledgers import Ledgers
from tests.worlds.mailserver import MailServer
from tests.worlds.offices import small_office


class Monitor(ThreadingHTTPServer):
    """What listens for the heartbeat: `heard` are the paths asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heard: list[str] = []
        self.answer = HTTPStatus.OK

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_port}/ping/hoa-toc"


class _Handler(BaseHTTPRequestHandler):
    server: Monitor

    def do_GET(self) -> None:
        self.server.heard.append(self.path)
        self.send_response(self.server.answer)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Tests are quiet."""


@pytest.fixture
def monitor() -> Iterator[Monitor]:
    server = Monitor()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def home(
    ledgers: Ledgers, mail: MailServer, monitor: Monitor, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    for name, value in {
        "HOME": f"{tmp_path}/home", "DATABASE_URL": ledgers.url(), "HEARTBEAT_URL": monitor.url,
        "SMTP_URL": f"smtp://127.0.0.1:{mail.relay.port}",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"HOATOC_{name}", value)
    initialise(read_settings()).ledger.close()
    installation.cache_clear()
    opened = installation()
    with disable_run_logger():
        yield
    opened.ledger.close()
    installation.cache_clear()


def issued(ago: timedelta) -> None:
    """A directive that was to be sent out so long ago."""
    folder, draft = small_office().read()
    now = clock.machine_now()
    with installation().ledger.write() as session:
        issue(session, folder, draft, now=now - ago, by="desk")


def test_it_is_called_while_nothing_is_overdue(home: None, monitor: Monitor) -> None:
    assert beat()
    issued(auditor.MISSED - timedelta(minutes=1))
    assert beat()
    assert monitor.heard == ["/ping/hoa-toc"] * 2


def test_it_falls_silent_while_something_is_missed(home: None, monitor: Monitor) -> None:
    issued(auditor.MISSED + timedelta(minutes=1))
    assert not beat()
    assert monitor.heard == []


def test_it_is_not_called_on_a_simulated_clock(home: None, monitor: Monitor) -> None:
    with installation().ledger.write() as session:
        clock.simulate(session, clock.machine_now())
    assert not beat()
    assert monitor.heard == []


def test_a_monitor_that_refuses_or_is_gone_stops_nothing(home: None, monitor: Monitor) -> None:
    monitor.answer = HTTPStatus.INTERNAL_SERVER_ERROR
    assert not beat()
    monitor.shutdown()
    monitor.server_close()
    assert not beat()


def test_without_an_address_nothing_is_called(home: None, monitor: Monitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOATOC_HEARTBEAT_URL", "")
    installation().ledger.close()
    installation.cache_clear()
    assert not beat()
    assert monitor.heard == []
    installation().ledger.close()
