"""Reporting periods: the next one of every report is always a row, with its three instants fixed."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.format.regime import ReportRule
from hoatoc.ledger.schema import Directive, Period, PeriodState
from hoatoc.localtime import following_day, instant, local_date
from hoatoc.rollout import history

DAILY = "P1D"


def plan_period(
    session: Session, directive_id: int, rule: ReportRule, day: date, *, zone: str, earliest: datetime
) -> Period | None:
    """Write the row of the period that ends at `day`'s cut-off; None when the report has ended by then.

    It opens at the cut-off of the day before, yet not before `earliest` (the issue)."""
    if rule.last is not None and day > rule.last:
        return None
    period = Period(
        directive_id=directive_id, subject=rule.clause, slot=f"{day}/{DAILY}", local_date=day, zone=zone,
        state=PeriodState.PLANNED, **_instants(rule, day, zone, earliest),
    )  # fmt: skip
    session.add(period)
    session.flush()
    return period


def _instants(rule: ReportRule, day: date, zone: str, earliest: datetime) -> dict[str, datetime]:
    due_at = instant(day, rule.cutoff, zone)
    opens_at = max(instant(following_day(day, -1), rule.cutoff, zone), earliest)
    return {
        "opens_at": opens_at, "due_at": due_at, "freeze_at": due_at + rule.freeze, "lock_at": due_at + rule.lock,
        "next_at": opens_at,
    }  # fmt: skip


def begins_short(period: Period, rule: ReportRule) -> bool:
    """Whether `period` opens later than at the cut-off of the day before: with the issue, an amendment, or once the
    directive runs again."""
    return period.opens_at > instant(following_day(period.local_date, -1), rule.cutoff, period.zone)


def plan_ahead(
    session: Session, directive_id: int, rule: ReportRule, *, after: date | None, zone: str, now: datetime
) -> None:
    """Plan the first period of `rule` that comes after the day `after` (None: there was none) and whose cut-off lies
    ahead of `now` (aware, UTC): what passed meanwhile is asked of nobody."""
    day = first_day(rule, now, zone)
    if after is not None:
        day = max(day, following_day(after))
    plan_period(session, directive_id, rule, day, zone=zone, earliest=now)


def replan(session: Session, directive: Directive, reports: Sequence[ReportRule], now: datetime) -> None:
    """Let the periods of a running directive follow `reports` from `now` (aware, UTC) on. What is planned takes the new
    instants; a report that is new, or whose planned period has no place any more, gets the next one whose cut-off lies
    ahead; what is open keeps its instants."""
    rules = {rule.clause: rule for rule in reports}
    rows = session.scalars(
        select(Period).where(Period.directive_id == directive.id).order_by(Period.local_date, Period.id)
    ).all()
    planned: set[str] = set()
    last: dict[str, date] = {}
    for period in rows:
        rule = rules.get(period.subject)
        if period.state is not PeriodState.PLANNED:
            last[period.subject] = period.local_date
        elif rule is not None and _has_place(period, rule, now):
            for name, at in _instants(rule, period.local_date, period.zone, now).items():
                setattr(period, name, at)
            planned.add(period.subject)
        else:
            history.note(
                session, directive.id, at=now, kind="period_left_out", subject=f"period:{period.id}", slot=period.slot
            )
            session.delete(period)  # nothing was opened for it, and its day may come again
    session.flush()
    for clause, rule in rules.items():
        if clause not in planned:
            plan_ahead(session, directive.id, rule, after=last.get(clause), zone=directive.zone, now=now)
    session.flush()


def _has_place(period: Period, rule: ReportRule, now: datetime) -> bool:
    within = rule.first <= period.local_date and (rule.last is None or period.local_date <= rule.last)
    return within and instant(period.local_date, rule.cutoff, period.zone) > now


def first_day(rule: ReportRule, issued_at: datetime, zone: str) -> date:
    """The day of the first report: the regime's, or where that lies behind the issue, the first day whose cut-off is
    still to come. Nothing is owed for days before anyone was told."""
    day = local_date(issued_at, zone)
    if instant(day, rule.cutoff, zone) <= issued_at:
        day = following_day(day)
    return max(rule.first, day)


def due_for_opening(session: Session, directive_id: int, now: datetime) -> Period | None:
    """The earliest planned period that should be open by `now`."""
    return session.scalar(
        select(Period)
        .where(Period.directive_id == directive_id, Period.state == PeriodState.PLANNED, Period.next_at <= now)
        .order_by(Period.opens_at)
        .limit(1)
    )


def lock_row(session: Session, period_id: int) -> Period:
    """The period, locked against freezing and submission by others until this transaction ends.

    Whoever submits reads the clock after this, so that its stamp and the frozen summary cannot disagree."""
    period = session.scalar(
        select(Period).where(Period.id == period_id).with_for_update().execution_options(populate_existing=True)
    )
    assert period is not None, f"period {period_id}"
    return period
