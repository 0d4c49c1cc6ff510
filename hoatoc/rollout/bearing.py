"""Who a directive reaches and who bears its clauses, made to follow an amended draft."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from hoatoc.format.folder import Draft, OfficeFolder
from hoatoc.format.regime import Regime
from hoatoc.ledger.schema import (
    LIVE,
    Addressee,
    Assignment,
    Directive,
    Duty,
    DutyKind,
    DutyState,
    Event,
    Obligation,
)
from hoatoc.localtime import NEVER, local_date
from hoatoc.rollout import duties, explanation, reach, withheld
from hoatoc.rollout.issue import write_addressees
from hoatoc.rollout.once import owed_once
from hoatoc.rollout.resolve import Resolved, resolve

#: The kinds of duties that follow from bearing a clause.
BY_CLAUSE = (DutyKind.REPORT, DutyKind.TASK, DutyKind.ROSTER, DutyKind.COVERAGE)


@dataclass
class Followed:
    """Who has come and who has gone, how many duties went with them, and who of those gone had been told."""

    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    withdrawn: int = 0
    told: list[Addressee] = field(default_factory=list)


def follow(
    session: Session, directive: Directive, folder: OfficeFolder, draft: Draft, *, reason: str, by: str, now: datetime
) -> Followed:
    """Make addressees and assignments of `directive` those of `draft` from `now` (aware, UTC) on. Who is named no more
    owes nothing any more; who is named (again) is sent the directive by the next pass. What the desk has given to
    another unit (chuyển) stays with it. What a clause asks for as something else by now (a list instead of a task) is
    owed no more as what it was."""
    resolved = resolve(draft.content, folder.units, local_date(now, directive.zone))
    rows = session.scalars(select(Addressee).where(Addressee.directive_id == directive.id)).all()
    known = {row.key: row for row in rows}
    clauses = _clauses(session, directive)
    done = Followed()
    fresh = [item for item in resolved if item.target.key not in known]
    if fresh:
        write_addressees(session, directive, fresh, clauses, named_at=now)
    done.added = [item.target.name for item in fresh]
    done.added += [_name_again(known[item.target.key], now) for item in resolved if _is_gone(known, item)]
    _assign(session, clauses, known, resolved)
    handed = _handed_over(session, clauses)
    successors = _successors(session, directive)
    bears = {item.target.key: set(item.clauses) for item in resolved}
    kinds = _kinds(draft.content.regime)
    for addressee in rows:
        clauses_of = handed.get(addressee.id, set()) | bears.get(addressee.key, set())
        named = addressee.key in bears or addressee.id in handed
        done.withdrawn += _withdraw(
            session, directive, addressee, clauses_of, kinds, successors, named, done, reason, by, now
        )
    return done


def _kinds(regime: Regime) -> dict[str, set[DutyKind]]:
    """As what each clause asks for something."""
    asked = [
        *((once.clause, once.kind) for once in owed_once(regime)),
        *((rule.clause, DutyKind.REPORT) for rule in regime.reports),
        *((rule.clause, DutyKind.COVERAGE) for rule in regime.coverage),  # also what has no deadline any more
    ]
    found: dict[str, set[DutyKind]] = {}
    for clause, kind in asked:
        found.setdefault(clause, set()).add(kind)
    return found


def _clauses(session: Session, directive: Directive) -> dict[str, int]:
    rows = session.execute(select(Obligation.clause, Obligation.id).where(Obligation.directive_id == directive.id))
    return dict(rows.tuples().all())


def _is_gone(known: dict[str, Addressee], item: Resolved) -> bool:
    """Whether `item` names somebody the directive knows, yet does not reach."""
    found = known.get(item.target.key)
    return found is not None and found.named_at == NEVER


def _name_again(addressee: Addressee, now: datetime) -> str:
    addressee.named_at, addressee.decides = now, False
    addressee.unreachable_at = NEVER  # it is written to once more: its mailbox may have been mended
    return addressee.name


def _assign(
    session: Session, clauses: dict[str, int], known: dict[str, Addressee], resolved: Sequence[Resolved]
) -> None:
    """Write the assignments of those known before. A clause that the desk has given to another for good stays there,
    for as long as the draft has its first bearer bear it."""
    ids = {addressee.id for addressee in known.values()}
    wanted = {
        (clauses[clause], known[item.target.key].id)
        for item in resolved
        if item.target.key in known
        for clause in item.clauses
    }
    standing = (Assignment.obligation_id.in_(clauses.values()), Assignment.addressee_id.in_(ids))
    rows = session.execute(
        select(Assignment.obligation_id, Assignment.instead_of_id, Assignment.addressee_id).where(
            *standing, Assignment.instead_of_id.is_not(None)
        )
    )
    given = {(obligation, first): to for obligation, first, to in rows if (obligation, first) in wanted}
    session.execute(delete(Assignment).where(*standing).execution_options(synchronize_session="fetch"))
    firsts: dict[tuple[int, int], int | None] = dict.fromkeys(wanted - given.keys())
    firsts |= {(obligation, to): first for (obligation, first), to in given.items()}
    values = [
        {"obligation_id": obligation, "addressee_id": to, "instead_of_id": first}
        for (obligation, to), first in sorted(firsts.items(), key=lambda item: item[0])
    ]
    if values:
        session.execute(insert(Assignment), values)


def _handed_over(session: Session, clauses: dict[str, int]) -> dict[int, set[str]]:
    """The clauses that each addressee bears instead of another."""
    names = {id_: clause for clause, id_ in clauses.items()}
    rows = session.execute(
        select(Assignment.addressee_id, Assignment.obligation_id).where(
            Assignment.obligation_id.in_(names), Assignment.instead_of_id.is_not(None)
        )
    )
    found: dict[int, set[str]] = {}
    for addressee_id, obligation_id in rows:
        found.setdefault(addressee_id, set()).add(names[obligation_id])
    return found


def _successors(session: Session, directive: Directive) -> set[int]:
    """The duties that were opened for another unit by chuyển; the history knows them."""
    rows = session.execute(
        select(Event.subject, Event.detail).where(
            Event.directive_id == directive.id, Event.kind == "duty_reassigned"
        )
    )  # fmt: skip
    return {int(subject.partition(":")[2]) for subject, detail in rows if "predecessor" in detail}


def _withdraw(
    session: Session, directive: Directive, addressee: Addressee, bears: set[str], kinds: Mapping[str, set[DutyKind]],
    successors: set[int], named: bool, done: Followed, reason: str, by: str, now: datetime,
) -> int:  # fmt: skip
    """Withdraw what `addressee` owes no more: where it is named no more, everything."""
    if addressee.decides:
        return 0
    live = session.scalars(
        select(Duty).where(Duty.addressee_id == addressee.id, Duty.state.in_(LIVE)).with_for_update()
    ).all()
    stays = named or any(duty.id in successors for duty in live)
    gone = [
        duty for duty in live
        if (duty.kind in BY_CLAUSE and duty.kind not in kinds.get(duty.subject, BY_CLAUSE))
        or (duty.id not in successors and (not stays or (duty.kind in BY_CLAUSE and duty.subject not in bears)))
    ]  # fmt: skip
    about = {explanation.subject_of(duty) for duty in gone}
    gone += [duty for duty in live if duty.subject in about and duty not in gone]
    for duty in gone:
        duties.move(session, duty, DutyState.WITHDRAWN, at=now, actor=by, reason=reason)
    if not stays and addressee.named_at < NEVER:
        _leave(session, directive, addressee, done, now)
    return len(gone)


def _leave(session: Session, directive: Directive, addressee: Addressee, done: Followed, now: datetime) -> None:
    done.removed.append(addressee.name)
    was_told = session.scalar(select(Addressee.id).where(Addressee.id == addressee.id, reach.announced())) is not None
    waiting = withheld.drop(
        session, directive, ["dispatch"], why="đơn vị không còn trong nơi nhận",
        now=now, addressee_id=addressee.id,
    )  # fmt: skip
    if was_told and not waiting:
        done.told.append(addressee)
    addressee.named_at = NEVER
