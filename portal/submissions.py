"""Who submitted a report, and when: every revision as it came."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import Addressee, Duty, DutyKind, Report, Revision


def submissions_of(session: Session, addressee: Addressee, slot: str) -> list[Revision]:
    """The submissions of `addressee` for the period `slot`, the newest first; empty when it has not reported."""
    return list(
        session.scalars(
            select(Revision)
            .join(Report, Report.id == Revision.report_id)
            .join(Duty, Duty.id == Report.duty_id)
            .where(Duty.addressee_id == addressee.id, Duty.kind == DutyKind.REPORT, Duty.slot == slot)
            .order_by(Revision.number.desc())
        )
    )
