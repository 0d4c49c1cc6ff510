"""Where an addressee stands on the exchange of documents: the codes of Quyết định 28/2018/QĐ-TTg, 01 to 06."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import (
    Addressee,
    Assignment,
    Directive,
    DirectiveState,
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
    found = {
        Code(row.code): Stage(Code(row.code), row.at, row.by_name, row.by_title, row.channel)
        for row in session.scalars(select(Receipt).where(Receipt.addressee_id == addressee.id))
    }
    computed = {
        Code.INBOX: _delivered(session, addressee), Code.PROCESSING: _begun(session, addressee),
        Code.FINISH: _finished(session, addressee),
    }  # fmt: skip
    for code, at in computed.items():
        if at is not None:
            found.setdefault(code, Stage(code, at))
    return [found[code] for code in Code if code in found]


def until(reached: Iterable[Stage], at: datetime) -> list[Stage]:
    """Those of `reached` that were so at `at`."""
    return [stage for stage in reached if stage.at <= at]


def _delivered(session: Session, addressee: Addressee) -> datetime | None:
    return session.scalar(
        select(func.min(Notice.settled_at)).where(
            Notice.addressee_id == addressee.id, Notice.template == "dispatch", Notice.state == NoticeState.SENT
        )
    )


def _begun(session: Session, addressee: Addressee) -> datetime | None:
    return session.scalar(
        select(func.min(Duty.met_at)).where(
            Duty.addressee_id == addressee.id, Duty.kind.in_(_DONE), Duty.state.in_(_MET)
        )
    )


def _finished(session: Session, addressee: Addressee) -> datetime | None:
    """When the last thing owed was done; None while something is open, or a period is still to come."""
    owed = select(Duty).where(Duty.addressee_id == addressee.id, Duty.kind != DutyKind.DECISION).subquery()
    states = set(session.scalars(select(owed.c.state).distinct()))
    if not states & set(_MET) or states & {DutyState.OPEN, DutyState.RETURNED}:
        return None
    if _more_to_come(session, addressee):
        return None
    last: datetime | None = session.scalar(select(func.max(owed.c.met_at)).where(owed.c.met_at < NEVER))
    return last


def _more_to_come(session: Session, addressee: Addressee) -> bool:
    running = session.get_one(Directive, addressee.directive_id).state in (
        DirectiveState.RUNNING, DirectiveState.SUSPENDED,
    )  # fmt: skip
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
    return running and planned is not None
