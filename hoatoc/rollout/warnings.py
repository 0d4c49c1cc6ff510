"""What a text leaves open, said before a directive is issued."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, time

from hoatoc.format.folder import Draft, OfficeFolder
from hoatoc.format.select import select
from hoatoc.format.text import BearerKind, ObligationKind
from hoatoc.ledger.schema import DutyKind
from hoatoc.localtime import instant, local, local_date, spoken, spoken_day
from hoatoc.phrase import Phrase
from hoatoc.rollout import snapshot
from hoatoc.rollout.bundle import spoken_delay
from hoatoc.rollout.climb import receipt_due, working_time
from hoatoc.rollout.once import duty_clauses, owed_once
from hoatoc.rollout.periods import first_day
from hoatoc.rollout.resolve import Resolved

#: Kinds that become a duty only when someone gives them a date.
_UNDATED = {
    ObligationKind.ONE_OFF_DEADLINE:
        "Khoản %(clause)s: việc không có hạn, nên không mở nghĩa vụ; văn phòng có thể đặt.",
    ObligationKind.ROSTER:
        "Khoản %(clause)s: danh sách không có hạn, nên không mở nghĩa vụ; văn phòng có thể đặt.",
    ObligationKind.COVERAGE_TARGET:
        "Khoản %(clause)s: chỉ tiêu không có hạn, nên không mở nghĩa vụ; văn phòng có thể đặt.",
}  # fmt: skip
#: Night work: from 22:00 to 06:00 (Bộ luật Lao động 2019, Điều 106).
_NIGHT, _MORNING = time(22), time(6)


def warnings(folder: OfficeFolder, draft: Draft, resolved: list[Resolved], now: datetime) -> Iterator[str]:
    """Every point of `draft` that somebody should have looked at before it is issued at `now`."""
    yield from _addressing(draft, resolved)
    yield from _bearing(folder, draft, resolved, now)
    yield from _leading(folder, draft, now)
    yield from _dating(folder, draft, now)
    yield from _beginning(folder, draft, now)
    yield from _too_soon(folder, draft, now)
    yield from _at_night(folder, draft, now)
    yield from _commas(folder, draft)
    for item in resolved:
        post, unit = item.target.post, item.target.unit
        if not ((post and post.mail) or unit.mail):
            yield Phrase("%(name)s không có hộp thư nào: văn phòng phải chuyển tay.", name=item.target.name)
    for obligation in draft.content.text.obligations:
        if obligation.ambiguity:
            yield Phrase("Khoản %(clause)s: %(says)s", clause=obligation.clause, says=obligation.ambiguity)
    yield from draft.content.text.ambiguities


def _addressing(draft: Draft, resolved: list[Resolved]) -> Iterator[str]:
    text, regime = draft.content.text, draft.content.regime
    covered = {rule.line for rule in regime.addressees}
    for line in text.addressees:
        if line not in covered:
            yield Phrase("Dòng kính gửi “%(line)s” chưa có đơn vị nào đứng sau.", line=line)
    if not text.addressees:
        yield Phrase(
            "Văn bản không có kính gửi; văn phòng lấy %(count)s nơi nhận theo nơi nhận và nội dung.",
            count=len(resolved),
        )
    silent = Counter(item.line or Phrase("(văn phòng thêm)") for item in resolved if not item.clauses)
    for words, count in silent.items():
        yield Phrase(
            "“%(line)s”: %(count)s nơi nhận không có việc nào ngoài xác nhận đã nhận.", line=words, count=count
        )


def _bearing(folder: OfficeFolder, draft: Draft, resolved: list[Resolved], now: datetime) -> Iterator[str]:
    for item in resolved:
        if item.clauses and not item.line and draft.content.text.addressees:
            yield Phrase(
                "%(name)s bị giao việc (khoản %(clauses)s) nhưng không có trong kính gửi.",
                name=item.target.name, clauses=", ".join(item.clauses),
            )  # fmt: skip
    day = local_date(now, folder.office.zone)
    reached = {item.target.key for item in resolved}
    for bearer in draft.content.regime.bearers:
        left = [target.name for target in select(bearer.who, folder.units, day) if target.key not in reached]
        if left:
            yield Phrase(
                "“%(words)s” bị giao việc nhưng %(count)s đơn vị không có trong kính gửi: %(names)s.",
                words=bearer.text, count=len(left), names=_few(left),
            )  # fmt: skip
    for obligation in draft.content.text.obligations:
        if obligation.bearer.kind is BearerKind.UNSPECIFIED:
            yield Phrase("Khoản %(clause)s không nêu ai thực hiện.", clause=obligation.clause)


def _leading(folder: OfficeFolder, draft: Draft, now: datetime) -> Iterator[str]:
    """Each task has exactly one lead (Nghị định 191/2026/NĐ-CP, Điều 2.2); the texts often have more: told, never
    refused."""
    day = local_date(now, folder.office.zone)
    for rule in draft.content.regime.tasks:
        leads = [target.name for target in select(rule.who, folder.units, day)]
        if len(leads) > 1:
            yield Phrase(
                "Khoản %(clause)s: %(count)s đơn vị cùng chủ trì một việc: %(names)s.",
                clause=rule.clause, count=len(leads), names=_few(leads),
            )  # fmt: skip
    for obligation in draft.content.text.obligations:
        if obligation.kind is ObligationKind.ONE_OFF_DEADLINE and len(obligation.bearer.text) > 1:
            yield Phrase(
                "Khoản %(clause)s: văn bản nêu nhiều nơi thực hiện: %(names)s.",
                clause=obligation.clause, names="; ".join(obligation.bearer.text),
            )  # fmt: skip


def _dating(folder: OfficeFolder, draft: Draft, now: datetime) -> Iterator[str]:
    for once in owed_once(draft.content.regime):
        due_at = once.due_at(now, folder.office)
        if due_at <= now:
            yield Phrase("Khoản %(clause)s: hạn đã qua trước khi ban hành; không mở nghĩa vụ nào.", clause=once.clause)
    owed = duty_clauses(draft.content.regime)
    undated = [item for item in draft.content.text.obligations if item.kind in _UNDATED and item.clause not in owed]
    for obligation in undated:
        yield Phrase(_UNDATED[obligation.kind], clause=obligation.clause)


def _beginning(folder: OfficeFolder, draft: Draft, now: datetime) -> Iterator[str]:
    """Nothing is owed for days before anyone was told: a report may begin later than its rule says."""
    for rule in draft.content.regime.reports:
        day = first_day(rule, now, folder.office.zone)
        if rule.last is not None and rule.last < day:
            last = spoken_day(rule.last)
            yield Phrase("Khoản %(clause)s: kỳ cuối %(last)s đã qua; không mở kỳ nào.", clause=rule.clause, last=last)
        elif rule.first < day:
            yield Phrase(
                "Khoản %(clause)s: kỳ đầu ghi %(first)s đã qua; kỳ đầu thật là %(day)s.",
                clause=rule.clause, first=spoken_day(rule.first), day=spoken_day(day),
            )  # fmt: skip


def _too_soon(folder: OfficeFolder, draft: Draft, now: datetime) -> Iterator[str]:
    snap = snapshot.Snapshot(snapshot.take(folder, draft))
    for what, kind, due_at in _first_deadlines(folder, draft, now):
        climb = snap.ladder(kind)
        if climb.begun(due_at, now) and due_at > now:
            lead = due_at - climb.instant(0, due_at)
            yield Phrase(
                "%(what)s: hạn chỉ còn %(left)s; thư nhắc trước hạn %(lead)s không kịp gửi.",
                what=what, left=spoken_delay(due_at - now), lead=spoken_delay(lead),
            )  # fmt: skip


def _first_deadlines(folder: OfficeFolder, draft: Draft, now: datetime) -> Iterator[tuple[str, DutyKind, datetime]]:
    office, regime = folder.office, draft.content.regime
    yield Phrase("Xác nhận đã nhận"), DutyKind.RECEIPT, receipt_due(office, draft.content, now)
    for rule in regime.reports:
        day = first_day(rule, now, office.zone)
        if rule.last is None or day <= rule.last:
            due_at = instant(day, rule.cutoff, office.zone)
            yield Phrase("Khoản %(clause)s, kỳ đầu", clause=rule.clause), DutyKind.REPORT, due_at
    for once in owed_once(regime):
        yield Phrase("Khoản %(clause)s", clause=once.clause), once.kind, once.due_at(now, office)


def _at_night(folder: OfficeFolder, draft: Draft, now: datetime) -> Iterator[str]:
    office, content = folder.office, draft.content
    if content.regime.receipt.counted == "working" and working_time(office, content, DutyKind.RECEIPT.value):
        return
    due_at = receipt_due(office, content, now)
    if not _MORNING <= local(due_at, office.zone).time() < _NIGHT:
        yield Phrase("Hạn xác nhận đã nhận rơi vào ban đêm: %(due)s.", due=spoken(due_at, office.zone))


def _commas(folder: OfficeFolder, draft: Draft) -> Iterator[str]:
    """A unit whose name has a comma or a dash in it reads like several in a list."""
    said = {
        words for item in draft.content.text.obligations for words in (*item.bearer.text, *item.bearer.coordinating)
    }
    words_of = {unit.key: _letters(unit.name) for unit in folder.units.units if re.search(r"[,–-]", unit.name)}
    names = {unit.key: unit.name for unit in folder.units.units}
    for words in sorted({*said, *draft.content.text.addressees}):
        for key, letters in words_of.items():
            if "," in words and letters in _letters(words):
                yield Phrase(
                    "“%(words)s”: %(name)s là một đơn vị, tên có dấu phẩy hoặc gạch nối.", words=words, name=names[key]
                )


def _letters(words: str) -> str:
    return " ".join(re.findall(r"\w+", words.casefold()))


def _few(names: list[str]) -> str:
    first = "; ".join(names[:3])
    more = len(names) - 3
    return Phrase("%(first)s và %(more)s nơi khác", first=first, more=more) if more > 0 else first
