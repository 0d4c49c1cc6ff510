"""Writes notices. A notice is a row before it is a mail."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import Notice, NoticeDuty, NoticeState
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


def write(session: Session, directive_id: int, notices: Sequence[Written], *, now: datetime, domain: str) -> list[int]:
    """Put `notices` in the outbox, to be sent at once, and link the duties they speak of. Returns their ids.

    Each key may be written once: the caller moves on, in the same transaction, what made the notice due."""
    if not notices:
        return []
    rows = [_row(directive_id, notice, now, domain) for notice in notices]
    ids = list(session.scalars(insert(Notice).returning(Notice.id, sort_by_parameter_order=True), rows))
    links = [
        {"notice_id": id_, "duty_id": duty}
        for id_, notice in zip(ids, notices, strict=True)
        for duty in notice.duties
    ]  # fmt: skip
    if links:
        session.execute(insert(NoticeDuty), links)
    history.note_all(
        session, directive_id, at=now, kind="notice_written",
        subjects=[
            (f"notice:{id_}", {"step": notice.step, "to": notice.to.key, "reason": notice.reason})
            for id_, notice in zip(ids, notices, strict=True)
        ],
    )  # fmt: skip
    return ids


def _row(directive_id: int, notice: Written, now: datetime, domain: str) -> dict[str, Any]:
    return {
        "directive_id": directive_id, "template": notice.template, "step": notice.step, "recipient": notice.to.key,
        "occurrence": notice.occurrence, "addressee_id": notice.addressee_id, "to_name": notice.to.name,
        "to_address": notice.to.address, "context": {}, "message_id": f"<{secrets.token_hex(12)}@{domain}>",
        "state": NoticeState.PENDING if notice.to.address else NoticeState.UNDELIVERABLE,
        "reason": notice.reason if notice.to.address else NO_MAILBOX, "written_at": now, "due_at": notice.due_at,
        "attempts": 0, "next_attempt_at": now, "owner": "", "lease_until": NEVER, "answer_code": 0,
        "answer_text": "", "settled_at": NEVER if notice.to.address else now,
    }  # fmt: skip
