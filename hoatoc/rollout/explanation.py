"""Giải trình: who did not do its duty in time is asked to explain, with the facts; the answer is a duty itself."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.errors import NotFound, SubmissionRefused
from hoatoc.format.ladder import Step
from hoatoc.ledger.schema import (
    LIVE,
    Addressee,
    Directive,
    Duty,
    DutyKind,
    DutyState,
    Fulfilment,
    Notice,
    NoticeDuty,
    NoticeState,
)
from hoatoc.localtime import spoken, spoken_due
from hoatoc.phrase import Phrase
from hoatoc.rollout import deskletter, duties, history, outbox, reasons, sparing
from hoatoc.rollout.climb import working_time
from hoatoc.rollout.command import ChainOfCommand
from hoatoc.rollout.snapshot import Snapshot
from hoatoc.rollout.wording import duty_name

TEMPLATE = "explanation_request"
_LONGEST = 4000


def subject_of(duty: Duty) -> str:
    """The subject of the duty to explain `duty`: which one it is about, and what that one is."""
    return f"explain:{duty.id}:{duty.kind.value}:{duty.subject}"


def explained_id(subject: str) -> int:
    """The id of the duty that an explanation's subject is about."""
    return int(subject.split(":")[1])


def ask_all(
    session: Session, directive: Directive, snap: Snapshot, chain: ChainOfCommand,
    asked: Sequence[tuple[Duty, Addressee]], now: datetime,
) -> int:  # fmt: skip
    """Open one duty to explain for each duty of `asked` (still open at `now`, aware, UTC), and ask each unit's head in
    one notice. Nobody is asked twice about a duty, unless it was let off the first time, nor about an explanation. How
    many notices were written."""
    by_addressee: dict[int, tuple[Addressee, list[int]]] = {}
    known, before = _already_asked(session, directive, asked)
    send_at = sparing.disturbed_at(snap, now)
    due_at = due_instant(snap, send_at)
    for duty, addressee in asked:
        if duty.kind is DutyKind.EXPLANATION or subject_of(duty) in known:
            continue
        ids = duties.open_all(
            session, directive.id, [addressee.id], subject=subject_of(duty), kind=DutyKind.EXPLANATION, slot=duty.slot,
            period_id=None, due_at=due_at, rungs=snap.ladder(DutyKind.EXPLANATION), now=now,
            generation=before[subject_of(duty)],
        )  # fmt: skip
        by_addressee.setdefault(addressee.id, (addressee, []))[1].extend(ids)
    notices = [
        outbox.Written(
            template=TEMPLATE, step=Step.EXPLAIN, to=head, occurrence=now.isoformat(), due_at=send_at,
            reason=reasons.joined(reasons.EXPLAIN, *((reasons.QUIET,) if send_at > now else ())),
            duties=tuple(ids), addressee_id=addressee.id, send_at=send_at,
        )
        for addressee, ids in by_addressee.values()
        for head in chain.pressed(Step.EXPLAIN, addressee)
    ]  # fmt: skip
    outbox.write(session, directive.id, notices, now=now, domain=snap.office.sender.partition("@")[2])
    return len(notices)


def due_instant(snap: Snapshot, now: datetime) -> datetime:
    """When an explanation asked for at `now` is due: the regime's span, or the office's, in working time where the
    office counts in it."""
    rule = snap.content.regime.explanation
    within: timedelta = rule.within if rule else snap.office.pressing.explain_within
    working = working_time(snap.office, snap.content, DutyKind.EXPLANATION.value)
    return working.add(now, _office_days(within)) if working else now + within


