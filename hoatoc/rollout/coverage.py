"""Shares on their way to a target."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.errors import NotFound, SubmissionRefused
from hoatoc.format.regime import CoverageRule
from hoatoc.ledger.schema import (
    LIVE,
    Addressee,
    Assignment,
    CoverageEntry,
    Directive,
    Duty,
    DutyKind,
    Obligation,
)
from hoatoc.rollout import duties, history, snapshot
from hoatoc.rollout.acknowledge import acknowledge
from hoatoc.rollout.figures import read_count

#: What a column of the ledger holds; no province has as many people.
_LARGEST = 2_000_000_000


@dataclass(frozen=True)
class Series:
    """What one addressee has said of one share, oldest first, and the target in per cent."""

    rule: CoverageRule
    entries: Sequence[CoverageEntry]

    @property
    def reached(self) -> bool:
        """Whether the newest entry stands at or above the target."""
        return bool(self.entries) and reaches(self.entries[-1], self.rule.target)


def reaches(entry: CoverageEntry, target: int) -> bool:
    """Whether an entry is at least `target` per cent, in whole numbers: 999 of 1000 is not 100 %."""
    return entry.counted * 100 >= target * entry.of


def series_of(session: Session, addressee: Addressee) -> list[Series]:
    """The shares that `addressee` follows."""
    directive = session.get_one(Directive, addressee.directive_id)
    rules = {rule.clause: rule for rule in snapshot.of(directive).content.regime.coverage}
    if not rules:
        return []
    borne = session.scalars(
        select(Obligation)
        .join(Assignment, Assignment.obligation_id == Obligation.id)
        .where(Assignment.addressee_id == addressee.id, Obligation.clause.in_(rules))
        .order_by(Obligation.ordinal)
    ).all()
    said = session.scalars(
        select(CoverageEntry)
        .where(CoverageEntry.addressee_id == addressee.id)
        .order_by(CoverageEntry.at, CoverageEntry.id)
    ).all()
    return [Series(rules[item.clause], [entry for entry in said if entry.obligation_id == item.id]) for item in borne]


def enter(
    session: Session, addressee: Addressee, clause: str, counted: str, of: str, *, now: datetime, by_name: str
) -> CoverageEntry:
    """Add an entry to the series of `clause`, figures as typed; one that reaches the target meets the duty, where
    there is one. Raises NotFound, and SubmissionRefused when the figures do not stand."""
    series = next((item for item in series_of(session, addressee) if item.rule.clause == clause), None)
    if series is None:
        raise NotFound("không có chỉ tiêu này", hint="mở lại liên kết trong thư")
    numbers = _read(counted, of)
    obligation = session.scalars(
        select(Obligation).where(Obligation.directive_id == addressee.directive_id, Obligation.clause == clause)
    ).one()
    entry = CoverageEntry(
        obligation_id=obligation.id, addressee_id=addressee.id, at=now, counted=numbers[0], of=numbers[1],
        by_name=by_name,
    )  # fmt: skip
    session.add(entry)
    session.flush()
    actor = f"addressee:{addressee.key}"
    history.note(
        session, addressee.directive_id, at=now, kind="coverage_entered", subject=f"addressee:{addressee.id}",
        actor=actor, clause=clause, counted=entry.counted, of=entry.of,
    )  # fmt: skip
    duty = session.scalar(
        select(Duty)
        .where(Duty.addressee_id == addressee.id, Duty.kind == DutyKind.COVERAGE, Duty.subject == clause)
        .order_by(Duty.generation.desc())  # the newest, where it was passed on and came back
        .limit(1)
        .with_for_update()
    )
    if duty is not None and duty.state in LIVE and reaches(entry, series.rule.target):
        duties.meet(session, duty, at=now, actor=actor)
    acknowledge(session, addressee, now=now, by_name=by_name, by_title="", channel="task")
    return entry


def _read(counted: str, of: str) -> tuple[int, int]:
    problems: dict[str, str] = {}
    numbers: dict[str, int] = {}
    for key, typed in (("counted", counted), ("of", of)):
        try:
            numbers[key] = _read_number(typed)
        except ValueError as error:
            problems[key] = str(error)
    if not problems and numbers["of"] == 0:
        problems["of"] = "tổng số phải lớn hơn 0"
    elif not problems and numbers["counted"] > numbers["of"]:
        problems["counted"] = "lớn hơn tổng số"
    if problems:
        raise SubmissionRefused("Số liệu chưa đúng.", problems)
    return numbers["counted"], numbers["of"]


def _read_number(typed: str) -> int:
    if not typed.strip():
        raise ValueError('chưa điền; không phát sinh thì ghi "0"')
    number = read_count(typed)
    if number > _LARGEST:
        raise ValueError("số quá lớn")
    return number
