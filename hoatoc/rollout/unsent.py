"""What a unit has typed into a report's form and not yet submitted, kept so that it can go on elsewhere."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from hoatoc.format.form import Form
from hoatoc.ledger.schema import Duty, UnsentReport
from hoatoc.rollout.submission import EXPLANATION

_LONGEST = 4000


def keep(session: Session, duty: Duty, form: Form, typed: Mapping[str, str], now: datetime) -> None:
    """Keep what was typed into `form` for `duty`, in place of what was kept before. It is no submission: nobody but the
    unit sees it, and it counts for nothing."""
    keys = {*(field.key for field in form.fields), EXPLANATION}
    kept = {key: value[:_LONGEST] for key, value in typed.items() if key in keys and value.strip()}
    row = session.get(UnsentReport, duty.id) or UnsentReport(duty_id=duty.id)
    row.at, row.typed = now, kept
    session.add(row)
    session.flush()


def of(session: Session, duty_id: int) -> UnsentReport | None:
    """What is kept for a duty; None when nothing was typed since its last submission."""
    return session.get(UnsentReport, duty_id)
