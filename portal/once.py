"""What a unit owes once, the shares it follows and what it asks permission for, as its page lists them."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.errors import NotFound
from hoatoc.format.regime import CoverageRule, PermissionRule, RosterRule, TaskRule
from hoatoc.ledger.schema import Duty, DutyKind, DutyState, Fulfilment, Roster
from hoatoc.localtime import NEVER
from hoatoc.rollout import coverage, permissions, wording
from hoatoc.rollout.snapshot import Snapshot
from hoatoc.rollout.views import UnitPage
from portal.language import Language
from portal.shares import percent
from portal.standing import Standing, Tone, of_duty

#: The part of the address under which each kind is done.
PATHS = {
    DutyKind.TASK: "viec", DutyKind.ROSTER: "danh-sach", DutyKind.COVERAGE: "chi-tieu",
    DutyKind.FIRST_ACTION: "trien-khai", DutyKind.EXPLANATION: "giai-trinh",
}  # fmt: skip
#: What no clause of the text asks for: the office does.
_OWN = (DutyKind.FIRST_ACTION, DutyKind.EXPLANATION)
#: What is settled by saying that it was done.
_WORK = {DutyKind.TASK, *_OWN}
T = TypeVar("T", Fulfilment, Roster)


@dataclass(frozen=True)
class Line:
    """One thing with where it stands. `due_at` is None where nothing is due; `by_office` says that the text gives no
    deadline and the office set one; `said` is what the unit has said of it so far, '' before. `duty_id` is None
    where nothing is owed."""

    duty_id: int | None
    kind: DutyKind
    subject: str
    title: str
    quote: str
    standing: Standing
    due_at: datetime | None
    by_office: bool
    said: str
    path: str
    button: str
    pending: bool
    closed: bool


@dataclass(frozen=True)
class Once:
    """All of a unit's page that is not a receipt or a report."""

    lines: list[Line]
    matters: tuple[PermissionRule, ...]
    waiting: int  # requests that are put before this addressee and not answered


def once_by(session: Session, page: UnitPage, language: Language) -> Once:
    """What the addressee of `page` owes once, most pressing first, what is settled last."""
    held = [duty for duty in page.duties if duty.state is not DutyState.WITHDRAWN]
    owed = [duty for duty in held if duty.kind in PATHS]
    shares = coverage.series_of(session, page.addressee)
    said = _said(session, page, owed, shares, language)
    lines = [_line(page, duty, said.get(duty.id, ""), language) for duty in owed]
    lines += _followed(page, shares, {duty.subject for duty in owed if duty.kind is DutyKind.COVERAGE}, language)
    return Once(
        lines=sorted(lines, key=lambda line: (not line.pending, line.due_at is None)),
        matters=tuple(permissions.matters(session, page.addressee)),
        waiting=sum(duty.kind is DutyKind.DECISION and duty.state is DutyState.OPEN for duty in held),
    )


def find_duty(session: Session, page: UnitPage, duty_id: int, kind: DutyKind) -> Duty:
    """The duty of that id and kind, if the addressee of `page` owes it. Raises NotFound."""
    duty = session.get(Duty, duty_id)
    mine = duty is not None and (duty.addressee_id, duty.kind) == (page.addressee.id, kind)
    if duty is None or not mine or duty.state is DutyState.WITHDRAWN:
        raise NotFound("không có việc này", hint="mở lại liên kết trong thư để xem các việc phải làm")
    return duty


def line_of(session: Session, page: UnitPage, duty: Duty, language: Language) -> Line:
    """One duty as its page shows it."""
    shares = coverage.series_of(session, page.addressee) if duty.kind is DutyKind.COVERAGE else []
    return _line(page, duty, _said(session, page, [duty], shares, language).get(duty.id, ""), language)


def _line(page: UnitPage, duty: Duty, said: str, language: Language) -> Line:
    at = duty.subject if duty.kind is DutyKind.COVERAGE else str(duty.id)
    rule = _rules(page.snap).get((duty.kind, duty.subject))
    return Line(
        duty_id=duty.id, kind=duty.kind, subject=duty.subject,
        title=title(duty.kind, duty.subject, language, duty.slot),
        quote="" if duty.kind in _OWN else page.snap.quote(duty.subject),
        standing=of_duty(duty, page.time, language), due_at=duty.due_at,
        by_office=rule is not None and rule.due is not None and rule.due.source == "office",
        said=said, path=f"{PATHS[duty.kind]}/{quote(at, safe='')}",
        button=language.say(wording.BUTTONS[duty.kind]), pending=duty.state is DutyState.OPEN,
        # A first action is said once; everything else may be said again, while the directive asks for it.
        closed=duty.state is DutyState.WAIVED or (duty.kind is DutyKind.FIRST_ACTION and duty.met_at < NEVER)
        or (duty.kind not in _OWN and rule is None),
    )  # fmt: skip


