"""Resolves a directive's selectors to the addressees of a day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from hoatoc.format.directive import DirectiveFile
from hoatoc.format.regime import AddresseeRule, Regime, Selector
from hoatoc.format.select import Target, select
from hoatoc.format.units import Units


@dataclass(frozen=True)
class Resolved:
    """One addressee: `line` of kính gửi ('' when the office added it, then `basis` says on what), the clauses it
    bears, and those in which it supports another."""

    target: Target
    line: str
    clauses: tuple[str, ...]
    basis: str = ""
    supports: tuple[str, ...] = ()


def resolve(content: DirectiveFile, units: Units, day: date) -> list[Resolved]:
    """Everyone the directive reaches on `day`, each once: first the lines of kính gửi, then what the office adds,
    then bearers and supporting units whom nobody addressed."""
    rules: dict[str, AddresseeRule] = {}
    targets: dict[str, Target] = {}
    for rule in content.regime.addressees:
        for target in select(rule.who, units, day):
            targets.setdefault(target.key, target)
            rules.setdefault(target.key, rule)
    clauses: dict[str, list[str]] = {}
    for clause, who in bearers(content.regime):
        for target in select(who, units, day):
            targets.setdefault(target.key, target)
            clauses.setdefault(target.key, []).append(clause)
    supports: dict[str, list[str]] = {}
    for task in content.regime.tasks:
        for target in select(task.support, units, day) if task.support else ():  # told, though it owes nothing
            targets.setdefault(target.key, target)
            supports.setdefault(target.key, []).append(task.clause)
    return [
        Resolved(
            target, (rule.line if rule else None) or "", tuple(clauses.get(key, ())),
            (rule.basis if rule else None) or "", tuple(supports.get(key, ())),
        )
        for key, target in targets.items()
        for rule in (rules.get(key),)
    ]  # fmt: skip


def bearers(regime: Regime) -> Iterator[tuple[str, Selector]]:
    """Who bears which clause: what they report, do, list, or bring to a share. Support bears nothing."""
    yield from ((rule.clause, rule.who) for rule in regime.reports)
    yield from ((rule.clause, rule.who) for rule in regime.tasks)
    yield from ((rule.clause, rule.who) for rule in regime.rosters)
    yield from ((rule.clause, rule.who) for rule in regime.coverage)
