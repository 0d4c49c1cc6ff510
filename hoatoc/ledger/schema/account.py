"""Accounts of the office, and everything by which they are signed in."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from hoatoc.ledger.schema.base import Base, Id
from hoatoc.ledger.types import word


class Role(StrEnum):
    """What an account may do."""

    DESK = "desk"  #: Văn thư, tổng hợp: does everything with rollouts.
    LEADERSHIP = "leadership"  #: Reads everything, approves where a second pair of eyes is wanted.
    ADMINISTRATOR = "administrator"  #: Accounts, directory, settings; reads everything.
    AUDITOR = "auditor"  #: Reads everything, the event log included; changes nothing.


class Account(Base):
    """A person of the office. `password_hash` is Argon2id in PHC form, '' while there is no password.

    `disabled_at` is NEVER while the account is good. All instants of this file are machine time."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[Role] = mapped_column(word(Role))
    password_hash: Mapped[str]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime]


class SignIn(Base):
    """One browser that is signed in. The cookie holds a random value, this row its SHA-256.

    `way` is how it came: "password", "link" or "oidc". `revoked_at` is NEVER until somebody ends it."""

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_account_id", "account_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    secret_hash: Mapped[str] = mapped_column(unique=True)
    csrf: Mapped[str]
    way: Mapped[str]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime]


class SignInLink(Base):
    """A link that signs an account in: `once`, or as often as wanted until it expires (the demonstration's)."""

    __tablename__ = "sign_in_link"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    secret_hash: Mapped[str] = mapped_column(unique=True)
    once: Mapped[bool]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime]  # NEVER before the first use


class ApiToken(Base):
    """What a program shows to read in the name of an account. It holds a random value, this row its SHA-256.

    `note` says what it is for; `revoked_at` is NEVER until somebody ends it."""

    __tablename__ = "api_token"
    __table_args__ = (Index("ix_api_token_account_id", "account_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    note: Mapped[str]
    secret_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime]


class FailedSignIn(Base):
    """Wrong passwords in a row for one login, whether it exists or not; `login_hash` is its SHA-256."""

    __tablename__ = "failed_sign_in"

    login_hash: Mapped[str] = mapped_column(primary_key=True)
    times: Mapped[int]
    last_at: Mapped[datetime]
    locked_until: Mapped[datetime]
