"""The life of a duty: opened in bulk, met once, and where it next wants to be looked at."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, literal, select, update
from sqlalchemy.orm import Session, aliased

from hoatoc.errors import InvalidTransition
from hoatoc.ledger.rows import NUMBER, insert_all, newest
from hoatoc.ledger.schema import Directive, Duty, DutyKind, DutyState, table
from hoatoc.ledger.types import Json
from hoatoc.localtime import NEVER
from hoatoc.phrase import Phrase
from hoatoc.rollout import history, states
from hoatoc.rollout.climb import Climb

#: Where a duty may go from where it stands. A met duty never reopens.
TRANSITIONS: dict[DutyState, frozenset[DutyState]] = {
    DutyState.OPEN: frozenset(
        {DutyState.MET, DutyState.MET_LATE, DutyState.WAIVED, DutyState.WITHDRAWN, DutyState.RETURNED}
    ),
    DutyState.RETURNED: frozenset(
        {DutyState.OPEN, DutyState.MET, DutyState.MET_LATE, DutyState.WAIVED, DutyState.WITHDRAWN}
    ),
    DutyState.MET: frozenset(),
    DutyState.MET_LATE: frozenset(),
    DutyState.WAIVED: frozenset(),
    DutyState.WITHDRAWN: frozenset(),
}


def open_all(
    session: Session, directive_id: int, addressee_ids: Iterable[int], *, subject: str, kind: DutyKind,
    slot: str, period_id: int | None, due_at: datetime, rungs: Climb, now: datetime,
    generation: int = 0, step: int = 0,
) -> list[int]:  # fmt: skip
    """Open one duty for each addressee, to be pressed from rung `step` on. Returns their ids in the same order."""
    common: dict[str, Any] = {
        "directive_id": directive_id, "subject": subject, "kind": kind, "slot": slot, "generation": generation,
        "period_id": period_id, "state": DutyState.OPEN, "opened_at": now, "due_at": due_at, "met_at": NEVER,
        "step": step, "next_at": rungs.instant(step, due_at), "version": 0,
    }  # fmt: skip
    bearers = list(addressee_ids)
    if not bearers:
        return []
    found = insert_all(session, Duty, common, ([bearer] for bearer in bearers), key="addressee_id", addressee_id=NUMBER)
    ids = [found[bearer] for bearer in bearers]
    detail = {"subject": subject, "slot": slot}
    history.note_all(
        session, directive_id, at=now, kind="duty_opened", subjects=[(f"duty:{id_}", detail) for id_ in ids]
    )
    return ids


def open_for(
    session: Session, directive_id: int, bearers: Select[tuple[int]], *, subject: str, kind: DutyKind, slot: str,
    period_id: int | None, due_at: datetime, rungs: Climb, now: datetime, again: bool = False, step: int = 0,
) -> int:  # fmt: skip
    """Open one duty for each addressee that `bearers` selects, without reading them, to be pressed from rung `step` on;
    how many were opened. With `again` some may have had the same before: theirs is one generation on."""
    common: dict[str, Any] = {
        "directive_id": directive_id, "subject": subject, "kind": kind, "slot": slot,
        "period_id": period_id, "state": DutyState.OPEN, "opened_at": now, "due_at": due_at, "met_at": NEVER,
        "step": step, "next_at": rungs.instant(step, due_at), "version": 0,
    }  # fmt: skip
    fresh = Duty.id > newest(session, Duty.id)
    fixed = [literal(value, table(Duty).c[name].type) for name, value in common.items()]
    generation = _next_generation(bearers, directive_id, subject, slot) if again else literal(0)
    session.execute(
        insert(Duty).from_select(["addressee_id", *common, "generation"], bearers.add_columns(*fixed, generation))
    )
    return history.note_each(
        session, directive_id, at=now, kind="duty_opened",
        subjects=select(
            literal("duty:").concat(Duty.id), literal({"subject": subject, "slot": slot}, Json)
        ).where(fresh, Duty.directive_id == directive_id, Duty.subject == subject, Duty.slot == slot).order_by(Duty.id),
    )  # fmt: skip


def _next_generation(
    bearers: Select[tuple[int]], directive_id: int, subject: str, slot: str
) -> ColumnElement[int]:  # fmt: skip
    """The first free generation of each of `bearers`."""
    before, bearer = aliased(Duty), bearers.selected_columns[0]
    return (
        select(func.coalesce(func.max(before.generation) + 1, 0))
        .where(
            before.directive_id == directive_id, before.subject == subject, before.slot == slot,
            before.addressee_id == bearer,
        )
        .correlate(bearer.table)
        .scalar_subquery()
    )  # fmt: skip


def meet(session: Session, duty: Duty, *, at: datetime, actor: str) -> bool:
    """Settle an open duty as met, on time up to and including its due time; who does it while the directive is
    suspended does it when its time stood still. False when it was met before.

    Raises InvalidTransition when the duty was waived or withdrawn."""
    if duty.state in (DutyState.MET, DutyState.MET_LATE):
        return False
    target = DutyState.MET if is_in_time(session, duty, at) else DutyState.MET_LATE
    move(session, duty, target, at=at, actor=actor)
    return True


def is_in_time(session: Session, duty: Duty, at: datetime) -> bool:
    """Whether `at` (aware) is in time for `duty`."""
    return session.get_one(Directive, duty.directive_id).time_at(at) <= duty.due_at


def _name(duty: Duty) -> str:
    return Phrase("việc số %(number)s", number=duty.id)


def move(
    session: Session, duty: Duty, target: DutyState, *, at: datetime, actor: str, reason: str = "", **detail: Any
) -> None:
    """Move a duty to `target`; `detail` goes into its event. Raises InvalidTransition when its state, in memory or by
    then in the ledger, does not allow it."""
    if target not in TRANSITIONS[duty.state]:
        raise InvalidTransition(_name(duty), states.DUTIES[duty.state], states.DUTIES[target])
    met_at = at if target in (DutyState.MET, DutyState.MET_LATE) else NEVER
    moved = session.execute(
        update(Duty).where(Duty.id == duty.id, Duty.state == duty.state)
        .values(state=target, met_at=met_at, next_at=NEVER, version=Duty.version + 1)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    if moved.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE gives a CursorResult, which has it
        raise InvalidTransition(_name(duty), "(đã đổi)", states.DUTIES[target])
    session.refresh(duty)
    history.note(
        session, duty.directive_id, at=at, kind=f"duty_{target}", subject=f"duty:{duty.id}", actor=actor,
        reason=reason, **detail,
    )  # fmt: skip
