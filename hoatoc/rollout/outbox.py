"""Writes notices. A notice is a row before it is a mail."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Insert, insert, select
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from hoatoc.ledger.rows import DATA, NUMBER, WORDS, insert_all, on_postgresql, packed, table_of
from hoatoc.ledger.schema import Notice, NoticeDuty, NoticeState, table
from hoatoc.localtime import NEVER
from hoatoc.rollout import history
from hoatoc.rollout.command import Mailbox

#: Why a notice is undeliverable from the start.
NO_MAILBOX = "không có hộp thư: văn phòng chuyển tay"


@dataclass(frozen=True)
class Written:
    """What is to be written: the parts of a notice's key, to whom, about which duties, and why."""

    template: str
    step: str
    to: Mailbox
    occurrence: str
    due_at: datetime
    reason: str
    duties: tuple[int, ...] = ()
    addressee_id: int | None = None
    send_at: datetime | None = None  # not before this; at once where None
    context: dict[str, Any] = field(default_factory=dict)  # what it says, where that is fixed when it is written


def write(session: Session, directive_id: int, notices: Sequence[Written], *, now: datetime, domain: str) -> list[int]:
    """Put `notices` in the outbox, to be sent at their time, and link the duties they speak of. Returns their ids.

    Each key may be written once: the caller moves on, in the same transaction, what made the notice due."""
    if not notices:
        return []
    made = [(f"<{secrets.token_hex(12)}@{domain}>", notice) for notice in notices]
    found: dict[str, int] = {}
    for common, alike in _alike(directive_id, made, now):
        found |= insert_all(session, Notice, common, alike, key="message_id", **_COLUMNS)
    ids = [found[message_id] for message_id, _ in made]
    links = [(id_, duty) for id_, notice in zip(ids, notices, strict=True) for duty in notice.duties]
    if links:
        session.execute(_linking(on_postgresql(session)), packed(links))
    history.note_all(
        session, directive_id, at=now, kind="notice_written",
        subjects=[
            (f"notice:{id_}", {"step": notice.step, "to": notice.to.key, "reason": notice.reason})
            for id_, notice in zip(ids, notices, strict=True)
        ],
    )  # fmt: skip
    return ids


@lru_cache
def _linking(postgresql: bool) -> Insert:
    of = table_of(postgresql=postgresql, notice_id=NUMBER, duty_id=NUMBER)
    return insert(table(NoticeDuty)).from_select(["notice_id", "duty_id"], select(*of.c))


#: What differs from one notice to the next.
_COLUMNS: dict[str, TypeEngine[Any]] = {
    "message_id": WORDS, "template": WORDS, "step": WORDS, "recipient": WORDS, "occurrence": WORDS,
    "addressee_id": NUMBER, "to_name": WORDS, "to_address": WORDS, "reason": WORDS, "context": DATA,
}  # fmt: skip


def _alike(
    directive_id: int, made: Sequence[tuple[str, Written]], now: datetime
) -> Iterator[tuple[dict[str, Any], list[Sequence[Any]]]]:
    """The notices in groups that share their instants, and whether they can go out."""
    groups: dict[tuple[datetime, datetime, bool], list[Sequence[Any]]] = {}
    for message_id, notice in made:
        has_mailbox, to = bool(notice.to.address), notice.to
        groups.setdefault((notice.due_at, notice.send_at or now, has_mailbox), []).append(
            (message_id, notice.template, notice.step, to.key, notice.occurrence, notice.addressee_id, to.name,
             to.address, notice.reason if has_mailbox else NO_MAILBOX, notice.context)
        )  # fmt: skip
    for (due_at, send_at, has_mailbox), alike in groups.items():
        common = {
            "directive_id": directive_id, "written_at": now, "due_at": due_at, "attempts": 0,
            "state": NoticeState.PENDING if has_mailbox else NoticeState.UNDELIVERABLE, "next_attempt_at": send_at,
            "owner": "", "lease_until": NEVER, "answer_code": 0, "answer_text": "",
            "settled_at": NEVER if has_mailbox else now,
        }  # fmt: skip
        yield common, alike
