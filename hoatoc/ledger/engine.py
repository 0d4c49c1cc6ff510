"""Opens the ledger, on SQLite or PostgreSQL, with one way to read and one way to write."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from hoatoc.errors import SettingsError
from hoatoc.phrase import Phrase
from hoatoc.settings import masked

_BUSY_SECONDS = 30


@dataclass(frozen=True)
class Ledger:
    """The ledger. `write()` is a transaction that commits at its end; `read()` one that changes nothing."""

    engine: Engine

    @property
    def file(self) -> str | None:
        """Where the ledger is, on SQLite."""
        return self.engine.url.database if self.one_writer else None

    @property
    def one_writer(self) -> bool:
        """Whether only one transaction can write at a time."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that commits when the block ends, and rolls back when it raises."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading; on SQLite it takes no write lock."""
        readers = self.engine.execution_options(hoatoc_read=True)
        with Session(readers, expire_on_commit=False) as session:
            yield session

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


def open_ledger(url: str) -> Ledger:
    """The ledger behind a SQLAlchemy URL (`sqlite:///…` or `postgresql://…`). Raises SettingsError."""
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        return Ledger(_sqlite(parsed))
    if parsed.get_backend_name() == "postgresql":
        url_of_driver = parsed.set(drivername="postgresql+psycopg")
        return Ledger(create_engine(url_of_driver, pool_size=10, pool_pre_ping=True, hide_parameters=True))
    raise SettingsError(
        Phrase("HOATOC_DATABASE_URL: không dùng được %(database)s", database=parsed.get_backend_name()),
        hint="dùng sqlite hoặc postgresql",
    )


def file_of(url: str) -> Path | None:
    """The file of a ledger on SQLite, None of one elsewhere. Raises SettingsError."""
    parsed = _parsed(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError) as error:
        hint = "ví dụ: sqlite:////var/lib/hoatoc/ledger.db hoặc postgresql://hoatoc@127.0.0.1/hoatoc"
        said = Phrase("HOATOC_DATABASE_URL không đọc được: %(url)s", url=masked(url))
        raise SettingsError(said, hint=hint) from error


def _sqlite(url: URL) -> Engine:
    database = url.database or ""
    if database in ("", ":memory:"):
        raise SettingsError("HOATOC_DATABASE_URL: sổ cái không thể chỉ nằm trong bộ nhớ", hint="ghi đường dẫn tệp")
    # What people wrote stands in the ledger, not in the log of an error.
    engine = create_engine(
        url.set(drivername="sqlite"),
        connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # SQLAlchemy's own recipe: the driver must not open transactions by itself, or BEGIN IMMEDIATE comes too late.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_SECONDS * 1000}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: a transaction that reads first and writes later could otherwise fail half-way.
    reading = connection.get_execution_options().get("hoatoc_read", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
