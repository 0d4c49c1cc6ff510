"""What a notice says: the values its template is filled with, taken from the ledger when it is first claimed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, case, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from hoatoc.ledger.rows import among
from hoatoc.ledger.schema import (
    Addressee,
    Directive,
    Duty,
    DutyKind,
    DutyState,
    NoticeDuty,
    Obligation,
    Period,
    PermissionRequest,
    PermissionState,
)
from hoatoc.localtime import NEVER, spoken, spoken_day
from hoatoc.rollout import deskletter, editions, explanation, originals, specialists, support, wording
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
        if notice.template == "daily_summary":
            summary = editions.of_occurrence(session, directive.id, notice.occurrence)
            found[notice.id] = {"summary": {**summary.content, "data_hash": summary.data_hash}}
        elif notice.template.startswith("permission_"):
            found[notice.id] = _permission(session, snap, notice, owed[notice.id], kid)
        elif notice.template in (CHANGE, ANSWER):
            found[notice.id] = notice.context  # fixed when it was written
        elif notice.template == specialists.TEMPLATE:
            told = specialists.said(session, notice, kid)
            found[notice.id] = told and {"duties": [item.line for item in owed[notice.id] if item.still], **told}
        elif notice.template == deskletter.TEMPLATE:
            found[notice.id] = deskletter.said(session, directive, snap, notice.id)
        elif notice.template == explanation.TEMPLATE:
            found[notice.id] = _explanation(session, directive, snap, notice, owed[notice.id], kid)
        elif notice.template == "escalation_digest":
            found[notice.id] = _digest(session, notice, owed[notice.id], directive.zone)
        else:
            mine = [{"says": part.says, "quote": part.quote} for part in support.parts(tasks, notice.addressee_id)]
            told = {"report": reports.get(notice.addressee_id), "original": original, "support": mine}
            found[notice.id] = _letter(notice, owed[notice.id], told, kid, shared)
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
    still = case((and_(Duty.state == DutyState.OPEN, Addressee.unreachable_at == NEVER), 1), else_=0)
    # As the driver gives them: they are only told apart.
    alike = (type_coerce(column, NullType()) for column in (Duty.kind, Duty.subject, Duty.slot, Duty.due_at))
    statement = (
        select(NoticeDuty.notice_id, Duty.id, Addressee.id, Addressee.name, Addressee.link_generation, still, *alike)
        .join(Duty, Duty.id == NoticeDuty.duty_id)
        .join(Addressee, Addressee.id == Duty.addressee_id)
        .where(among(session, NoticeDuty.notice_id, notice_ids))
        .order_by(NoticeDuty.notice_id, Addressee.id, Duty.due_at, Duty.id)
    )  # fmt: skip
    for notice_id, duty_id, addressee_id, name, generation, owing, *likeness in session.execute(statement):
        line = lines.get(tuple(likeness))
        if line is None:
            line = wording.duty_line(session.get_one(Duty, duty_id), snap, directive.zone, now)
            lines[tuple(likeness)] = line
        found[notice_id].append(Owed(addressee_id, name, generation, bool(owing), line))
    return found


def _letter(
    notice: Any, owed: list[Owed], dispatched: dict[str, Any], kid: str, shared: dict[Any, dict[str, Any]]
) -> dict[str, Any] | None:
    """What a unit's own people are told: the dispatch whatever became of it, a reminder while something is owed."""
    said = owed if notice.template == "dispatch" else [item for item in owed if item.still]
    if not said:
        return None
    to = specialists.id_of(notice.recipient.rpartition("/")[2])
    # The dicts are shared and live as long as this call: their identity says which of them are the same.
    together = tuple(part["says"] for part in dispatched["support"])
    alike = (id(dispatched["report"]), together, *(id(item.line) for item in said))
    key = (notice.template, notice.step, said[0].generation, to, *alike)
    if key not in shared:
        lines = [item.line for item in said]
        link = {"generation": said[0].generation, "kid": kid, **({"specialist": to} if to else {})}
        told = (
            dispatched
            if notice.template == "dispatch"
            else {"step": notice.step, "overdue": any(line["overdue"] for line in lines)}
        )
        shared[key] = {"duties": lines, **told, "link": link}
    return shared[key]


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
    matter = next(rule.matter for rule in snap.content.regime.permissions if rule.clause == clause)
    said = {
        "unit": unit, "person": request.person, "matter": matter, "purpose": request.purpose,
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
    members = select(Addressee.id).where(among(session, Addressee.id, list(units)), Addressee.post_id.is_not(None))
    who = "nơi nhận" if session.scalar(members.limit(1)) is not None else "đơn vị"
    return {"step": notice.step, "at": spoken(notice.due_at, zone), "units": list(units.values()), "who": who}


def _report_words(session: Session, snap: Snapshot, addressee_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """The daily report that each addressee will owe, told when the directive arrives; those that owe none are left
    out."""
    owing = session.execute(
        select(Duty.addressee_id, Duty.period_id, Duty.subject).where(
            among(session, Duty.addressee_id, addressee_ids), Duty.kind == DutyKind.REPORT
        )
    ).all()
    periods = {period_id for _, period_id, _ in owing}
    due_at = dict(session.execute(select(Period.id, Period.due_at).where(Period.id.in_(periods))).tuples().all())
    earliest: dict[int, tuple[datetime, str]] = {}
    for addressee_id, period_id, subject in owing:
        if period_id is not None:
            found = (due_at[period_id], subject)
            earliest[addressee_id] = min(earliest.get(addressee_id, found), found)
    subjects = [(addressee_id, subject) for addressee_id, (_, subject) in earliest.items()]
    words = {subject: _words_of(snap, subject) for subject in {subject for _, subject in subjects}}
    return {addressee_id: words[subject] for addressee_id, subject in subjects}


def _words_of(snap: Snapshot, subject: str) -> dict[str, str]:
    rule = snap.report_rule(subject)
    return {
        "title": snap.form_of(subject).title,
        "cutoff": rule.cutoff.strftime("%H giờ %M"),
        "first": spoken_day(rule.first),
        "last": spoken_day(rule.last) if rule.last else "",
    }
