"""Amending a directive that runs: a new snapshot, and everything that is open follows it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from hoatoc.errors import HoatocError
from hoatoc.format.directive import identity, title, urgency
from hoatoc.format.folder import Draft, OfficeFolder
from hoatoc.ledger.schema import (
    Addressee,
    Assignment,
    Directive,
    DirectiveState,
    Duty,
    DutyKind,
    DutyState,
    Obligation,
    Period,
    PeriodState,
)
from hoatoc.localtime import NEVER, following_day, instant, local_date
from hoatoc.rollout import duties, history, life, periods, snapshot
from hoatoc.rollout.change import announce
from hoatoc.rollout.difference import differences
from hoatoc.rollout.directory import import_office
from hoatoc.rollout.issue import write_addressees
from hoatoc.rollout.once import duty_clauses, owed_once
from hoatoc.rollout.resolve import resolve
from hoatoc.rollout.snapshot import Snapshot

_ONCE = (DutyKind.TASK, DutyKind.ROSTER, DutyKind.COVERAGE)
_LIVE = (DutyState.OPEN, DutyState.RETURNED)


@dataclass
class Amended:
    """What an amendment did: what it changed in words, and the duties that followed."""

    changes: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    opened: int = 0
    withdrawn: int = 0
    moved: int = 0


def amend(
    session: Session, directive: Directive, folder: OfficeFolder, draft: Draft, *, reason: str, by: str, now: datetime,
    version: int | None = None,
) -> Amended:  # fmt: skip
    """Make a running directive follow `draft` from `now` (aware, UTC) on. Amending it to what it is does nothing.

    A period that is open keeps its instants: the new ones hold from the next period. Raises HoatocError when the
    draft is another document (that is thay thế), ChangedMeanwhile when somebody else was faster."""
    taken = snapshot.take(folder, draft)
    _refuse_another(directive, draft, reason)
    life.touch(session, directive, version)
    before = snapshot.of(directive)
    import_office(session, folder, local_date(now, folder.office.zone))
    old_hash = directive.snapshot_hash
    directive.snapshot, directive.snapshot_hash = taken, snapshot.digest(taken)
    directive.title, directive.urgency = title(draft.content.text), urgency(draft.content.text).value
    session.flush()
    after = snapshot.of(directive)
    done = Amended(changes=differences(before, after))
    _obligations(session, directive, draft)
    _bearers(session, directive, folder, draft, done, reason, by, now)
    _periods(session, directive, after, now)
    _owed_once(session, directive, before, after, done, reason, by, now)
    _ladders(session, directive, before, after, done, now)
    session.flush()
    if done == Amended() and directive.snapshot_hash == old_hash:
        return done
    history.note(
        session, directive.id, at=now, kind="directive_amended", subject=f"directive:{directive.id}", actor=by,
        reason=reason, changes=done.changes, before=old_hash, snapshot=directive.snapshot_hash, added=done.added,
        removed=done.removed,
    )  # fmt: skip
    _tell(session, directive, done, reason, now)
    return done


def _refuse_another(directive: Directive, draft: Draft, reason: str) -> None:
    if not reason.strip():
        raise HoatocError("chưa ghi lý do", hint="lý do được gửi cho các đơn vị và lưu trong lịch sử")
    if directive.state is not DirectiveState.RUNNING:
        raise HoatocError("chỉ sửa được văn bản đang chạy", hint="văn bản tạm dừng: cho chạy tiếp trước khi sửa")
    if draft.key != directive.key or identity(draft.content.text) != directive.identity:
        raise HoatocError(
            "số, ký hiệu hoặc ngày của văn bản khác bản đang chạy", hint="văn bản khác thì ban hành rồi thay thế"
        )


def _obligations(session: Session, directive: Directive, draft: Draft) -> None:
    known = {
        row.clause: row
        for row in session.scalars(select(Obligation).where(Obligation.directive_id == directive.id))
    }  # fmt: skip
    owed = duty_clauses(draft.content.regime)
    for ordinal, item in enumerate(draft.content.text.obligations):
        row = known.pop(item.clause, None) or Obligation(directive_id=directive.id, clause=item.clause)
        row.ordinal, row.quote, row.kind, row.opens_duty = ordinal, item.quote, item.kind, item.clause in owed
        row.detail = item.model_dump(mode="json", exclude={"clause", "quote", "kind"})
        session.add(row)
    for row in known.values():  # a clause that was dropped stays for the history
        row.opens_duty = False
    session.flush()


def _bearers(
    session: Session, directive: Directive, folder: OfficeFolder, draft: Draft, done: Amended, reason: str, by: str,
    now: datetime,
) -> None:  # fmt: skip
    """Addressees and assignments as the draft names them; whoever is named no more has its duties withdrawn."""
    clauses = {
        row.clause: row.id
        for row in session.scalars(select(Obligation).where(Obligation.directive_id == directive.id))
    }  # fmt: skip
    resolved = resolve(draft.content, folder.units, local_date(now, directive.zone))
    known = {
        row.key: row
        for row in session.scalars(
            select(Addressee).where(Addressee.directive_id == directive.id, Addressee.decides.is_(False))
        )
    }
    session.execute(delete(Assignment).where(Assignment.obligation_id.in_(clauses.values())))
    fresh = [item for item in resolved if item.target.key not in known]
    if fresh:
        write_addressees(session, directive, fresh, clauses)
    kept = [
        {"obligation_id": clauses[clause], "addressee_id": known[item.target.key].id}
        for item in resolved
        if item.target.key in known
        for clause in item.clauses
    ]
    if kept:
        session.execute(insert(Assignment), kept)
    done.added = [item.target.name for item in fresh]
    bears = {item.target.key: set(item.clauses) for item in resolved}
    for key, addressee in known.items():
        if key not in bears:
            done.removed.append(addressee.name)
        done.withdrawn += _withdraw(session, addressee, bears.get(key), reason, by, now)


def _withdraw(
    session: Session, addressee: Addressee, bears: set[str] | None, reason: str, by: str, now: datetime
) -> int:
    """Withdraw what `addressee` owes no more: all of it where it is named no more (`bears` is None)."""
    live = session.scalars(
        select(Duty).where(Duty.addressee_id == addressee.id, Duty.state.in_(_LIVE)).with_for_update()
    ).all()
    gone = [
        duty for duty in live
        if bears is None or (duty.kind in (DutyKind.REPORT, *_ONCE) and duty.subject not in bears)
    ]  # fmt: skip
    for duty in gone:
        duties.move(session, duty, DutyState.WITHDRAWN, at=now, actor=by, reason=reason)
    return len(gone)


def _periods(session: Session, directive: Directive, after: Snapshot, now: datetime) -> None:
    """The planned period of each report takes the new instants; a report that is new gets its first period."""
    rules = {rule.clause: rule for rule in after.content.regime.reports}
    rows = session.scalars(select(Period).where(Period.directive_id == directive.id)).all()
    for period in (period for period in rows if period.state is PeriodState.PLANNED):
        rule = rules.get(period.subject)
        if rule is None or (rule.last is not None and period.local_date > rule.last):
            period.state, period.next_at = PeriodState.LOCKED, NEVER
            history.note(
                session, directive.id, at=now, kind="period_left_out", subject=f"period:{period.id}", slot=period.slot
            )
            continue
        period.due_at = instant(period.local_date, rule.cutoff, period.zone)
        period.freeze_at, period.lock_at = period.due_at + rule.freeze, period.due_at + rule.lock
        period.opens_at = max(instant(following_day(period.local_date, -1), rule.cutoff, period.zone), now)
        period.next_at = period.opens_at
    known = {period.subject for period in rows}
    for rule in (rule for rule in rules.values() if rule.clause not in known):
        first = max(rule.first, local_date(now, directive.zone))
        if instant(first, rule.cutoff, directive.zone) <= now:
            first = following_day(first)
        periods.plan_period(session, directive.id, rule, first, zone=directive.zone, earliest=now)
    session.flush()


def _owed_once(
    session: Session, directive: Directive, before: Snapshot, after: Snapshot, done: Amended, reason: str, by: str,
    now: datetime,
) -> None:  # fmt: skip
    """Open what is new, and move the due time of what is open where the rule has moved it."""
    old = {once.clause: once.due_at(directive.issued_at, before.office) for once in owed_once(before.content.regime)}
    for once in owed_once(after.content.regime):
        due_at = once.due_at(directive.issued_at, after.office)
        live = session.scalars(
            select(Duty)
            .where(Duty.directive_id == directive.id, Duty.subject == once.clause, Duty.state.in_(_LIVE))
            .with_for_update()
        ).all()
        if once.clause in old and old[once.clause] != due_at:
            done.moved += _move(session, live, due_at, reason, by, now)
        done.opened += _open(session, directive, after, once.clause, once.kind, due_at, now)


def _move(session: Session, live: Sequence[Duty], due_at: datetime, reason: str, by: str, now: datetime) -> int:
    moved = [duty for duty in live if duty.due_at != due_at]
    for duty in moved:
        before, duty.due_at, duty.version = duty.due_at, due_at, duty.version + 1
        history.note(
            session, duty.directive_id, at=now, kind="duty_extended", subject=f"duty:{duty.id}", actor=by,
            reason=reason, before=before.isoformat(), due_at=due_at.isoformat(),
        )  # fmt: skip
    session.flush()
    return len(moved)


def _open(
    session: Session, directive: Directive, after: Snapshot, clause: str, kind: DutyKind, due_at: datetime,
    now: datetime,
) -> int:  # fmt: skip
    """Duties of those who have the directive already and bear the clause anew; the others get theirs with it."""
    owes = select(Duty.id).where(Duty.addressee_id == Addressee.id, Duty.subject == clause).exists()
    announced = select(Duty.id).where(Duty.addressee_id == Addressee.id, Duty.kind == DutyKind.RECEIPT).exists()
    waiting = session.scalars(
        select(Addressee.id)
        .join(Assignment, Assignment.addressee_id == Addressee.id)
        .join(Obligation, Obligation.id == Assignment.obligation_id)
        .where(Obligation.directive_id == directive.id, Obligation.clause == clause, ~owes, announced)
        .order_by(Addressee.id)
    ).all()
    if due_at <= now:  # nobody is late for what was not asked in time
        return 0
    return len(
        duties.open_all(
            session, directive.id, waiting, subject=clause, kind=kind, slot="", period_id=None, due_at=due_at,
            rungs=after.ladder(kind), now=now,
        )
    )  # fmt: skip


def _ladders(
    session: Session, directive: Directive, before: Snapshot, after: Snapshot, done: Amended, now: datetime
) -> None:
    """Where a ladder or a due time has changed, the next rung is the next that lies ahead."""
    open_ = select(Duty).where(Duty.directive_id == directive.id, Duty.state == DutyState.OPEN).with_for_update()
    for duty in session.scalars(open_).all():
        climb, old = after.ladder(duty.kind), before.ladder(duty.kind)
        expected = climb.instant(duty.step, duty.due_at)
        if climb.rungs == old.rungs and expected == duty.next_at:
            continue
        step = next((index for index in range(len(climb)) if climb.instant(index, duty.due_at) > now), len(climb))
        duty.step, duty.next_at = step, climb.instant(step, duty.due_at)
        done.moved += 1
    session.flush()


def _tell(session: Session, directive: Directive, done: Amended, reason: str, now: datetime) -> None:
    announced = select(Duty.id).where(Duty.addressee_id == Addressee.id, Duty.kind == DutyKind.RECEIPT).exists()
    told = session.scalars(
        select(Addressee).where(Addressee.directive_id == directive.id, announced).order_by(Addressee.id)
    ).all()
    lines = done.changes or ["Danh sách đơn vị thực hiện được cập nhật."]
    announce(session, directive, told, what="amended", headline="Sửa đổi, bổ sung", lines=lines, reason=reason, now=now)
