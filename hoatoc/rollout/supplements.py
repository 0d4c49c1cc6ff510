"""The errata edition of a report's last summary: what came in after it, where no later summary is to tell of it."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import Directive, Period, PeriodState, Summary
from hoatoc.localtime import NEVER
from hoatoc.rollout import editions, errata, rollups, snapshot


def write(session: Session, directive: Directive, snap: snapshot.Snapshot, now: datetime) -> int:
    """Write an edition for every report of `directive` that has untold errata and has come to its end by `now`
    (aware, UTC): nothing more is taken in for it, and no summary is to come. Returns how many."""
    last = [_last(session, directive, rule.clause) for rule in snap.content.regime.reports]
    due = [period for period in last if period is not None and errata.waiting(session, period)]
    for period in due:
        nodes = rollups.compute(session, directive, period, snap.form_of(period.subject), now)
        editions.keep(session, directive, snap, period, nodes, now)
    return len(due)


def _last(session: Session, directive: Directive, subject: str) -> Period | None:
    """The last summarised period of a report that has come to its end; None while it goes on."""
    of_report = (Period.directive_id == directive.id, Period.subject == subject)
    goes_on = select(Period.id).where(*of_report, or_(Period.state != PeriodState.LOCKED, Period.next_at < NEVER))
    if session.scalar(goes_on.limit(1)) is not None:
        return None
    return session.scalar(
        select(Period)
        .join(Summary, Summary.period_id == Period.id)
        .where(*of_report)
        .order_by(Period.due_at.desc())
        .limit(1)
    )
