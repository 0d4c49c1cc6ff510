"""The plan of a draft, before it is issued: who it would reach, what they would owe, which notices would go out, and
for each of these whether the text says so or the office has decided it."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from hoatoc.format.directive import identity, title, urgency
from hoatoc.format.folder import Draft, OfficeFolder
from hoatoc.format.model import write_span
from hoatoc.format.regime import ReportRule, Rung
from hoatoc.format.text import BearerKind
from hoatoc.localtime import instant, local_date
from hoatoc.rollout.resolve import Resolved, resolve

TEXT, OFFICE = "text", "office"
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
        "addressees": [_addressee(item) for item in resolved],
        "decisions": list(_decisions(draft)),
        "duties": list(_duties(folder, draft, resolved, now)),
        "notices": list(_notices(folder, draft, resolved, now)),
        "warnings": list(_warnings(draft, resolved)),
    }  # fmt: skip


def _obligations(draft: Draft) -> Iterator[dict[str, Any]]:
    reported = {rule.clause for rule in draft.content.regime.reports}
    for obligation in draft.content.text.obligations:
        yield {
            "clause": obligation.clause, "quote": obligation.quote, "kind": obligation.kind.value,
            "bearers": list(obligation.bearer.text), "timing": obligation.timing.model_dump(mode="json"),
            "opens_duty": obligation.clause in reported, "source": TEXT,
        }  # fmt: skip


def _addressee(item: Resolved) -> dict[str, Any]:
    return {
        "key": item.target.key, "name": item.target.name, "line": item.line or None, "reports": list(item.clauses),
        "source": TEXT if item.line else OFFICE,
    }  # fmt: skip


def _decisions(draft: Draft) -> Iterator[dict[str, str]]:
    text, regime = draft.content.text, draft.content.regime
    given = [
        ("Số, ký hiệu", text.code), ("Ngày", f"{text.date:%d/%m/%Y}" if text.date else None),
        ("Độ khẩn", text.urgency), ("Trích yếu", text.subject),
    ]  # fmt: skip
    for what, value in given:
        yield {"what": what, "value": value or "(văn bản không nêu)", "source": TEXT}
    yield _decided("Ai đứng sau từng dòng kính gửi", f"{len(regime.addressees)} quy tắc chọn đơn vị")
    yield _decided("Hạn xác nhận đã nhận", f"{write_span(regime.receipt.within)} sau khi ban hành")
    for rule in regime.reports:
        clause = f"Khoản {rule.clause}"
        last = f"{rule.last:%d/%m/%Y}" if rule.last else "khi văn phòng kết thúc"
        closing = f"{write_span(rule.freeze)} và {write_span(rule.lock)} sau giờ chốt"
        yield _decided(f"{clause}: giờ chốt báo cáo", f"{rule.cutoff:%H:%M} hằng ngày, từ {rule.first:%d/%m/%Y}")
        yield _decided(f"{clause}: ngày thôi báo cáo", last)
        yield _decided(f"{clause}: chốt tổng hợp, khóa nhận", closing)
        yield _decided(f"{clause}: biểu mẫu", rule.form)
    for kind, rungs in (("xác nhận", regime.ladder.receipt), ("báo cáo", regime.ladder.report)):
        steps = "; ".join(f"{rung.step} {write_span(rung.at)}" for rung in rungs)
        yield _decided(f"Thang đôn đốc ({kind})", steps or "không")


def _decided(what: str, value: str) -> dict[str, str]:
    return {"what": what, "value": value, "source": OFFICE}


def _days(rule: ReportRule) -> Iterator[Any]:
    for offset in range(_DAYS):
        day = rule.first + timedelta(days=offset)
        if rule.last is None or day <= rule.last:
            yield day


def _duties(folder: OfficeFolder, draft: Draft, resolved: list[Resolved], now: datetime) -> Iterator[dict[str, Any]]:
    regime = draft.content.regime
    yield {
        "subject": "receipt", "kind": "receipt", "slot": "", "bearers": len(resolved),
        "due_at": (now + regime.receipt.within).isoformat(), "source": OFFICE,
    }  # fmt: skip
    for rule in regime.reports:
        bearers = sum(rule.clause in item.clauses for item in resolved)
        for day in _days(rule):
            due_at = instant(day, rule.cutoff, folder.office.zone)
            # The text orders the report; when it is due each day is the office's.
            yield {
                "subject": rule.clause, "kind": "report", "slot": f"{day}/P1D", "bearers": bearers,
                "due_at": due_at.isoformat(), "source": TEXT, "due_source": OFFICE,
            }  # fmt: skip


def _notices(folder: OfficeFolder, draft: Draft, resolved: list[Resolved], now: datetime) -> Iterator[dict[str, Any]]:
    regime = draft.content.regime
    yield {"template": "dispatch", "step": "dispatch", "at": now.isoformat(), "at_most": len(resolved), "source": TEXT}
    yield from _rungs(regime.ladder.receipt, now + regime.receipt.within, len(resolved), "receipt")
    for rule in regime.reports:
        bearers = sum(rule.clause in item.clauses for item in resolved)
        for day in _days(rule):
            due_at = instant(day, rule.cutoff, folder.office.zone)
            yield from _rungs(regime.ladder.report, due_at, bearers, f"{rule.clause} {day}")
            if regime.summary:
                yield {
                    "template": "daily_summary", "step": "summary", "at": (due_at + rule.freeze).isoformat(),
                    "at_most": len(regime.summary.to) + 1, "source": OFFICE, "of": f"{rule.clause} {day}",
                }  # fmt: skip


def _rungs(rungs: tuple[Rung, ...], due_at: datetime, bearers: int, of: str) -> Iterator[dict[str, Any]]:
    """A step reaches at most one mailbox for each bearer that still owes by then; those above get one digest each."""
    for rung in rungs:
        yield {
            "template": "reminder" if rung.step in ("remind", "press") else "escalation_digest",
            "step": rung.step.value, "at": (due_at + rung.at).isoformat(), "at_most": bearers, "source": OFFICE,
            "of": of,
        }  # fmt: skip


def _warnings(draft: Draft, resolved: list[Resolved]) -> Iterator[str]:
    text, regime = draft.content.text, draft.content.regime
    covered = {rule.line for rule in regime.addressees}
    for line in text.addressees:
        if line not in covered:
            yield f"Dòng kính gửi “{line}” chưa có đơn vị nào đứng sau."
    unaddressed = [item for item in resolved if not item.line and item.clauses]
    for item in unaddressed:
        yield f"{item.target.name} phải báo cáo nhưng không có trong kính gửi."
    silent = Counter(item.line for item in resolved if item.line and not item.clauses)
    for line, count in silent.items():
        yield f"“{line}”: {count} nơi nhận chỉ xác nhận đã nhận, không phải báo cáo (văn phòng quyết định)."
    unmailed = [item.target for item in resolved if not _has_mailbox(item)]
    for target in unmailed:
        yield f"{target.name} không có hộp thư nào: văn phòng phải chuyển tay."
    for obligation in text.obligations:
        if obligation.bearer.kind is BearerKind.UNSPECIFIED:
            yield f"Khoản {obligation.clause} không nêu ai thực hiện."
        if obligation.ambiguity:
            yield f"Khoản {obligation.clause}: {obligation.ambiguity}"
    yield from text.ambiguities


def _has_mailbox(item: Resolved) -> bool:
    post = item.target.post
    return bool((post and post.mail) or item.target.unit.mail)
