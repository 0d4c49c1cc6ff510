"""Everything an installation has started ends with it, whatever ends it; a taken port is avoided."""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from deployments.children import Child, wait_until
from deployments.ports import listen, port_of
from deployments.supervisor import Addresses, _announce, _environment
from hoatoc.errors import HoatocError
from hoatoc.installation import running_file
from hoatoc.settings import Settings
from tests.flows.conftest import MANY
from tests.flows.controlroom import ControlRoom, deployment_of, eventually, processes_with, start
from tests.worlds.mailserver import MailServer

#: As it is before anything is supervised: when the tests are collected.
_UMASK = os.umask(0o022)
os.umask(_UMASK)

_SUPERVISOR = """
import asyncio, json, sys, time
from deployments.supervisor import supervise
from hoatoc import clock
from hoatoc.format.folder import office_paths, read_office
from hoatoc.installation import initialise
from datetime import datetime, UTC

here = initialise()
with here.ledger.write() as session:
    clock.simulate(session, datetime(2021, 11, 23, 9, tzinfo=UTC))
with supervise(here.settings) as addresses:
    from deployments.registry import register

    asyncio.run(register([read_office(path) for path in office_paths(here.settings.directives)], watch=False))
    print(json.dumps({"prefect": addresses.prefect, "portal": addresses.portal}), flush=True)
    time.sleep(600)
"""


@pytest.fixture
def mark() -> str:
    """What marks the processes of a test in their environment; all of them are gone afterwards."""
    return f"HOATOC_TEST={uuid4().hex}"


@pytest.fixture
def supervisor(
    control_room: ControlRoom, mail: MailServer, mark: str, tmp_path: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    """A second installation beside the first, in a process of its own."""
    (tmp_path / "prefect").mkdir()
    shutil.copy(control_room.here.settings.home / "fresh.db", tmp_path / "prefect" / "prefect.db")
    name, _, value = mark.partition("=")
    env = {
        **os.environ, name: value, "HOATOC_HOME": str(tmp_path),
        "HOATOC_DIRECTIVES": str(control_room.here.settings.directives / "tinh-mau"),
        "HOATOC_SMTP_URL": f"smtp://127.0.0.1:{mail.relay.port}", "HOATOC_DATABASE_URL": "",
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-c", _SUPERVISOR], env=env, cwd=tmp_path, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    yield process
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()
    for pid in processes_with(mark):  # only ours carry it
        os.kill(pid, signal.SIGKILL)


def _told(process: "subprocess.Popen[bytes]") -> dict[str, Any]:
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], 90)
    assert ready, "it has not started"
    told: dict[str, Any] = json.loads(process.stdout.readline())
    return told


@pytest.mark.slow
def test_nothing_is_left_of_an_installation_whose_supervisor_was_killed(
    control_room: ControlRoom, supervisor: "subprocess.Popen[bytes]", mail: MailServer, mark: str
) -> None:
    addresses = _told(supervisor)
    mail.seconds = 0.4
    with temporary_settings({PREFECT_API_URL: f"{addresses['prefect']}/api"}):
        start(deployment_of(control_room.here.settings.directives, MANY), issue=True)
    eventually(lambda: len(mail.kept), lambda came: came >= 2)
    running = processes_with(mark)

    supervisor.kill()
    supervisor.wait()

    assert len(running) == 6, "the supervisor, server, worker, portal, starter, and the run that is sending"
    eventually(lambda: processes_with(mark), lambda left: not left, seconds=30)
    # It stood beside the first installation, on ports of its own, and has left that one alone.
    assert addresses["prefect"] != control_room.addresses.prefect
    assert addresses["portal"] != control_room.addresses.portal
    assert httpx.get(f"{control_room.addresses.api}/health", timeout=5).status_code == httpx.codes.OK


def test_what_a_running_installation_writes_is_for_its_owner_alone(control_room: ControlRoom) -> None:
    home = control_room.here.settings.home
    written = [running_file(home), *(home / "logs").iterdir(), *(home / "prefect").glob("*.db")]
    assert len(written) > 4
    assert [path for path in written if path.stat().st_mode & 0o077] == []


def test_the_process_that_supervises_makes_other_files_as_before(control_room: ControlRoom) -> None:
    assert control_room.here.settings.home.exists()
    now = os.umask(0o022)
    os.umask(now)
    assert now == _UMASK


def test_the_mail_servers_password_is_not_among_the_addresses(tmp_path: Path) -> None:
    url = "smtp://vanthu:bimat@mail.tinh.example"
    path = _announce(Settings(home=tmp_path, smtp_url=url), Addresses("http://p", "http://c", url, ()))
    assert "bimat" not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_port_is_held_from_the_moment_it_is_found() -> None:
    with listen(4800) as first, listen(4800) as second:
        wished, next_one = port_of(first), port_of(second)

    assert next_one > wished >= 4800
    with listen(wished) as again:
        assert port_of(again) == wished


def test_a_child_that_ends_is_told_with_the_end_of_its_log(tmp_path: Path) -> None:
    child = Child("thử", [sys.executable, "-c", "import sys; sys.exit('hỏng rồi')"], {}, tmp_path / "thử.log")

    with pytest.raises(HoatocError, match=r"thử đã dừng \(mã 1\):\nhỏng rồi") as told:
        wait_until(lambda: False, child, 10)

    assert str(tmp_path / "thử.log") in told.value.hint


def test_stopping_a_child_ends_its_own_children_too(mark: str, tmp_path: Path) -> None:
    name, _, value = mark.partition("=")
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    code = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {stubborn!r}]); time.sleep(600)"
    child = Child("thử", [sys.executable, "-c", code], {name: value}, tmp_path / "log")
    eventually(lambda: len(processes_with(mark)), lambda count: count == 2)

    child.stop()

    eventually(lambda: processes_with(mark), lambda left: not left, seconds=5)


def test_a_child_has_its_default_reaction_to_interrupts_even_in_the_background(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as `&` in a shell leaves it
    try:
        child = Child("thử", [sys.executable, "-c", "import time; time.sleep(600)"], {}, tmp_path / "log")
    finally:
        signal.signal(signal.SIGINT, before)
    eventually(lambda: Path(f"/proc/{child.process.pid}/cmdline").read_bytes(), lambda line: b"sleep" in line)

    child.process.send_signal(signal.SIGINT)

    assert child.process.wait(10) != 0
    child.stop()


def test_every_setting_is_handed_to_the_processes(tmp_path: Path) -> None:
    handed = _environment(Settings(home=tmp_path, secret_key="k" * 48), "http://p", "http://q", "smtp://r")

    assert {f"HOATOC_{name.upper()}" for name in Settings.model_fields} <= set(handed)
