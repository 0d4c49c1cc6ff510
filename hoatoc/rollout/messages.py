"""What people write back in words of their own: read at the desk, and dealt with there."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from hoatoc.errors import ChangedMeanwhile, NotFound, SubmissionRefused
from hoatoc.ledger.schema import Addressee, Directive, InboxMail, InboxState, Notice, Unit
from hoatoc.localtime import NEVER, local_date
from hoatoc.rollout import history, phone
from hoatoc.rollout.phone import Number

#: What `collect` makes of a mail that is neither a bounce, a receipt nor a report; and of those of the latter two that
#: say or bring something else besides.
OUTCOME = "message"
ALSO = {"receipt": "receipt_message", "report": "report_message"}
SHOWN = frozenset({OUTCOME, *ALSO.values()})
#: What says the same as one that waits: a vacation note that no header gives away comes after each letter.
REPEATED = "repeated"
_LONGEST = 1000


@dataclass(frozen=True)
class Message:
    """A mail in somebody's own words, and what it answers. `addressee` is None where it answers a letter about others:
    a superior's, the leadership's; `name` is who that letter went to, `address` where. `kept` says whether the mail as
    it came can be had."""

    mail: InboxMail
    directive: Directive
    addressee: Addressee | None
    name: str
    address: str
    kept: bool
    numbers: Sequence[Number] = field(default_factory=tuple)
    times: int = 1
    last_at: datetime = NEVER


def waiting_with(session: Session, notice: Notice, mail: InboxMail) -> InboxMail | None:
    """The message that waits at the desk and is no other than `mail`, an answer to `notice`: from the same sender, of
    the same addressee and directive, in the same words. None without one, and for what brings more than words."""
    if not _words(mail):
        return None
    whose = Notice.recipient == notice.recipient
    if notice.addressee_id is not None:
        whose = Notice.addressee_id == notice.addressee_id
    waiting = session.scalars(
        select(InboxMail)
        .join(Notice, Notice.id == InboxMail.notice_id)
        .where(
            _waits(), whose, InboxMail.directive_id == mail.directive_id, InboxMail.kind == mail.kind,
            InboxMail.sender == mail.sender, InboxMail.bounced == mail.bounced,
        )
        .order_by(InboxMail.id)
        .with_for_update(of=InboxMail)  # whoever deals with it now has not seen this one
    )  # fmt: skip
    return next((one for one in waiting if _words(one) == _words(mail)), None)


def _words(mail: InboxMail) -> list[str]:
    """The words of a mail, however they are broken into lines; none where it brings something besides."""
    return [] if mail.attached or mail.sheet else mail.body.casefold().split()


def count(session: Session) -> int:
    """How many messages nobody at the desk has dealt with."""
    asked = select(func.count(InboxMail.id)).join(Directive, Directive.id == InboxMail.directive_id)
    return session.scalar(asked.where(_waits(), Directive.trial.is_(False))) or 0


def waiting(session: Session, now: datetime, *, limit: int) -> list[Message]:
    """The messages nobody has dealt with, whoever has waited longest on top, at most `limit`; with the telephones that
    hold at `now` (aware, UTC)."""
    found = session.execute(_messages(_waits()).order_by(InboxMail.received_at, InboxMail.id).limit(limit)).all()
    units = {unit.id: unit for *_, unit in found if unit is not None}
    zones = {directive.zone for _, directive, *_ in found}
    by_zone = {zone: phone.numbers(session, list(units.values()), local_date(now, zone)) for zone in zones}
    return _counted(session, [
        replace(Message(*row[:-1]), numbers=by_zone[row.Directive.zone][row.Unit.id] if row.Unit is not None else ())
        for row in found
    ])  # fmt: skip


def handled(session: Session, *, limit: int) -> list[Message]:
    """The messages dealt with last, the newest first."""
    done = and_(InboxMail.outcome.in_(SHOWN), InboxMail.state == InboxState.HANDLED)
    rows = session.execute(_messages(done).order_by(InboxMail.handled_at.desc(), InboxMail.id.desc()).limit(limit))
    return _counted(session, [Message(*row[:-1]) for row in rows])


def of_unit(session: Session, unit_id: int, *, limit: int) -> list[Message]:
    """The newest messages of one unit, dealt with or not."""
    mine = and_(InboxMail.outcome.in_(SHOWN), Addressee.unit_id == unit_id)
    rows = session.execute(_messages(mine).order_by(InboxMail.id.desc()).limit(limit))
    return _counted(session, [Message(*row[:-1]) for row in rows])


def handle(session: Session, message_id: int, *, how: str, by: str, by_name: str, now: datetime) -> InboxMail:
    """Note at `now` (aware, UTC) that the account `by` has dealt with a message, and in a word how ('' for nothing to
    say). Raises NotFound, SubmissionRefused for too long a word, and ChangedMeanwhile when somebody else was faster."""
    how = how.strip()
    if len(how) > _LONGEST:
        raise SubmissionRefused("Ghi chú dài quá 1000 ký tự.")
    mail = session.scalar(
        select(InboxMail)
        .where(InboxMail.id == message_id, InboxMail.outcome.in_(SHOWN))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if mail is None:
        raise NotFound("không có thư này")
    if mail.state is not InboxState.APPLIED:
        raise ChangedMeanwhile("thư trả lời")
    mail.state, mail.handled_at, mail.handled_by, mail.handled_how = InboxState.HANDLED, now, by_name, how
    session.flush()
    addressee_id = session.get_one(Notice, mail.notice_id).addressee_id
    history.note(
        session, mail.directive_id, at=now, kind="message_handled", actor=by, message=mail.id, reason=how,
        subject=f"addressee:{addressee_id}" if addressee_id is not None else f"notice:{mail.notice_id}",
    )  # fmt: skip
    return mail


def original(session: Session, message_id: int) -> bytes:
    """A message as it came, octet by octet. Raises NotFound where there is none."""
    asked = select(InboxMail.original).where(InboxMail.id == message_id, InboxMail.outcome.in_(SHOWN))
    found = session.scalar(asked)
    if found is None:
        raise NotFound("không có thư này")
    return found


def _counted(session: Session, found: list[Message]) -> list[Message]:
    """`found`, each with how often it came."""
    asked = (
        select(InboxMail.repeats, func.count(InboxMail.id), func.max(InboxMail.received_at))
        .where(InboxMail.repeats.in_([one.mail.id for one in found]))
        .group_by(InboxMail.repeats)
    )
    again = {first: (times, last_at) for first, times, last_at in session.execute(asked)}
    return [
        replace(one, times=1 + again[one.mail.id][0], last_at=again[one.mail.id][1]) if one.mail.id in again else one
        for one in found
    ]


def _waits() -> ColumnElement[bool]:
    return and_(InboxMail.outcome.in_(SHOWN), InboxMail.state == InboxState.APPLIED)


def _messages(which: ColumnElement[bool]) -> Select[Any]:
    """Each with its directive, addressee, name, address, whether it is kept, and unit; there is not always an
    addressee, and so a unit."""
    named = func.coalesce(Addressee.name, Notice.to_name)
    return (
        select(InboxMail, Directive, Addressee, named, Notice.to_address, InboxMail.original.is_not(None), Unit)
        .join(Directive, Directive.id == InboxMail.directive_id)
        .join(Notice, Notice.id == InboxMail.notice_id)
        .outerjoin(Addressee, Addressee.id == Notice.addressee_id)
        .outerjoin(Unit, Unit.id == Addressee.unit_id)
        .where(which, Directive.trial.is_(False))
    )
