"""A PostgreSQL server of the tests' own: on a Unix socket in a temporary folder, thrown away at the end."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import quote

import psycopg

from tests.worlds.memory import short_folder

_USER = "postgres"
_SETTINGS = (
    "fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=", "max_connections=200",
    "wal_level=minimal", "max_wal_senders=0", "max_wal_size=64MB",
)  # fmt: skip


@dataclass
class Server:
    """A running server with one migrated template database."""

    folder: Path
    template: str = "hoatoc_template"
    _numbers: Iterator[int] = field(default_factory=count)

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of `database`."""
        return f"postgresql://{_USER}@/{database}?host={quote(str(self.folder))}"

    def create(self, source: str) -> str:
        """The name of a fresh copy of the database `source`, which nobody is connected to."""
        name = f"hoatoc_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY FILE_COPY")
        return name

    def create_template(self) -> None:
        """Make the template, empty."""
        self._run(f"CREATE DATABASE {self.template}")

    def drop(self, database: str) -> None:
        """Remove a copy."""
        self._run(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        with psycopg.connect(host=str(self.folder), user=_USER, dbname="postgres", autocommit=True) as connection:
            connection.execute(statement)


def binary(name: str) -> str:
    """The path of a server program: Debian keeps them off the PATH."""
    found = shutil.which(name) or next(
        (str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)), None
    )
    assert found is not None, f"{name} is missing: bash tests/debian-packages.sh"
    return found


@contextmanager
def running_server(settings: tuple[str, ...] = _SETTINGS) -> Iterator[Server]:
    """A server for as long as the block lasts. PostgreSQL refuses root, so root starts it as `postgres`."""
    owner = _USER if os.getuid() == 0 else None
    # Who asks for other settings measures: on the disk, since what is in memory only is never synced.
    within = short_folder() if settings is _SETTINGS else Path("/tmp")
    folder = Path(tempfile.mkdtemp(prefix="hoatoc-pg-", dir=within))
    data = folder / "data"
    if owner:
        shutil.chown(folder, owner)
    process = None
    try:
        subprocess.run(
            [binary("initdb"), "-D", data, "-U", _USER, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"],
            user=owner, cwd=folder, check=True, capture_output=True,
        )  # fmt: skip
        options = [part for setting in settings for part in ("-c", setting)]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [binary("postgres"), "-D", data, "-k", folder, *options],
                user=owner, cwd=folder, stdout=log, stderr=log,
            )  # fmt: skip
        server = Server(folder)
        _wait(server, process)
        yield server
    finally:
        if process is not None:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(server: Server, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 30
    while True:
        try:
            server._run("SELECT 1")
        except psycopg.OperationalError:
            log = (server.folder / "log").read_text(errors="replace")
            assert process.poll() is None, f"PostgreSQL did not start: {log}"
            assert time.monotonic() < until, f"PostgreSQL did not answer: {log}"
            time.sleep(0.05)
        else:
            return
