"""The plan of a draft, before it is issued: who it would reach, what they would owe, which notices would go out, and
for each of these whether the text says so or the office has decided it."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

from hoatoc.format.directive import identity, title, urgency
from hoatoc.format.folder import Draft, OfficeFolder
from hoatoc.format.regime import ReportRule
from hoatoc.ledger.schema import DutyKind
from hoatoc.localtime import following_day, instant, local_date
from hoatoc.rollout import snapshot
from hoatoc.rollout.bundle import TEMPLATES
from hoatoc.rollout.climb import Climb, receipt_due
from hoatoc.rollout.decisions import OFFICE, TEXT, decisions, readers
from hoatoc.rollout.once import duty_clauses, owed_once
from hoatoc.rollout.periods import first_day
from hoatoc.rollout.resolve import Resolved, resolve
from hoatoc.rollout.warnings import warnings

#: How many days of a daily report are laid out.
_DAYS = 5


def plan(folder: OfficeFolder, draft: Draft, now: datetime) -> dict[str, Any]:
    """The plan as if `draft` were issued at `now` (aware, UTC). Instants are ISO 8601 in UTC."""
    text = draft.content.text
    resolved = resolve(draft.content, folder.units, local_date(now, folder.office.zone))
    return {
        "directive": {
            "key": draft.key, "title": title(text), "identity": identity(text), "urgency": urgency(text).value,
            "issuer": text.issuer, "zone": folder.office.zone,
        },
        "obligations": list(_obligations(draft)),
        "addressees": [_addressee(item, draft) for item in resolved],
        "shared": list(_shared(draft, resolved)),
        "decisions": [*decisions(folder.office, draft.content), *readers(folder.units, draft.content)],
        "duties": list(_duties(folder, draft, resolved, now)),
        "notices": list(_notices(folder, draft, resolved, now)),
        "warnings": list(warnings(folder, draft, resolved, now)),
    }  # fmt: skip


def _obligations(draft: Draft) -> Iterator[dict[str, Any]]:
    owed = duty_clauses(draft.content.regime)
    for obligation in draft.content.text.obligations:
        yield {
            "clause": obligation.clause, "quote": obligation.quote, "kind": obligation.kind.value,
            "bearers": list(obligation.bearer.text), "timing": obligation.timing.model_dump(mode="json"),
            "opens_duty": obligation.clause in owed, "source": TEXT,
        }  # fmt: skip


def _addressee(item: Resolved, draft: Draft) -> dict[str, Any]:
    daily = {rule.clause for rule in draft.content.regime.reports}
    return {
        "key": item.target.key, "name": item.target.name, "line": item.line or None, "basis": item.basis or None,
        "bears": list(item.clauses), "reports": [clause for clause in item.clauses if clause in daily],
        "supports": list(item.supports), "source": TEXT if item.line else OFFICE,
    }  # fmt: skip


class Line(NamedTuple):
    """A line of kính gửi with the addressees behind it; None for those the office adds, on the `basis` it gives."""

    line: str | None
    basis: str | None
    addressees: list[dict[str, Any]]


def by_line(addressees: list[dict[str, Any]]) -> list[Line]:
    """The addressees of a plan by the lines they stand behind, in the order of the document."""
    found: dict[tuple[str | None, str | None], Line] = {}
    for item in addressees:
        said = item["line"], item["basis"]
        found.setdefault(said, Line(*said, [])).addressees.append(item)
    return list(found.values())


def _shared(draft: Draft, resolved: list[Resolved]) -> Iterator[dict[str, Any]]:
    """The tasks in which some lead and others support: only the lead owes."""
    for task in draft.content.regime.tasks:
        if task.support is not None:
            yield {
                "clause": task.clause, "leads": [item.target.name for item in resolved if task.clause in item.clauses],
                "supports": [item.target.name for item in resolved if task.clause in item.supports], "source": OFFICE,
            }  # fmt: skip


def _cutoffs(rule: ReportRule, zone: str, now: datetime) -> Iterator[tuple[date, datetime]]:
    """The first days of a report that begins at `now`, each with its cut-off."""
    first = first_day(rule, now, zone)
    for offset in range(_DAYS):
        day = following_day(first, offset)
        if rule.last is None or day <= rule.last:
            yield day, instant(day, rule.cutoff, zone)


def _duties(folder: OfficeFolder, draft: Draft, resolved: list[Resolved], now: datetime) -> Iterator[dict[str, Any]]:
    regime = draft.content.regime
    yield {
        "subject": "receipt", "kind": "receipt", "slot": "", "bearers": len(resolved),
        "due_at": receipt_due(folder.office, draft.content, now).isoformat(), "source": OFFICE,
    }  # fmt: skip
    for rule in regime.reports:
        bearers = sum(rule.clause in item.clauses for item in resolved)
        for day, due_at in _cutoffs(rule, folder.office.zone, now):
            # The text orders the report; when it is due each day is the office's.
            yield {
                "subject": rule.clause, "kind": "report", "slot": f"{day}/P1D", "bearers": bearers,
                "due_at": due_at.isoformat(), "source": TEXT, "due_source": OFFICE,
            }  # fmt: skip
    for once in owed_once(regime):
        due_at = once.due_at(now, folder.office)
        yield {
            "subject": once.clause, "kind": once.kind.value, "slot": "", "due_at": due_at.isoformat(),
            "bearers": 0 if due_at <= now else sum(once.clause in item.clauses for item in resolved),
            "source": TEXT, "due_source": TEXT if once.due.source == "text" else OFFICE,
        }  # fmt: skip


def _notices(folder: OfficeFolder, draft: Draft, resolved: list[Resolved], now: datetime) -> Iterator[dict[str, Any]]:
    regime = draft.content.regime
    snap = snapshot.Snapshot(snapshot.take(folder, draft))
    yield {"template": "dispatch", "step": "dispatch", "at": now.isoformat(), "at_most": len(resolved), "source": TEXT}
    receipts_due = receipt_due(folder.office, draft.content, now)
    yield from _rungs(snap.ladder(DutyKind.RECEIPT), receipts_due, now, len(resolved), "receipt")
    for rule in regime.reports:
        bearers = sum(rule.clause in item.clauses for item in resolved)
        for day, due_at in _cutoffs(rule, folder.office.zone, now):
            yield from _rungs(snap.ladder(DutyKind.REPORT), due_at, now, bearers, f"{rule.clause} {day}")
            if regime.summary:
                yield {
                    "template": "daily_summary", "step": "summary", "at": (due_at + rule.freeze).isoformat(),
                    "at_most": len(regime.summary.to) + 1, "source": OFFICE, "of": f"{rule.clause} {day}",
                }  # fmt: skip
    for once in owed_once(regime):
        due_at = once.due_at(now, folder.office)
        bearers = sum(once.clause in item.clauses for item in resolved)
        if due_at > now:
            yield from _rungs(snap.ladder(once.kind), due_at, now, bearers, once.clause)


def _rungs(climb: Climb, due_at: datetime, now: datetime, bearers: int, of: str) -> Iterator[dict[str, Any]]:
    """A step reaches at most one mailbox for each bearer that still owes by then; those above get one digest each."""
    begun = climb.begun(due_at, now)
    for step, rung in enumerate(climb.rungs[begun:], begun):
        yield {
            "template": TEMPLATES[rung.step], "step": rung.step.value, "at_most": bearers, "source": OFFICE, "of": of,
            "at": climb.instant(step, due_at).isoformat(),
        }  # fmt: skip
