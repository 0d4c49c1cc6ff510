"""The life of a directive after its issue: tạm dừng, chạy tiếp, kết thúc, thu hồi, thay thế. Open duties follow."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from hoatoc.errors import ChangedMeanwhile, HoatocError, InvalidTransition
from hoatoc.ledger.schema import (
    LIVE,
    Addressee,
    Directive,
    DirectiveState,
    Duty,
    DutyState,
    Period,
    PeriodState,
)
from hoatoc.localtime import NEVER, spoken
from hoatoc.rollout import duties, explanation, grace, history, periods, reach, snapshot, states, supplements, withheld
from hoatoc.rollout.aggregate import freeze_last
from hoatoc.rollout.bundle import spoken_delay
from hoatoc.rollout.change import announce
from hoatoc.rollout.sparing import PRESSING

#: Where a directive may go from where it stands.
TRANSITIONS: dict[DirectiveState, frozenset[DirectiveState]] = {
    DirectiveState.RUNNING: frozenset(
        {DirectiveState.SUSPENDED, DirectiveState.ENDED, DirectiveState.RECALLED, DirectiveState.REPLACED}
    ),
    DirectiveState.SUSPENDED: frozenset(
        {DirectiveState.RUNNING, DirectiveState.ENDED, DirectiveState.RECALLED, DirectiveState.REPLACED}
    ),
    DirectiveState.ENDED: frozenset(),
    DirectiveState.RECALLED: frozenset(),
    DirectiveState.REPLACED: frozenset(),
    DirectiveState.REMOVED: frozenset(),
}
_TO_PRESS = (*PRESSING, explanation.TEMPLATE)
#: Which notices go out no more under a directive that stands so, and why. Held, not dropped, is what asks a unit under
#: a suspended one to explain itself.
_STOPPED: dict[DirectiveState, tuple[Sequence[str], str]] = {
    DirectiveState.SUSPENDED: (PRESSING, "văn bản tạm dừng"),
    DirectiveState.ENDED: (_TO_PRESS, "văn bản kết thúc"),
    DirectiveState.RECALLED: ((*_TO_PRESS, "dispatch"), "văn bản bị thu hồi"),
    DirectiveState.REPLACED: ((*_TO_PRESS, "dispatch"), "văn bản được thay thế"),
}


def stopped(directive: Directive, template: str) -> str:
    """Why a notice of `template` goes out no more under `directive` as it stands; '' where it does."""
    templates, why = _STOPPED.get(directive.state, ((), ""))
    return why if template in templates else ""


def touch(session: Session, directive: Directive, version: int | None = None) -> None:
    """Lock the directive for a change by the desk, and count it. Raises ChangedMeanwhile when it stands no longer at
    `version`, the one the person has seen (None: whatever stands now)."""
    seen = directive.version if version is None else version
    changed = session.execute(
        update(Directive)
        .where(Directive.id == directive.id, Directive.version == seen)
        .values(version=seen + 1)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE gives a CursorResult, which has it
        raise ChangedMeanwhile(directive.title)
    session.refresh(directive)


def suspend(
    session: Session, directive: Directive, *, reason: str, by: str, now: datetime, version: int | None = None
) -> None:
    """Tạm dừng: from `now` (aware, UTC) on nothing is opened, pressed or frozen."""
    _move(session, directive, DirectiveState.SUSPENDED, reason=reason, by=by, now=now, version=version)
    directive.suspended_at = now
    _stop(session, directive, now)
    withheld.hold(session, directive, explanation.TEMPLATE)
    _tell(session, directive, "Tạm dừng thực hiện", ["Các hạn ngừng tính cho tới khi có thông báo mới."], reason, now)


def resume(
    session: Session, directive: Directive, *, reason: str, by: str, now: datetime, version: int | None = None
) -> None:
    """Chạy tiếp: every open duty gets the time back for which the directive stood still, and is pressed from there;
    what of its ladder lies behind it is not climbed again. Reports that fell due meanwhile are left out."""
    since = directive.suspended_at
    _move(session, directive, DirectiveState.RUNNING, reason=reason, by=by, now=now, version=version)
    directive.suspended_at, directive.resumed_at = NEVER, now
    snap = snapshot.of(directive)
    _spare_missed(session, directive, since, by, now)
    for duty in _live(session, directive):
        if duty.due_at > since and duty.period_id is None:  # what was late before stays late; a day is a day
            duty.due_at += now - max(since, duty.opened_at)
        if duty.state is DutyState.OPEN:
            duty.next_at = max(now, snap.ladder(duty.kind).instant(duty.step, duty.due_at))
        duty.version += 1
        history.note(
            session, directive.id, at=now, kind="duty_resumed", subject=f"duty:{duty.id}", actor=by,
            due_at=duty.due_at.isoformat(), reason=reason,
        )  # fmt: skip
    _leave_out_missed(session, directive, snap, by, now)
    session.flush()
    withheld.release(session, directive, explanation.TEMPLATE, now)
    lines = [f"Các hạn được lùi {spoken_delay(now - since)}."]
    _tell(session, directive, "Tiếp tục thực hiện", lines, reason, now)


def end(
    session: Session, directive: Directive, *, reason: str, by: str, now: datetime, version: int | None = None
) -> None:
    """Kết thúc: what is still in time is withdrawn; what is overdue by `now` (aware, UTC), or by when it was suspended,
    stays in the books as missing, and presses nobody any more. What has been reported for the period under way, and who
    is missing, goes into a last summary."""
    stood = directive.time_at(now)
    _move(session, directive, DirectiveState.ENDED, reason=reason, by=by, now=now, version=version)
    freeze_last(session, directive, now)
    live = _live(session, directive)
    _withdraw(session, [duty for duty in live if duty.due_at > stood], reason, by, now)
    for duty in live:
        duty.next_at = NEVER
    _close(session, directive, by, now)
    supplements.write(session, directive, snapshot.of(directive), now)
    _tell(session, directive, "Kết thúc thực hiện", ["Đơn vị không phải báo cáo, thực hiện thêm."], reason, now)


def recall(
    session: Session, directive: Directive, *, reason: str, by: str, now: datetime, version: int | None = None
) -> None:
    """Thu hồi (Nghị định 30/2020, Điều 18): everything that is owed is withdrawn."""
    _move(session, directive, DirectiveState.RECALLED, reason=reason, by=by, now=now, version=version)
    _withdraw(session, _live(session, directive), reason, by, now)
    _close(session, directive, by, now)
    lines = ["Văn bản bị thu hồi; bản đã nhận thì hủy, bản giấy gửi trả nơi ban hành."]
    _tell(session, directive, "Thu hồi văn bản", lines, reason, now)


def replace(
    session: Session, directive: Directive, successor: Directive, *, reason: str, by: str, now: datetime,
    version: int | None = None,
) -> None:  # fmt: skip
    """Thay thế by another directive that runs: everything owed under this one is withdrawn, once the period under way
    has its last summary."""
    if successor.id == directive.id or successor.state is not DirectiveState.RUNNING:
        raise HoatocError("văn bản thay thế phải là văn bản khác, đang chạy", hint="ban hành văn bản mới trước")
    _move(session, directive, DirectiveState.REPLACED, reason=reason, by=by, now=now, version=version, to=successor.key)
    freeze_last(session, directive, now)
    _close(session, directive, by, now)
    supplements.write(session, directive, snapshot.of(directive), now)  # while its books still hold who is missing
    _withdraw(session, _live(session, directive), reason, by, now)
    lines = [f"Thực hiện theo {successor.title}."]
    _tell(session, directive, "Thay thế văn bản", lines, reason, now)


def _move(
    session: Session, directive: Directive, target: DirectiveState, *, reason: str, by: str, now: datetime,
    version: int | None, **detail: str,
) -> None:  # fmt: skip
    if not reason.strip():
        raise HoatocError("chưa ghi lý do", hint="lý do được gửi cho các đơn vị và lưu trong lịch sử")
    touch(session, directive, version)
    if target not in TRANSITIONS[directive.state]:
        raise InvalidTransition(directive.title, states.DIRECTIVES[directive.state], states.DIRECTIVES[target])
    directive.state = target
    directive.ended_at = NEVER if TRANSITIONS[target] else now
    session.flush()
    history.note(
        session, directive.id, at=now, kind=f"directive_{target}", subject=f"directive:{directive.id}", actor=by,
        reason=reason, **detail,
    )  # fmt: skip


def _live(session: Session, directive: Directive) -> Sequence[Duty]:
    return session.scalars(
        select(Duty).where(Duty.directive_id == directive.id, Duty.state.in_(LIVE)).order_by(Duty.id).with_for_update()
    ).all()


def _withdraw(session: Session, live: Sequence[Duty], reason: str, by: str, now: datetime) -> None:
    for duty in live:
        duties.move(session, duty, DutyState.WITHDRAWN, at=now, actor=by, reason=reason)


def _close(session: Session, directive: Directive, by: str, now: datetime) -> None:
    """Lock what periods there are, and drop the notices that would still go out."""
    _, why = _STOPPED[directive.state]
    for period in session.scalars(
        select(Period).where(Period.directive_id == directive.id, Period.state != PeriodState.LOCKED).with_for_update()
    ):
        granted = grace.closes_at(session, period)
        open_on = directive.state is DirectiveState.ENDED and granted > max(now, period.lock_at + grace.TICK)
        period.state, period.next_at = PeriodState.LOCKED, granted if open_on else NEVER
        history.note(
            session, directive.id, at=now, kind="period_locked", subject=f"period:{period.id}", actor=by, reason=why
        )
    _stop(session, directive, now)


def _stop(session: Session, directive: Directive, now: datetime) -> None:
    templates, why = _STOPPED[directive.state]
    withheld.drop(session, directive, templates, why=why, now=now)


def _spare_missed(session: Session, directive: Directive, since: datetime, by: str, now: datetime) -> None:
    """Reports that fell due while the directive stood still and were not sent: nobody had to, so nobody is late."""
    live = session.scalars(
        select(Duty)
        .where(
            Duty.directive_id == directive.id, Duty.state.in_(LIVE), Duty.period_id.is_not(None),
            Duty.due_at > since, Duty.due_at <= now,
        )
        .with_for_update()
    ).all()  # fmt: skip
    _withdraw(session, live, "văn bản tạm dừng qua kỳ này", by, now)


def _leave_out_missed(session: Session, directive: Directive, snap: snapshot.Snapshot, by: str, now: datetime) -> None:
    """Periods planned but never opened, whose cut-off has passed: nobody was asked, so nobody is late."""
    missed = session.scalars(
        select(Period).where(
            Period.directive_id == directive.id, Period.state == PeriodState.PLANNED, Period.due_at <= now
        )
    ).all()
    for period in missed:
        period.state, period.next_at = PeriodState.LOCKED, NEVER
        history.note(
            session, directive.id, at=now, kind="period_left_out", subject=f"period:{period.id}", actor=by,
            slot=period.slot, reason="văn bản tạm dừng qua kỳ này",
        )  # fmt: skip
        rule = snap.report_rule(period.subject)
        periods.plan_ahead(session, directive.id, rule, after=period.local_date, zone=period.zone, now=now)


def _tell(
    session: Session, directive: Directive, headline: str, lines: Sequence[str], reason: str, now: datetime
) -> None:
    """Tell everyone who has the document, and those who decide under it."""
    everyone = session.scalars(
        select(Addressee)
        .where(Addressee.directive_id == directive.id, or_(reach.announced(), Addressee.decides.is_(True)))
        .order_by(Addressee.id)
    ).all()
    lines = [f"Từ {spoken(now, directive.zone)}.", *lines]
    announce(
        session, directive, everyone, what=directive.state.value, headline=headline, lines=lines, reason=reason, now=now
    )
