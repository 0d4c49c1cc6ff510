"""What a unit's page and the office's board show, read from the ledger as plain values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, bindparam, or_, select
from sqlalchemy.orm import Session

from hoatoc.errors import TokenError
from hoatoc.format.form import Form
from hoatoc.format.text import Obligation, Text
from hoatoc.ledger.schema import (
    Addressee,
    Directive,
    DirectiveState,
    Duty,
    DutyKind,
    DutyState,
    Notice,
    NoticeState,
    Period,
    PeriodState,
    Receipt,
    Reopening,
    Report,
    Summary,
)
from hoatoc.localtime import NEVER
from hoatoc.rollout import books, permissions, snapshot, waking, wording
from hoatoc.rollout.acknowledge import ACCEPTED


@dataclass(frozen=True)
class OwedReport:
    """One period's report as its unit sees it; `figures` are those sent so far, None before."""

    duty_id: int
    subject: str
    slot: str
    day: date
    due_at: datetime
    lock_at: datetime
    state: DutyState
    overdue: bool
    closed: bool
    figures: dict[str, Any] | None
    first_at: datetime | None
    revision: int
    warnings: tuple[str, ...]
    explanation: str


@dataclass(frozen=True)
class UnitPage:
    """Everything a unit's page shows."""

    addressee: Addressee
    directive: Directive
    snap: snapshot.Snapshot
    words: dict[str, Any]
    office: dict[str, Any]
    duties: Sequence[Duty]  # every one there is or was, the earliest due first
    receipts: Sequence[Receipt]
    receipt: Receipt | None
    receipt_duty: Duty | None
    reports: list[OwedReport]
    form: Form | None
    now: datetime

    @property
    def time(self) -> datetime:
        """The time by which what is owed is early or late."""
        return self.directive.time_at(self.now)

    @property
    def receipt_due_at(self) -> datetime | None:
        """When the acknowledgement is due; None where none is owed."""
        return self.receipt_duty.due_at if self.receipt_duty else None

    @property
    def text(self) -> Text:
        """The directive's text."""
        return self.snap.content.text

    @property
    def orders(self) -> tuple[Obligation, ...]:
        """The directive's obligations, clause by clause."""
        return self.text.obligations


def addressee_of(session: Session, addressee_id: int, generation: int) -> Addressee:
    """The addressee behind a unit's link. Raises TokenError when there is none or its link was revoked."""
    addressee = session.get(Addressee, addressee_id)
    if addressee is None or addressee.link_generation != generation:
        raise TokenError("liên kết không dùng được")
    return addressee


def unit_page(session: Session, addressee: Addressee, now: datetime, slot: str | None = None) -> UnitPage:
    """What `addressee` is shown at `now` (aware, UTC); of its reports only that of `slot`, where one is given."""
    directive = session.get_one(Directive, addressee.directive_id)
    snap = snapshot.of(directive)
    owed = session.execute(_OWED if slot is None else _OWED_FOR, {"of": addressee.id, "slot": slot}).all()
    receipts = session.scalars(_RECEIPTS, {"of": addressee.id}).all()
    duties = [duty for duty, *_ in owed]
    receipt_duty = _receipt_duty(duties)
    receipt = next((each for each in receipts if each.code == ACCEPTED), None)
    if receipt_duty is not None and receipt_duty.state is DutyState.OPEN:
        receipt = None  # it has been named again since, and is asked again
    subject = next((duty.subject for duty in duties if duty.kind is DutyKind.REPORT), "")
    return UnitPage(
        addressee=addressee, directive=directive, snap=snap, words=wording.directive_words(snap),
        office=wording.office_words(snap), duties=duties, receipts=receipts, receipt=receipt,
        receipt_duty=receipt_duty, reports=_owed_reports(owed, directive, now),
        form=snap.form_of(subject) if subject else None, now=now,
    )  # fmt: skip


# Built once: every page behind a unit's link asks them.
_OWED = (
    select(Duty, Period, Report, Reopening.lock_at)
    .outerjoin(Period, Period.id == Duty.period_id)
    .outerjoin(Report, Report.duty_id == Duty.id)
    .outerjoin(Reopening, Reopening.duty_id == Duty.id)
    .where(Duty.addressee_id == bindparam("of"))
    .order_by(Duty.due_at, Duty.id)
)
_OWED_FOR = _OWED.where(or_(Duty.kind != DutyKind.REPORT, Duty.slot == bindparam("slot")))
_RECEIPTS = select(Receipt).where(Receipt.addressee_id == bindparam("of"))


def _receipt_duty(duties: Iterable[Duty]) -> Duty | None:
    asked = (duty for duty in duties if duty.kind is DutyKind.RECEIPT and duty.state is not DutyState.WITHDRAWN)
    return max(asked, key=lambda duty: duty.generation, default=None)


