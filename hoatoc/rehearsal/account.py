"""The account of a rehearsal, as plain data: what went out, to whom, when, what escalated, what the leadership got."""

import email
import email.policy
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from hoatoc.format.ladder import Step
from hoatoc.ledger.schema import Addressee, Directive, Duty, Event, Notice, NoticeDuty, NoticeState, Summary
from hoatoc.localtime import NEVER, local
from hoatoc.rehearsal.behaviour import Behaviour
from hoatoc.rehearsal.play import Kept, Play
from hoatoc.rollout import books

#: How many mailboxes are listed as those that get the most.
_MOST = 10
#: The directive itself, then the ladder; what does not press comes after it.
_ORDER = {step: place for place, step in enumerate(("dispatch", *Step))}


def tell(play: Play, *, seed: int, days: int, behaviour: Behaviour) -> dict[str, Any]:
    """Everything a played rehearsal has to say. Instants are ISO 8601 with the office's offset; the same seed, draft
    and behaviour give the same account."""
    with play.ledger.read() as session:
        directive = session.get_one(Directive, play.directive_id)
        sent = _sent(session, play.directive_id)
        counted = books.by_subject(session, play.directive_id, play.ends)
        return {
            "directive": {
                "key": directive.key, "title": directive.title, "urgency": directive.urgency, "zone": directive.zone,
            },
            "rehearsal": {
                "from": _at(play.started, play), "to": _at(play.ends, play), "days": days, "seed": seed,
                "manners": dict(Counter(person.manner.value for person in play.people)),
                "behaviour": behaviour.model_dump(mode="json"),
            },
            "duties": {
                **books.total(counted).as_dict(),
                "by_subject": [
                    {"kind": kind, "subject": subject, "slot": slot, **book.as_dict()}
                    for (kind, subject, slot), book in counted.items()
                ],
            },
            "notices": {
                **books.notices_by_state(session, play.directive_id),
                "by_step": _by_step(Counter(row.step for row in sent)),
            },
            "refused_reports": play.refused,
            "days": _days(play, sent),
            "mailboxes": _mailboxes(play, sent),
            "busiest_hour": _busiest_hour(play, sent),
            "ladder": _ladder(session, play),
            "escalations": _escalations(session, play),
            "leadership": [_letter(kept, play) for kept in play.letters if kept.step in ("leadership", "summary")],
            "to_phone": _to_phone(session, play.directive_id),
            "timeline": [
                {"at": _at(beat.at, play), "cause": beat.cause, **beat.did} for beat in play.beats
            ],
            "checks": _checks(session, play, counted),
        }  # fmt: skip


def summary(account: dict[str, Any]) -> dict[str, Any]:
    """The figures of an account that fit on a page: what is kept to compare one rehearsal with the next."""
    kept = ("directive", "duties", "notices", "refused_reports", "busiest_hour", "ladder", "to_phone", "checks")
    return {
        **{name: account[name] for name in kept},
        "rehearsal": {key: value for key, value in account["rehearsal"].items() if key != "behaviour"},
        "days": [{"date": day["date"], "sent": day["sent"]} for day in account["days"]],
        "most_a_day": account["mailboxes"]["most_a_day"],
        "escalations": len(account["escalations"]),
        "leadership": [{key: letter[key] for key in ("at", "to", "subject")} for letter in account["leadership"]],
    }


def _at(moment: datetime, play: Play) -> str:
    return local(moment, play.zone).isoformat(timespec="minutes")


def _sent(session: Session, directive_id: int) -> Sequence[Row[Any]]:
    return session.execute(
        select(Notice.step, Notice.recipient, Notice.to_name, Notice.settled_at)
        .where(Notice.directive_id == directive_id, Notice.state == NoticeState.SENT)
        .order_by(Notice.settled_at, Notice.id)
    ).all()


