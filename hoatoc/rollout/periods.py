"""Reporting periods: the next one of every report is always a row, with its three instants fixed."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.format.regime import ReportRule
from hoatoc.ledger.schema import Period, PeriodState
from hoatoc.localtime import following_day, instant, local_date

DAILY = "P1D"


def plan_period(
    session: Session, directive_id: int, rule: ReportRule, day: date, *, zone: str, earliest: datetime
) -> Period | None:
    """Write the row of the period that ends at `day`'s cut-off; None when the report has ended by then.

    It opens at the cut-off of the day before, yet not before `earliest` (the issue)."""
    if rule.last is not None and day > rule.last:
        return None
    due_at = instant(day, rule.cutoff, zone)
    opens_at = max(instant(following_day(day, -1), rule.cutoff, zone), earliest)
    period = Period(
        directive_id=directive_id, subject=rule.clause, slot=f"{day}/{DAILY}", local_date=day, zone=zone,
        opens_at=opens_at, due_at=due_at, freeze_at=due_at + rule.freeze, lock_at=due_at + rule.lock,
        state=PeriodState.PLANNED, next_at=opens_at,
    )  # fmt: skip
    session.add(period)
    session.flush()
    return period


def plan_ahead(
    session: Session, directive_id: int, rule: ReportRule, *, after: date | None, zone: str, now: datetime
) -> None:
    """Plan the first period of `rule` that comes after the day `after` (None: there was none) and whose cut-off lies
    ahead of `now` (aware, UTC): what passed meanwhile is asked of nobody."""
    day = first_day(rule, now, zone)
    if after is not None:
        day = max(day, following_day(after))
    plan_period(session, directive_id, rule, day, zone=zone, earliest=now)


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
