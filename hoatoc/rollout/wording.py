"""How duties, periods and directives are called in notices and pages."""

from datetime import date, datetime
from typing import Any

from hoatoc.format.directive import title, urgency
from hoatoc.format.text import Signatory, Urgency
from hoatoc.ledger.schema import Duty, DutyKind
from hoatoc.localtime import spoken_day, spoken_due
from hoatoc.phrase import Joined, Phrase
from hoatoc.rollout.snapshot import Snapshot


def duty_name(duty: Duty, snap: Snapshot) -> str:
    """What is owed, in a phrase: "Báo cáo ngày 24/11/2021"; what a clause orders is said in its own words."""
    if duty.kind is DutyKind.RECEIPT:
        return Phrase("Xác nhận đã nhận văn bản")
    if duty.kind is DutyKind.FIRST_ACTION:
        return Phrase("Báo việc đã triển khai đầu tiên")
    if duty.kind is DutyKind.EXPLANATION:
        return _explanation_name(duty)
    if duty.kind is DutyKind.REPORT:
        return Phrase("Báo cáo ngày %(day)s", day=_day_of(duty))
    if duty.kind is DutyKind.DECISION:
        return Phrase("Trả lời xin phép số %(number)s", number=duty.slot)
    called = Phrase(_KINDS.get(duty.kind, "Việc (khoản %(clause)s)"), clause=duty.subject)
    quotes = (item.quote for item in snap.content.text.obligations if item.clause == duty.subject)
    quote = next(quotes, "")  # '' for a clause that an amendment has dropped
    return Joined((called, quote), ": ") if quote else called


def _explanation_name(duty: Duty) -> str:
    """What is to be explained; the subject says it: "explain:12:report:kết.2"."""
    _, _, kind, subject = duty.subject.split(":", 3)
    if kind == "report":
        return Phrase("Giải trình việc chậm báo cáo ngày %(day)s", day=_day_of(duty))
    return Phrase(_LATE.get(kind, "Giải trình việc chậm thực hiện khoản %(clause)s"), clause=subject)


def _day_of(duty: Duty) -> str:
    return spoken_day(date.fromisoformat(duty.slot.partition("/")[0]))


#: The button on the unit's page that settles each kind of duty.
BUTTONS = {
    DutyKind.RECEIPT: "Xác nhận đã nhận", DutyKind.REPORT: "Nộp báo cáo", DutyKind.TASK: "Báo kết quả",
    DutyKind.FIRST_ACTION: "Báo đã triển khai", DutyKind.EXPLANATION: "Gửi giải trình",
    DutyKind.ROSTER: "Nộp danh sách", DutyKind.COVERAGE: "Cập nhật chỉ tiêu",
    DutyKind.DECISION: "Đồng ý hoặc Không đồng ý",
}  # fmt: skip
_KINDS = {DutyKind.ROSTER: "Danh sách (khoản %(clause)s)", DutyKind.COVERAGE: "Chỉ tiêu (khoản %(clause)s)"}
_LATE = {
    "receipt": "Giải trình việc chậm xác nhận đã nhận", "first_action": "Giải trình việc chậm triển khai",
    "decision": "Giải trình việc chậm trả lời xin phép",
}  # fmt: skip


def duty_line(duty: Duty, snap: Snapshot, zone: str, now: datetime) -> dict[str, Any]:
    """A duty as notices list it."""
    return {
        "what": duty_name(duty, snap),
        "kind": duty.kind.value,
        "button": BUTTONS.get(duty.kind, "Báo kết quả"),
        "due": spoken_due(duty.due_at, zone),
        "overdue": duty.due_at < now,  # at its due time it is on time still, as in the books
    }


def _titles(signatory: Signatory) -> list[str]:
    """Capacity marks and titles as they are read: "Bí thư Tỉnh ủy kiêm Trưởng Ban Chỉ đạo"."""
    marks = [mark for mark in signatory.capacity if mark != "kiêm"]
    titles = [" kiêm ".join(signatory.titles)] if "kiêm" in signatory.capacity else list(signatory.titles)
    return [*marks, *titles]


def directive_words(snap: Snapshot) -> dict[str, Any]:
    """The directive as notices and pages speak of it."""
    text = snap.content.text
    degree = urgency(text)
    return {
        "title": title(text), "code": text.code or "", "subject": text.subject or "", "issuer": text.issuer,
        "place": text.place or "", "date": spoken_day(text.date) if text.date else "",
        "urgency": "" if degree is Urgency.NORMAL else degree.value.upper(), "tree": text.tree.value,
        "signatory": {"name": text.signatory.name or "", "titles": _titles(text.signatory)},
    }  # fmt: skip


def office_words(snap: Snapshot) -> dict[str, Any]:
    """The office as notices and pages speak of it."""
    office = snap.office
    return {
        "name": office.name, "short": office.short, "sender_name": office.sender_name, "desk": office.desk,
        "phone": office.phone or "",
    }  # fmt: skip
