"""What a unit has reported before: the period just before, and the four weeks behind it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.format.expression import Figure
from hoatoc.ledger.schema import Duty, Period, Report
from hoatoc.localtime import following_day

#: How far back a unit's own history is looked at: four weeks, whatever its length, so that a submission costs the same
#: on the first day and after a year.
DAYS = 28


@dataclass(frozen=True)
class Past:
    """A unit's earlier reports of one form. `before` is that of the period just before, `after` that of the one just
    after (when an earlier period is reported late); empty where there is none. `earlier` are all of the last four
    weeks, the newest first."""

    before: Mapping[str, Figure] = field(default_factory=dict)
    after: Mapping[str, Figure] = field(default_factory=dict)
    earlier: Sequence[Mapping[str, Figure]] = ()


NOTHING = Past()


def of(session: Session, duty: Duty, period: Period, keys: Mapping[str, Callable[[Any], Figure]]) -> Past:
    """The past of the unit that owes `duty`, as seen from `period`; `keys` turns a report's value into its number."""
    since = following_day(period.local_date, -DAYS)
    until = following_day(period.local_date, DAYS)
    rows = session.execute(
        select(Period.local_date, Report.figures)
        .join(Duty, Duty.period_id == Period.id)
        .join(Report, Report.duty_id == Duty.id)
        .where(
            Duty.directive_id == duty.directive_id, Duty.subject == duty.subject,
            Duty.addressee_id == duty.addressee_id, Duty.slot > since.isoformat(), Duty.slot < until.isoformat(),
            Duty.id != duty.id,
        )
        .order_by(Duty.slot.desc())
    ).all()  # fmt: skip
    read = [(day, {key: keys[key](value) for key, value in figures.items() if key in keys}) for day, figures in rows]
    earlier = [(day, figures) for day, figures in read if day < period.local_date]
    before = _day_before(session, period)
    later = [(day, figures) for day, figures in read if day > period.local_date]
    return Past(
        before=next((figures for day, figures in earlier if day == before), {}),
        after=later[-1][1] if later else {},
        earlier=[figures for _, figures in earlier],
    )


def _day_before(session: Session, period: Period) -> Any:
    return session.scalar(
        select(Period.local_date)
        .where(
            Period.directive_id == period.directive_id, Period.subject == period.subject, Period.slot < period.slot
        )
        .order_by(Period.slot.desc())
        .limit(1)
    )  # fmt: skip
