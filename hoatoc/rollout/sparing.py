"""Spares the pressed: quiet hours, and a cap on how many pressing notices one mailbox gets a day."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from hoatoc.format.directive import urgency
from hoatoc.ledger.schema import Notice, NoticeDuty, NoticeState
from hoatoc.localtime import following_day, instant, local_date
from hoatoc.rollout import history
from hoatoc.rollout.outbox import Written
from hoatoc.rollout.snapshot import Snapshot
from hoatoc.worktime import after_quiet, next_morning

#: What the cap counts.
PRESSING = ("reminder", "escalation_digest")
#: When the day begins for what was over the cap, where the office keeps no quiet hours.
_MORNING = time(7)


def spared(session: Session, snap: Snapshot, notices: Sequence[Written], now: datetime) -> list[Written]:
    """`notices` with the time at which each may go out: now, after the quiet hours, or next morning when the mailbox
    has had its fill today. What waits says why, and takes the hour it waits for as its occurrence, so that all that
    waits for it at one step is one notice."""
    zone, rule = snap.office.zone, snap.office.pressing
    had = _had_today(session, notices, zone, now) if rule.most_a_day else Counter()
    found = []
    for notice in notices:
        at, why = now, ""
        if rule.quiet is not None and urgency(snap.content.text) not in rule.quiet.ignored_by:
            at = after_quiet(rule.quiet, now, zone)
            why = "; chờ hết giờ nghỉ" if at > now else ""
        if rule.most_a_day is not None and had[notice.to.address] >= rule.most_a_day:
            at = max(at, next_morning(now, rule.quiet.until if rule.quiet else _MORNING, zone))
            why = f"; hộp thư đã nhận đủ {rule.most_a_day} thư trong ngày, chuyển sang sáng hôm sau"
        had[notice.to.address] += 1
        waiting = {"occurrence": at.isoformat(), "send_at": at, "reason": notice.reason + why} if at > now else {}
        found.append(replace(notice, **waiting))  # type: ignore[arg-type]  # the values have their fields' types
    return found


def joined(session: Session, directive_id: int, notices: Sequence[Written], now: datetime) -> list[Written]:
    """Those of `notices` that are not written yet. What has the key of one that still waits joins it; where that one
    has gone out already, the new one says in its occurrence that it is another."""
    standing = _standing(session, directive_id, notices)
    fresh = []
    for notice in notices:
        key = (notice.template, notice.step, notice.to.key, notice.occurrence)
        if key not in standing:
            fresh.append(notice)
            continue
        id_, state = standing[key]
        if state is NoticeState.PENDING:
            _join(session, directive_id, id_, notice, now)
        else:
            fresh.append(replace(notice, occurrence=f"{notice.occurrence}/{now.isoformat()}"))
    return fresh


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


def _standing(
    session: Session, directive_id: int, notices: Sequence[Written]
) -> dict[tuple[str, str, str, str], tuple[int, NoticeState]]:
    rows = session.execute(
        select(Notice.template, Notice.step, Notice.recipient, Notice.occurrence, Notice.id, Notice.state).where(
            Notice.directive_id == directive_id, Notice.occurrence.in_({notice.occurrence for notice in notices})
        )
    )
    return {(template, step, to, occurrence): (id_, state) for template, step, to, occurrence, id_, state in rows}


def _join(session: Session, directive_id: int, notice_id: int, notice: Written, now: datetime) -> None:
    known = set(session.scalars(select(NoticeDuty.duty_id).where(NoticeDuty.notice_id == notice_id)))
    session.add_all(NoticeDuty(notice_id=notice_id, duty_id=id_) for id_ in notice.duties if id_ not in known)
    session.flush()
    history.note(
        session, directive_id, at=now, kind="notice_joined", subject=f"notice:{notice_id}", reason=notice.reason
    )
