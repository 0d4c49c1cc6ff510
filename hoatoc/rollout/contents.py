"""What a notice says: the values its template is filled with, taken from the ledger when it is first claimed."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, case, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from hoatoc.ledger.rows import among, on_postgresql, packed_ids
from hoatoc.ledger.schema import (
    Addressee,
    Directive,
    Duty,
    DutyKind,
    DutyState,
    Notice,
    NoticeDuty,
    Obligation,
    Period,
    PermissionRequest,
    PermissionState,
    Unit,
    table,
)
from hoatoc.localtime import NEVER, spoken, spoken_day
from hoatoc.rollout import deskletter, editions, explanation, originals, specialists, support, wording
from hoatoc.rollout.areas import AREA, beneath
from hoatoc.rollout.snapshot import Snapshot

#: The notice that something has changed: the directive, or what a unit owes.
CHANGE = "change"
#: The answer to a report that came by mail.
ANSWER = "report_answer"


class Owed(NamedTuple):
    """A duty a notice speaks of, with who owes it. `line` is how notices list it, shared by all duties alike."""

    addressee_id: int
    name: str
    generation: int
    still: bool  # whether there is reason to press: it is open, and its bearer can be reached
    line: dict[str, Any]


def contents(
    session: Session, directive: Directive, snap: Snapshot, notices: Sequence[Any], now: datetime, kid: str
) -> dict[int, dict[str, Any] | None]:
    """The values of each of `notices` (rows with the columns of Notice) as the ledger stands at `now`, by its id; None
    when nothing it would speak of is still owed. Notices that say the same share one dict.

    `kid` is the key its link is to be signed with; the link itself is made when the mail is rendered, for the
    addressee of the notice."""
    owed = _owed_by_notice(session, directive, snap, [notice.id for notice in notices], now)
    dispatched = [notice.addressee_id for notice in notices if notice.template == "dispatch"]
    reports = _report_words(session, snap, dispatched) if dispatched else {}
    original = originals.enclosed(snap)
    tasks = support.shared(session, directive, snap) if dispatched else []
    shared: dict[Any, dict[str, Any]] = {}
    found: dict[int, dict[str, Any] | None] = {}
    for notice in notices:
        template = notice.template
        if template == "daily_summary":
            summary = editions.of_occurrence(session, directive.id, notice.occurrence)
            found[notice.id] = {"summary": {**summary.content, "data_hash": summary.data_hash}}
        elif template.startswith("permission_"):
            found[notice.id] = _permission(session, snap, notice, owed[notice.id], kid)
        elif template in (CHANGE, ANSWER):
            found[notice.id] = notice.context  # fixed when it was written
        elif template == specialists.TEMPLATE:
            told = specialists.said(session, notice, kid)
            found[notice.id] = told and {"duties": [item.line for item in owed[notice.id] if item.still], **told}
        elif template == deskletter.TEMPLATE:
            found[notice.id] = deskletter.said(session, directive, snap, notice.id)
        elif template == explanation.TEMPLATE:
            found[notice.id] = _explanation(session, directive, snap, notice, owed[notice.id], kid)
        elif template == "escalation_digest":
            found[notice.id] = _digest(session, notice, owed[notice.id], directive.zone)
        else:
            mine = tuple(support.parts(tasks, notice.addressee_id)) if tasks else ()
            beside = _Told(reports.get(notice.addressee_id), mine)
            found[notice.id] = _letter(notice, owed[notice.id], beside, original, kid, shared)
    return found


def _explanation(
    session: Session, directive: Directive, snap: Snapshot, notice: Any, owed: list[Owed], kid: str
) -> dict[str, Any] | None:
    """A request to explain, with the facts of each duty; None once everything is explained."""
    asked = [item for item in owed if item.still]
    if not asked:
        return None
    rows = session.scalars(
        select(Duty)
        .join(NoticeDuty, NoticeDuty.duty_id == Duty.id)
        .where(NoticeDuty.notice_id == notice.id, Duty.state == DutyState.OPEN)
        .order_by(Duty.due_at, Duty.id)
    ).all()
    told = [explanation.facts(session, duty, snap, directive.zone) for duty in rows]
    lines = [item.line for item in asked]
    return {"duties": [{**line, "facts": fact} for line, fact in zip(lines, told, strict=True)], "step": notice.step,
            "overdue": False, "link": {"generation": asked[0].generation, "kid": kid}}  # fmt: skip


def _owed_by_notice(
    session: Session, directive: Directive, snap: Snapshot, notice_ids: Sequence[int], now: datetime
) -> dict[int, list[Owed]]:
    """The duties of each notice, settled ones too, in the order of their addressees."""
    found: dict[int, list[Owed]] = {notice_id: [] for notice_id in notice_ids}
    lines: dict[Any, dict[str, Any]] = {}
    for row in session.execute(_owing(on_postgresql(session)), packed_ids(notice_ids)).all():
        notice_id, duty_id, addressee_id, name, generation, owing = row[:_TOLD]
        line = lines.get(row[_TOLD:])
        if line is None:
            line = wording.duty_line(session.get_one(Duty, duty_id), snap, directive.zone, directive.time_at(now))
            lines[row[_TOLD:]] = line
        found[notice_id].append(Owed(addressee_id, name, generation, bool(owing), line))
    return found


#: How many columns of `_owing` come before those by which duties are alike.
_TOLD = 6


@lru_cache
def _owing(postgresql: bool) -> Select[Any]:
    # Tables, not classes: of their rows no objects are made, nor values of ours: they are only told apart.
    told, duty, addressee = table(NoticeDuty), table(Duty), table(Addressee)
    still = case((and_(duty.c.state == DutyState.OPEN, addressee.c.unreachable_at == NEVER), 1), else_=0)
    alike = (type_coerce(duty.c[name], NullType()) for name in ("kind", "subject", "slot", "due_at"))
    of = addressee.c
    return (
        select(told.c.notice_id, duty.c.id, of.id, of.name, of.link_generation, still, *alike)
        .join_from(told, duty, duty.c.id == told.c.duty_id)
        .join(addressee, of.id == duty.c.addressee_id)
        .where(among(told.c.notice_id, postgresql=postgresql))
        .order_by(told.c.notice_id, of.id, duty.c.due_at, duty.c.id)
    )


class _Told(NamedTuple):
    """What the notice of the directive itself says beside the duties."""

    report: dict[str, str] | None
    support: tuple[support.Part, ...]


def _letter(
    notice: Any, owed: list[Owed], told: _Told, original: dict[str, str] | None, kid: str,
    shared: dict[Any, dict[str, Any]],
) -> dict[str, Any] | None:  # fmt: skip
    """What a unit's own people are told: the dispatch whatever became of it, a reminder while something is owed."""
    announces = notice.template == "dispatch"
    said = owed if announces else [item for item in owed if item.still]
    if not said:
        return None
    to = specialists.id_of(notice.recipient.rpartition("/")[2])
    # The dicts are shared and live as long as this call: their identity says which of them are the same.
    alike = tuple([id(item.line) for item in said])
    key = (notice.template, notice.step, said[0].generation, to, id(told.report), told.support, alike)
    letter = shared.get(key)
    if letter is None:
        lines = [item.line for item in said]
        link = {"generation": said[0].generation, "kid": kid, **({"specialist": to} if to else {})}
        rest = _announced(told, original) if announces else _pressed(notice, lines)
        letter = shared[key] = {"duties": lines, **rest, "link": link}
    return letter


