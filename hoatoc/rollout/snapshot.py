"""Reads back what a directive was issued with. Nothing reads the files again after the issue."""

import hashlib
import json
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import object_session

from hoatoc.format.directive import DirectiveFile
from hoatoc.format.folder import Draft, OfficeFolder
from hoatoc.format.form import Form
from hoatoc.format.office import Office
from hoatoc.format.original import read_original
from hoatoc.format.regime import ReportRule
from hoatoc.format.roster import RosterForm
from hoatoc.format.text import Obligation
from hoatoc.ledger.schema import Directive, DutyKind
from hoatoc.rollout.climb import Climb, climb

#: Which ladder of the regime presses a kind of duty; all that is owed once shares one.
_LADDERS = {
    DutyKind.RECEIPT: "receipt", DutyKind.REPORT: "report", DutyKind.DECISION: "decision",
    DutyKind.FIRST_ACTION: "first_action", DutyKind.EXPLANATION: "explanation",
}  # fmt: skip


#: Snapshots read by this process, by their hash, the oldest first.
_read: dict[str, "Snapshot"] = {}
_KEPT = 32


class Snapshot:
    """Text, regime, office and forms of one issued directive."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.content = DirectiveFile.model_validate_json(json.dumps(data["directive"]))
        self.office = _issuing(Office.model_validate_json(json.dumps(data["office"])), self.content)
        self.forms = {key: Form.model_validate_json(json.dumps(form)) for key, form in data["forms"].items()}
        rosters = data.get("rosters", {})
        #: The signed original: its name, SHA-256 and octets; None without one.
        self.original: dict[str, Any] | None = data.get("original")
        self.rosters = {key: RosterForm.model_validate_json(json.dumps(form)) for key, form in rosters.items()}

        self._climbs: dict[DutyKind, Climb] = {}

    def report_rule(self, clause: str) -> ReportRule:
        """The rule of the report that `clause` asks for."""
        return next(rule for rule in self.content.regime.reports if rule.clause == clause)

    def form_of(self, clause: str) -> Form:
        """The form of the report that `clause` asks for."""
        return self.forms[self.report_rule(clause).form]

    def ladder(self, kind: DutyKind) -> Climb:
        """How a kind of duty is pressed."""
        if kind not in self._climbs:
            self._climbs[kind] = climb(self.office, self.content, kind.value, _LADDERS.get(kind, "task"))
        return self._climbs[kind]

    def obligation(self, clause: str) -> Obligation:
        """The obligation of that clause."""
        return next(item for item in self.content.text.obligations if item.clause == clause)

    def quote(self, clause: str) -> str:
        """The words of that clause; '' where an amendment has taken it out of the text."""
        return next((item.quote for item in self.content.text.obligations if item.clause == clause), "")


def _issuing(office: Office, content: DirectiveFile) -> Office:
    """The office as it issues this directive: another body may do so through it, under its own name."""
    issuer = content.regime.issuer
    return office.model_copy(update=dict(issuer)) if issuer else office


def of(directive: Directive) -> Snapshot:
    """The snapshot of an issued directive; read once for each content, since every change has a new hash."""
    found = _read.get(directive.snapshot_hash)
    if found is None:
        _load(directive)
        if len(_read) >= _KEPT:
            _read.pop(next(iter(_read)))
        found = _read[directive.snapshot_hash] = Snapshot(directive.snapshot)
    return found


def _load(directive: Directive) -> None:
    session, state = object_session(directive), inspect(directive)
    if session is not None and "snapshot" in state.unloaded:
        # Both in one statement: an amendment since the directive was read must not come under the old hash.
        session.refresh(directive, ["snapshot", "snapshot_hash"])


def take(folder: OfficeFolder, draft: Draft) -> dict[str, Any]:
    """The data to be kept for a draft that is being issued."""
    forms = {rule.form for rule in draft.content.regime.reports}
    rosters = {rule.roster for rule in draft.content.regime.rosters}
    original = _original(draft)
    return {
        "directive": draft.content.model_dump(mode="json"),
        "office": folder.office.model_dump(mode="json"),
        "forms": {key: folder.forms[key].model_dump(mode="json") for key in sorted(forms)},
        "rosters": {key: folder.rosters[key].model_dump(mode="json") for key in sorted(rosters)},
        **({"original": original} if original else {}),
    }


def _original(draft: Draft) -> dict[str, Any] | None:
    """What is said of the signed original. Raises OriginalRefused."""
    name = draft.content.text.original
    if name is None:
        return None
    found = read_original(draft.source.path.parent, name)
    return {"name": found.name, "sha256": found.sha256, "octets": len(found.content)}


def digest(data: Any) -> str:
    """SHA-256 of the canonical JSON of `data`."""
    canonical = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
