"""Reads back what a directive was issued with. Nothing reads the files again after the issue."""

import hashlib
import json
from typing import Any

from hoatoc.format.directive import DirectiveFile
from hoatoc.format.folder import Draft, OfficeFolder
from hoatoc.format.form import Form
from hoatoc.format.office import Office
from hoatoc.format.regime import ReportRule, Rung
from hoatoc.ledger.schema import Directive, DutyKind


class Snapshot:
    """Text, regime, office and forms of one issued directive."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.content = DirectiveFile.model_validate_json(json.dumps(data["directive"]))
        self.office = Office.model_validate_json(json.dumps(data["office"]))
        self.forms = {key: Form.model_validate_json(json.dumps(form)) for key, form in data["forms"].items()}

    def report_rule(self, clause: str) -> ReportRule:
        """The rule of the report that `clause` asks for."""
        return next(rule for rule in self.content.regime.reports if rule.clause == clause)

    def form_of(self, clause: str) -> Form:
        """The form of the report that `clause` asks for."""
        return self.forms[self.report_rule(clause).form]

    def ladder(self, kind: DutyKind) -> tuple[Rung, ...]:
        """The rungs for a kind of duty."""
        rungs: tuple[Rung, ...] = getattr(self.content.regime.ladder, kind.value)
        return rungs


def of(directive: Directive) -> Snapshot:
    """The snapshot of an issued directive."""
    return Snapshot(directive.snapshot)


def take(folder: OfficeFolder, draft: Draft) -> dict[str, Any]:
    """The data to be kept for a draft that is being issued."""
    forms = {rule.form for rule in draft.content.regime.reports}
    return {
        "directive": draft.content.model_dump(mode="json"),
        "office": folder.office.model_dump(mode="json"),
        "forms": {key: folder.forms[key].model_dump(mode="json") for key in sorted(forms)},
    }


def digest(data: Any) -> str:
    """SHA-256 of the canonical JSON of `data`."""
    canonical = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
