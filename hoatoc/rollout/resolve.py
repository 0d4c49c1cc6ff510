"""Resolves a directive's selectors to the addressees of a day."""

from dataclasses import dataclass
from datetime import date

from hoatoc.format.directive import DirectiveFile
from hoatoc.format.select import Target, select
from hoatoc.format.units import Units


@dataclass(frozen=True)
class Resolved:
    """One addressee: `line` of kính gửi ('' when the office added it) and the clauses it reports on."""

    target: Target
    line: str
    clauses: tuple[str, ...]


def resolve(content: DirectiveFile, units: Units, day: date) -> list[Resolved]:
    """Everyone the directive reaches on `day`, each once: first the lines of kính gửi, then what the office adds,
    then bearers of reports that nobody addressed."""
    lines: dict[str, str] = {}
    targets: dict[str, Target] = {}
    for rule in content.regime.addressees:
        for target in select(rule.who, units, day):
            targets.setdefault(target.key, target)
            lines.setdefault(target.key, rule.line or "")
    clauses: dict[str, list[str]] = {}
    for report in content.regime.reports:
        for target in select(report.who, units, day):
            targets.setdefault(target.key, target)
            clauses.setdefault(target.key, []).append(report.clause)
    return [Resolved(target, lines.get(key, ""), tuple(clauses.get(key, ()))) for key, target in targets.items()]
