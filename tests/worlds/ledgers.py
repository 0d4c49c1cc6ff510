"""Fresh ledgers at the newest revision, on either database, cheap enough to have one for each hypothesis example."""

import shutil
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import select

from hoatoc.ledger.engine import Ledger, open_ledger
from hoatoc.ledger.migrate import migrate
from hoatoc.ledger.schema import Base
from tests.worlds.postgresql import Server


@dataclass
class Ledgers:
    """Makes ledgers: `backend` is "sqlite" or "postgresql". Closes and removes what it made."""

    backend: str
    folder: Path
    server: Server | None = None
    _made: list[tuple[Ledger | None, str]] = field(default_factory=list)
    _numbers: Any = field(default_factory=count)

    def url(self) -> str:
        """The URL of a fresh ledger; whoever opens it closes it."""
        if self.server is not None:
            name = self.server.create()
            self._made.append((None, name))
            return self.server.url(name)
        path = self.folder / f"ledger-{next(self._numbers)}.db"
        shutil.copy(sqlite_template(self.folder), path)
        return f"sqlite:///{path}"

    def open(self) -> Ledger:
        """A fresh ledger, open."""
        return self.open_at(self.url())

    def open_at(self, url: str) -> Ledger:
        """The ledger at `url`, open."""
        ledger = open_ledger(url)
        self._made.append((ledger, ""))
        return ledger

    def close(self) -> None:
        """Close and remove everything made so far."""
        for ledger, _ in self._made:
            if ledger is not None:
                ledger.close()
        for _, name in self._made:
            if name and self.server is not None:
                self.server.drop(name)
        self._made.clear()


def sqlite_template(folder: Path) -> Path:
    """A migrated SQLite file in `folder`, made on first use."""
    path = folder / "template.db"
    if not path.exists():
        ledger = open_ledger(f"sqlite:///{path}")
        migrate(ledger)
        ledger.close()
    return path


def dump(ledger: Ledger, without: frozenset[str] = frozenset({"turn"})) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but those of `without`, in the order of their keys."""
    with ledger.read() as session:
        return {
            table.name: [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key.columns))]
            for table in Base.metadata.sorted_tables
            if table.name not in without
        }
