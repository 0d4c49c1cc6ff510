"""The login at the mail server, once refused: tried again seldom, since many a server locks an account over it."""

import json
from dataclasses import dataclass, replace
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
#: How long the others wait for the one who tries.
_TRYING = timedelta(minutes=5)
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
    return _read(row) if row else None


def take_turn(session: Session, fact: str, now: datetime) -> bool:
    """Whether a login that was refused is to be tried at `now` (aware, UTC): of the deliveries that ask one tries it,
    and the others leave it the time to say what came of it."""
    row = session.get(Meta, fact, with_for_update=True)
    if row is None:
        return True
    known = _read(row)
    if now < known.again_at:
        return False
    row.value = _written(replace(known, again_at=now + _TRYING))
    return True


def refuse(session: Session, fact: str, *, seen: Refused | None, answer: str, now: datetime) -> None:
    """Note that a login of which `seen` was known was refused at `now` (aware, UTC). Of two that were at the same time
    one counts."""
    before = refused(session, fact)
    if before and (seen is None or before.times != seen.times):
        return
    times = before.times + 1 if before else 1
    known = Refused(times, now + _DELAYS[min(times, len(_DELAYS)) - 1], answer)
    try:
        with session.begin_nested():
            session.merge(Meta(name=fact, value=_written(known)))
    except IntegrityError:
        return  # another directive's delivery was refused at the same time, and has just said so


def forget(session: Session, fact: str = "") -> None:
    """Let a login be tried at once: `fact`, or every one."""
    which = Meta.name == fact if fact else Meta.name.startswith(_FACT)
    session.execute(delete(Meta).where(which))


def _read(row: Meta) -> Refused:
    told = json.loads(row.value)
    return Refused(told["times"], datetime.fromisoformat(told["again_at"]), told["answer"])


def _written(known: Refused) -> str:
    told = {"times": known.times, "again_at": known.again_at.isoformat(), "answer": known.answer}
    return json.dumps(told, ensure_ascii=False)
