"""Sign-ins: the ways into an account, and the browsers that are in."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hoatoc.accounts import lockout
from hoatoc.accounts.password import hash_password, is_outdated
from hoatoc.errors import HoatocError, TokenError
from hoatoc.ledger.schema import Account, SignIn, SignInLink
from hoatoc.localtime import NEVER
from hoatoc.rollout import history

#: A sign-in ends after so long without a click, and in any case after a working day.
IDLE, LONGEST = timedelta(hours=1), timedelta(hours=12)
LINK_LASTS = timedelta(minutes=15)
_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Presence:
    """An account that is signed in, as of one request."""

    account: Account
    sign_in: SignIn


@dataclass(frozen=True)
class Challenge:
    """What a password is compared with, outside any transaction since that takes long: '' when nobody's can be right.

    An unknown login, a disabled account and one without a password look alike."""

    login: str
    password_hash: str


def challenge(session: Session, login: str, *, now: datetime) -> Challenge:
    """What the password of `login` has to match. Raises lockout.Locked while the login has to wait."""
    login = login.strip().lower()
    lockout.require_open(session, login, now=now)
    account = session.scalar(select(Account).where(Account.login == login, Account.disabled_at > now))
    return Challenge(login, account.password_hash if account else "")


def settle(session: Session, asked: Challenge, password: str, *, right: bool, now: datetime) -> Account | None:
    """The account if the password was right; None otherwise, which is counted, so the caller commits in any case.

    Raises lockout.Locked when others have guessed so much meanwhile that the login has to wait."""
    lockout.require_open(session, asked.login, now=now)
    account = session.scalar(select(Account).where(Account.login == asked.login, Account.disabled_at > now))
    if not right or account is None or account.password_hash != asked.password_hash:
        lockout.count(session, asked.login, now=now)
        return None
    lockout.forget(session, asked.login)
    if is_outdated(account.password_hash):
        account.password_hash = hash_password(password)
    return account


def make_link(session: Session, account: Account, *, now: datetime, by: str, lasts: timedelta = LINK_LASTS,
              once: bool = True) -> str:  # fmt: skip
    """The secret of a link that signs `account` in, once and for a quarter of an hour unless said otherwise."""
    if account.disabled_at <= now:
        raise HoatocError("tài khoản đã khóa", hint="mở lại tài khoản trước")
    secret = secrets.token_urlsafe(32)
    session.add(
        SignInLink(account_id=account.id, secret_hash=_hash(secret), once=once, created_at=now, expires_at=now + lasts,
                   used_at=NEVER)
    )  # fmt: skip
    history.note(session, None, at=now, kind="sign_in_link_made", subject=f"account:{account.login}", actor=by)
    return secret


def by_link(session: Session, secret: str, *, now: datetime) -> Account:
    """The account of a link that is followed now. Raises TokenError when it is unknown, used or too old."""
    link = session.scalar(select(SignInLink).where(SignInLink.secret_hash == _hash(secret)).with_for_update())
    if link is None or link.expires_at <= now or (link.once and link.used_at <= now):
        raise TokenError("liên kết không dùng được")
    account = session.get_one(Account, link.account_id)
    if account.disabled_at <= now:
        raise TokenError("liên kết không dùng được")
    link.used_at = min(link.used_at, now)
    return account


def open_sign_in(session: Session, account: Account, *, way: str, now: datetime) -> str:
    """Sign `account` in: the random value for the cookie, new with every sign-in."""
    secret = secrets.token_urlsafe(32)
    session.add(
        SignIn(account_id=account.id, secret_hash=_hash(secret), csrf=secrets.token_urlsafe(24), way=way,
               created_at=now, seen_at=now, expires_at=now + LONGEST, revoked_at=NEVER)
    )  # fmt: skip
    _note(session, account, "signed_in", now=now, way=way)
    return secret


def read(session: Session, secret: str, *, now: datetime) -> Presence | None:
    """Who is behind a cookie at `now`; None when the sign-in has ended, by whatever."""
    found = session.execute(
        select(SignIn, Account)
        .join(Account, Account.id == SignIn.account_id)
        .where(SignIn.secret_hash == _hash(secret), SignIn.revoked_at > now, SignIn.expires_at > now,
               SignIn.seen_at > now - IDLE, Account.disabled_at > now)
    ).one_or_none()  # fmt: skip
    return Presence(found[1], found[0]) if found else None


def ran_out(session: Session, account_id: int, csrf: str, *, now: datetime) -> bool:
    """Whether `csrf` is what the forms of a sign-in of that account carry, or carried until it ended by itself within
    the last hours. One that was ended (signed out, another password, disabled) is none."""
    found = select(SignIn.id).where(
        SignIn.account_id == account_id, SignIn.csrf == csrf, SignIn.revoked_at > now, SignIn.expires_at > now - LONGEST
    )
    return session.scalar(found) is not None


def is_worth_noting(presence: Presence, now: datetime) -> bool:
    """Whether so much time has passed since it was last seen that `touch` is worth a write."""
    return presence.sign_in.seen_at < now - _NOTED_EVERY


def touch(session: Session, sign_in_id: int, *, now: datetime) -> None:
    """Note that the person is there."""
    session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(seen_at=now))


def last_seen(session: Session) -> dict[int, datetime]:
    """When each account, by its id, was last there."""
    seen = select(SignIn.account_id, func.max(SignIn.seen_at)).group_by(SignIn.account_id)
    return dict(session.execute(seen).tuples().all())


def close(session: Session, presence: Presence, *, now: datetime) -> None:
    """Sign this browser out."""
    session.execute(update(SignIn).where(SignIn.id == presence.sign_in.id).values(revoked_at=now))
    _note(session, presence.account, "signed_out", now=now)


def close_all(session: Session, account: Account, *, now: datetime, stays: int | None = None) -> None:
    """End every sign-in of `account` but `stays`, and every link that could make another."""
    session.execute(
        update(SignIn)
        .where(SignIn.account_id == account.id, SignIn.revoked_at > now, SignIn.id != (stays or 0))
        .values(revoked_at=now)
    )
    session.execute(
        update(SignInLink)
        .where(SignInLink.account_id == account.id, SignInLink.expires_at > now)
        .values(expires_at=now)
    )  # fmt: skip


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _note(session: Session, account: Account, kind: str, *, now: datetime, **detail: str) -> None:
    subject = f"account:{account.login}"
    history.note(session, None, at=now, kind=kind, subject=subject, actor=subject, **detail)
