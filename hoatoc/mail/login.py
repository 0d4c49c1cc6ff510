"""The login at the mail server, once refused: tried again seldom, since many a server locks an account over it."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hoatoc.keyring import Keyring
from hoatoc.ledger.schema import Meta
from hoatoc.mail.relay import Relay
from hoatoc.phrase import Phrase

#: How long after the first, second … refusal the login is tried again, whatever the number of directives.
_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (30, 60, 120))
_FACT = "login:"


@dataclass(frozen=True)
class Refused:
    """A login that was refused `times` times in a row, the last time in the words `answer`: not to be tried before
    `again_at` (UTC)."""

    times: int
    again_at: datetime
    answer: str


def refusal(relay: Relay, answer: str) -> Phrase:
    """What the office is told of a login that the server has answered with `answer`."""
    return Phrase(
        "máy chủ thư %(server)s không cho %(user)s đăng nhập (%(answer)s): sửa tên hoặc mật khẩu trong HOATOC_SMTP_URL"
        " rồi khởi động lại; để tài khoản khỏi bị khóa, chỉ thử lại sau 30 phút, rồi thưa dần đến 2 giờ",
        server=f"{relay.host}:{relay.port}", user=relay.username, answer=answer,
    )  # fmt: skip


def fact_of(relay: Relay, ring: Keyring) -> str:
    """Under what name the ledger knows the login at `relay`: another one for another server, name or password, none of
    which can be read from it."""
    told = json.dumps([relay.host, relay.port, relay.username, relay.password])
    return _FACT + ring.mark("login", told, ring.newest)


def refused(session: Session, fact: str) -> Refused | None:
    """What is known of a login that was refused; None of one that was not, or has succeeded since."""
    row = session.get(Meta, fact)
    if row is None:
        return None
    told = json.loads(row.value)
    return Refused(told["times"], datetime.fromisoformat(told["again_at"]), told["answer"])


def refuse(session: Session, fact: str, *, answer: str, now: datetime) -> None:
    """Note that a login was refused at `now` (aware, UTC). Of two that were at the same time one counts."""
    before = refused(session, fact)
    if before and now < before.again_at:
        return
    times = before.times + 1 if before else 1
    again_at = now + _DELAYS[min(times, len(_DELAYS)) - 1]
    value = json.dumps({"times": times, "again_at": again_at.isoformat(), "answer": answer}, ensure_ascii=False)
    try:
        with session.begin_nested():
            session.merge(Meta(name=fact, value=value))
    except IntegrityError:
        return  # another directive's delivery was refused at the same time, and has just said so


def forget(session: Session, fact: str = "") -> None:
    """Let a login be tried at once: `fact`, or every one."""
    which = Meta.name == fact if fact else Meta.name.startswith(_FACT)
    session.execute(delete(Meta).where(which))
