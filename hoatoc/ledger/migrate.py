"""Brings a ledger's schema to the newest revision."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from hoatoc.ledger.engine import Ledger

_MIGRATIONS = Path(__file__).parent / "migrations"
#: Any fixed number: the advisory lock that keeps two processes from migrating one PostgreSQL ledger at once.
_LOCK = 7_313_013


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration for this package's migrations."""
    found = Config()
    found.set_main_option("script_location", str(_MIGRATIONS))
    found.attributes["connection"] = connection
    return found


def migrate(ledger: Ledger) -> None:
    """Make the ledger if it is not there, and bring it to the newest revision."""
    with ledger.engine.begin() as connection:  # on SQLite this is BEGIN IMMEDIATE: the second process waits
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        command.upgrade(config(connection), "head")
