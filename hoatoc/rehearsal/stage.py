"""The ledger a rehearsal plays on: a throw-away SQLite file that nobody needs after a crash."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event

from hoatoc.ledger.engine import Ledger, open_ledger
from hoatoc.ledger.schema import Base


@contextmanager
def throwaway_ledger() -> Iterator[Ledger]:
    """A ledger with the newest schema, in a folder that is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="hoatoc-rehearsal-") as folder:
        ledger = open_ledger(f"sqlite:///{Path(folder) / 'ledger.db'}")
        event.listen(ledger.engine, "connect", _hurry)
        with ledger.engine.begin() as connection:
            Base.metadata.create_all(connection)
        try:
            yield ledger
        finally:
            ledger.close()


def _hurry(connection: Any, _record: Any) -> None:
    for pragma in ("synchronous=OFF", "cache_size=-64000", "temp_store=MEMORY", "wal_autocheckpoint=20000"):
        connection.execute(f"PRAGMA {pragma}")
