"""Who is signed in, and what endpoints ask of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from hoatoc import clock
from hoatoc.accounts import signin
from hoatoc.accounts.signin import Presence
from hoatoc.ledger.schema import Role
from portal.awaiting import Awaiting, awaiting
from portal.front import Front, TheFront

COOKIE = "hoatoc"


class SignInNeeded(Exception):
    """Nobody is signed in; a GET is shown the way to sign in, anything else is refused."""


class NotYours(Exception):
    """The account's role does not allow it."""


@dataclass(frozen=True)
class Officer:
    """A person of the office who is signed in. `csrf` is what their forms carry, `way` how they came in."""

    account_id: int
    login: str
    name: str
    role: Role
    csrf: str
    sign_in_id: int
    way: str
    awaiting: Awaiting

    @property
    def actor(self) -> str:
        """Who did it, for events."""
        return f"account:{self.login}"

    @property
    def is_desk(self) -> bool:
        """Whether the account does things with rollouts."""
        return self.role is Role.DESK

    @property
    def is_administrator(self) -> bool:
        """Whether the account looks after accounts, directory and settings."""
        return self.role is Role.ADMINISTRATOR


def cookie_name(front: Front) -> str:
    """The cookie's name; under https the browser itself sees to it that no other host or plain http sets it."""
    return f"__Host-{COOKIE}" if front.is_https else COOKIE


def presence(front: Front, request: Request) -> Presence | None:
    """Who this request's cookie stands for, if anybody."""
    secret = request.cookies.get(cookie_name(front), "")
    if not secret:
        return None
    now = clock.machine_now()
    with front.ledger.read() as session:
        present = signin.read(session, secret, now=now)
    if present is not None and _is_there(request) and signin.is_worth_noting(present, now):
        with front.ledger.write() as session:
            signin.touch(session, present.sign_in.id, now=now)
    return present


def _is_there(request: Request) -> bool:
    """A page that refreshes itself is not a person at the desk."""
    headers = request.headers
    return request.method != "GET" or "hx-request" not in headers or "hx-boosted" in headers


def _officer(front: TheFront, request: Request) -> Officer:
    present = presence(front, request)
    if present is None:
        raise SignInNeeded
    account = present.account
    with front.ledger.read() as session:
        waiting = awaiting(session, account)
    return Officer(
        account.id, account.login, account.name, account.role, present.sign_in.csrf, present.sign_in.id,
        present.sign_in.way, waiting,
    )  # fmt: skip


#: Anybody who is signed in: for reading.
AnyOfficer = Annotated[Officer, Depends(_officer)]


def _of(*roles: Role) -> Callable[[Officer], Officer]:
    def allowed(officer: AnyOfficer) -> Officer:
        if officer.role not in roles:
            raise NotYours
        return officer

    return allowed


#: Văn thư, tổng hợp: whoever does something with a rollout.
DeskOfficer = Annotated[Officer, Depends(_of(Role.DESK))]
#: Whoever looks after accounts, directory and settings.
Administrator = Annotated[Officer, Depends(_of(Role.ADMINISTRATOR))]
#: The second pair of eyes.
Approver = Annotated[Officer, Depends(_of(Role.LEADERSHIP, Role.DESK))]
#: Whoever keeps the directory.
Keeper = Annotated[Officer, Depends(_of(Role.DESK, Role.ADMINISTRATOR))]
