"""Escalate: climb the ladder for duties whose next step has fallen due."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from hoatoc.format.ladder import Step
from hoatoc.ledger.schema import Addressee, Directive, DirectiveState, Duty, DutyState, Specialist, table
from hoatoc.localtime import NEVER, local_date
from hoatoc.rollout import explanation, history, outbox, snapshot, sparing, specialists
from hoatoc.rollout.bundle import LATE, Bundles
from hoatoc.rollout.command import ChainOfCommand


@dataclass(frozen=True)
class Escalated:
    """What an escalation did: duties moved up and notices written."""

    duties: int
    notices: int


@dataclass(frozen=True)
class _Climbed:
    """One duty's way up in this pass: the steps taken, in order, and why nobody was told, '' where somebody was."""

    duty: Duty
    addressee: Addressee
    steps: list[tuple[Step, datetime]]
    silent: str


def escalate(session: Session, directive: Directive, now: datetime) -> Escalated:
    """Take every rung that has fallen due by `now` (aware, UTC): move the duties on and write one notice for each
    mailbox and step, whatever number of duties it is about.

    A rung's window is the instant it was due. After an outage several windows have passed: no step is left out, yet
    each mailbox gets one notice, at the highest of its steps, whose reason says what it took in and why it is late."""
    if directive.state is not DirectiveState.RUNNING:
        return Escalated(0, 0)
    due = _due(session, directive, now)
    if not due:
        return Escalated(0, 0)
    snap = snapshot.of(directive)
    chain = ChainOfCommand(session, directive.office_id, local_date(now, directive.zone), snap.office.leadership)
    inside = specialists.at_work(session, directive.id)
    ran_since = directive.issued_at if directive.resumed_at == NEVER else directive.resumed_at
    bundles, asked = Bundles(), []
    climbed = []
    for duty, addressee in due:
        steps = list(_due_steps(duty, snap, ran_since, now))
        silent = _silent(addressee)
        if not silent:
            told = [_tell(bundles, chain, step, window, duty, addressee) for step, window in steps]
            pressed = [step for step, somebody in zip(steps, told, strict=True) if somebody]
            _tell_inside(bundles, inside.get(addressee.id, ()), pressed, duty, addressee)
            silent = "" if any(told) else "ngoài hai hệ, hoặc cấp trên chính là lãnh đạo ở nấc cuối"
            asked += [(duty, addressee) for step, _ in pressed if step is Step.EXPLAIN]
        climbed.append(_Climbed(duty, addressee, steps, silent))
    _note(session, directive, climbed, now)
    _move(session, [_moved(item, snap) for item in climbed])
    notices = [bundle.written(now, directive.zone) for bundle in bundles.folded()]
    notices = sparing.spared(session, snap, notices, now)
    notices = sparing.joined(session, directive.id, notices, now)
    outbox.write(session, directive.id, notices, now=now, domain=snap.office.sender.partition("@")[2])
    asked_for = explanation.ask_all(session, directive, snap, chain, asked, now)
    return Escalated(len(climbed), len(notices) + asked_for)


def _due(session: Session, directive: Directive, now: datetime) -> list[tuple[Duty, Addressee]]:
    """The open duties whose next step has fallen due, locked, the earliest step first."""
    rows = session.execute(
        select(Duty, Addressee)
        .join(Addressee, Addressee.id == Duty.addressee_id)
        .where(Duty.directive_id == directive.id, Duty.next_at <= now, Duty.state == DutyState.OPEN)
        .order_by(Duty.next_at, Duty.id)
        .with_for_update(of=Duty)
    )
    return [(duty, addressee) for duty, addressee in rows]


def _due_steps(
    duty: Duty, snap: snapshot.Snapshot, ran_since: datetime, now: datetime
) -> Iterator[tuple[Step, datetime]]:
    """The rungs to be taken, each with its window. One that passed while the directive stood still is taken since it
    runs again: nobody was late with it."""
    climb = snap.ladder(duty.kind)
    for index in range(duty.step, len(climb)):
        window = climb.instant(index, duty.due_at)
        if window > now:
            return
        yield climb[index].step, max(window, ran_since)


def _silent(addressee: Addressee) -> str:
    """Why nobody is to be pressed about `addressee`; '' when somebody is."""
    return "" if addressee.unreachable_at == NEVER else "thư không tới được: văn phòng gọi điện, không ai bị đôn đốc"


def _tell(
    bundles: Bundles, chain: ChainOfCommand, step: Step, window: datetime, duty: Duty, addressee: Addressee
) -> bool:
    mailboxes = chain.pressed(step, addressee)
    if step is Step.EXPLAIN:  # a duty of its own, with its own notice
        return bool(mailboxes)
    for mailbox in mailboxes:
        bundles.add(step, mailbox, window, duty, addressee)
    return bool(mailboxes)


def _tell_inside(
    bundles: Bundles, people: Sequence[Specialist], steps: Sequence[tuple[Step, datetime]], duty: Duty,
    addressee: Addressee,
) -> None:  # fmt: skip
    """Where the unit is told at the first rung, so are those inside it to whom it has given the duty; it owes it on."""
    for step, window in steps:
        if step is Step.REMIND:
            for specialist in people:
                if duty.subject in specialist.subjects:
                    bundles.add(step, specialists.mailbox(specialist), window, duty, addressee)


def _moved(item: _Climbed, snap: snapshot.Snapshot) -> dict[str, Any]:
    taken = item.duty.step + len(item.steps)
    return {"of": item.duty.id, "taken": taken, "next": snap.ladder(item.duty.kind).instant(taken, item.duty.due_at)}


def _move(session: Session, moves: Sequence[dict[str, Any]]) -> None:
    statement = (
        update(table(Duty))
        .where(table(Duty).c.id == bindparam("of"))
        .values(step=bindparam("taken"), next_at=bindparam("next"))
    )
    session.execute(statement, list(moves))
    session.expire_all()


def _note(session: Session, directive: Directive, climbed: Sequence[_Climbed], now: datetime) -> None:
    """One event a duty: which steps it has taken, whether anybody was told, and how late the engine was."""
    subjects = []
    for item in climbed:
        detail: dict[str, Any] = {
            "step": item.duty.step + len(item.steps), "steps": [step.value for step, _ in item.steps],
            "pressed": not item.silent,
        }  # fmt: skip
        if item.silent:
            detail["reason"] = item.silent
        if item.steps and now - item.steps[0][1] > LATE:
            detail["late_since"] = item.steps[0][1].isoformat()
        subjects.append((f"duty:{item.duty.id}", detail))
    history.note_all(session, directive.id, at=now, kind="duty_escalated", subjects=subjects)
