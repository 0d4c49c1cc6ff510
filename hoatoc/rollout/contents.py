"""What a notice says: the values its template is filled with, taken from the ledger when it is first claimed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import Addressee, Directive, Duty, DutyKind, DutyState, Notice, NoticeDuty, Period, Summary
from hoatoc.localtime import NEVER, spoken, spoken_day
from hoatoc.rollout import wording
from hoatoc.rollout.snapshot import Snapshot


@dataclass(frozen=True)
class Owed:
    """A duty a notice speaks of, with who owes it."""

    duty: Duty
    addressee: Addressee

    @property
    def still(self) -> bool:
        """Whether there is still reason to press: it is open, and its bearer can be reached."""
        return self.duty.state is DutyState.OPEN and self.addressee.unreachable_at == NEVER


def owed_by_notice(session: Session, notice_ids: Sequence[int]) -> dict[int, list[Owed]]:
    """The duties of each notice, settled ones too, in the order of their addressees."""
    found: dict[int, list[Owed]] = {notice_id: [] for notice_id in notice_ids}
    rows = session.execute(
        select(NoticeDuty.notice_id, Duty, Addressee)
        .join(Duty, Duty.id == NoticeDuty.duty_id)
        .join(Addressee, Addressee.id == Duty.addressee_id)
        .where(NoticeDuty.notice_id.in_(notice_ids))
        .order_by(Addressee.id, Duty.due_at, Duty.id)
    )
    for notice_id, duty, addressee in rows:
        found[notice_id].append(Owed(duty, addressee))
    return found


def content(
    session: Session, directive: Directive, snap: Snapshot, notice: Notice, owed: list[Owed], now: datetime, kid: str
) -> dict[str, Any] | None:
    """The values of `notice` as the ledger stands at `now`; None when nothing it would speak of is still owed.

    `kid` is the key its link is to be signed with; the link itself is made when the mail is rendered."""
    zone = directive.zone
    if notice.template == "daily_summary":
        return {"summary": _summary_content(session, notice)}
    if notice.template == "dispatch":
        addressee = owed[0].addressee
        return {"duties": [_line(item, zone, now) for item in owed], "report": _report_words(snap, session, owed),
                "link": _link(addressee, kid)}  # fmt: skip
    pressing = [item for item in owed if item.still]
    if not pressing:
        return None
    if notice.template == "reminder":
        lines = [_line(item, zone, now) for item in pressing]
        return {"duties": lines, "step": notice.step, "overdue": any(line["overdue"] for line in lines),
                "link": _link(pressing[0].addressee, kid)}  # fmt: skip
    return {"step": notice.step, "at": spoken(notice.due_at, zone), "units": _by_unit(pressing, zone, now)}


def _line(item: Owed, zone: str, now: datetime) -> dict[str, Any]:
    return wording.duty_line(item.duty, zone, now)


def _link(addressee: Addressee, kid: str) -> dict[str, Any]:
    return {"addressee": addressee.id, "generation": addressee.link_generation, "kid": kid}


def _by_unit(pressing: list[Owed], zone: str, now: datetime) -> list[dict[str, Any]]:
    units: dict[int, dict[str, Any]] = {}
    for item in pressing:
        unit = units.setdefault(item.addressee.id, {"name": item.addressee.name, "duties": []})
        unit["duties"].append(_line(item, zone, now))
    return list(units.values())


def _report_words(snap: Snapshot, session: Session, owed: list[Owed]) -> dict[str, str] | None:
    """The daily report that the addressee will owe, told when the directive arrives; None when it owes none."""
    addressee = owed[0].addressee
    period = session.scalar(
        select(Period)
        .join(Duty, Duty.period_id == Period.id)
        .where(Duty.addressee_id == addressee.id, Duty.kind == DutyKind.REPORT)
        .order_by(Period.due_at)
        .limit(1)
    )
    if period is None:
        return None
    rule = snap.report_rule(period.subject)
    return {
        "title": snap.form_of(period.subject).title,
        "cutoff": rule.cutoff.strftime("%H giờ %M"),
        "first": spoken_day(rule.first),
        "last": spoken_day(rule.last) if rule.last else "",
    }


def _summary_content(session: Session, notice: Notice) -> dict[str, Any]:
    subject, _, slot = notice.occurrence.partition("/")
    summary = session.scalars(
        select(Summary)
        .join(Period, Period.id == Summary.period_id)
        .where(Period.directive_id == notice.directive_id, Period.subject == subject, Period.slot == slot)
    ).one()
    return {**summary.content, "data_hash": summary.data_hash}
