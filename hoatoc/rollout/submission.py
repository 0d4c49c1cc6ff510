"""Submitting a report: the first submission decides on time or late, the newest revision decides the figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.errors import NotFound, SubmissionRefused
from hoatoc.ledger.schema import Addressee, Directive, Duty, DutyKind, DutyState, Period, PeriodState, Report, Revision
from hoatoc.localtime import spoken
from hoatoc.rollout import duties, history, periods, snapshot
from hoatoc.rollout.acknowledge import acknowledge
from hoatoc.rollout.figures import read_figures


@dataclass(frozen=True)
class Submitted:
    """What became of a submission: `revision` counts from 1; a repeat of the newest figures makes no new one."""

    report: Report
    revision: int
    on_time: bool
    repeated: bool


def lock(session: Session, addressee: Addressee, slot: str) -> tuple[Duty, Period]:
    """The report duty of `addressee` for `slot` with its period locked; read the clock after this, then `submit`.

    Raises NotFound when nothing is owed for that period."""
    duty = session.scalar(
        select(Duty).where(Duty.addressee_id == addressee.id, Duty.kind == DutyKind.REPORT, Duty.slot == slot)
    )
    if duty is None or duty.period_id is None:
        raise NotFound("không có kỳ báo cáo này", hint="mở lại liên kết trong thư để xem các kỳ phải báo cáo")
    return duty, periods.lock_row(session, duty.period_id)


def submit(
    session: Session, addressee: Addressee, duty: Duty, period: Period, typed: Mapping[str, str], *,
    now: datetime, by_name: str, channel: str,
) -> Submitted:  # fmt: skip
    """Take in what was typed for a locked period, stamped `now` (aware, UTC).

    Raises SubmissionRefused when the figures are wrong or the period takes none any more. A unit that reports has
    plainly received the directive, so its receipt is recorded too."""
    directive = session.get_one(Directive, addressee.directive_id)
    session.refresh(duty)  # it was read before the period was locked
    _refuse_closed(duty, period, directive, now)
    figures = read_figures(snapshot.of(directive).form_of(period.subject), typed)
    report = session.scalar(select(Report).where(Report.duty_id == duty.id))
    if report is not None and report.figures == figures:
        return Submitted(report, report.revision, report.on_time, repeated=True)
    if report is None:
        report = Report(
            duty_id=duty.id, period_id=period.id, first_at=now, on_time=now <= duty.due_at, revision=0,
            revised_at=now, figures=figures,
        )  # fmt: skip
        session.add(report)
    report.revision, report.revised_at, report.figures = report.revision + 1, now, figures
    session.flush()
    session.add(
        Revision(report_id=report.id, number=report.revision, at=now, figures=figures, by_name=by_name, channel=channel)
    )
    actor = f"addressee:{addressee.key}"
    history.note(
        session, directive.id, at=now, kind="report_submitted", subject=f"duty:{duty.id}", actor=actor,
        revision=report.revision, channel=channel,
    )  # fmt: skip
    duties.meet(session, duty, at=now, actor=actor)
    acknowledge(session, addressee, now=now, by_name=by_name, by_title="", channel="report")
    session.flush()
    return Submitted(report, report.revision, report.on_time, repeated=False)


def _refuse_closed(duty: Duty, period: Period, directive: Directive, now: datetime) -> None:
    if period.state is PeriodState.LOCKED or now > period.lock_at:
        raise SubmissionRefused(
            f"Kỳ báo cáo đã khóa từ {spoken(period.lock_at, directive.zone)}; liên hệ văn phòng để được mở lại."
        )
    if duty.state in (DutyState.WAIVED, DutyState.WITHDRAWN):
        raise SubmissionRefused("Đơn vị không phải báo cáo kỳ này.")
