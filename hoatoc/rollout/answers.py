"""Records what the mail server answered, many notices in one transaction."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, case, false, select, true, update
from sqlalchemy.orm import Session

from hoatoc.ledger.rows import NUMBER, WORDS, among, on_postgresql, packed, packed_ids, table_of
from hoatoc.ledger.schema import Addressee, Event, Notice, NoticeState, table
from hoatoc.localtime import NEVER
from hoatoc.rollout import history, reach, readdress

#: How long after the first, second … attempt the next one is made.
_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240))
#: A server that took nothing is asked again as after so many attempts at most: once it is back, nothing waits long.
_OUT_OF_REACH = 2
#: A mailbox that has answered 4xx for this long is given up (RFC 5321, 4.5.4.1 asks for 4–5 days; a directive's
#: desk has to know sooner, and phones).
GIVE_UP = timedelta(days=2)


#: A span as a clock shows it, and no hour of the day.
_CLOCK = re.compile(r"\b(?:in|after|for) (\d{1,2}):(\d\d):(\d\d)\b")
_SPAN = re.compile(r"\b(\d{1,5}) ?(s|secs?|seconds?|m|mins?|minutes?|h|hours?)\b")
_UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1)}
_LONGEST_HINT = timedelta(hours=12)


#: Why a notice is undeliverable whose recipient the server knows.
REJECTED = "máy chủ từ chối nội dung thư"


class Outcome(StrEnum):
    """What became of one attempt."""

    ACCEPTED = "accepted"  #: 250 after the final dot.
    REFUSED = "refused"  #: 5xx to the recipient: final.
    REJECTED = "rejected"  #: 5xx to the message: final, and says nothing of the mailbox.
    DEFERRED = "deferred"  #: 4xx: try again later.
    NO_SERVER = "no_server"  #: The mail server could not be reached, or went away: says nothing of the mailbox.


class Answer(NamedTuple):
    """The outcome of one attempt, with the server's code (0 when it gave none) and words."""

    notice_id: int
    outcome: Outcome
    code: int
    text: str


def delay(attempts: int) -> timedelta:
    """How long to wait after `attempts` attempts (from 1)."""
    return _DELAYS[min(max(attempts, 1), len(_DELAYS)) - 1]


def hinted_delay(text: str) -> timedelta | None:
    """How long a greylisting server says to wait ("try again in 300 seconds", "come back in 00:04:59"), with some
    seconds to spare; None when its words name no time, or one not worth believing."""
    words = text.casefold()
    if not any(word in words for word in ("grey", "gray", "again", "retry", "come back", "later")):
        return None
    if clock := _CLOCK.search(words):
        hours, minutes, seconds = (int(part) for part in clock.groups())
        hint = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    elif span := _SPAN.search(words):
        hint = int(span[1]) * _UNITS[span[2][0]]
    else:
        return None
    return hint + timedelta(seconds=5) if timedelta(0) < hint <= _LONGEST_HINT else None


def record(session: Session, directive_id: int, answers: Sequence[Answer], now: datetime, *, owner: str) -> None:
    """Write down `answers` to notices that `owner` has claimed. A notice that another has taken over since is left
    alone. A dispatch that is undeliverable makes its addressee unreachable, from `now` (aware, UTC) on."""
    accepted = [one for one in answers if one.outcome is Outcome.ACCEPTED]
    others = [one for one in answers if one.outcome is not Outcome.ACCEPTED]
    _record_accepted(session, directive_id, accepted, now, owner)
    _record_others(session, directive_id, others, now, owner)


def _record_accepted(
    session: Session, directive_id: int, accepted: Sequence[Answer], now: datetime, owner: str
) -> None:
    """Nearly all answers, in two statements whatever their number."""
    if not accepted:
        return
    session.flush()  # the statement is on the table, not on the class
    told = {one.notice_id: (one.notice_id, one.code, one.text[:500]) for one in accepted}
    settled = {"me": owner, "now": now, **packed(told.values())}
    ours = set(session.scalars(_settling(on_postgresql(session)), settled))
    history.note_all(
        session, directive_id, at=now, kind="notice_sent",
        subjects=[(f"notice:{id_}", {"code": code, "text": text}) for id_, code, text in told.values() if id_ in ours],
    )  # fmt: skip


@lru_cache
def _settling(postgresql: bool) -> Any:
    """Marks what was sent; gives the ids of those that were still ours."""
    notice, of = table(Notice).c, table_of(postgresql=postgresql, id=NUMBER, code=NUMBER, text=WORDS)
    ours = and_(notice.state == NoticeState.SENDING, notice.owner == bindparam("me"))
    return (
        update(table(Notice))
        # As a plain condition, PostgreSQL expects one row of ours and joins each row with each answer.
        .where(notice.id == of.c.id, case((ours, true()), else_=false()))
        .values(
            state=NoticeState.SENT, answer_code=of.c.code, answer_text=of.c.text,
            settled_at=bindparam("now", type_=notice.settled_at.type), next_attempt_at=NEVER, owner="",
            lease_until=NEVER,
        )
        .returning(notice.id)
    )  # fmt: skip


