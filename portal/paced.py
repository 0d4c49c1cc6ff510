"""Dependencies that hold back whoever tries too often."""

from fastapi import Request

from portal.front import TheFront
from portal.officer import AnyOfficer
from portal.pacing import address_of


async def writes(front: TheFront, request: Request) -> None:
    """For pages behind a link: nobody sends forms faster than a person could."""
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        front.pace.write(request.path_params.get("token", ""))


async def sign_ins(front: TheFront, request: Request) -> None:
    """For the ways in."""
    front.pace.sign_in(address_of(request))


async def checks(front: TheFront, officer: AnyOfficer, request: Request) -> None:
    """For looking up codes, which might be guessed."""
    if request.query_params.get("ma", "").strip():
        front.pace.check(officer.login)
