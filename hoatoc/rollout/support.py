"""Who leads and who supports: only the lead owes (chủ trì), support is told (phối hợp), and each knows the other."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.format.regime import Selector
from hoatoc.ledger.schema import Addressee, Assignment, Directive, Obligation, Unit
from hoatoc.localtime import NEVER
from hoatoc.rollout.snapshot import Snapshot


@dataclass(frozen=True)
class Shared:
    """A task that some lead and others support, both by the id of their addressee."""

    clause: str
    quote: str
    leads: dict[int, str]
    supports: dict[int, str]


@dataclass(frozen=True)
class Part:
    """The part of one addressee in a shared task: whether it leads, and who the others are."""

    clause: str
    quote: str
    leading: bool
    leads: tuple[str, ...]
    supports: tuple[str, ...]

    @property
    def says(self) -> str:
        """In a phrase, as notices write it."""
        if self.leading:
            return f"Khoản {self.clause}: chủ trì, phối hợp với {'; '.join(self.supports)}"
        return f"Khoản {self.clause}: phối hợp thực hiện, chủ trì: {'; '.join(self.leads)}"


def shared(session: Session, directive: Directive, snap: Snapshot) -> list[Shared]:
    """The tasks of `directive` that somebody supports."""
    rules = {task.clause: task.support for task in snap.content.regime.tasks if task.support is not None}
    if not rules:
        return []
    addressed = session.execute(
        select(Addressee.id, Addressee.key, Addressee.name, Unit.key, Unit.groups)
        .join(Unit, Unit.id == Addressee.unit_id)
        .where(Addressee.directive_id == directive.id, Addressee.named_at < NEVER, Addressee.decides.is_(False))
        .order_by(Addressee.id)
    ).all()
    leads: dict[str, dict[int, str]] = {clause: {} for clause in rules}
    bearing = (
        select(Obligation.clause, Addressee.id, Addressee.name)
        .join(Assignment, Assignment.obligation_id == Obligation.id)
        .join(Addressee, Addressee.id == Assignment.addressee_id)
        .where(Obligation.directive_id == directive.id, Obligation.clause.in_(rules))
        .order_by(Addressee.id)
    )
    for clause, addressee_id, name in session.execute(bearing):
        leads[clause][addressee_id] = name
    return [
        Shared(
            clause, snap.obligation(clause).quote, leads[clause],
            {id_: name for id_, key, name, unit, groups in addressed if _named(who, key, unit, groups)},
        )
        for clause, who in rules.items()
    ]  # fmt: skip


def _named(who: Selector, key: str, unit: str, groups: list[str]) -> bool:
    """Whether a selector names an addressee: a unit, or a member of one by name ("unit/post")."""
    if unit in who.without:
        return False
    return unit in who.members_of if key != unit else unit in who.units or bool(set(groups) & set(who.groups))


def parts(tasks: list[Shared], addressee_id: int) -> Iterator[Part]:
    """The parts of one addressee, in the order of the clauses."""
    for task in tasks:
        if addressee_id in task.leads or addressee_id in task.supports:
            others = tuple(name for id_, name in task.supports.items() if id_ not in {addressee_id, *task.leads})
            leading = addressee_id in task.leads
            yield Part(task.clause, task.quote, leading, tuple(task.leads.values()), others)
