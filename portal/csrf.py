"""That a form under `/ban` was ours: it carries what only a page of this sign-in knows."""

import secrets
from collections.abc import AsyncIterator

from fastapi import Request

from portal.officer import AnyOfficer, Officer

FIELD, HEADER = "csrf", "X-CSRF-Token"
_SAFE = ("GET", "HEAD", "OPTIONS")


class ForeignForm(Exception):
    """The form does not come from a page of this sign-in."""


async def own_form(request: Request, officer: AnyOfficer) -> AsyncIterator[None]:
    """Let an unsafe request through only with the sign-in's own value, in the field `csrf` or the htmx header."""
    try:
        if request.method not in _SAFE and not await _is_own(request, officer):
            raise ForeignForm
        yield
    finally:
        await request.close()  # the files that came with the form


async def _is_own(request: Request, officer: Officer) -> bool:
    sent = request.headers.get(HEADER) or (await request.form()).get(FIELD) or ""
    return isinstance(sent, str) and secrets.compare_digest(sent.encode(), officer.csrf.encode())


def refuse_cross_site(request: Request) -> None:
    """For forms before anybody is signed in: browsers say where a request comes from."""
    if request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        raise ForeignForm
