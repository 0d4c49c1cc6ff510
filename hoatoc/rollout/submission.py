"""Submitting a report: the first submission decides on time or late, the newest revision decides the figures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from hoatoc.errors import NotFound, SubmissionRefused
from hoatoc.format.form import Form
from hoatoc.ledger.schema import (
    Addressee,
    Directive,
    Duty,
    DutyKind,
    DutyState,
    Erratum,
    Period,
    PeriodState,
    Reopening,
    Report,
    Revision,
    UnsentReport,
)
from hoatoc.localtime import spoken
from hoatoc.phrase import Phrase
from hoatoc.rollout import attachments, checking, duties, errata, figures, history, past, periods, snapshot
from hoatoc.rollout.acknowledge import acknowledge

_LONGEST_EXPLANATION = 1000
#: The name of the explanation among what was typed. The hyphen keeps it apart from figures, whose keys have none.
EXPLANATION = "giai-trinh"


@dataclass(frozen=True)
class Submitted:
    """What became of a submission: `revision` counts from 1; a repeat of the newest figures makes no new one."""

    report: Report
    revision: int
    on_time: bool
    repeated: bool


def owed(session: Session, addressee: Addressee, slot: str) -> tuple[Duty, Period]:
    """The report duty of `addressee` for `slot`, and its period. Raises NotFound when nothing is owed for it."""
    duty = session.scalar(duty_for(addressee, slot))
    if duty is None or duty.period_id is None:
        raise NotFound("không có kỳ báo cáo này", hint="mở lại liên kết trong thư để xem các kỳ phải báo cáo")
    return duty, session.get_one(Period, duty.period_id)


def duty_for(addressee: Addressee, slot: str) -> Select[tuple[Duty]]:
    """The report duty of `addressee` for `slot`: the newest, where it was passed on to another unit and came back."""
    return (
        select(Duty)
        .where(Duty.addressee_id == addressee.id, Duty.kind == DutyKind.REPORT, Duty.slot == slot)
        .order_by(Duty.generation.desc())
        .limit(1)
    )


def lock(session: Session, addressee: Addressee, slot: str) -> tuple[Duty, Period]:
    """The same with the period locked; read the clock after this, then `submit`. Raises NotFound."""
    duty, period = owed(session, addressee, slot)
    return duty, periods.lock_row(session, period.id)


def submit(
    session: Session, addressee: Addressee, duty: Duty, period: Period, typed: Mapping[str, str], *,
    now: datetime, by_name: str, channel: str, explanation: str = "",
) -> Submitted:  # fmt: skip
    """Take in what was typed for a locked period, stamped `now` (aware, UTC).

    Raises SubmissionRefused when the figures are wrong, when they are unusual and no `explanation` goes with them, or
    when the period takes none any more. A unit that reports has plainly received the directive, so its receipt is
    recorded too."""
    directive = session.get_one(Directive, addressee.directive_id)
    session.refresh(duty)  # it was read before the period was locked
    _refuse_closed(session, duty, period, directive, now)
    explanation = explanation.strip()
    taken, warnings = _judged(session, directive, duty, period, typed, explanation)
    report = session.scalar(select(Report).where(Report.duty_id == duty.id))
    if report is not None and (report.figures, report.explanation) == (taken, explanation):
        return Submitted(report, report.revision, report.on_time, repeated=True)
    if report is None:
        report = Report(
            duty_id=duty.id, period_id=period.id, addressee_id=addressee.id, first_at=now,
            on_time=duties.is_in_time(session, duty, now), revision=0, revised_at=now, figures=taken, warnings=warnings,
            explanation=explanation, erratum=Erratum.NONE,
        )  # fmt: skip
        session.add(report)
    report.revision, report.revised_at, report.figures = report.revision + 1, now, taken
    report.warnings, report.explanation = warnings, explanation
    errata.mark(report, period)
    session.flush()
    session.add(Revision(
        report_id=report.id, number=report.revision, at=now, figures=taken, warnings=warnings,
        explanation=explanation, by_name=by_name, channel=channel,
        in_summary=not errata.is_frozen(period),
    ))  # fmt: skip
    session.execute(delete(UnsentReport).where(UnsentReport.duty_id == duty.id))
    actor = f"addressee:{addressee.key}"
    history.note(
        session, directive.id, at=now, kind="report_submitted", subject=f"duty:{duty.id}", actor=actor,
        revision=report.revision, channel=channel, warnings=len(warnings),
    )  # fmt: skip
    duties.meet(session, duty, at=now, actor=actor)
    acknowledge(session, addressee, now=now, by_name=by_name, by_title="", channel="report")
    session.flush()
    return Submitted(report, report.revision, report.on_time, repeated=False)


def judge(
    session: Session, form: Form, duty: Duty, period: Period, typed: Mapping[str, str]
) -> tuple[dict[str, Any], list[checking.Finding]]:
    """The figures of what was typed and what is unusual about them, judged as `submit` would; nothing is written.

    Raises SubmissionRefused when they are wrong."""
    known = past.of(session, duty, period, figures.readers(form))
    taken = figures.read_figures(form, typed, known)
    attachments.require(session, duty.addressee_id, form, taken)
    return taken, checking.warnings(form, figures.numbers(form, taken), known)


def refuse_unknown(form: Form, keys: Iterable[str]) -> None:
    """Raise SubmissionRefused where what was sent names something that the form does not have: a figure under a name
    of its own would be lost without a word."""
    known = {field.key for field in form.fields}
    unknown = {key: "mẫu không có chỉ tiêu này" for key in keys if key not in known}
    if unknown:
        raise SubmissionRefused("Báo cáo chưa nhận được vì có chỉ tiêu lạ.", unknown)


def _judged(
    session: Session, directive: Directive, duty: Duty, period: Period, typed: Mapping[str, str], explanation: str
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    if len(explanation) > _LONGEST_EXPLANATION:
        raise SubmissionRefused(
            "Giải trình quá dài.", {EXPLANATION: Phrase("dài quá %(most)s ký tự", most=_LONGEST_EXPLANATION)}
        )
    taken, found = judge(session, snapshot.of(directive).form_of(period.subject), duty, period, typed)
    if found and not explanation:
        says = "Số liệu có chỗ khác thường: kiểm tra lại, đúng thì ghi một dòng giải trình rồi nộp."
        raise SubmissionRefused(says, warnings=checking.by_field(found))
    return taken, [{"fields": list(finding.fields), "says": finding.says} for finding in found]


def lock_instant(session: Session, duty: Duty, period: Period) -> datetime:
    """Until when a duty's report is taken in: its period's lock, or later where the desk has granted it."""
    granted = session.scalar(select(Reopening.lock_at).where(Reopening.duty_id == duty.id))
    return max(period.lock_at, granted) if granted else period.lock_at


def _refuse_closed(session: Session, duty: Duty, period: Period, directive: Directive, now: datetime) -> None:
    lock_at = lock_instant(session, duty, period)
    if now > lock_at or (period.state is PeriodState.LOCKED and lock_at <= period.lock_at):
        raise SubmissionRefused(
            Phrase(
                "Kỳ báo cáo đã khóa từ %(at)s; liên hệ văn phòng để được mở lại.", at=spoken(lock_at, directive.zone)
            )
        )
    if duty.state in (DutyState.WAIVED, DutyState.WITHDRAWN):
        raise SubmissionRefused("Đơn vị không phải báo cáo kỳ này.")
