"""What an amendment does to the times of what is open: deadlines follow their rules, and ladders their rungs."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import LIVE, Addressee, Directive, Duty, DutyKind, DutyState, Event
from hoatoc.rollout import announcement, explanation, first_action, history, sparing
from hoatoc.rollout.climb import receipt_due
from hoatoc.rollout.once import owed_once
from hoatoc.rollout.snapshot import Snapshot


def follow(
    session: Session, directive: Directive, before: Snapshot, after: Snapshot, *, reason: str, by: str, now: datetime
) -> int:
    """Move what is owed to when it is due, and to be pressed, by the rules of `after`; how many duties that were."""
    moved = _deadlines(session, directive, before, after, reason, by, now)
    return len(moved | _ladders(session, directive, before, after, now))


def _deadlines(
    session: Session, directive: Directive, before: Snapshot, after: Snapshot, reason: str, by: str, now: datetime
) -> set[int]:
    """Each moves by as much as its rule has moved, so that the time it was given back after a suspension stays. What
    the desk has granted (gia hạn) is never cut short, and what would have been due by `now` already stays due when it
    was: nobody is late for what was not asked in time. A report keeps the instants of its period."""
    live = session.execute(
        select(Duty, Addressee.named_at)
        .join(Addressee, Addressee.id == Duty.addressee_id)
        .where(Duty.directive_id == directive.id, Duty.kind != DutyKind.REPORT, Duty.state.in_(LIVE))
        .with_for_update(of=Duty)
    )
    known: dict[tuple[DutyKind, str, datetime], tuple[datetime, timedelta] | None] = {}
    moved: list[tuple[Duty, datetime, timedelta]] = []
    for duty, named_at in live.tuples().all():
        matter = (duty.kind, duty.subject, _since(duty, named_at))
        if matter not in known:
            known[matter] = _rule_moved(before, after, *matter)
        if (rule := known[matter]) is not None:
            moved.append((duty, *rule))
    granted = _granted(session, directive) if moved else set()
    done = set()
    for duty, by_rule, by_much in moved:
        was = duty.due_at
        due_at = max(was, by_rule) if duty.id in granted else was + by_much
        if due_at == was or due_at <= now < was:
            continue
        duty.due_at, duty.version = due_at, duty.version + 1
        history.note(
            session, directive.id, at=now, kind="duty_extended", subject=f"duty:{duty.id}", actor=by, reason=reason,
            before=was.isoformat(), due_at=due_at.isoformat(), amended=True,
        )  # fmt: skip
        done.add(duty.id)
    session.flush()
    return done


def _since(duty: Duty, named_at: datetime) -> datetime:
    """From when the time of `duty` counts: what everyone owes from the start, from when they were named."""
    with_the_document = duty.kind not in (DutyKind.FIRST_ACTION, DutyKind.EXPLANATION, DutyKind.DECISION)
    named_at = min(named_at, duty.opened_at) if with_the_document else duty.opened_at
    return announcement.since(named_at, duty.opened_at)


def _rule_moved(
    before: Snapshot, after: Snapshot, kind: DutyKind, clause: str, since: datetime
) -> tuple[datetime, timedelta] | None:  # fmt: skip
    """When it is due by the rule now, and by how much that has moved; None where it has not."""
    was, is_ = (_due_at(snap, kind, clause, since) for snap in (before, after))
    return (is_, is_ - was) if was is not None and is_ is not None and is_ != was else None


def _due_at(snap: Snapshot, kind: DutyKind, clause: str, since: datetime) -> datetime | None:
    """When a duty whose time counts from `since` is due by the rules of `snap`; None where these know none such."""
    if kind is DutyKind.RECEIPT:
        return receipt_due(snap.office, snap.content, since)
    if kind is DutyKind.FIRST_ACTION:
        return first_action.due_instant(snap, since)
    if kind is DutyKind.EXPLANATION:
        return explanation.due_instant(snap, sparing.disturbed_at(snap, since))
    regime = snap.content.regime
    if kind is DutyKind.DECISION:
        return next((since + rule.answer_within for rule in regime.permissions if rule.clause == clause), None)
    rules = (rule for rule in owed_once(regime) if (rule.kind, rule.clause) == (kind, clause))
    return next((rule.due_at(since, snap.office) for rule in rules), None)


def _granted(session: Session, directive: Directive) -> set[int]:
    """The duties to which the desk has given another time; the history knows them."""
    rows = session.execute(
        select(Event.subject, Event.detail).where(Event.directive_id == directive.id, Event.kind == "duty_extended")
    )
    return {int(subject.partition(":")[2]) for subject, detail in rows if not detail.get("amended")}


def _ladders(session: Session, directive: Directive, before: Snapshot, after: Snapshot, now: datetime) -> set[int]:
    """Where a ladder or a due time has changed, the next rung is the next that lies ahead."""
    open_ = select(Duty).where(Duty.directive_id == directive.id, Duty.state == DutyState.OPEN).with_for_update()
    moved = set()
    for duty in session.scalars(open_).all():
        climb, old = after.ladder(duty.kind), before.ladder(duty.kind)
        expected = climb.instant(duty.step, duty.due_at)
        if climb.rungs == old.rungs and duty.next_at in (expected, max(expected, directive.resumed_at)):
            continue
        step = climb.ahead(duty.due_at, now)
        duty.step, duty.next_at = step, climb.instant(step, duty.due_at)
        moved.add(duty.id)
    session.flush()
    return moved
