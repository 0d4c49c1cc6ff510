"""The plan of a draft, before it is issued: who it would reach, what they would owe, which notices would go out, and
for each of these whether the text says so or the office has decided it."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from hoatoc.format.directive import DirectiveFile, identity, title, urgency
from hoatoc.format.folder import Draft, OfficeFolder
from hoatoc.format.ladder import Rung
from hoatoc.format.office import Office
from hoatoc.format.regime import Deadline, ReportRule
from hoatoc.ledger.schema import DutyKind
from hoatoc.localtime import following_day, instant, local_date
from hoatoc.rollout import snapshot
from hoatoc.rollout.bundle import STEP_NAMES, spoken_delay
from hoatoc.rollout.climb import Climb, ladder_of, receipt_due
from hoatoc.rollout.once import duty_clauses, owed_once
from hoatoc.rollout.periods import first_day
from hoatoc.rollout.resolve import Resolved, resolve
from hoatoc.rollout.warnings import warnings

TEXT, OFFICE = "text", "office"
#: How many days of a daily report are laid out.
_DAYS = 5
#: What is decided about the hours of a report: what is open keeps them when they are amended.
CUTOFF, CLOSING = "giờ chốt báo cáo", "chốt tổng hợp, khóa nhận"


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
        "addressees": [_addressee(item) for item in resolved],
        "shared": list(_shared(draft, resolved)),
        "decisions": list(decisions(folder.office, draft.content)),
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


def _addressee(item: Resolved) -> dict[str, Any]:
    return {
        "key": item.target.key, "name": item.target.name, "line": item.line or None, "basis": item.basis or None,
        "reports": list(item.clauses), "supports": list(item.supports), "source": TEXT if item.line else OFFICE,
    }  # fmt: skip


def _shared(draft: Draft, resolved: list[Resolved]) -> Iterator[dict[str, Any]]:
    """The tasks in which some lead and others support: only the lead owes."""
    for task in draft.content.regime.tasks:
        if task.support is not None:
            yield {
                "clause": task.clause, "leads": [item.target.name for item in resolved if task.clause in item.clauses],
                "supports": [item.target.name for item in resolved if task.clause in item.supports], "source": OFFICE,
            }  # fmt: skip


def decisions(office: Office, content: DirectiveFile) -> Iterator[dict[str, str]]:
    """What the text says and what the office has decided, each in a line; `report` is the clause of the report that it
    is about, where it is about one."""
    text, regime = content.text, content.regime
    given = [
        ("Số, ký hiệu", text.code), ("Ngày", f"{text.date:%d/%m/%Y}" if text.date else None),
        ("Độ khẩn", text.urgency), ("Trích yếu", text.subject),
    ]  # fmt: skip
    for what, value in given:
        yield {"what": what, "value": value or "(văn bản không nêu)", "source": TEXT}
    yield _decided("Ai đứng sau từng dòng kính gửi", f"{len(regime.addressees)} quy tắc chọn đơn vị")
    yield _decided("Hạn xác nhận đã nhận", f"{spoken_delay(regime.receipt.within)} sau khi ban hành")
    for rule in regime.reports:
        last = f"{rule.last:%d/%m/%Y}" if rule.last else "khi văn phòng kết thúc"
        closing = f"{spoken_delay(rule.freeze)} và {spoken_delay(rule.lock)} sau giờ chốt"
        yield _of_report(rule, CUTOFF, f"{rule.cutoff:%H:%M} hằng ngày")
        yield _of_report(rule, "ngày đầu phải báo cáo", f"{rule.first:%d/%m/%Y}")
        yield _of_report(rule, "ngày thôi báo cáo", last)
        yield _of_report(rule, CLOSING, closing)
        yield _of_report(rule, "biểu mẫu", rule.form)
    for once in owed_once(regime):
        source = TEXT if once.due.source == "text" else OFFICE
        yield {"what": f"Khoản {once.clause}: hạn", "value": _spoken_due(once.due), "source": source}
    for permission in regime.permissions:
        span = spoken_delay(permission.answer_within)
        yield _decided(f"Khoản {permission.clause}: hạn trả lời xin phép {permission.matter}", f"{span} sau khi xin")
    ladder = ladder_of(office, content)
    for kind, rungs in (("xác nhận", ladder.receipt), ("báo cáo", ladder.report), ("việc", ladder.task)):
        steps = "; ".join(_spoken_rung(rung) for rung in rungs)
        yield _decided(f"Thang đôn đốc ({kind})", steps or "không")


def _spoken_rung(rung: Rung) -> str:
    name, counted = STEP_NAMES[rung.step], " (giờ làm việc)" if rung.counted == "working" else ""
    if not rung.at:
        return f"{name} khi đến hạn"
    return f"{name} {'trước' if rung.at < timedelta(0) else 'sau'} hạn {spoken_delay(abs(rung.at))}{counted}"


def _spoken_due(due: Deadline) -> str:
    if due.at is not None:
        return f"{due.at:%H:%M %d/%m/%Y}"
    if due.within is not None:
        return f"{spoken_delay(due.within)} sau khi ban hành"
    assert due.date is not None
    by = "hết ngày" if due.reading == "through" else "trước ngày"
    return f"{due.hour:%H:%M} ngày {due.date:%d/%m/%Y}" if due.hour else f"{by} {due.date:%d/%m/%Y}"


def _decided(what: str, value: str) -> dict[str, str]:
    return {"what": what, "value": value, "source": OFFICE}


def _of_report(rule: ReportRule, what: str, value: str) -> dict[str, str]:
    return {**_decided(f"Khoản {rule.clause}: {what}", value), "report": rule.clause}


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
            "template": "reminder" if rung.step in ("remind", "press") else "escalation_digest",
            "step": rung.step.value, "at": climb.instant(step, due_at).isoformat(), "at_most": bearers,
            "source": OFFICE, "of": of,
        }  # fmt: skip
