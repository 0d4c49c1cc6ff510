"""Resolves a directive's selectors to the addressees of a day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from hoatoc.format.directive import DirectiveFile
from hoatoc.format.regime import Regime, Selector
from hoatoc.format.select import Target, select
from hoatoc.format.units import Units


@dataclass(frozen=True)
class Resolved:
    """One addressee: `line` of kính gửi ('' when the office added it) and the clauses it bears."""

    target: Target
    line: str
    clauses: tuple[str, ...]


def resolve(content: DirectiveFile, units: Units, day: date) -> list[Resolved]:
    """Everyone the directive reaches on `day`, each once: first the lines of kính gửi, then what the office adds,
    then bearers and supporting units whom nobody addressed."""
    lines: dict[str, str] = {}
    targets: dict[str, Target] = {}
    for rule in content.regime.addressees:
        for target in select(rule.who, units, day):
            targets.setdefault(target.key, target)
            lines.setdefault(target.key, rule.line or "")
    clauses: dict[str, list[str]] = {}
    for clause, who in bearers(content.regime):
        for target in select(who, units, day):
            targets.setdefault(target.key, target)
            clauses.setdefault(target.key, []).append(clause)
    for who in (task.support for task in content.regime.tasks if task.support is not None):
        for target in select(who, units, day):  # told, though it owes nothing
            targets.setdefault(target.key, target)
    return [Resolved(target, lines.get(key, ""), tuple(clauses.get(key, ()))) for key, target in targets.items()]


def bearers(regime: Regime) -> Iterator[tuple[str, Selector]]:
    """Who bears which clause: what they report, do, list, or bring to a share. Support bears nothing."""
    yield from ((rule.clause, rule.who) for rule in regime.reports)
    yield from ((rule.clause, rule.who) for rule in regime.tasks)
    yield from ((rule.clause, rule.who) for rule in regime.rosters)
    yield from ((rule.clause, rule.who) for rule in regime.coverage)
