"""Many acknowledgements in one transaction: what `acknowledge` does for one, in a few statements for all of them.

On the afternoon of an urgent directive hundreds come within a minute, and each costs a dozen statements by itself."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Row, case, exists, literal, select, update
from sqlalchemy.orm import Session

from hoatoc.errors import InvalidTransition
from hoatoc.ledger.rows import DATA, NUMBER, WORDS, insert_all
from hoatoc.ledger.schema import LIVE, Addressee, Directive, Duty, DutyKind, DutyState, Event, Receipt
from hoatoc.localtime import NEVER
from hoatoc.rollout import first_action, states
from hoatoc.rollout.acknowledge import ACCEPTED


@dataclass(frozen=True)
class Acknowledgement:
    """That `by_name` acknowledges for an addressee, by a link of that generation."""

    addressee_id: int
    generation: int
    by_name: str
    by_title: str


def acknowledge_all(
    session: Session, asked: Sequence[Acknowledgement], *, lasts: timedelta, now: datetime, channel: str
) -> set[Acknowledgement]:
    """Record those of `asked` that are plain, at `now` (aware, UTC); these are given back, with those that were
    recorded before and change nothing. The others, for whatever reason (unreachable, revoked, not known), are left to
    `acknowledge`, which says it.

    Links open until `lasts` after the directive's end. Raises an error of the database, or InvalidTransition, when
    somebody else was quicker with one of them: then nothing was done."""
    by_id = {each.addressee_id: each for each in asked}
    plain = _by_link(_plain(session, by_id, now - lasts), by_id)
    rest = by_id.keys() - {row.id for row in plain}
    again = _by_link(_again(session, rest, now - lasts), by_id) if rest else []
    if plain:
        _record(session, plain, by_id, now, channel)
    return {by_id[row.id] for row in (*plain, *again)}


def _by_link(rows: Sequence[Row[Any]], by_id: dict[int, Acknowledgement]) -> list[Row[Any]]:
    return [row for row in rows if row.link_generation == by_id[row.id].generation]


def _record(
    session: Session, plain: Sequence[Row[Any]], by_id: dict[int, Acknowledgement], now: datetime, channel: str
) -> None:
    values = [(row.directive_id, row.id, by_id[row.id].by_name, by_id[row.id].by_title) for row in plain]
    insert_all(
        session, Receipt, {"code": ACCEPTED, "at": now, "channel": channel}, values, key="addressee_id",
        directive_id=NUMBER, addressee_id=NUMBER, by_name=WORDS, by_title=WORDS,
    )  # fmt: skip
    _meet(session, plain, now)
    _note(session, plain, now, {"code": ACCEPTED, "channel": channel})
    for directive_id, rows in groupby(sorted(plain, key=lambda row: row.directive_id), lambda row: row.directive_id):
        first_action.open_for_all(session, directive_id, [row.id for row in rows], now)


def _again(session: Session, ids: Collection[int], ended_after: datetime) -> Sequence[Row[Any]]:
    """Those that have acknowledged before and owe no receipt: somebody has pressed twice."""
    owed = exists().where(
        Duty.addressee_id == Addressee.id, Duty.kind == DutyKind.RECEIPT,
        Duty.state.in_(LIVE),
    )  # fmt: skip
    return session.execute(
        select(Addressee.id, Addressee.link_generation)
        .join(Receipt, (Receipt.addressee_id == Addressee.id) & (Receipt.code == ACCEPTED))
        .join(Directive, Directive.id == Addressee.directive_id)
        .where(Addressee.id.in_(ids), Addressee.decides.is_(False), Addressee.unreachable_at == NEVER, ~owed,
               Directive.ended_at > ended_after)
    ).all()  # fmt: skip


def _plain(session: Session, by_id: dict[int, Acknowledgement], ended_after: datetime) -> Sequence[Row[Any]]:
    """Those that can be reached, have said nothing yet, and owe exactly the receipt, whose time goes on; locked, in one
    order."""
    said = exists().where(Receipt.addressee_id == Addressee.id, Receipt.code == ACCEPTED)
    owed = (Duty.addressee_id == Addressee.id) & (Duty.kind == DutyKind.RECEIPT) & (Duty.state == DutyState.OPEN)
    rows = session.execute(
        select(Addressee.id, Addressee.key, Addressee.directive_id, Addressee.link_generation,
               Duty.id.label("duty_id"), Duty.due_at, Directive.suspended_at)
        .join(Duty, owed)
        .join(Directive, Directive.id == Addressee.directive_id)
        .where(Addressee.id.in_(by_id), Addressee.decides.is_(False), Addressee.unreachable_at == NEVER, ~said,
               Directive.ended_at > ended_after)
        .order_by(Addressee.id)
        .with_for_update(of=[Addressee, Duty])
    ).all()  # fmt: skip
    once = {row.id: row for row in rows}
    if len(once) != len(rows):
        return []
    # As a condition, PostgreSQL expects no directive to meet it, and goes through all addressees of each.
    return [row for row in once.values() if row.suspended_at == NEVER]


def _meet(session: Session, plain: Sequence[Row[Any]], now: datetime) -> None:
    met = session.execute(
        update(Duty)
        .where(Duty.id.in_([row.duty_id for row in plain]), Duty.state == DutyState.OPEN)
        .values(
            state=case((Duty.due_at >= now, literal(DutyState.MET, Duty.state.type)),
                       else_=literal(DutyState.MET_LATE, Duty.state.type)),
            met_at=now, next_at=NEVER, version=Duty.version + 1,
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    if met.rowcount != len(plain):  # type: ignore[attr-defined]  # an UPDATE gives a CursorResult, which has it
        raise InvalidTransition("xác nhận đã nhận", "(đã đổi)", states.DUTIES[DutyState.MET])


def _note(session: Session, plain: Sequence[Row[Any]], now: datetime, received: dict[str, str]) -> None:
    recorded = [
        (row.directive_id, "receipt_recorded", f"addressee:{row.id}", f"addressee:{row.key}", received) for row in plain
    ]
    met = [
        (row.directive_id, f"duty_{DutyState.MET if now <= row.due_at else DutyState.MET_LATE}", f"duty:{row.duty_id}",
         f"addressee:{row.key}", {"reason": ""}) for row in plain
    ]  # fmt: skip
    insert_all(
        session, Event, {"at": now}, recorded + met, key="subject", directive_id=NUMBER, kind=WORDS, subject=WORDS,
        actor=WORDS, detail=DATA,
    )  # fmt: skip
