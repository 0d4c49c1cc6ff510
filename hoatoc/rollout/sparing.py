"""Spares the pressed: quiet hours, and a cap on how many pressing notices one mailbox gets a day."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from hoatoc.format.directive import urgency
from hoatoc.format.ladder import Step
from hoatoc.ledger.schema import Directive, Notice, NoticeDuty, NoticeState
from hoatoc.localtime import following_day, instant, local_date
from hoatoc.phrase import Phrase
from hoatoc.rollout import history, reasons, specialists, withheld
from hoatoc.rollout.bundle import STEP_NAMES
from hoatoc.rollout.outbox import Written
from hoatoc.rollout.snapshot import Snapshot
from hoatoc.worktime import after_quiet, next_morning

#: What the cap counts.
PRESSING = ("reminder", "escalation_digest")
_ORDER = list(Step)
#: When the day begins for what was over the cap, where the office keeps no quiet hours.
_MORNING = time(7)


def disturbed_at(snap: Snapshot, now: datetime) -> datetime:
    """When people may be pressed by this directive: `now` (aware, UTC), or the end of the quiet hours."""
    quiet = snap.office.pressing.quiet
    if quiet is None or urgency(snap.content.text) in quiet.ignored_by:
        return now
    return after_quiet(quiet, now, snap.office.zone)


def hush(session: Session, directive: Directive, snap: Snapshot, now: datetime) -> None:
    """Keep what presses and was held up into the quiet hours (by a mail server, an outage) until they end."""
    until = disturbed_at(snap, now)
    if until <= now:
        return
    session.execute(
        update(Notice)
        .where(
            Notice.directive_id == directive.id, Notice.state == NoticeState.PENDING, Notice.next_attempt_at <= now,
            Notice.template.in_((*PRESSING, "explanation_request")),
        )
        .values(next_attempt_at=until, reason=Notice.reason.concat(f"; {reasons.QUIET}"))
        .execution_options(synchronize_session=False)
    )  # fmt: skip


def spared(session: Session, snap: Snapshot, notices: Sequence[Written], now: datetime) -> list[Written]:
    """`notices` with the time at which each may go out: now, after the quiet hours, or next morning when the mailbox
    has had its fill today. What waits says why, and takes the hour it waits for as its occurrence, so that all that
    waits for it at one step is one notice."""
    rule = snap.office.pressing
    had = _had_today(session, notices, snap.office.zone, now) if rule.most_a_day else Counter()
    found = []
    for notice in notices:
        at = disturbed_at(snap, now)
        why = Phrase(reasons.QUIET)
        if rule.most_a_day is not None and had[notice.to.address] >= rule.most_a_day:
            at = max(at, next_morning(now, rule.quiet.until if rule.quiet else _MORNING, snap.office.zone))
            why = Phrase(reasons.FULL, most=rule.most_a_day)
        had[notice.to.address] += 1
        waiting = (
            {"occurrence": at.isoformat(), "due_at": at, "send_at": at, "reason": reasons.joined(notice.reason, why)}
            if at > now
            else {}
        )
        found.append(replace(notice, **waiting))  # type: ignore[arg-type]  # the values have their fields' types
    return found


def joined(session: Session, directive_id: int, notices: Sequence[Written], now: datetime) -> list[Written]:
    """Those of `notices` that are to be written. What waits for an hour for which another letter to the same person
    waits becomes one letter with it, at the higher of the two steps. Where a notice of the same key has gone out
    already, the new one says in its occurrence that it is another."""
    standing = _standing(session, directive_id, notices)
    fresh = []
    for notice in notices:
        alike = [found for found in standing if found.occurrence == notice.occurrence]
        waiting = next((found for found in alike if _are_one(found, notice)), None)
        if waiting is not None and _ORDER.index(Step(waiting.step)) >= _ORDER.index(Step(notice.step)):
            _join(session, directive_id, waiting.id, notice, now)
            continue
        written = notice
        if waiting is not None:
            written = _taking_in(session, directive_id, waiting, notice, now)
        if any((found.template, found.step, found.recipient) == _key(notice) for found in alike):
            written = replace(written, occurrence=f"{notice.occurrence}/{now.isoformat()}")
        fresh.append(written)
    return fresh


def _key(notice: Written) -> tuple[str, str, str]:
    return notice.template, notice.step, notice.to.key


def _are_one(waiting: Notice, notice: Written) -> bool:
    """Whether `waiting` is still in the outbox, for the same person and about the same unit (or, above, all)."""
    if waiting.state is not NoticeState.PENDING or waiting.template not in PRESSING:
        return False
    if (waiting.to_address, waiting.addressee_id) != (notice.to.address, notice.addressee_id):
        return False
    # A specialist's link is their own: it is never in another's letter.
    return not specialists.id_of(waiting.recipient) and not specialists.id_of(notice.to.key)


def _taking_in(
    session: Session, directive_id: int, lower: Notice, notice: Written, now: datetime
) -> Written:  # fmt: skip
    """`notice` with the duties of `lower`, which waits for the same hour and is not sent."""
    told = session.scalars(
        select(NoticeDuty.duty_id).where(NoticeDuty.notice_id == lower.id).order_by(NoticeDuty.duty_id)
    )
    duties = tuple(dict.fromkeys((*notice.duties, *told)))
    withheld.skip(session, directive_id, [lower], why=f"gộp vào thư nấc {STEP_NAMES[Step(notice.step)]}", now=now)
    return replace(
        notice,
        duties=duties,
        reason=reasons.joined(notice.reason, Phrase(reasons.FOLDED, steps=STEP_NAMES[Step(lower.step)])),
    )


def _had_today(session: Session, notices: Sequence[Written], zone: str, now: datetime) -> Counter[str]:
    """How many pressing notices of any directive each mailbox has been sent today, or will be before the day ends."""
    today = local_date(now, zone)
    begins, ends = instant(today, time(0), zone), instant(following_day(today), time(0), zone)
    rows = session.execute(
        select(Notice.to_address, func.count())
        .where(
            Notice.to_address.in_({notice.to.address for notice in notices}), Notice.template.in_(PRESSING),
            or_(
                and_(Notice.state == NoticeState.SENT, Notice.settled_at >= begins),
                and_(Notice.state.in_((NoticeState.PENDING, NoticeState.SENDING)), Notice.next_attempt_at < ends),
            ),
        )
        .group_by(Notice.to_address)
    )  # fmt: skip
    return Counter(dict(rows.tuples().all()))


def _standing(session: Session, directive_id: int, notices: Sequence[Written]) -> Sequence[Notice]:
    return session.scalars(
        select(Notice).where(
            Notice.directive_id == directive_id, Notice.occurrence.in_({notice.occurrence for notice in notices})
        )
    ).all()


def _join(session: Session, directive_id: int, notice_id: int, notice: Written, now: datetime) -> None:
    known = set(session.scalars(select(NoticeDuty.duty_id).where(NoticeDuty.notice_id == notice_id)))
    session.add_all(NoticeDuty(notice_id=notice_id, duty_id=id_) for id_ in notice.duties if id_ not in known)
    session.flush()
    history.note(
        session, directive_id, at=now, kind="notice_joined", subject=f"notice:{notice_id}", reason=notice.reason
    )
