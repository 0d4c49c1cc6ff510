"""Wrong passwords in a row make a login wait, longer each time. Logins that do not exist wait just the same."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from hoatoc.errors import HoatocError
from hoatoc.ledger.schema import FailedSignIn
from hoatoc.rollout import history

#: So many mistakes are free; then the wait is half a minute, and doubles up to a quarter of an hour.
_FREE, _FIRST_WAIT, _LONGEST_WAIT = 5, timedelta(seconds=30), timedelta(minutes=15)
_FORGOTTEN_AFTER = timedelta(days=1)


class Locked(HoatocError):
    """A login has to wait; `left` says how long."""

    def __init__(self, left: timedelta) -> None:
        super().__init__("nhập sai nhiều lần, hãy chờ rồi thử lại")
        self.left = left


def require_open(session: Session, login: str, *, now: datetime) -> None:
    """Raise Locked while `login` has to wait."""
    failed = session.get(FailedSignIn, _hash(login), with_for_update=True)
    if failed is not None and failed.locked_until > now:
        raise Locked(failed.locked_until - now)


def count(session: Session, login: str, *, now: datetime) -> None:
    """Count one more wrong password for `login`."""
    session.execute(delete(FailedSignIn).where(FailedSignIn.last_at < now - _FORGOTTEN_AFTER))
    failed = session.get(FailedSignIn, _hash(login))
    if failed is None:
        failed = FailedSignIn(login_hash=_hash(login), times=0, last_at=now, locked_until=now)
        session.add(failed)
    failed.times += 1
    failed.last_at, failed.locked_until = now, now + wait_after(failed.times)
    if failed.times > _FREE:
        history.note(
            session, None, at=now, kind="login_locked", subject=f"login:{failed.login_hash[:16]}", times=failed.times
        )


def forget(session: Session, login: str) -> None:
    """The right password came: start counting anew."""
    session.execute(delete(FailedSignIn).where(FailedSignIn.login_hash == _hash(login)))


def wait_after(times: int) -> timedelta:
    """How long a login waits after so many mistakes in a row."""
    if times <= _FREE:
        return timedelta(0)
    doublings: int = min(times - _FREE - 1, 16)
    return min(_FIRST_WAIT * (1 << doublings), _LONGEST_WAIT)


def _hash(login: str) -> str:
    return hashlib.sha256(login.encode()).hexdigest()