def _days(play: Play, sent: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    days: dict[str, Counter[str]] = defaultdict(Counter)
    for row in sent:
        days[str(local(row.settled_at, play.zone).date())][row.step] += 1
    return [{"date": day, "sent": steps.total(), "by_step": _by_step(steps)} for day, steps in sorted(days.items())]


def _by_step(steps: Counter[str]) -> dict[str, int]:
    """How many notices each step took, in the order in which a unit meets them."""
    return {step: steps[step] for step in sorted(steps, key=lambda step: (_ORDER.get(step, len(_ORDER)), step))}


def _mailboxes(play: Play, sent: Sequence[Row[Any]]) -> dict[str, Any]:
    """How many notices each mailbox got, in all and on its fullest day."""
    names: dict[str, str] = {}
    days: dict[str, Counter[str]] = defaultdict(Counter)
    for row in sent:
        names.setdefault(row.recipient, row.to_name)
        days[row.recipient][str(local(row.settled_at, play.zone).date())] += 1
    rows: list[dict[str, Any]] = [
        {"key": key, "name": names[key], "total": count.total(), "most": max(count.values()),
         "on": min(day for day, number in count.items() if number == max(count.values()))}
        for key, count in days.items()
    ]  # fmt: skip
    rows.sort(key=lambda row: (-row["most"], -row["total"], row["key"]))
    return {
        "count": len(rows),
        "most_a_day": rows[0] if rows else None,
        "fullest": rows[:_MOST],
        "a_day": dict(sorted(Counter(number for count in days.values() for number in count.values()).items())),
    }


def _busiest_hour(play: Play, sent: Sequence[Row[Any]]) -> dict[str, Any]:
    hours = Counter(local(row.settled_at, play.zone).strftime("%Y-%m-%dT%H:00") for row in sent)
    if not hours:
        return {"hour": None, "sent": 0, "of_the_day": [0] * 24}
    hour, count = min(hours.items(), key=lambda item: (-item[1], item[0]))
    return {
        "hour": hour, "sent": count, "of_the_day": [hours[f"{hour[:11]}{number:02}:00"] for number in range(24)],
    }  # fmt: skip


def _ladder(session: Session, play: Play) -> list[dict[str, Any]]:
    """Which rungs fell due when, and how many notices each brought about: what a change of the ladder moves."""
    counted = Counter(
        session.execute(
            select(Notice.due_at, Notice.step).where(
                Notice.directive_id == play.directive_id, Notice.state == NoticeState.SENT, Notice.step.in_(Step)
            )
        ).tuples()
    )
    rungs = sorted(counted.items(), key=lambda item: (item[0][0], _ORDER[item[0][1]]))
    return [{"at": _at(due_at, play), "step": step, "notices": number} for (due_at, step), number in rungs]


def _escalations(session: Session, play: Play) -> list[dict[str, Any]]:
    """Every digest to someone above the units: who is reported to whom, and about how many duties."""
    rows = session.execute(
        select(
            Notice.due_at, Notice.step, Notice.to_name, Notice.reason, func.count(NoticeDuty.duty_id),
            func.count(func.distinct(Duty.addressee_id)),
        )
        .join(NoticeDuty, NoticeDuty.notice_id == Notice.id)
        .join(Duty, Duty.id == NoticeDuty.duty_id)
        .where(
            Notice.directive_id == play.directive_id, Notice.template == "escalation_digest",
            Notice.state == NoticeState.SENT,
        )
        .group_by(Notice.id)
        .order_by(Notice.due_at, Notice.id)
    )  # fmt: skip
    return [
        {"at": _at(at, play), "step": step, "to": name, "reason": reason, "duties": count, "units": units}
        for at, step, name, reason, count, units in rows
    ]


def _letter(kept: Kept, play: Play) -> dict[str, Any]:
    message = email.message_from_bytes(kept.message, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    return {
        "at": _at(kept.at, play), "step": kept.step, "to": kept.to, "subject": str(message["Subject"]),
        "text": str(body.get_content()) if body else "",
    }  # fmt: skip


def _to_phone(session: Session, directive_id: int) -> list[str]:
    return list(
        session.scalars(
            select(Addressee.name)
            .where(Addressee.directive_id == directive_id, Addressee.unreachable_at < NEVER)
            .order_by(Addressee.id)
        )
    )


def _checks(session: Session, play: Play, counted: dict[tuple[str, str, str], books.Books]) -> dict[str, bool]:
    """What must hold of ledger, mailbox and summaries together, whatever happened."""
    arrived = sum(beat.did.get("sent", 0) for beat in play.beats)
    sent = books.notices_by_state(session, play.directive_id)["sent"]
    frozen = session.scalars(select(Summary).where(Summary.directive_id == play.directive_id)).all()
    duties = session.scalar(select(func.count(Duty.id)).where(Duty.directive_id == play.directive_id))
    opened = session.scalar(
        select(func.count(Event.id)).where(Event.directive_id == play.directive_id, Event.kind == "duty_opened")
    )
    return {
        "books_balance": all(book.balance() for book in counted.values()),
        "every_mail_is_in_the_ledger": arrived == sent,
        "summaries_balance": all(books.Books(**found.content["books"]).balance() for found in frozen),
        "every_duty_has_its_event": duties == opened,
    }
