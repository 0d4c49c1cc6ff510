"""The course of a directive: what happened, what comes, and how far up the ladder it has gone."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hoatoc.format.ladder import Step
from hoatoc.ledger.schema import (
    Addressee,
    Directive,
    DirectiveState,
    Duty,
    DutyState,
    Event,
    Notice,
    NoticeState,
    Period,
    PeriodState,
)
from hoatoc.localtime import NEVER, local_date
from hoatoc.rollout import snapshot, statistics

#: Told one by one; everything else is counted by day.
_SINGLE = (
    "directive_issued", "directive_amended", "directive_suspended", "directive_running", "directive_ended",
    "directive_recalled", "directive_replaced", "summary_frozen", "period_left_out", "addressee_unreachable",
    "call_logged", "duty_waived", "duty_returned", "duty_open", "duty_extended", "duty_reassigned", "report_reopened",
    "step_missed", "extension_asked", "extension_granted", "extension_refused",
)  # fmt: skip
_COUNTED = (
    "duty_opened", "receipt_recorded", "report_submitted", "task_reported", "roster_handed_in", "duty_escalated",
    "explanation_given", "permission_asked", "permission_granted", "permission_refused", "notice_sent",
    "notice_refused", "notice_skipped",
)  # fmt: skip


@dataclass(frozen=True)
class Happened:
    """Something that happened: one event with its `detail` and whom it is about, or `times` of a kind on one day, of
    which `at` is the last."""

    at: datetime
    kind: str
    times: int = 1
    actor: str = ""
    name: str = ""
    detail: dict[str, Any] | None = None


@dataclass(frozen=True)
class Coming:
    """Something to come at `at`: a rung (`step`) for `times` duties, or what a period does next (`period`, its day)."""

    at: datetime
    step: Step | None = None
    times: int = 1
    period: PeriodState | None = None
    day: date | None = None


@dataclass(frozen=True)
class Told:
    """One mailbox that was told at a rung: how many notices went out, and when the last did."""

    name: str
    address: str
    times: int
    at: datetime


@dataclass(frozen=True)
class Stage:
    """A rung of the ladder: the units for whose open duties it is the last one taken, and who was told there."""

    step: Step
    standing: Sequence[tuple[str, int]]
    told: Sequence[Told]


def happened(session: Session, directive: Directive, *, most: int = 60) -> list[Happened]:
    """The newest `most` lines of the course, the newest first."""
    lines = [*_single(session, directive, most), *_by_day(session, directive)]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:most]


def to_come(session: Session, directive: Directive, *, most: int = 12) -> list[Coming]:
    """The next `most` instants at which something falls due by itself, without those whom no mail reaches; nothing
    while the directive does not run."""
    if directive.state is not DirectiveState.RUNNING:
        return []
    snap = snapshot.of(directive)
    rungs = session.execute(
        select(Duty.next_at, Duty.kind, Duty.step, func.count())
        .join(Addressee, Addressee.id == Duty.addressee_id)
        .where(
            Duty.directive_id == directive.id, Duty.state == DutyState.OPEN, Duty.next_at < NEVER,
            Addressee.unreachable_at == NEVER,
        )
        .group_by(Duty.next_at, Duty.kind, Duty.step)
        .order_by(Duty.next_at)
        .limit(most)
    ).tuples()  # fmt: skip
    steps: Counter[tuple[datetime, Step]] = Counter()
    for at, kind, index, times in rungs:
        steps[at, snap.ladder(kind)[index].step] += times
    periods = session.scalars(
        select(Period)
        .where(Period.directive_id == directive.id, Period.next_at < NEVER)
        .order_by(Period.next_at)
        .limit(most)
    )
    coming = [Coming(at, step=step, times=times) for (at, step), times in steps.items()]
    coming += [Coming(period.next_at, period=period.state, day=period.local_date) for period in periods]
    return sorted(coming, key=lambda item: item.at)[:most]


def ladder(session: Session, directive: Directive) -> list[Stage]:
    """The rungs that somebody stands at or was told at, from the lowest up. Who cannot be reached is pressed by nobody,
    and stands at none."""
    snap = snapshot.of(directive)
    standing: dict[Step, Counter[tuple[str, int]]] = {}
    rows = session.execute(
        select(Duty.kind, Duty.step, Addressee.name, Addressee.unit_id)
        .join(Addressee, Addressee.id == Duty.addressee_id)
        .where(
            Duty.directive_id == directive.id, Duty.state == DutyState.OPEN, statistics.climbed(),
            Addressee.unreachable_at == NEVER,
        )
        .order_by(Addressee.id)
    ).tuples()  # fmt: skip
    for kind, step, name, unit_id in rows:
        climb = snap.ladder(kind)
        taken = climb[min(step, len(climb)) - 1].step
        standing.setdefault(taken, Counter())[name, unit_id] += 1
    told = _told(session, directive)
    return [
        Stage(step, list(standing.get(step, ())), told.get(step, []))
        for step in Step
        if step in standing or step in told
    ]  # fmt: skip


def _single(session: Session, directive: Directive, most: int) -> list[Happened]:
    events = session.scalars(
        select(Event)
        .where(Event.directive_id == directive.id, Event.kind.in_(_SINGLE))
        .order_by(Event.id.desc())
        .limit(most)
    ).all()
    names = _names(session, events)
    return [
        Happened(event.at, event.kind, actor=event.actor, name=names.get(event.subject, ""), detail=event.detail)
        for event in events
    ]  # fmt: skip


def _by_day(session: Session, directive: Directive) -> list[Happened]:
    rows = session.execute(
        select(Event.at, Event.kind, func.count())
        .where(Event.directive_id == directive.id, Event.kind.in_(_COUNTED))
        .group_by(Event.at, Event.kind)
    ).tuples()
    days: dict[tuple[date, str], tuple[datetime, int]] = {}
    for at, kind, times in rows:
        day = (local_date(at, directive.zone), kind)
        last, before = days.get(day, (at, 0))
        days[day] = (max(last, at), before + times)
    return [Happened(at, kind, times=times) for (_, kind), (at, times) in days.items()]


def _names(session: Session, events: Sequence[Event]) -> dict[str, str]:
    numbers: dict[str, list[int]] = {"duty": [], "addressee": []}
    for event in events:
        what, _, number = event.subject.partition(":")
        if what in numbers:
            numbers[what].append(int(number))
    owed = session.execute(
        select(Duty.id, Addressee.name)
        .join(Addressee, Addressee.id == Duty.addressee_id)
        .where(Duty.id.in_(numbers["duty"]))
    )
    known = session.execute(select(Addressee.id, Addressee.name).where(Addressee.id.in_(numbers["addressee"])))
    return {f"duty:{id_}": name for id_, name in owed} | {f"addressee:{id_}": name for id_, name in known}


def _told(session: Session, directive: Directive) -> dict[Step, list[Told]]:
    rows = session.execute(
        select(Notice.step, Notice.to_name, Notice.to_address, func.count(), func.max(Notice.settled_at))
        .where(
            Notice.directive_id == directive.id, Notice.state == NoticeState.SENT, Notice.step.in_(list(Step)),
        )
        .group_by(Notice.step, Notice.to_name, Notice.to_address)
        .order_by(Notice.to_name)
    ).tuples()  # fmt: skip
    found: dict[Step, list[Told]] = {}
    for step, name, address, times, at in rows:
        found.setdefault(Step(step), []).append(Told(name, address, times, at))
    return found
