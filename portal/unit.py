"""A unit's page, behind the link in its mail. Opening it changes nothing: mail scanners open links too."""

from dataclasses import replace

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from starlette.routing import Route

from hoatoc import clock
from hoatoc.errors import NotFound, TokenError
from hoatoc.ledger.schema import ALIVE
from hoatoc.localtime import NEVER
from hoatoc.rollout import acknowledge, exchange, requests, specialists, support
from hoatoc.rollout.receipts import Acknowledgement
from hoatoc.rollout.views import unit_page
from portal.front import Front, TheFront, front_of
from portal.once import once_by
from portal.owed import in_short, owed_by, pressing
from portal.permissions import asked_by, decider_page
from portal.standing import of_directive
from portal.steps import code_words, way_words
from portal.typed import NAME, TITLE, Signature, signature, typed_into
from portal.visitor import enter

router = APIRouter()


# Mail scanners ask for the head alone. The last path is where a browser without JavaScript stands after a refused
# acknowledgement, and may reload.
@router.head("/v/{token}")
@router.get("/v/{token}")
@router.get("/v/{token}/nhan")
def show_unit(front: TheFront, token: str) -> Response:
    """The directive, and what the unit owes by when."""
    return _unit(front, token, Signature("", ""))


async def take_receipt(request: Request) -> Response:
    """Acknowledge the directive in the name of the person who presses.

    Hundreds come within a minute, so this is a plain route (RECEIPT): what FastAPI does for each request to find out
    what an endpoint depends on would cost more than the acknowledgement."""
    front, token = await front_of(request), request.path_params["token"]
    front.pace.write(token)
    signed = signature(await typed_into(request))
    if signed.problems:
        return await run_in_threadpool(_unit, front, token, signed)
    if not await front.receipts.take(acknowledgement(front, token, signed)):
        await run_in_threadpool(acknowledge_as, front, token, signed, "portal")
    return RedirectResponse(f"/v/{token}", status_code=303)


#: To stand before the router, whose page has the same address.
RECEIPT = Route("/v/{token}/nhan", take_receipt, methods=["POST"])


def acknowledgement(front: Front, token: str, signed: Signature) -> Acknowledgement:
    """What a unit's own link says; of no addressee where the link is a specialist's or none, which is told later."""
    try:
        addressee_id, generation = front.links.read_unit(token)
    except TokenError:
        addressee_id, generation = 0, 0
    return Acknowledgement(addressee_id, generation, signed.name, signed.title)


def acknowledge_as(front: Front, token: str, signed: Signature, channel: str) -> None:
    """Acknowledge in the name of the unit behind `token`, which came by `channel`. Raises NotFound for a specialist."""
    with front.ledger.write() as session:
        addressee = enter(front, session, token).unit()
        if addressee.decides:
            raise NotFound("văn bản này không gửi tới người trả lời xin phép", hint="mở lại liên kết trong thư")
        acknowledge.acknowledge(
            session, addressee, now=clock.read(session), by_name=signed.name, by_title=signed.title, channel=channel
        )


def _unit(front: Front, token: str, signed: Signature) -> Response:
    with front.ledger.read() as session:
        visitor = enter(front, session, token)
        page = unit_page(session, visitor.addressee, visitor.now)
        once = once_by(session, page, front.language)
        if visitor.specialist is not None:
            page = replace(page, reports=[report for report in page.reports if visitor.may(report.subject)])
            once = replace(
                once, lines=[line for line in once.lines if visitor.may(line.subject)], matters=(), waiting=0
            )
        people = [one for one in specialists.all_of(session, page.addressee) if one.revoked_at == NEVER]
        # The newest of each duty: earlier ones were decided.
        asked = {each.duty_id: each for each in reversed(requests.of_addressee(session, page.addressee))}
        stages = exchange.reached(session, page.addressee, page.duties, page.receipts)
        requested = asked_by(session, page, front.language) if once.matters else ()
        together = list(support.parts(support.shared(session, page.directive, page.snap), page.addressee.id))
    if page.addressee.decides:
        return decider_page(front, token)
    owed = owed_by(page, front.language)
    return front.pages.page(
        "unit" if visitor.specialist is None else "specialist", status=422 if signed.problems else 200, token=token,
        page=page, owed=owed, once=once, signed=signed, name=NAME, title=TITLE, asked=asked,
        simulated=visitor.simulated, stands=of_directive(page.directive.state, front.language),
        alive=page.directive.state in ALIVE,
        in_short=in_short(visitor, page, owed, once, front.language), visitor=visitor, people=people,
        pressing=pressing(owed, once), stages={stage.code: stage for stage in stages}, codes=exchange.Code,
        code_words=code_words, way_words=way_words, together=together, requested=requested,
    )  # fmt: skip
