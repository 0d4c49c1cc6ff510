"""What a text leaves open, said before a directive is issued."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from hoatoc.format.folder import Draft, OfficeFolder
from hoatoc.format.select import select
from hoatoc.format.text import BearerKind, Obligation, ObligationKind
from hoatoc.localtime import local_date
from hoatoc.rollout.once import duty_clauses, owed_once
from hoatoc.rollout.resolve import Resolved

#: Kinds that become a duty only when someone gives them a date.
_NEED_A_DATE = {
    ObligationKind.ONE_OFF_DEADLINE: "việc", ObligationKind.ROSTER: "danh sách",
    ObligationKind.COVERAGE_TARGET: "chỉ tiêu",
}  # fmt: skip


def warnings(folder: OfficeFolder, draft: Draft, resolved: list[Resolved], now: datetime) -> Iterator[str]:
    """Every point of `draft` that somebody should have looked at before it is issued at `now`."""
    yield from _addressing(draft, resolved)
    yield from _bearing(folder, draft, resolved, now)
    yield from _leading(folder, draft, now)
    yield from _dating(folder, draft, now)
    yield from _commas(folder, draft)
    for item in resolved:
        post, unit = item.target.post, item.target.unit
        if not ((post and post.mail) or unit.mail):
            yield f"{item.target.name} không có hộp thư nào: văn phòng phải chuyển tay."
    for obligation in draft.content.text.obligations:
        if obligation.ambiguity:
            yield f"Khoản {obligation.clause}: {obligation.ambiguity}"
    yield from draft.content.text.ambiguities


def _addressing(draft: Draft, resolved: list[Resolved]) -> Iterator[str]:
    text, regime = draft.content.text, draft.content.regime
    covered = {rule.line for rule in regime.addressees}
    for line in text.addressees:
        if line not in covered:
            yield f"Dòng kính gửi “{line}” chưa có đơn vị nào đứng sau."
    if not text.addressees:
        yield f"Văn bản không có kính gửi; văn phòng lấy {len(resolved)} nơi nhận theo nơi nhận và nội dung."
    silent = Counter(item.line or "(văn phòng thêm)" for item in resolved if not item.clauses)
    for words, count in silent.items():
        yield f"“{words}”: {count} nơi nhận không có việc nào ngoài xác nhận đã nhận."


def _bearing(folder: OfficeFolder, draft: Draft, resolved: list[Resolved], now: datetime) -> Iterator[str]:
    for item in resolved:
        if item.clauses and not item.line and draft.content.text.addressees:
            yield f"{item.target.name} bị giao việc (khoản {', '.join(item.clauses)}) nhưng không có trong kính gửi."
    day = local_date(now, folder.office.zone)
    reached = {item.target.key for item in resolved}
    for bearer in draft.content.regime.bearers:
        left = [target.name for target in select(bearer.who, folder.units, day) if target.key not in reached]
        if left:
            yield f"“{bearer.text}” bị giao việc nhưng {len(left)} đơn vị không có trong kính gửi: {_few(left)}."
    for obligation in draft.content.text.obligations:
        if obligation.bearer.kind is BearerKind.UNSPECIFIED:
            yield f"Khoản {obligation.clause} không nêu ai thực hiện."


def _leading(folder: OfficeFolder, draft: Draft, now: datetime) -> Iterator[str]:
    """Each task has exactly one lead (Nghị định 191/2026/NĐ-CP, Điều 2.2); the texts often have more: told, never
    refused."""
    day = local_date(now, folder.office.zone)
    for rule in draft.content.regime.tasks:
        leads = [target.name for target in select(rule.who, folder.units, day)]
        if len(leads) > 1:
            yield f"Khoản {rule.clause}: {len(leads)} đơn vị cùng chủ trì một việc: {_few(leads)}."
    for obligation in draft.content.text.obligations:
        if obligation.kind is ObligationKind.ONE_OFF_DEADLINE and len(obligation.bearer.text) > 1:
            yield f"Khoản {obligation.clause}: văn bản nêu nhiều nơi thực hiện: {'; '.join(obligation.bearer.text)}."


def _dating(folder: OfficeFolder, draft: Draft, now: datetime) -> Iterator[str]:
    for once in owed_once(draft.content.regime):
        due_at = once.due_at(now, folder.office)
        if due_at <= now:
            yield f"Khoản {once.clause}: hạn đã qua trước khi ban hành; không mở nghĩa vụ nào."
    owed = duty_clauses(draft.content.regime)
    undated = [item for item in draft.content.text.obligations if item.kind in _NEED_A_DATE and item.clause not in owed]
    for obligation in undated:
        what = f"{_what(obligation)} không có hạn, nên không mở nghĩa vụ; văn phòng có thể đặt"
        yield f"Khoản {obligation.clause}: {what}."


def _what(obligation: Obligation) -> str:
    return _NEED_A_DATE[obligation.kind]


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
                yield f"“{words}”: {names[key]} là một đơn vị, tên có dấu phẩy hoặc gạch nối."


def _letters(words: str) -> str:
    return " ".join(re.findall(r"\w+", words.casefold()))


def _few(names: list[str]) -> str:
    return "; ".join(names[:3]) + (f" và {len(names) - 3} nơi khác" if len(names) > 3 else "")
