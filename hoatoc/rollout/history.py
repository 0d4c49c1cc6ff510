"""Writes events. Every change of state leaves one, in its own transaction."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Insert, Select, insert, literal, select
from sqlalchemy.orm import Session

from hoatoc.ledger.rows import DATA, WORDS, bound, on_postgresql, packed, parameters, table_of
from hoatoc.ledger.schema import Event, table

ENGINE = "hoatoc"


def note(
    session: Session, directive_id: int | None, *, at: datetime, kind: str, subject: str, actor: str = ENGINE,
    **detail: Any,
) -> None:  # fmt: skip
    """Append one event; without a directive where it belongs to none."""
    note_all(session, directive_id, at=at, kind=kind, subjects=[(subject, detail)], actor=actor)


def note_all(
    session: Session, directive_id: int | None, *, at: datetime, kind: str,
    subjects: Iterable[tuple[str, dict[str, Any]]], actor: str = ENGINE,
) -> None:  # fmt: skip
    """Append one event of the same kind for each subject and its detail."""
    told = list(subjects)
    if not told:
        return
    common = {"directive_id": directive_id, "at": at, "kind": kind, "actor": actor}
    session.flush()  # what has happened comes before its event
    session.execute(_insertion(on_postgresql(session)), {**bound(common), **packed(told)})


@lru_cache
def _insertion(postgresql: bool) -> Insert:
    of, common = table_of(postgresql=postgresql, subject=WORDS, detail=DATA), ("directive_id", "at", "kind", "actor")
    told = select(*parameters(Event, common), of.c.subject, of.c.detail)
    return insert(table(Event)).from_select([*common, "subject", "detail"], told)


def note_each(
    session: Session, directive_id: int, *, at: datetime, kind: str, subjects: Select[Any], actor: str = ENGINE
) -> int:
    """Append one event of the same kind for each subject and detail that `subjects` selects; how many they were."""
    common = {"directive_id": directive_id, "at": at, "kind": kind, "actor": actor}
    fixed = [literal(value, table(Event).c[name].type) for name, value in common.items()]
    statement = insert(Event).from_select(["subject", "detail", *common], subjects.add_columns(*fixed))
    done = session.execute(statement, execution_options={"preserve_rowcount": True})
    return int(done.rowcount)  # type: ignore[attr-defined]  # an INSERT gives a CursorResult, which has it
