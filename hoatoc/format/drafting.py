"""A draft out of a form: what the desk fills in becomes the YAML of a directive, as anybody would have typed it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from hoatoc.format.form import Field, FieldType, Form
from hoatoc.format.model import write_span
from hoatoc.format.office import Office
from hoatoc.format.slug import slug
from hoatoc.format.text import Urgency
from hoatoc.format.units import Units
from hoatoc.format.written import to_yaml

#: "13-CV/BCĐ", "1722/UBND-KGVX": the number, and the symbol after it.
_CODE = re.compile(r"^\s*(\d+)\s*[-/]\s*(.+?)\s*$")
#: How long before the due time units are reminded, where the office has no ladder of its own.
_REMIND = timedelta(hours=2)


@dataclass(frozen=True)
class Task:
    """Something to be done once, by `due` (local wall-clock time): by the units of `group`, '' for every unit."""

    quote: str
    due: datetime
    group: str = ""


@dataclass(frozen=True)
class Report:
    """A daily report: `quote` orders it, `form` is filled in, by `cutoff` of every day from `first` to `last`."""

    quote: str
    form: str
    first: date
    last: date | None
    cutoff: time


@dataclass(frozen=True)
class Filled:
    """What was filled in. `code` is number and symbol as printed; `within` is the time to acknowledge."""

    type: str
    code: str
    date: date
    subject: str
    urgency: Urgency
    signatory: str
    signatory_title: str
    groups: tuple[str, ...]
    units: tuple[str, ...]
    within: timedelta
    report: Report | None = None
    tasks: tuple[Task, ...] = ()


def file_name(filled: Filled) -> str:
    """What its file is called, without ".yaml": its number and symbol, or its kind and date."""
    return slug(filled.code) or f"{slug(filled.type)}-{filled.date}"


def draft_yaml(filled: Filled, office: Office, units: Units, decided_by: str) -> str:
    """The directive file. What the form does not ask for the text leaves null; the office can add to the file."""
    lines = [*(units.groups[key] for key in filled.groups), *(_name(key, units) for key in filled.units)]
    clauses = list(_clauses(filled))
    data = {"text": _text(filled, office, lines, clauses), "regime": _regime(filled, office, lines, decided_by)}
    return f"# {filled.type[:1].upper()}{filled.type[1:]} {filled.code}, soạn trên cổng thông tin.\n\n{to_yaml(data)}"


def simple_form(key: str, title: str, lines: Sequence[str]) -> Form:
    """A report form of one whole number a line: "Số hộ phải di dời (hộ)", with its unit in brackets."""
    fields = []
    for number, line in enumerate(lines, start=1):
        label, _, unit = line.strip().removesuffix(")").partition("(")
        fields.append(Field(key=f"chi_tieu_{number}", label=label.strip() or line, unit=unit or None,
                            type=FieldType.COUNT))  # fmt: skip
    return Form(key=key, title=title, fields=tuple(fields))


def form_yaml(form: Form) -> str:
    """The file of a form."""
    return to_yaml(form.model_dump(mode="json", exclude_defaults=True))


def general_forms(forms: Mapping[str, Form]) -> list[Form]:
    """The forms that any document may use: none of their fields follows a clause of one document."""
    return [form for form in forms.values() if not any(field.clauses for field in form.fields)]


def _text(filled: Filled, office: Office, lines: list[str], clauses: list[dict[str, Any]]) -> dict[str, Any]:
    number = _CODE.match(filled.code)
    return {
        "issuer": office.name, "tree": office.tree.value, "type": filled.type,
        "number": int(number[1]) if number else None, "symbol": number[2] if number else None,
        "code": filled.code or None, "place": office.province, "date": filled.date, "subject": filled.subject,
        "urgency": None if filled.urgency is Urgency.NORMAL else filled.urgency.value.upper(),
        "signatory": {
            "name": filled.signatory or None, "titles": [filled.signatory_title] if filled.signatory_title else [],
        },
        "addressees": lines, "obligations": clauses,
    }  # fmt: skip


def _clauses(filled: Filled) -> list[dict[str, Any]]:
    """A clause for each thing ordered; the subject itself, where nothing is owed but the acknowledgement."""
    bearer = {"kind": "unit", "text": ["các đơn vị nhận văn bản"]}
    clauses: list[dict[str, Any]] = []
    if filled.report:
        timing: dict[str, Any] = {"type": "recurring", "every": "day", "times": 1}
        clauses.append({"quote": filled.report.quote, "kind": "recurring_report", "timing": timing})
    for task in filled.tasks:
        timing = {"type": "by_date", "date": task.due.date()}
        clauses.append({"quote": task.quote, "kind": "one_off_deadline", "timing": timing})
    if not clauses:
        clauses.append({"quote": _few(filled.subject), "kind": "standing_rule", "timing": {"type": "none"}})
    return [
        {"clause": str(number), "quote": clause["quote"], "kind": clause["kind"], "bearer": bearer,
         "timing": clause["timing"]}
        for number, clause in enumerate(clauses, start=1)
    ]  # fmt: skip


def _regime(filled: Filled, office: Office, lines: list[str], decided_by: str) -> dict[str, Any]:
    everyone = _who(filled)
    rules = [{"groups": [key]} for key in filled.groups] + [{"units": [key]} for key in filled.units]
    regime: dict[str, Any] = {
        "decided_by": decided_by,
        "addressees": [{"line": line, "who": who} for line, who in zip(lines, rules, strict=True)],
        "receipt": {"within": f"{int(filled.within.total_seconds() // 3600)}h"},
    }
    first_task = 1
    if filled.report:
        first_task = 2
        report = filled.report
        regime["reports"] = [{
            "clause": "1", "form": report.form, "who": everyone, "first": report.first, "last": report.last,
            "cutoff": f"{report.cutoff:%H:%M}", "freeze": "1h", "lock": "24h",
        }]  # fmt: skip
        regime["summary"] = {
            "to": [ref.model_dump(mode="json") for ref in office.leadership],
            "through": office.leadership[0].model_dump(mode="json"),
        }
    if filled.tasks:
        regime["tasks"] = [
            {"clause": str(number), "who": {"groups": [task.group]} if task.group else everyone,
             "due": {"date": task.due.date(), "reading": "through", "hour": f"{task.due:%H:%M}", "source": "text"}}
            for number, task in enumerate(filled.tasks, start=first_task)
        ]  # fmt: skip
    if filled.urgency not in office.ladders:
        # A reminder that stood at the very instant of the issue, or before it, would never be sent.
        regime["ladder"] = {
            "receipt": _ladder(min(_REMIND, filled.within / 2)), "report": _ladder(_REMIND), "task": _ladder(_REMIND),
        }  # fmt: skip
    return regime


def _ladder(remind: timedelta) -> list[dict[str, str]]:
    """How late is too late: `remind` before the due time, at it, and after it."""
    return [
        {"step": "remind", "at": write_span(-remind)}, {"step": "press", "at": "0m"}, {"step": "superior", "at": "2h"},
        {"step": "leadership", "at": "4h"},
    ]  # fmt: skip


def _who(filled: Filled) -> dict[str, Any]:
    who = {"groups": list(filled.groups), "units": list(filled.units)}
    return {key: keys for key, keys in who.items() if keys}


def _name(key: str, units: Units) -> str:
    return next(unit.name for unit in units.units if unit.key == key)


def _few(words: str) -> str:
    """At most as many words as a quote may have."""
    return " ".join(words.split()[:25])