def _owed_reports(owed: Iterable[Row[Any]], directive: Directive, now: datetime) -> list[OwedReport]:
    """The reports among what is owed, the latest due first."""
    reports = [
        (period.due_at, _owed_report(duty, period, report, granted, directive, now))
        for duty, period, report, granted in owed
        if duty.kind is DutyKind.REPORT and duty.state is not DutyState.WITHDRAWN
    ]
    return [report for _, report in sorted(reports, key=lambda pair: pair[0], reverse=True)]


def _owed_report(
    duty: Duty, period: Period, report: Report | None, granted: datetime | None, directive: Directive, now: datetime
) -> OwedReport:
    lock_at = max(period.lock_at, granted) if granted else period.lock_at
    return OwedReport(
        duty_id=duty.id, subject=duty.subject, slot=duty.slot, day=period.local_date, due_at=duty.due_at,
        lock_at=lock_at, state=duty.state,
        overdue=duty.state is DutyState.OPEN and duty.due_at < directive.time_at(now),
        closed=now > lock_at or (period.state is PeriodState.LOCKED and lock_at <= period.lock_at),
        figures=report.figures if report else None, first_at=report.first_at if report else None,
        revision=report.revision if report else 0,
        warnings=tuple(warning["says"] for warning in report.warnings) if report else (),
        explanation=report.explanation if report else "",
    )  # fmt: skip


def board(session: Session, now: datetime) -> list[dict[str, Any]]:
    """Every directive but trials, with its books, who is missing or unreachable now, and its newest summary."""
    directives = session.scalars(
        select(Directive).where(Directive.trial.is_(False)).order_by(Directive.issued_at.desc())
    ).all()
    return [_board_of(session, directive, now) for directive in directives]


def _board_of(session: Session, directive: Directive, now: datetime) -> dict[str, Any]:
    snap = snapshot.of(directive)
    next_at = waking.next_at(session, directive)
    return {
        "id": directive.id, "key": directive.key, "words": wording.directive_words(snap), "zone": directive.zone,
        "issued_at": directive.issued_at, "running": directive.state is DirectiveState.RUNNING,
        "next_at": next_at if next_at < NEVER else None,
        "status": books.status(session, directive.id, now),
        "missing": _not_settled(session, directive, snap, now),
        "phone": _to_phone(session, directive),
        "permissions": permissions.counts(session, directive.id) if snap.content.regime.permissions else None,
        "summaries": [summary.content | {"data_hash": summary.data_hash} for summary in session.scalars(
            select(Summary)
            .where(Summary.directive_id == directive.id, Summary.edition == 1)
            .order_by(Summary.frozen_at.desc())
            .limit(7)
        )],
    }  # fmt: skip


def _not_settled(
    session: Session, directive: Directive, snap: snapshot.Snapshot, now: datetime
) -> list[dict[str, Any]]:
    """Open duties by addressee, the longest overdue first."""
    rows = session.execute(
        select(Duty, Addressee)
        .join(Addressee, Addressee.id == Duty.addressee_id)
        .outerjoin(Period, Period.id == Duty.period_id)
        .where(
            Duty.directive_id == directive.id,
            Duty.state == DutyState.OPEN,
            Addressee.unreachable_at == NEVER,
            # What a locked period lacks can no longer be sent in: it stays in the books, not on the list to call.
            or_(Duty.period_id.is_(None), Period.state != PeriodState.LOCKED),
        )
        .order_by(Duty.due_at, Addressee.id)
    )
    return [
        {"name": addressee.name, "key": addressee.key, "what": wording.duty_name(duty, snap), "due_at": duty.due_at,
         "overdue": duty.due_at < directive.time_at(now), "step": duty.step, "kind": duty.kind.value,
         "subject": duty.subject,
         "quote": "" if duty.kind in _UNQUOTED else snap.quote(duty.subject)}
        for duty, addressee in rows
    ]  # fmt: skip


#: What no clause of the text asks for once, in words of its own.
_UNQUOTED = (DutyKind.RECEIPT, DutyKind.REPORT, DutyKind.FIRST_ACTION, DutyKind.EXPLANATION)


def _to_phone(session: Session, directive: Directive) -> list[dict[str, Any]]:
    """Undeliverable notices: whom the desk has to phone, and what the mail server said."""
    rows = session.scalars(
        select(Notice)
        .where(Notice.directive_id == directive.id, Notice.state == NoticeState.UNDELIVERABLE)
        .order_by(Notice.settled_at)
    )
    return [
        {"name": notice.to_name, "address": notice.to_address, "answer": f"{notice.answer_code} {notice.answer_text}",
         "at": notice.settled_at}
        for notice in rows
    ]  # fmt: skip
