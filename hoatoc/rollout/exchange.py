"""Where an addressee stands on the exchange of documents: the codes of Quyết định 28/2018/QĐ-TTg, 01 to 06."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import (
    ALIVE,
    Addressee,
    Assignment,
    Directive,
    Duty,
    DutyKind,
    DutyState,
    Notice,
    NoticeState,
    Obligation,
    Period,
    PeriodState,
    Receipt,
)
from hoatoc.localtime import NEVER
from hoatoc.rollout.acknowledge import ACCEPTED
from hoatoc.rollout.first_action import PROCESSING
from hoatoc.rollout.relief import REFUSED
from hoatoc.rollout.specialists import ASSIGNED


class Code(StrEnum):
    """What each code says of the addressee."""

    INBOX = "01"  #: Đã đến: its mail server has taken the document in.
    REJECTION = REFUSED  #: Trả lại, with a reason.
    ACCEPTANCE = ACCEPTED  #: Đã tiếp nhận.
    ASSIGNMENT = ASSIGNED  #: Đã phân công.
    PROCESSING = PROCESSING  #: Đang xử lý: the first action has been taken.
    FINISH = "06"  #: Hoàn thành: everything that is owed is done, and nothing more will be asked for.


@dataclass(frozen=True)
class Stage:
    """One code that an addressee has reached: when (UTC), by whom ('' for machines) and how."""

    code: Code
    at: datetime
    by_name: str = ""
    by_title: str = ""
    channel: str = ""


#: What doing shows that a unit has begun.
_DONE = (DutyKind.REPORT, DutyKind.TASK, DutyKind.ROSTER, DutyKind.COVERAGE, DutyKind.FIRST_ACTION)
_MET = (DutyState.MET, DutyState.MET_LATE)


def stages(session: Session, addressee: Addressee) -> list[Stage]:
    """The codes that `addressee` has reached, in their order."""
    duties = session.scalars(select(Duty).where(Duty.addressee_id == addressee.id)).all()
    receipts = session.scalars(select(Receipt).where(Receipt.addressee_id == addressee.id)).all()
    return reached(session, addressee, duties, receipts)


def reached(
    session: Session, addressee: Addressee, duties: Sequence[Duty], receipts: Iterable[Receipt]
) -> list[Stage]:  # fmt: skip
    """The same, for one who has read all of the addressee's `duties` and `receipts` already."""
    found = {Code(row.code): Stage(Code(row.code), row.at, row.by_name, row.by_title, row.channel) for row in receipts}
    computed = {
        Code.INBOX: session.scalar(_DELIVERED, {"of": addressee.id}), Code.PROCESSING: _begun(duties),
        Code.FINISH: _finished(session, addressee, duties),
    }  # fmt: skip
    for code, at in computed.items():
        if at is not None:
            found.setdefault(code, Stage(code, at))
    return [found[code] for code in Code if code in found]


def until(stages_reached: Iterable[Stage], at: datetime) -> list[Stage]:
    """Those of `stages_reached` that were so at `at`."""
    return [stage for stage in stages_reached if stage.at <= at]


_DELIVERED = select(func.min(Notice.settled_at)).where(
    Notice.addressee_id == bindparam("of"), Notice.template == "dispatch", Notice.state == NoticeState.SENT
)


def _begun(duties: Iterable[Duty]) -> datetime | None:
    return min((duty.met_at for duty in duties if duty.kind in _DONE and duty.state in _MET), default=None)


def _finished(session: Session, addressee: Addressee, duties: Iterable[Duty]) -> datetime | None:
    """When the last thing owed was done; None while something is open, or a period is still to come."""
    owed = [duty for duty in duties if duty.kind is not DutyKind.DECISION]
    states = {duty.state for duty in owed}
    if not states & set(_MET) or states & {DutyState.OPEN, DutyState.RETURNED}:
        return None
    if _more_to_come(session, addressee):
        return None
    return max((duty.met_at for duty in owed if duty.met_at < NEVER), default=None)


def _more_to_come(session: Session, addressee: Addressee) -> bool:
    if session.get_one(Directive, addressee.directive_id).state not in ALIVE:
        return False
    planned = session.scalar(
        select(Period.id)
        .join(Obligation, (Obligation.directive_id == Period.directive_id) & (Obligation.clause == Period.subject))
        .join(Assignment, Assignment.obligation_id == Obligation.id)
        .where(
            Period.directive_id == addressee.directive_id, Period.state == PeriodState.PLANNED,
            Assignment.addressee_id == addressee.id,
        )
        .limit(1)
    )  # fmt: skip
    return planned is not None
