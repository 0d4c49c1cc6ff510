"""The register of accounts: who is in it, and every change to it."""

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.accounts import signin, tokens
from hoatoc.accounts.password import hash_password, require_good
from hoatoc.errors import HoatocError, NotFound
from hoatoc.ledger.schema import Account, Role
from hoatoc.localtime import NEVER
from hoatoc.phrase import Phrase
from hoatoc.rollout import history

_LOGIN = re.compile(r"[a-z0-9](?:[a-z0-9._@-]{0,62}[a-z0-9])?")


def add(session: Session, login: str, *, name: str, role: Role, password: str, now: datetime, by: str) -> Account:
    """A new account; with '' for `password` it is signed in to by a link or the province's single sign-on alone.

    Raises HoatocError when login, name or password cannot be taken."""
    login, name = login.strip().lower(), " ".join(name.split())
    if not _LOGIN.fullmatch(login):
        raise HoatocError("tên đăng nhập không dùng được", hint="chữ thường không dấu, số, . _ - @")
    if not name or len(name) > 120:
        raise HoatocError("chưa ghi họ và tên, hoặc dài quá 120 ký tự", hint="ghi họ và tên người dùng tài khoản")
    if session.scalar(select(Account.id).where(Account.login == login)) is not None:
        raise HoatocError("đã có tài khoản này", hint="chọn tên đăng nhập khác")
    if password:
        require_good(password, login)
    account = Account(
        login=login, name=name, role=role, password_hash=hash_password(password) if password else "", created_at=now,
        disabled_at=NEVER,
    )  # fmt: skip
    session.add(account)
    session.flush()
    _note(session, account, "account_added", now=now, by=by, role=role.value, name=name)
    return account


def find(session: Session, login: str) -> Account:
    """The account called `login`. Raises NotFound."""
    account = session.scalar(select(Account).where(Account.login == login.strip().lower()))
    if account is None:
        raise NotFound(Phrase("không có tài khoản %(login)s", login=login), hint="xem `hoatoc account list`")
    return account


def everyone(session: Session) -> list[Account]:
    """All accounts by login."""
    return list(session.scalars(select(Account).order_by(Account.login)))


def disable(session: Session, account: Account, *, now: datetime, by: str) -> None:
    """End an account: everything it is signed in to ends at once, and its API tokens for good."""
    if account.disabled_at <= now:
        return
    account.disabled_at = now
    signin.close_all(session, account, now=now)
    tokens.revoke_all(session, account, now=now)
    _note(session, account, "account_disabled", now=now, by=by)


def enable(session: Session, account: Account, *, now: datetime, by: str) -> None:
    """Let a disabled account sign in again."""
    if account.disabled_at > now:
        return
    account.disabled_at = NEVER
    _note(session, account, "account_enabled", now=now, by=by)


def change_password(
    session: Session, account: Account, password: str, *, now: datetime, by: str, stays: int | None = None
) -> None:
    """Give the account another password and sign it out everywhere, but for the sign-in `stays`."""
    require_good(password, account.login)
    account.password_hash = hash_password(password)
    signin.close_all(session, account, now=now, stays=stays)
    _note(session, account, "password_changed", now=now, by=by)


def change_role(session: Session, account: Account, role: Role, *, now: datetime, by: str) -> None:
    """Let the account do something else from its next click on."""
    before, account.role = account.role, role
    if before is not role:
        _note(session, account, "role_changed", now=now, by=by, before=before.value, after=role.value)


def _note(session: Session, account: Account, kind: str, *, now: datetime, by: str, **detail: str) -> None:
    history.note(session, None, at=now, kind=kind, subject=f"account:{account.login}", actor=by, **detail)
