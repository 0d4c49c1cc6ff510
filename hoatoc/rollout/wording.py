"""How duties, periods and directives are called in notices and pages."""

from datetime import date, datetime
from typing import Any

from hoatoc.format.directive import title, urgency
from hoatoc.format.text import Urgency
from hoatoc.ledger.schema import Duty, DutyKind
from hoatoc.localtime import spoken, spoken_day
from hoatoc.rollout.snapshot import Snapshot


def duty_name(duty: Duty) -> str:
    """What is owed, in a phrase: "Báo cáo ngày 24/11/2021"."""
    if duty.kind is DutyKind.RECEIPT:
        return "Xác nhận đã nhận văn bản"
    return f"Báo cáo ngày {spoken_day(date.fromisoformat(duty.slot.partition('/')[0]))}"


def duty_line(duty: Duty, zone: str, now: datetime) -> dict[str, Any]:
    """A duty as notices list it."""
    return {
        "what": duty_name(duty),
        "kind": duty.kind.value,
        "due": spoken(duty.due_at, zone),
        "overdue": duty.due_at <= now,
    }


def directive_words(snap: Snapshot) -> dict[str, Any]:
    """The directive as notices and pages speak of it."""
    text = snap.content.text
    degree = urgency(text)
    return {
        "title": title(text), "code": text.code or "", "subject": text.subject or "", "issuer": text.issuer,
        "place": text.place or "", "date": spoken_day(text.date) if text.date else "",
        "urgency": "" if degree is Urgency.NORMAL else degree.value.upper(), "tree": text.tree.value,
        "signatory": {"name": text.signatory.name or "", "titles": [*text.signatory.capacity, *text.signatory.titles]},
    }  # fmt: skip


def office_words(snap: Snapshot) -> dict[str, Any]:
    """The office as notices and pages speak of it."""
    office = snap.office
    return {
        "name": office.name, "short": office.short, "sender_name": office.sender_name, "desk": office.desk,
        "phone": office.phone or "",
    }  # fmt: skip
