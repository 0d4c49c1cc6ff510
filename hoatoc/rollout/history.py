"""Writes events. Every change of state leaves one, in its own transaction."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import Event

ENGINE = "hoatoc"


def note(
    session: Session, directive_id: int, *, at: datetime, kind: str, subject: str, actor: str = ENGINE, **detail: Any
) -> None:
    """Append one event."""
    note_all(session, directive_id, at=at, kind=kind, subjects=[(subject, detail)], actor=actor)


def note_all(
    session: Session, directive_id: int, *, at: datetime, kind: str,
    subjects: Iterable[tuple[str, dict[str, Any]]], actor: str = ENGINE,
) -> None:  # fmt: skip
    """Append one event of the same kind for each subject and its detail."""
    rows = [
        {"directive_id": directive_id, "at": at, "kind": kind, "subject": subject, "actor": actor, "detail": detail}
        for subject, detail in subjects
    ]
    if rows:
        session.execute(insert(Event), rows)