def _announced(told: _Told, original: dict[str, str] | None) -> dict[str, Any]:
    mine = [{"says": part.says, "quote": part.quote} for part in told.support]
    return {"report": told.report, "original": original, "support": mine}


def _pressed(notice: Any, lines: list[dict[str, Any]]) -> dict[str, Any]:
    return {"step": notice.step, "overdue": any(line["overdue"] for line in lines)}


def _permission(session: Session, snap: Snapshot, notice: Any, owed: list[Owed], kid: str) -> dict[str, Any] | None:
    """A request for the one who decides, while it is unanswered; or its answer for the one who asked."""
    asks = notice.template == "permission_request"
    if asks and not any(item.still for item in owed):
        return None
    request, unit, clause = session.execute(
        select(PermissionRequest, Addressee.name, Obligation.clause)
        .join(Addressee, Addressee.id == PermissionRequest.addressee_id)
        .join(Obligation, Obligation.id == PermissionRequest.obligation_id)
        .where(PermissionRequest.id == int(notice.occurrence))
    ).one()
    matters = {rule.clause: rule.matter for rule in snap.content.regime.permissions}
    said = {
        # An amendment may have dropped the rule.
        "unit": unit, "person": request.person, "matter": matters.get(clause, f"khoản {clause}"),
        "purpose": request.purpose,
        "first_day": request.first_day.isoformat(), "last_day": request.last_day.isoformat(),
        "asked_by": request.asked_by,
    }  # fmt: skip
    if asks:
        return {"request": {**said, "due": owed[0].line["due"]}, "link": {"generation": owed[0].generation, "kid": kid}}
    answer = {
        "granted": request.state is PermissionState.GRANTED, "reason": request.reason,
        "answered_by": request.answered_by, "answered_at": request.answered_at.isoformat(),
    }  # fmt: skip
    return {"request": {**said, **answer}}


