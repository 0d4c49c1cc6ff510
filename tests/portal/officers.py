"""People of the office in the tests: accounts that are signed in."""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select

from hoatoc.accounts import register, signin
from hoatoc.clock import machine_now
from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import Account, Role, SignIn
from hoatoc.links import Links
from portal.app import create_app

with warnings.catch_warnings():
    # Starlette would rather have httpx2; the project's client is httpx.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

PASSWORD = "trâu vàng uống nước ao"


def account(ledger: Ledger, role: Role = Role.DESK, login: str = "", password: str = "") -> Account:
    """The account `login`, named after its role unless said otherwise, made if it is missing."""
    login = login or role.value
    with ledger.write() as session:
        found = session.scalar(select(Account).where(Account.login == login))
        return found or register.add(
            session, login, name=f"Người của {login}", role=role, password=password, now=machine_now(), by="test"
        )


def cookie(ledger: Ledger, role: Role = Role.DESK, login: str = "") -> tuple[str, str]:
    """The value of the cookie `hoatoc` of somebody in that role who is signed in, and what their forms carry."""
    person = account(ledger, role, login)
    with ledger.write() as session:
        secret = signin.open_sign_in(session, person, way="password", now=machine_now())
        csrf = session.scalars(select(SignIn.csrf).order_by(SignIn.id.desc()).limit(1)).one()
    return secret, csrf


def signed_in(client: TestClient, ledger: Ledger, role: Role = Role.DESK, login: str = "") -> TestClient:
    """`client`, signed in; its requests carry what our forms carry."""
    secret, csrf = cookie(ledger, role, login)
    client.cookies.set("hoatoc", secret)
    client.headers["X-CSRF-Token"] = csrf
    return client


def waits(page: str, place: str) -> int:
    """How many things the navigation of `page` says wait at the place of that name."""
    found = re.search(rf'<li><a href="[^"]*"[^>]*>{place}(?: <b class="waiting">(\d+)</b>)?</a></li>', page)
    assert found, f"{place} is not in the navigation"
    return int(found[1] or 0)


@contextmanager
def officer_at(ledger: Ledger, links: Links, role: Role = Role.DESK, login: str = "") -> Iterator[TestClient]:
    """A browser of its own without JavaScript, signed in in that role; it shows redirects instead of following them."""
    with TestClient(create_app(ledger, links, "vi"), follow_redirects=False) as client:
        yield signed_in(client, ledger, role, login)