def title(kind: DutyKind, clause: str, language: Language, slot: str = "") -> str:
    """What is owed by `clause`, without its quote; `slot` is the period's where it has one."""
    if kind is DutyKind.EXPLANATION:
        _, _, late, subject = clause.split(":", 3)
        what = title(DutyKind(late), subject, language, slot)
        return language.say("Giải trình việc chậm: %(what)s", what=what)
    day = slot.partition("/")[0] if kind is DutyKind.REPORT else ""
    if day:
        return language.say("Báo cáo ngày %(day)s", day=language.iso_day(day))
    say = language.say
    unquoted = {
        DutyKind.FIRST_ACTION: say("Báo việc đã triển khai đầu tiên"), DutyKind.REPORT: say("Báo cáo hằng ngày"),
        DutyKind.RECEIPT: say("Xác nhận đã nhận văn bản"),
    }  # fmt: skip
    return unquoted.get(kind) or {
        DutyKind.ROSTER: say("Danh sách, khoản %(clause)s", clause=clause),
        DutyKind.COVERAGE: say("Chỉ tiêu, khoản %(clause)s", clause=clause),
        DutyKind.DECISION: say("Trả lời xin phép, khoản %(clause)s", clause=clause),
    }.get(kind, say("Việc, khoản %(clause)s", clause=clause))  # fmt: skip


def _rules(snap: Snapshot) -> dict[tuple[DutyKind, str], TaskRule | RosterRule | CoverageRule]:
    """What the directive asks for once, by kind and clause; what an amendment has dropped is not there."""
    regime = snap.content.regime
    return {
        **{(DutyKind.TASK, rule.clause): rule for rule in regime.tasks},
        **{(DutyKind.ROSTER, rule.clause): rule for rule in regime.rosters},
        **{(DutyKind.COVERAGE, rule.clause): rule for rule in regime.coverage},
    }


def _said(
    session: Session, page: UnitPage, owed: Sequence[Duty], shares: Sequence[coverage.Series], language: Language
) -> dict[int, str]:  # fmt: skip
    """What the unit has said of each of `owed` so far, by the duty's id."""
    zone = page.directive.zone
    of_share = {series.rule.clause: _said_of_share(series, zone, language) for series in shares}
    return {
        **{done.duty_id: _said_of_work(done, zone, language) for done in _kept(session, Fulfilment, owed, _WORK)},
        **{roster.duty_id: said_of_roster(roster, zone, language)
           for roster in _kept(session, Roster, owed, {DutyKind.ROSTER})},
        **{duty.id: of_share.get(duty.subject, "") for duty in owed if duty.kind is DutyKind.COVERAGE},
    }  # fmt: skip


def _kept(session: Session, table: type[T], owed: Sequence[Duty], kinds: Set[DutyKind]) -> Sequence[T]:
    """The rows of `table` about those of `owed` that are of `kinds`."""
    ids = [duty.id for duty in owed if duty.kind in kinds]
    return session.scalars(select(table).where(table.duty_id.in_(ids))).all() if ids else ()


def _said_of_work(done: Fulfilment, zone: str, language: Language) -> str:
    at = language.moment(done.at, zone)
    return language.say("Lúc %(at)s, %(by)s: %(what)s", at=at, by=done.by_name, what=done.evidence)


def said_of_roster(roster: Roster, zone: str, language: Language) -> str:
    """How many a list names, and who handed it in when: all that is shown of it outside its reader's page."""
    many = language.count("%(num)s người", roster.count)
    return language.say(
        "%(many)s; lúc %(at)s, %(by)s", many=many, at=language.moment(roster.at, zone), by=roster.by_name
    )


def _said_of_share(series: coverage.Series, zone: str, language: Language) -> str:
    if not series.entries:
        return ""
    last = series.entries[-1]
    return language.say(
        "%(percent)s %% (%(counted)s trong %(of)s); lúc %(at)s, %(by)s", percent=language.figure(percent(last)),
        counted=language.number(last.counted), of=language.number(last.of), at=language.moment(last.at, zone),
        by=last.by_name,
    )  # fmt: skip


def _followed(page: UnitPage, shares: Sequence[coverage.Series], owed: set[str], language: Language) -> list[Line]:
    """The shares without a deadline: they are followed, nothing is overdue."""
    return [
        Line(
            duty_id=None, kind=DutyKind.COVERAGE, subject=series.rule.clause,
            title=title(DutyKind.COVERAGE, series.rule.clause, language),
            quote=page.snap.quote(series.rule.clause), standing=standing_of_share(series, language),
            due_at=None, by_office=False, said=_said_of_share(series, page.directive.zone, language),
            path=f"{PATHS[DutyKind.COVERAGE]}/{quote(series.rule.clause, safe='')}",
            button=language.say(wording.BUTTONS[DutyKind.COVERAGE]), pending=not series.reached, closed=False,
        )
        for series in shares
        if series.rule.clause not in owed
    ]  # fmt: skip


def standing_of_share(series: coverage.Series, language: Language) -> Standing:
    """Where a share stands that has no deadline."""
    if not series.entries:
        return Standing(Tone.DUE, language.say("chưa cập nhật"))
    if series.reached:
        return Standing(Tone.DONE, language.say("đã đạt"))
    return Standing(Tone.DUE, language.say("chưa đạt"))
