"""Mail that came back: written by a listener, applied by the `collect` of its directive."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from hoatoc.ledger.schema.base import Base, Id
from hoatoc.ledger.types import word
from hoatoc.localtime import NEVER


class InboxState(StrEnum):
    """The life of an incoming mail."""

    NEW = "new"  #: Waits for the next pass.
    APPLIED = "applied"  #: Taken in; `outcome` says as what.
    HANDLED = "handled"  #: A message, read and dealt with by somebody at the desk.


class InboxKind(StrEnum):
    """What an incoming mail is."""

    BOUNCE = "bounce"  #: A delivery status notification (RFC 3464) with a permanent failure.
    DELAY = "delay"  #: A delivery status notification of a delay or a transient failure.
    REPLY = "reply"  #: A person's answer.
    AUTO = "auto"  #: Written by a machine: a vacation note, a loop, a receipt of delivery. It changes nothing.


class InboxMail(Base):
    """One incoming mail tied to the notice it answers. `fingerprint` makes taking the same mail in twice harmless.
    `handled_at` is NEVER until somebody at the desk has dealt with it.

    `bounced` is the address that a delivery status is about, '' where it names none. `original` is the mail as it came,
    octet by octet: of what a person has written, and no larger than the listener takes; None else. `repeats` is the
    mail that waited at the desk and said the same when this one came."""

    __tablename__ = "inbox_mail"
    __table_args__ = (
        Index("ix_inbox_mail_directive_id_state", "directive_id", "state"),
        Index("ix_inbox_mail_outcome_state", "outcome", "state"),
        Index("ix_inbox_mail_repeats", "repeats"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    directive_id: Mapped[int] = mapped_column(ForeignKey("directive.id"))
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"))
    fingerprint: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[InboxKind] = mapped_column(word(InboxKind))
    received_at: Mapped[datetime]
    sender: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")
    body: Mapped[str]
    sheet: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what an attached workbook holds; empty without one
    attached: Mapped[list[Any]] = mapped_column(default=list)  # the files: {"name", "kind" (media type), "octets"}
    bounced: Mapped[str] = mapped_column(default="")
    original: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    state: Mapped[InboxState] = mapped_column(word(InboxState))
    outcome: Mapped[str]
    repeats: Mapped[int | None] = mapped_column(ForeignKey("inbox_mail.id"))
    handled_at: Mapped[datetime] = mapped_column(default=NEVER)
    handled_by: Mapped[str] = mapped_column(default="")
    handled_how: Mapped[str] = mapped_column(default="")  # the desk's words, if any
