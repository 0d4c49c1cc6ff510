"""That a form under `/ban` was ours: it carries what only a page of this sign-in knows."""

import secrets
from collections.abc import AsyncIterator

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from hoatoc import clock
from hoatoc.accounts import signin
from portal.front import Front, TheFront
from portal.officer import AnyOfficer, Officer

FIELD, HEADER = "csrf", "X-CSRF-Token"
_SAFE = ("GET", "HEAD", "OPTIONS")


class ForeignForm(Exception):
    """The form does not come from a page of this sign-in."""


async def own_form(front: TheFront, request: Request, officer: AnyOfficer) -> AsyncIterator[None]:
    """Let an unsafe request through only with the sign-in's own value, in the field `csrf` or the htmx header; or with
    that of the same account's sign-in before, which ran out while the form was being filled in."""
    try:
        if request.method not in _SAFE and not await _is_own(front, request, officer):
            raise ForeignForm
        yield
    finally:
        await request.close()  # the files that came with the form


async def _is_own(front: Front, request: Request, officer: Officer) -> bool:
    sent = request.headers.get(HEADER) or (await request.form()).get(FIELD) or ""
    if not isinstance(sent, str):
        return False
    own = secrets.compare_digest(sent.encode(), officer.csrf.encode())
    return own or await run_in_threadpool(_ran_out, front, officer, sent.replace("\0", ""))


def _ran_out(front: Front, officer: Officer, sent: str) -> bool:
    with front.ledger.read() as session:
        return signin.ran_out(session, officer.account_id, sent, now=clock.machine_now())


def refuse_cross_site(request: Request) -> None:
    """For forms before anybody is signed in: browsers say where a request comes from."""
    if request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        raise ForeignForm
