"""The plan of a draft, before it is issued: who it would reach, what they would owe, which notices would go out, and
for each of these whether the text says so or the office has decided it."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from hoatoc.format.directive import DirectiveFile, identity, title, urgency
from hoatoc.format.folder import Draft, OfficeFolder
from hoatoc.format.ladder import Rung
from hoatoc.format.office import Office
from hoatoc.format.regime import Deadline, ReportRule
from hoatoc.ledger.schema import DutyKind
from hoatoc.localtime import following_day, instant, local_date
from hoatoc.phrase import Joined, Phrase
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
CUTOFF, CLOSING = Phrase("giờ chốt báo cáo"), Phrase("chốt tổng hợp, khóa nhận")


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


class Line(NamedTuple):
    """A line of kính gửi with the addressees behind it; None for those that the office adds, on the `basis` it gives."""

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


def decisions(office: Office, content: DirectiveFile) -> Iterator[dict[str, str]]:
    """What the text says and what the office has decided, each in a line; `report` is the clause of the report that it
    is about, where it is about one."""
    text, regime = content.text, content.regime
    given = [
        (Phrase("Số, ký hiệu"), text.code), (Phrase("Ngày"), f"{text.date:%d/%m/%Y}" if text.date else None),
        (Phrase("Độ khẩn"), text.urgency), (Phrase("Trích yếu"), text.subject),
    ]  # fmt: skip
    for what, value in given:
        yield {"what": what, "value": value or Phrase("(văn bản không nêu)"), "source": TEXT}
    rules = Phrase("%(count)s quy tắc chọn đơn vị", count=len(regime.addressees))
    yield _decided(Phrase("Ai đứng sau từng dòng kính gửi"), rules)
    yield _decided(Phrase("Hạn xác nhận đã nhận"), _after_issue(regime.receipt.within))
    for rule in regime.reports:
        last = f"{rule.last:%d/%m/%Y}" if rule.last else Phrase("khi văn phòng kết thúc")
        freeze, lock = spoken_delay(rule.freeze), spoken_delay(rule.lock)
        yield _of_report(rule, CUTOFF, Phrase("%(hour)s hằng ngày", hour=f"{rule.cutoff:%H:%M}"))
        yield _of_report(rule, Phrase("ngày đầu phải báo cáo"), f"{rule.first:%d/%m/%Y}")
        yield _of_report(rule, Phrase("ngày thôi báo cáo"), last)
        yield _of_report(rule, CLOSING, Phrase("%(freeze)s và %(lock)s sau giờ chốt", freeze=freeze, lock=lock))
        yield _of_report(rule, Phrase("biểu mẫu"), rule.form)
    for once in owed_once(regime):
        source = TEXT if once.due.source == "text" else OFFICE
        yield {
            "what": Phrase("Khoản %(clause)s: hạn", clause=once.clause),
            "value": _spoken_due(once.due),
            "source": source,
        }
    for permission in regime.permissions:
        span = spoken_delay(permission.answer_within)
        what = Phrase(
            "Khoản %(clause)s: hạn trả lời xin phép %(matter)s", clause=permission.clause, matter=permission.matter
        )
        yield _decided(what, Phrase("%(span)s sau khi xin", span=span))
    ladder = ladder_of(office, content)
    for what, rungs in (
        (Phrase("Thang đôn đốc (xác nhận)"), ladder.receipt), (Phrase("Thang đôn đốc (báo cáo)"), ladder.report),
        (Phrase("Thang đôn đốc (việc)"), ladder.task),
    ):  # fmt: skip
        yield _decided(what, Joined(map(_spoken_rung, rungs), "; ") or Phrase("không"))


def _spoken_rung(rung: Rung) -> str:
    step, delay = Phrase(STEP_NAMES[rung.step]), spoken_delay(abs(rung.at))
    if not rung.at:
        return Phrase("%(step)s khi đến hạn", step=step)
    if rung.at < timedelta(0):
        said = Phrase("%(step)s trước hạn %(delay)s", step=step, delay=delay)
    else:
        said = Phrase("%(step)s sau hạn %(delay)s", step=step, delay=delay)
    return Phrase("%(said)s (giờ làm việc)", said=said) if rung.counted == "working" else said


def _after_issue(delay: timedelta) -> str:
    return Phrase("%(delay)s sau khi ban hành", delay=spoken_delay(delay))


def _spoken_due(due: Deadline) -> str:
    if due.at is not None:
        return f"{due.at:%H:%M %d/%m/%Y}"
    if due.within is not None:
        return _after_issue(due.within)
    assert due.date is not None
    day = f"{due.date:%d/%m/%Y}"
    if due.hour:
        return Phrase("%(hour)s ngày %(day)s", hour=f"{due.hour:%H:%M}", day=day)
    return Phrase("hết ngày %(day)s", day=day) if due.reading == "through" else Phrase("trước ngày %(day)s", day=day)


def _decided(what: str, value: str) -> dict[str, str]:
    return {"what": what, "value": value, "source": OFFICE}


def _of_report(rule: ReportRule, what: str, value: str) -> dict[str, str]:
    return {
        **_decided(Phrase("Khoản %(clause)s: %(what)s", clause=rule.clause, what=what), value),
        "report": rule.clause,
    }


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