def _digest(session: Session, notice: Any, owed: list[Owed], zone: str) -> dict[str, Any] | None:
    """What those above are told: those that still owe, each with what it owes; a person is no unit."""
    units: dict[int, dict[str, Any]] = {}
    for item in owed:
        if item.still:
            unit = units.setdefault(item.addressee_id, {"name": item.name, "duties": []})
            unit["duties"].append(item.line)
    if not units:
        return None
    named = among(Addressee.id, postgresql=on_postgresql(session))
    members = select(Addressee.id).where(named, Addressee.post_id.is_not(None)).limit(1)
    who = "nơi nhận" if session.scalar(members, packed_ids(units)) is not None else "đơn vị"
    for addressee_id, area in session.execute(
        select(Addressee.id, AREA.name).join(Unit, Unit.id == Addressee.unit_id).join(AREA, beneath()).where(named),
        packed_ids(units),
    ):
        units[addressee_id]["area"] = area
    due_at = session.scalars(select(Notice.due_at).where(Notice.id == notice.id)).one()
    return {"step": notice.step, "at": spoken(due_at, zone), "units": list(units.values()), "who": who}


def _report_words(session: Session, snap: Snapshot, addressee_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """The daily report that each addressee will owe, told when the directive arrives; those that owe none are left
    out."""
    owing = session.execute(_reporting(on_postgresql(session)), packed_ids(addressee_ids))
    # Of several, the last row stays: the earliest.
    first = {addressee_id: (subject, day) for addressee_id, subject, day in owing.tuples().all()}
    words = {owed: _words_of(snap, *owed) for owed in set(first.values())}
    return {addressee_id: words[owed] for addressee_id, owed in first.items()}


@lru_cache
def _reporting(postgresql: bool) -> Select[tuple[int, str, date]]:
    duty, period = table(Duty), table(Period)
    return (
        select(duty.c.addressee_id, duty.c.subject, period.c.local_date)
        .join_from(duty, period, period.c.id == duty.c.period_id)
        .where(among(duty.c.addressee_id, postgresql=postgresql), duty.c.kind == DutyKind.REPORT)
        .order_by(period.c.due_at.desc(), duty.c.subject.desc())
    )


def _words_of(snap: Snapshot, subject: str, first: date) -> dict[str, str]:
    """The report of `subject` in words; `first` is the day of the first one owed, which may come after the rule's."""
    rule = snap.report_rule(subject)
    return {
        "title": snap.form_of(subject).title,
        "cutoff": rule.cutoff.strftime("%H giờ %M"),
        "first": spoken_day(first),
        "last": spoken_day(rule.last) if rule.last else "",
    }
