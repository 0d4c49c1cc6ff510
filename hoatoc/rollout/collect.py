"""Collect: take in what has come back by mail since the last pass: bounces and replies."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import Addressee, Directive, Event, InboxKind, InboxMail, InboxState, Notice, NoticeState
from hoatoc.rollout import history, mailed, messages, reach, readdress, receiptwords, snapshot
from hoatoc.rollout.acknowledge import acknowledge


@dataclass(frozen=True)
class Collected:
    """What a collection took in."""

    bounces: int
    receipts: int
    messages: int
    reports: int = 0


def collect(session: Session, directive: Directive, now: datetime) -> Collected:
    """Apply the inbox rows of `directive`: a permanent bounce of the address its notice went to makes that
    undeliverable (and, where it carried the directive, its addressee unreachable), a filled workbook is a report, a
    reply that says "đã nhận" a receipt, what a machine wrote changes nothing, anything else is left for the desk to
    read, once where it says what waits there already. Reports and receipts count from when our server had the mail;
    what else they say or bring is read at the desk.

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
    bounced = [mail.notice_id for mail in rows if mail.outcome == "bounce"]
    if bounced:
        readdress.send_on(session, directive.id, bounced, now)
    counted = Counter(outcomes)
    return Collected(
        bounces=counted["bounce"], receipts=counted["receipt"] + counted[messages.ALSO["receipt"]],
        messages=sum(counted[shown] for shown in messages.SHOWN),
        reports=counted["report"] + counted[messages.ALSO["report"]],
    )  # fmt: skip


#: What is noted, and changes nothing.
_UNTOUCHED = {
    InboxKind.DELAY: "delay", InboxKind.AUTO: "auto", InboxKind.REPLY: messages.OUTCOME,
}  # fmt: skip


def _apply(session: Session, directive: Directive, mail: InboxMail, now: datetime) -> str:
    notice = session.get_one(Notice, mail.notice_id)
    addressee = session.get_one(Addressee, notice.addressee_id) if notice.addressee_id is not None else None
    if mail.kind is InboxKind.BOUNCE:
        outcome = _bounce(session, directive, notice, mail, now)
    elif mail.kind is InboxKind.REPLY and addressee is not None:
        outcome = _reply(session, directive, addressee, mail, now)
    else:
        outcome = _UNTOUCHED[mail.kind]
    if outcome in messages.SHOWN and (waiting := messages.waiting_with(session, notice, mail)):
        outcome, mail.repeats = messages.REPEATED, waiting.id
    mail.state, mail.outcome = InboxState.APPLIED, outcome
    history.note(session, directive.id, at=now, kind="mail_collected", subject=f"notice:{notice.id}", outcome=outcome)
    session.flush()
    return outcome


def _reply(session: Session, directive: Directive, addressee: Addressee, mail: InboxMail, now: datetime) -> str:
    if mail.sheet:
        outcome = mailed.take_in(session, directive, addressee, mail, now)
        return messages.ALSO.get(outcome, outcome) if len(mail.attached) > 1 else outcome
    words = receiptwords.read(mail.body, name=addressee.name, title=directive.title)
    if not words.received:
        return messages.OUTCOME
    acknowledge(session, addressee, now=mail.received_at, by_name=mail.sender, by_title="", channel="mail")
    return messages.ALSO["receipt"] if words.more or mail.attached else "receipt"


def _bounce(session: Session, directive: Directive, notice: Notice, mail: InboxMail, now: datetime) -> str:
    if notice.state is not NoticeState.SENT:
        return "bounce"
    if not _names(mail.bounced, snapshot.of(directive).office.desk if directive.trial else notice.to_address):
        # Of an address it went to before, the desk knows; any other may be one the unit has its mail sent on to.
        return "outdated" if _went_before(session, notice, mail.bounced) else messages.OUTCOME
    notice.state, notice.reason, notice.settled_at = NoticeState.UNDELIVERABLE, "thư bị trả lại", now
    notice.answer_text = mail.body[:500]
    addressee = session.get(Addressee, notice.addressee_id) if notice.template == "dispatch" else None
    if addressee is not None:
        reach.lose(session, addressee, now, "thư gửi văn bản bị trả lại")
    return "bounce"


def _names(bounced: str, address: str) -> bool:
    """Whether a bounce is about `address`; one that names none is."""
    return bounced.casefold() in ("", address.casefold())


def _went_before(session: Session, notice: Notice, address: str) -> bool:
    moved = select(Event).where(
        Event.directive_id == notice.directive_id, Event.kind == "notice_readdressed",
        Event.subject == f"notice:{notice.id}",
    )  # fmt: skip
    return any(_names(address, event.detail["before"]) for event in session.scalars(moved))
