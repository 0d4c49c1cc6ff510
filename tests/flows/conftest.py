"""One Prefect server with one worker for all these tests, under the real supervisor; and flows run in this process
against that server, on ledgers of their own."""

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml
from prefect.events.worker import EventsWorker
from prefect.logging.handlers import APILogWorker
from prefect.settings import PREFECT_API_URL, PREFECT_FLOWS_HEARTBEAT_FREQUENCY, PREFECT_HOME, temporary_settings

from deployments import registry
from deployments.supervisor import supervise
from hoatoc import clock
from hoatoc.installation import Installation, initialise
from hoatoc.localtime import DEFAULT_ZONE, local_date
from hoatoc.settings import ROOT, Settings
from tasks.here import installation
from tests.flows.controlroom import ControlRoom
from tests.flows.office import Office
from tests.worlds.ledgers import Ledgers
from tests.worlds.mailserver import MailServer, mail_server
from tests.worlds.offices import small_office
from tests.worlds.rollouts import ISSUED

KIEN_GIANG, MANY, NEVER_ISSUED = "kien-giang/13-cv-bcd", "tinh-mau/2-cv", "tinh-mau/3-cv"
_numbers = count(100)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here that asks for the control room needs Prefect."""
    for item in items:
        if "control_room" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.prefect)


@pytest.fixture(scope="session")
def control_room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlRoom]:
    """An installation of two offices, everything registered, nothing issued, its clock at the hour of the issue."""
    home = tmp_path_factory.mktemp("home")
    settings = Settings(home=home, directives=_directives(home / "directives"), database_url="", smtp_url="")
    here = initialise(settings)
    with here.ledger.write() as session:
        clock.simulate(session, ISSUED)
    before = dict(os.environ)
    with mail_server() as mail, supervise(settings, smtp_url=f"smtp://127.0.0.1:{mail.relay.port}") as addresses:
        # The supervisor's environment is for its children; these tests set their own.
        os.environ.clear()
        os.environ.update(before)
        _keep_fresh_database(home)
        with temporary_settings(
            {
                PREFECT_API_URL: addresses.api,
                PREFECT_HOME: str(home / "prefect-of-tests"),
                PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,
            }
        ):
            room = ControlRoom(here, addresses, mail)
            asyncio.run(registry.register(room.folders, watch=False))
            yield room
            # What Prefect still has to tell its server is told before the server stops; its exit would wait for it.
            APILogWorker.drain_all(timeout=10)
            EventsWorker.drain_all(timeout=10)
    here.ledger.close()


def _directives(root: Path) -> Path:
    """Kiên Giang as it is, and a made-up office of forty units with two directives."""
    shutil.copytree(ROOT / "directives" / "kien-giang", root / "kien-giang")
    files = small_office(districts=20, departments=20, members=0)
    folder = files.write(root)
    for number in (2, 3):
        text = files.directive["text"] | {"number": number, "code": f"{number}-CV/TU"}
        written = yaml.safe_dump({**files.directive, "text": text}, allow_unicode=True, sort_keys=False)
        (folder / f"{number}-cv.yaml").write_text(written, encoding="utf-8")
    (folder / "1-cv.yaml").unlink()
    return root


def _keep_fresh_database(home: Path) -> None:
    """Keep a copy of Prefect's database with nothing in it: a second server starts from it in half the time."""
    with sqlite3.connect(home / "prefect" / "prefect.db") as source, sqlite3.connect(home / "fresh.db") as target:
        source.backup(target)
    source.close()
    target.close()


@pytest.fixture(scope="session")
def refused_run(control_room: ControlRoom) -> UUID:
    """A run of a directive that nobody has issued; started early, for Prefect waits before it gives a flow up."""
    return control_room.start(NEVER_ISSUED)


@pytest.fixture(scope="session")
def issued_run(control_room: ControlRoom, refused_run: UUID) -> Any:
    """The run that has issued 13-CV/BCĐ."""
    return control_room.run(KIEN_GIANG, issue=True)


MakeOffice = Callable[..., Office]


@pytest.fixture
def make_office(
    control_room: ControlRoom, ledgers: Ledgers, mail: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MakeOffice]:
    """Sets this process up as the home of a made-up office, on each database; its deployments are in a pool that no
    worker serves, so that what is scheduled stays to be looked at."""
    monkeypatch.setattr(registry, "WORK_POOL", "nobody-serves-this")
    opened: list[Installation] = []

    def make(*, simulated: bool, units: int = 4) -> Office:
        number = next(_numbers)
        files = small_office(districts=units // 2, departments=units - units // 2, members=0)
        files.directive["text"] |= {"number": number, "code": f"{number}-CV/TU"}
        if not simulated:
            today = local_date(clock.machine_now(), DEFAULT_ZONE)
            files.directive["text"]["date"] = today.isoformat()
            files.directive["regime"]["reports"][0]["first"] = (today + timedelta(days=1)).isoformat()
        root = tmp_path / f"directives-{number}"
        files.write(root)
        for name, value in {
            "HOATOC_HOME": tmp_path / "home", "HOATOC_DIRECTIVES": root, "HOATOC_DATABASE_URL": ledgers.url(),
            "HOATOC_SMTP_URL": f"smtp://127.0.0.1:{mail.relay.port}",
        }.items():  # fmt: skip
            monkeypatch.setenv(name, str(value))
        installation.cache_clear()
        initialise().ledger.close()
        opened.append(installation())
        office = Office(opened[-1], mail)
        if simulated:
            office.at(ISSUED)
        asyncio.run(registry.register(office.folders, watch=False))
        return office

    yield make
    installation.cache_clear()
    for here in opened:
        here.ledger.close()