def _office_days(within: timedelta) -> timedelta:
    """Whole days are days of eight working hours; hours are hours."""
    return timedelta(hours=8) * (within // timedelta(days=1)) + within % timedelta(days=1)


def explain(
    session: Session, addressee: Addressee, duty_id: int, words: str, *, now: datetime, by_name: str, channel: str
) -> Fulfilment:
    """Record at `now` (aware, UTC) what `addressee` says to explain itself. The first time decides on time or late;
    saying it again changes the words only. Raises NotFound, and SubmissionRefused when nothing is said."""
    duty = session.scalar(
        select(Duty)
        .where(Duty.id == duty_id, Duty.addressee_id == addressee.id, Duty.kind == DutyKind.EXPLANATION)
        .with_for_update()
    )
    if duty is None:
        raise NotFound("không có yêu cầu giải trình này", hint="mở lại liên kết trong thư")
    if duty.state in (DutyState.WAIVED, DutyState.WITHDRAWN):
        raise SubmissionRefused("Đơn vị không phải giải trình nữa.")
    words = words.strip()
    if not words or len(words) > _LONGEST:
        told = "ghi lý do chậm và việc đã khắc phục" if not words else Phrase("dài quá %(most)s ký tự", most=_LONGEST)
        raise SubmissionRefused("Chưa ghi nội dung giải trình.", {"evidence": told})
    done = session.scalar(select(Fulfilment).where(Fulfilment.duty_id == duty.id))
    if done is None:
        done = Fulfilment(duty_id=duty.id, at=now, evidence=words, by_name=by_name, channel=channel)
        session.add(done)
    done.evidence, done.by_name = words, by_name
    actor = f"addressee:{addressee.key}"
    history.note(session, duty.directive_id, at=now, kind="explanation_given", subject=f"duty:{duty.id}", actor=actor)
    duties.meet(session, duty, at=now, actor=actor)
    session.flush()
    return done


@dataclass(frozen=True)
class Known:
    """What the ledger knows of the duty to be explained: when it was due and met (None: not yet), and every notice that
    was sent about it to others than the desk, in order: its step, to whom, when. Instants are UTC."""

    about: Duty
    due_at: datetime
    met_at: datetime | None
    notices: tuple[tuple[str, str, datetime], ...]


def known(session: Session, duty: Duty) -> Known:
    """The facts an explanation is asked with."""
    about = session.get_one(Duty, explained_id(duty.subject))
    rows = session.execute(
        select(Notice.step, Notice.to_name, Notice.settled_at)
        .join(NoticeDuty, NoticeDuty.notice_id == Notice.id)
        .where(NoticeDuty.duty_id == about.id, Notice.state == NoticeState.SENT, Notice.template != deskletter.TEMPLATE)
        .order_by(Notice.settled_at, Notice.id)
    )
    met = about.state in (DutyState.MET, DutyState.MET_LATE)
    return Known(about, about.due_at, about.met_at if met else None, tuple(rows.tuples()))


def facts(session: Session, duty: Duty, snap: Snapshot, zone: str) -> dict[str, Any]:
    """The same in Vietnamese words, as the notice says them."""
    found = known(session, duty)
    return {
        "what": duty_name(found.about, snap),
        "due": spoken_due(found.due_at, zone),
        "met": spoken(found.met_at, zone) if found.met_at else "",
        "notices": [{"step": step, "to": name, "at": spoken(at, zone)} for step, name, at in found.notices],
    }


def _already_asked(
    session: Session, directive: Directive, asked: Sequence[tuple[Duty, Addressee]]
) -> tuple[set[str], Counter[str]]:
    """The subjects that stand, and how often each was asked about before, taken back or not."""
    subjects = {subject_of(duty) for duty, _ in asked}
    rows = session.execute(
        select(Duty.subject, Duty.state).where(Duty.directive_id == directive.id, Duty.subject.in_(subjects))
    ).all()  # fmt: skip
    standing = {subject for subject, state in rows if state is not DutyState.WITHDRAWN}
    return standing, Counter(subject for subject, _ in rows)


def spare(session: Session, duty: Duty, *, reason: str, by: str, now: datetime) -> None:
    """Take back what is asked at `now` (aware, UTC) about a duty that is late no more, or owed no more."""
    asked = session.scalars(
        select(Duty)
        .where(
            Duty.directive_id == duty.directive_id, Duty.addressee_id == duty.addressee_id,
            Duty.subject == subject_of(duty), Duty.state.in_(LIVE),
        )
        .with_for_update()
    ).all()  # fmt: skip
    for explanation in asked:
        duties.move(session, explanation, DutyState.WITHDRAWN, at=now, actor=by, reason=reason)
