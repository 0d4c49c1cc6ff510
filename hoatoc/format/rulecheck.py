"""Checks the rules of a regime on what is owed once, listed, brought to a share, or permitted."""

from collections.abc import Iterator
from datetime import date

from hoatoc.format.crosscheck import post_problems, selector_problems
from hoatoc.format.directive import DirectiveFile
from hoatoc.format.problem import Problem
from hoatoc.format.regime import Deadline
from hoatoc.format.roster import RosterForm
from hoatoc.format.text import Obligation, ObligationKind
from hoatoc.format.timing import ByDate, FromMoment
from hoatoc.format.units import Units
from hoatoc.format.yamlfile import Path_, YamlFile
from hoatoc.phrase import Phrase

#: Which kinds of obligation a rule of each list may turn into something owed. A standing rule never ends: it is
#: followed by counts in the report.
_KINDS = {
    "tasks": {ObligationKind.ONE_OFF_DEADLINE},
    "rosters": {ObligationKind.ROSTER},
    "coverage": {ObligationKind.COVERAGE_TARGET},
    "permissions": {ObligationKind.PERMISSION_APPROVAL},
}


def rule_problems(
    content: DirectiveFile, units: Units, rosters: dict[str, RosterForm], source: YamlFile
) -> Iterator[Problem]:
    """Rules on clauses that are not there or are of another kind, deadlines that contradict the text, lists and
    readers that do not exist."""
    day = content.text.date or date.max
    obligations = {item.clause: item for item in content.text.obligations}
    for name, kinds in _KINDS.items():
        for index, rule in enumerate(getattr(content.regime, name)):
            at: Path_ = ("regime", name, index)
            yield from _clause_problems(rule.clause, obligations, kinds, at, source)
            yield from selector_problems(rule.who, units, day, (*at, "who"), source)
            due = getattr(rule, "due", None)
            if due is not None and rule.clause in obligations:
                yield from _due_problems(due, obligations[rule.clause], (*at, "due"), source)
    for index, task in enumerate(content.regime.tasks):
        if task.support is not None:
            yield from selector_problems(task.support, units, day, ("regime", "tasks", index, "support"), source)
    for index, roster in enumerate(content.regime.rosters):
        at = ("regime", "rosters", index)
        if roster.roster not in rosters:
            known = ", ".join(rosters) or Phrase("thư mục rosters/ trống")
            yield source.problem(
                (*at, "roster"),
                Phrase("không có mẫu danh sách %(roster)r", roster=roster.roster),
                Phrase("các mẫu: %(known)s", known=known),
            )
        for place, reader in enumerate(roster.readers):
            yield from post_problems(reader, units, (*at, "readers", place), source)
    for index, bearer in enumerate(content.regime.bearers):
        yield from selector_problems(bearer.who, units, day, ("regime", "bearers", index, "who"), source)
    issuer = content.regime.issuer
    for place, post in enumerate(issuer.leadership if issuer else ()):
        yield from post_problems(post, units, ("regime", "issuer", "leadership", place), source)


def _clause_problems(
    clause: str, obligations: dict[str, Obligation], kinds: set[ObligationKind], at: Path_, source: YamlFile
) -> Iterator[Problem]:
    obligation = obligations.get(clause)
    if obligation is None:
        yield source.problem(
            (*at, "clause"), Phrase("không có khoản %(clause)r", clause=clause), ", ".join(obligations)
        )
    elif obligation.kind not in kinds:
        wanted = ", ".join(sorted(kinds))
        what = Phrase(
            "khoản %(clause)s là %(kind)s, quy tắc này dành cho %(wanted)s",
            clause=clause,
            kind=obligation.kind,
            wanted=wanted,
        )
        yield source.problem((*at, "clause"), what, "theo dõi khoản này bằng số liệu trong báo cáo")
    elif obligation.relation != "assigned":
        what = Phrase("khoản %(clause)s là đề nghị hoặc mời, không phải giao", clause=clause)
        yield source.problem((*at, "clause"), what, "chỉ việc được giao mới mở nghĩa vụ và bị đôn đốc")


def _due_problems(due: Deadline, obligation: Obligation, at: Path_, source: YamlFile) -> Iterator[Problem]:
    timing = obligation.timing
    dated = isinstance(timing, ByDate) or (isinstance(timing, FromMoment) and timing.implied_deadline)
    if due.source == "text" and not dated:
        what = Phrase("văn bản không nêu hạn cho khoản %(clause)s", clause=obligation.clause)
        yield source.problem((*at, "source"), what, "hạn do văn phòng đặt: source: office")
    if isinstance(timing, ByDate) and due.source == "text" and due.date != timing.date:
        yield source.problem(
            at, Phrase("văn bản ghi ngày %(date)s", date=f"{timing.date:%d/%m/%Y}"), "sửa date, hoặc ghi source: office"
        )
    if isinstance(timing, FromMoment) and due.source == "text" and due.at != timing.moment:
        yield source.problem(
            at, Phrase("văn bản ghi %(moment)s", moment=timing.moment.isoformat()), "sửa at, hoặc ghi source: office"
        )
