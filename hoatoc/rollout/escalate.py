"""Escalate: climb the ladder for duties whose next step has fallen due."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from hoatoc.format.regime import Step
from hoatoc.ledger.schema import Addressee, Directive, Duty, DutyState
from hoatoc.localtime import NEVER, local_date
from hoatoc.rollout import history, outbox, snapshot
from hoatoc.rollout.command import ChainOfCommand, Mailbox
from hoatoc.rollout.duties import rung_instant

#: The template of each step: the unit's own people get a letter, those above get a digest.
TEMPLATES = {
    Step.REMIND: "reminder",
    Step.PRESS: "reminder",
    Step.SUPERIOR: "escalation_digest",
    Step.LEADERSHIP: "escalation_digest",
}


_OWN = frozenset({Step.REMIND, Step.PRESS})


@dataclass(frozen=True)
class Escalated:
    """What an escalation did: duties moved up and notices written."""

    duties: int
    notices: int


@dataclass
class _Bundle:
    """What one mailbox is told at one step: all the duties, in one notice."""

    to: Mailbox
    recipient: str
    window: datetime
    duties: list[int] = field(default_factory=list)
    addressee_id: int = 0
    late_steps: int = 0


def escalate(session: Session, directive: Directive, now: datetime) -> Escalated:
    """Take every rung that has fallen due by `now` (aware, UTC): move the duties on and write one notice for each
    mailbox and step, whatever number of duties it is about.

    A rung's window is the instant it was due. After an outage several windows have passed: no step is left out, yet
    each mailbox gets one notice a step, of the latest window, and the notice's reason says so."""
    due = session.execute(
        select(Duty, Addressee)
        .join(Addressee, Addressee.id == Duty.addressee_id)
        .where(Duty.directive_id == directive.id, Duty.next_at <= now, Duty.state == DutyState.OPEN)
        .order_by(Duty.id)
        .with_for_update(of=Duty)
    ).all()
    if not due:
        return Escalated(0, 0)
    snap = snapshot.of(directive)
    chain = ChainOfCommand(session, directive.office_id, local_date(now, directive.zone), snap.office.leadership)
    bundles: dict[tuple[Step, str], _Bundle] = {}
    moves: list[dict[str, Any]] = []
    for duty, addressee in due:
        rungs = snap.ladder(duty.kind)
        steps = list(_due_steps(duty, snap, now))
        if addressee.unreachable_at == NEVER:
            for step, window in steps:
                for mailbox in chain.pressed(step, addressee):
                    _add(bundles, step, mailbox, window, duty, addressee)
        taken = duty.step + len(steps)
        moves.append({"of": duty.id, "taken": taken, "next": rung_instant(rungs, taken, duty.due_at)})
    _move(session, moves)
    notices = [_written(step, bundle) for (step, _), bundle in bundles.items()]
    outbox.write(session, directive.id, notices, now=now, domain=snap.office.sender.partition("@")[2])
    history.note_all(
        session, directive.id, at=now, kind="duty_escalated", subjects=list(_told(due, moves)),
    )  # fmt: skip
    return Escalated(len(moves), len(notices))


def _due_steps(duty: Duty, snap: snapshot.Snapshot, now: datetime) -> Iterator[tuple[Step, datetime]]:
    rungs = snap.ladder(duty.kind)
    for index in range(duty.step, len(rungs)):
        window = rung_instant(rungs, index, duty.due_at)
        if window > now:
            return
        yield rungs[index].step, window


def _add(
    bundles: dict[tuple[Step, str], _Bundle], step: Step, mailbox: Mailbox, window: datetime, duty: Duty,
    addressee: Addressee,
) -> None:  # fmt: skip
    # A unit's own people are told about their unit alone, with its link; those above get one digest of all.
    recipient = addressee.key if step in _OWN else mailbox.key
    bundle = bundles.setdefault((step, recipient), _Bundle(mailbox, recipient, window))
    if window != bundle.window:
        bundle.late_steps += 1
        bundle.window = max(bundle.window, window)
    if duty.id not in bundle.duties:
        bundle.duties.append(duty.id)
    bundle.addressee_id = addressee.id


def _move(session: Session, moves: Sequence[dict[str, Any]]) -> None:
    statement = (
        update(Duty.__table__)  # type: ignore[arg-type]  # declared as FromClause, always a Table here
        .where(Duty.__table__.c.id == bindparam("of"))
        .values(step=bindparam("taken"), next_at=bindparam("next"))
    )
    session.execute(statement, list(moves))
    session.expire_all()


def _written(step: Step, bundle: _Bundle) -> outbox.Written:
    reason = f"đến nấc {step}"
    if bundle.late_steps:
        reason += "; gộp các nấc đã qua trong lúc hệ thống ngừng"
    return outbox.Written(
        template=TEMPLATES[step], step=step, to=replace(bundle.to, key=bundle.recipient),
        occurrence=bundle.window.isoformat(),
        due_at=bundle.window, reason=reason, duties=tuple(bundle.duties),
        addressee_id=bundle.addressee_id if step in _OWN else None,
    )  # fmt: skip


def _told(due: Sequence[Any], moves: Sequence[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for (_duty, addressee), moved in zip(due, moves, strict=True):
        pressed = addressee.unreachable_at == NEVER
        yield f"duty:{moved['of']}", {"step": moved["taken"], "pressed": pressed}
