"""What the desk grants one unit for one period: more time after the lock, or no report at all. Each has a reason."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hoatoc.errors import HoatocError
from hoatoc.ledger.schema import Duty, DutyState, Period, PeriodState, Reopening
from hoatoc.rollout import duties, explanation, history

#: The least there is between two instants.
TICK = timedelta(microseconds=1)


def reopen(
    session: Session, duty: Duty, period: Period, *, until: datetime, now: datetime, by: str, by_name: str, reason: str
) -> Reopening:
    """Take in the report of `duty` up to and including `until`, whatever the lock of its (locked) `period`.

    On time or late stays what it is. Raises HoatocError without a reason, or when `until` gives no time."""
    _require(reason)
    if until <= max(now, period.lock_at):
        raise HoatocError("thời điểm mở lại phải sau lúc này và sau giờ khóa của kỳ", hint="chọn giờ muộn hơn")
    if duty.state in (DutyState.WAIVED, DutyState.WITHDRAWN):
        raise HoatocError("đơn vị không phải báo cáo kỳ này", hint="không cần mở lại")
    granted = session.get(Reopening, duty.id) or Reopening(duty_id=duty.id)
    granted.lock_at, granted.at, granted.by_name, granted.reason = until, now, by_name, reason.strip()
    session.add(granted)
    session.flush()
    if period.state is PeriodState.LOCKED:
        period.next_at = closes_at(session, period)
    history.note(
        session, duty.directive_id, at=now, kind="report_reopened", subject=f"duty:{duty.id}", actor=by,
        until=until.isoformat(), reason=granted.reason, by_name=by_name,
    )  # fmt: skip
    return granted


def closes_at(session: Session, period: Period) -> datetime:
    """The first instant at which nobody's report is taken in any more for `period`."""
    granted = session.scalar(
        select(func.max(Reopening.lock_at)).join(Duty, Duty.id == Reopening.duty_id).where(Duty.period_id == period.id)
    )
    return max(period.lock_at, granted or period.lock_at) + TICK


def exempt(session: Session, duty: Duty, *, now: datetime, by: str, reason: str) -> None:
    """Let the unit off this one report. Raises HoatocError without a reason, InvalidTransition once it has reported."""
    _require(reason)
    duties.move(session, duty, DutyState.WAIVED, at=now, actor=by, reason=reason.strip())
    explanation.spare(session, duty, reason=reason.strip(), by=by, now=now)


def _require(reason: str) -> None:
    if not reason.strip():
        raise HoatocError("chưa ghi lý do", hint="ghi lý do; lý do được lưu cùng quyết định")
