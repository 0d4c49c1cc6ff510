"""Fresh ledgers at the newest revision, on either database, cheap enough to have one for each hypothesis example."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import make_url, select

from hoatoc.ledger.engine import Ledger, open_ledger
from hoatoc.ledger.migrate import migrate
from hoatoc.ledger.schema import Base
from tests.worlds.postgresql import Server

T = TypeVar("T")
_NUMBERS = count()
#: By backend, folder and name: the file or database, and what was said when it was made.
_PREPARED: dict[tuple[str, str, str], tuple[str, Any]] = {}


@dataclass
class Ledgers:
    """Makes ledgers: `backend` is "sqlite" or "postgresql". Closes and removes what it made."""

    backend: str
    folder: Path
    server: Server | None = None
    _made: list[tuple[Ledger | None, str]] = field(default_factory=list)

    def url(self) -> str:
        """The URL of a fresh ledger; whoever opens it closes it."""
        return self._fresh(self._template)

    @property
    def _template(self) -> str:
        return self.server.template if self.server else str(sqlite_template(self.folder))

    def _fresh(self, source: str) -> str:
        """The URL of a copy of `source`, which goes when this closes."""
        url = self._copy_of(source)
        self._made.append((None, make_url(url).database or ""))
        return url

    def _copy_of(self, source: str) -> str:
        if self.server is not None:
            return self.server.url(self.server.create(source))
        path = self.folder / f"ledger-{next(_NUMBERS)}.db"
        shutil.copy(source, path)
        return f"sqlite:///{path}"

    def open(self) -> Ledger:
        """A fresh ledger, open."""
        return self.open_at(self.url())

    def prepared(self, name: str, prepare: Callable[[Ledger], T]) -> tuple[Ledger, T]:
        """A fresh copy of the ledger `name`, and what `prepare` returned when it filled that ledger at first use."""
        key = (self.backend, str(self.folder), name)
        if key not in _PREPARED:
            url = self._copy_of(self._template)
            ledger = open_ledger(url)
            _PREPARED[key] = (make_url(url).database or "", prepare(ledger))
            ledger.close()
        source, told = _PREPARED[key]
        return self.open_at(self._fresh(source)), told

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
            elif name:
                for path in self.folder.glob(f"{Path(name).name}*"):  # and what SQLite keeps beside it
                    path.unlink()
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
