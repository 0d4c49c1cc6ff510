"""Collect: take in what has come back by mail since the last pass: bounces and replies."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import Addressee, Directive, InboxKind, InboxMail, InboxState, Notice, NoticeState
from hoatoc.rollout import history, mailed, reach
from hoatoc.rollout.acknowledge import acknowledge


@dataclass(frozen=True)
class Collected:
    """What a collection took in."""

    bounces: int
    receipts: int
    messages: int
    reports: int = 0


def collect(session: Session, directive: Directive, now: datetime) -> Collected:
    """Apply the inbox rows of `directive`: a permanent bounce makes its notice undeliverable (and, where it carried
    the directive, its addressee unreachable), a filled workbook is a report, a reply that says "đã nhận" a receipt,
    what a machine wrote changes nothing, anything else is left for the desk to read. Reports and receipts count from
    when our server had the mail.

    A mail that outruns the recording of its own notice waits for a later pass."""
    rows = session.scalars(
        select(InboxMail)
        .join(Notice, Notice.id == InboxMail.notice_id)
        .where(
            InboxMail.directive_id == directive.id, InboxMail.state == InboxState.NEW,
            Notice.state != NoticeState.SENDING,
        )
        .order_by(InboxMail.id)
        .with_for_update(of=InboxMail, skip_locked=True)
    ).all()  # fmt: skip
    outcomes = [_apply(session, directive, mail, now) for mail in rows]
    return Collected(*(outcomes.count(kind) for kind in ("bounce", "receipt", "message", "report")))


#: What is noted, and changes nothing.
_UNTOUCHED = {
    InboxKind.DELAY: "delay", InboxKind.AUTO: "auto", InboxKind.REPLY: "message", InboxKind.BOUNCE: "bounce",
}  # fmt: skip
_RECEIVED = frozenset({"đã nhận", "đã nhận được", "đã tiếp nhận", "đã nhận văn bản", "đã nhận được văn bản", "da nhan"})


def _apply(session: Session, directive: Directive, mail: InboxMail, now: datetime) -> str:
    notice = session.get_one(Notice, mail.notice_id)
    if mail.kind is InboxKind.BOUNCE:
        outcome = _bounce(session, notice, mail, now)
    elif mail.kind is InboxKind.REPLY and mail.sheet and notice.addressee_id is not None:
        outcome = mailed.take_in(session, directive, session.get_one(Addressee, notice.addressee_id), mail, now)
    elif mail.kind is InboxKind.REPLY and _says_received(mail.body) and notice.addressee_id is not None:
        addressee = session.get_one(Addressee, notice.addressee_id)
        acknowledge(session, addressee, now=mail.received_at, by_name=mail.sender, by_title="", channel="mail")
        outcome = "receipt"
    else:
        outcome = _UNTOUCHED[mail.kind]
    mail.state, mail.outcome = InboxState.APPLIED, outcome
    history.note(session, directive.id, at=now, kind="mail_collected", subject=f"notice:{notice.id}", outcome=outcome)
    session.flush()
    return outcome


def _bounce(session: Session, notice: Notice, mail: InboxMail, now: datetime) -> str:
    if notice.state is not NoticeState.SENT:
        return "bounce"
    notice.state, notice.reason, notice.settled_at = NoticeState.UNDELIVERABLE, "thư bị trả lại", now
    notice.answer_text = mail.body[:500]
    addressee = session.get(Addressee, notice.addressee_id) if notice.template == "dispatch" else None
    if addressee is not None:
        reach.lose(session, addressee, now, "thư gửi văn bản bị trả lại")
    return "bounce"


def _says_received(body: str) -> bool:
    """Whether the first line of a reply is the customary "đã nhận"."""
    first = next((line for line in body.splitlines() if line.strip()), "")
    # Some keyboards type letters and their marks apart.
    return unicodedata.normalize("NFC", first).strip(" .!,").casefold() in _RECEIVED
