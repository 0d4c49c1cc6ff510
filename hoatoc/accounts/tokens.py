"""API tokens: how a program of the office comes in, in the name of an account."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hoatoc.errors import HoatocError, NotFound
from hoatoc.ledger.schema import Account, ApiToken
from hoatoc.localtime import NEVER
from hoatoc.phrase import Phrase
from hoatoc.rollout import history

LASTS, LONGEST = timedelta(days=90), timedelta(days=730)
#: What a token begins with, so that one that lies about somewhere is known for what it is.
MARK = "hoatoc_"


def make(
    session: Session, account: Account, *, note: str, now: datetime, by: str, lasts: timedelta = LASTS
) -> tuple[ApiToken, str]:
    """A token of `account` with what it opens, which is nowhere kept; `note` says what it is for.

    Raises HoatocError when the account is disabled, or `lasts` is not between a day and two years."""
    if account.disabled_at <= now:
        raise HoatocError("tài khoản đã khóa", hint="mở lại tài khoản trước")
    if not timedelta(days=1) <= lasts <= LONGEST:
        raise HoatocError("thời hạn của mã API phải từ 1 đến 730 ngày", hint="ví dụ --days 90")
    secret = MARK + secrets.token_urlsafe(32)
    token = ApiToken(
        account_id=account.id, note=" ".join(note.split())[:120], secret_hash=_hash(secret), created_at=now,
        expires_at=now + lasts, revoked_at=NEVER,
    )  # fmt: skip
    session.add(token)
    session.flush()
    _note(session, account, token, "api_token_made", now=now, by=by)
    return token, secret


def read(session: Session, secret: str, *, now: datetime) -> Account | None:
    """The account that `secret` stands for at `now`; None when there is none, or no longer."""
    return session.scalar(
        select(Account)
        .join(ApiToken, ApiToken.account_id == Account.id)
        .where(ApiToken.secret_hash == _hash(secret), ApiToken.revoked_at > now, ApiToken.expires_at > now,
               Account.disabled_at > now)
    )  # fmt: skip


def of(session: Session, account: Account) -> list[ApiToken]:
    """Every token that `account` ever had, the newest first."""
    return list(session.scalars(select(ApiToken).where(ApiToken.account_id == account.id).order_by(ApiToken.id.desc())))


def revoke(session: Session, account: Account, token_id: int, *, now: datetime, by: str) -> None:
    """End one token of `account`; ending it again changes nothing. Raises NotFound."""
    token = session.scalar(
        select(ApiToken).where(ApiToken.id == token_id, ApiToken.account_id == account.id).with_for_update()
    )
    if token is None:
        raise NotFound(
            Phrase("tài khoản %(login)s không có mã số %(number)s", login=account.login, number=token_id),
            hint="xem `hoatoc account tokens`",
        )
    if token.revoked_at > now:
        token.revoked_at = now
        _note(session, account, token, "api_token_revoked", now=now, by=by)


def revoke_all(session: Session, account: Account, *, now: datetime) -> None:
    """End every token of `account`."""
    session.execute(
        update(ApiToken).where(ApiToken.account_id == account.id, ApiToken.revoked_at > now).values(revoked_at=now)
    )


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _note(session: Session, account: Account, token: ApiToken, kind: str, *, now: datetime, by: str) -> None:
    history.note(
        session, None, at=now, kind=kind, subject=f"account:{account.login}", actor=by, token=token.id, note=token.note
    )
