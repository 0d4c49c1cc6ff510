"""Brings a ledger's schema to the newest revision."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from hoatoc.errors import LedgerError
from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.refusals import is_from_outside, of_database
from hoatoc.ledger.revision import NEWER

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
    """Make the ledger if it is not there, and bring it to the newest revision. Raises LedgerError when it is newer
    than the program, or cannot be opened or written."""
    if ledger.file:
        Path(ledger.file).parent.mkdir(parents=True, exist_ok=True)
    try:
        with ledger.engine.begin() as connection:  # on SQLite this is BEGIN IMMEDIATE: the second process waits
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            command.upgrade(config(connection), "head")
    except CommandError as error:
        raise LedgerError("sổ cái ở phiên bản mà chương trình này không biết", hint=NEWER) from error
    except DBAPIError as error:
        if not is_from_outside(error):
            raise
        raise of_database(error, ledger.file) from error
