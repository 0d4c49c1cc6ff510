"""A notice: a row of the outbox. It is written before it is a mail."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hoatoc.ledger.schema.base import Base, Id
from hoatoc.ledger.types import word


class NoticeState(StrEnum):
    """The life of a notice."""

    PENDING = "pending"  #: To be sent at `next_attempt_at`, for the first time or again.
    SENDING = "sending"  #: Claimed by `owner` until `lease_until`.
    SENT = "sent"  #: Accepted by the mail server (exchange code 01).
    UNDELIVERABLE = "undeliverable"  #: Refused for good (5xx), or given up: the desk phones.
    SKIPPED = "skipped"  #: Not sent: nothing it speaks of was still owed; `reason` says so.


class Notice(Base):
    """One notice to one mailbox. The key is directive, template, step, recipient and occurrence; a digest's
    occurrence is its scheduled window, never the pass that wrote it.

    `context` holds the values it is rendered from, fixed when it is written, so that a second attempt sends the
    same bytes under the same Message-ID and Date (`written_at`). `lease_until` is machine time."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("directive_id", "template", "step", "recipient", "occurrence"),
        # The order in which they are claimed, so that each claim reads what it takes and sorts nothing.
        Index("ix_notice_directive_id_state_next_attempt_at_id", "directive_id", "state", "next_attempt_at", "id"),
        Index("ix_notice_addressee_id", "addressee_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # Not checked by the database, as a duty's is not.
    directive_id: Mapped[int] = mapped_column(Id)
    template: Mapped[str]
    step: Mapped[str]
    recipient: Mapped[str]
    occurrence: Mapped[str]
    addressee_id: Mapped[int | None] = mapped_column(ForeignKey("addressee.id"))
    to_name: Mapped[str]
    to_address: Mapped[str]
    context: Mapped[dict[str, Any]]
    message_id: Mapped[str]  # random; nothing looks it up, and one more index costs each of a notice's three states
    state: Mapped[NoticeState] = mapped_column(word(NoticeState))
    reason: Mapped[str]  # why it was written; once skipped or refused, why that
    written_at: Mapped[datetime]
    due_at: Mapped[datetime]  # when the step it carries fell due
    attempts: Mapped[int]
    next_attempt_at: Mapped[datetime]
    owner: Mapped[str]
    lease_until: Mapped[datetime]
    answer_code: Mapped[int]  # the server's last reply code, 0 before any
    answer_text: Mapped[str]
    settled_at: Mapped[datetime]  # when it was sent, refused or skipped; NEVER before


class NoticeDuty(Base):
    """A duty that a notice speaks of."""

    __tablename__ = "notice_duty"
    __table_args__ = (Index("ix_notice_duty_duty_id", "duty_id"),)

    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"), primary_key=True)
    duty_id: Mapped[int] = mapped_column(ForeignKey("duty.id"), primary_key=True)