def _record_others(session: Session, directive_id: int, answers: Sequence[Answer], now: datetime, owner: str) -> None:
    if not answers:
        return
    claimed = select(Notice).where(
        among(Notice.id, postgresql=on_postgresql(session)), Notice.state == NoticeState.SENDING,
        Notice.owner == owner,
    ).with_for_update()  # fmt: skip
    ids = packed_ids(answer.notice_id for answer in answers)
    found = {notice.id: notice for notice in session.scalars(claimed, ids)}
    updates = [
        _update(session, found[answer.notice_id], answer, now) for answer in answers if answer.notice_id in found
    ]
    if not updates:
        return
    notice = table(Notice)
    session.execute(
        update(notice)
        .where(notice.c.id == bindparam("of"))
        .values({name: bindparam(f"new_{name}") for name in _CHANGED}),
        updates,
    )
    session.expire_all()
    outcome = {answer.notice_id: answer.outcome.value for answer in answers}
    for state in (NoticeState.UNDELIVERABLE, NoticeState.PENDING):
        history.note_all(
            session, directive_id, at=now, kind=f"notice_{_PAST[state]}",
            subjects=[
                (f"notice:{row['of']}", {"code": row["new_answer_code"], "text": row["new_answer_text"],
                                         "outcome": outcome[row["of"]]})
                for row in updates if row["new_state"] is state
            ],
        )  # fmt: skip
    refused = [row["of"] for row in updates if row["new_state"] is NoticeState.UNDELIVERABLE]
    if refused:
        _mark_unreachable(session, refused, now)
        readdress.send_on(session, directive_id, refused, now)


_CHANGED = ("state", "reason", "answer_code", "answer_text", "settled_at", "next_attempt_at", "owner", "lease_until")
_PAST = {NoticeState.UNDELIVERABLE: "refused", NoticeState.PENDING: "deferred"}


def _update(session: Session, notice: Notice, answer: Answer, now: datetime) -> dict[str, Any]:
    state, reason, settled_at, next_at = NoticeState.UNDELIVERABLE, "hộp thư từ chối", now, NEVER
    if answer.outcome is Outcome.REJECTED:
        reason = REJECTED
    elif answer.outcome is Outcome.DEFERRED and now - _deferred_since(session, notice, now) >= GIVE_UP:
        reason = "hộp thư hoãn nhận quá lâu"
    elif answer.outcome in (Outcome.DEFERRED, Outcome.NO_SERVER):
        # Without a code the server may have taken it: it is not sent again and again.
        taken_by_none = answer.outcome is Outcome.NO_SERVER and answer.code
        attempts = min(notice.attempts, _OUT_OF_REACH) if taken_by_none else notice.attempts
        wait = hinted_delay(answer.text) or delay(attempts)
        state, reason, settled_at, next_at = NoticeState.PENDING, notice.reason, NEVER, now + wait
    values = (state, reason, answer.code, answer.text[:500], settled_at, next_at, "", NEVER)
    return {"of": notice.id, **{f"new_{name}": value for name, value in zip(_CHANGED, values, strict=True)}}


def _deferred_since(session: Session, notice: Notice, now: datetime) -> datetime:
    """When the mailbox it goes to first asked us to wait; `now` when that has not before. Days in which our own mail
    server was out of reach say nothing of the mailbox."""
    if now - notice.written_at < GIVE_UP:
        return now  # too young to be given up: nothing to look up
    since = now
    for event in session.scalars(
        select(Event)
        .where(Event.subject == f"notice:{notice.id}", Event.kind.in_(("notice_deferred", "notice_readdressed")))
        .order_by(Event.id)
    ):
        if event.kind == "notice_readdressed":
            since = now
        elif event.detail["outcome"] == Outcome.DEFERRED and event.detail["code"]:  # without one it was not our letter
            since = min(since, event.at)
    return since


def _mark_unreachable(session: Session, notice_ids: list[int], now: datetime) -> None:
    found = session.scalars(
        select(Addressee)
        .join(Notice, Notice.addressee_id == Addressee.id)
        .where(
            Notice.id.in_(notice_ids),
            Notice.template == "dispatch",
            Notice.reason != REJECTED,
            Addressee.unreachable_at == NEVER,
        )
    ).all()
    for addressee in found:
        reach.lose(session, addressee, now, "thư gửi văn bản không tới được")


def postpone(session: Session, directive_id: int, now: datetime, wait: timedelta = _DELAYS[0]) -> None:
    """The mail server is down: everything that is due waits, as long as a first failure does if not said otherwise."""
    session.execute(
        update(Notice)
        .where(Notice.directive_id == directive_id, Notice.state == NoticeState.PENDING, Notice.next_attempt_at <= now)
        .values(next_attempt_at=now + wait)
    )
