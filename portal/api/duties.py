"""What a unit says of one thing it owes: done, why late, more time, not ours."""

from datetime import UTC, datetime

from fastapi import APIRouter
from pydantic import Field

from hoatoc.ledger.schema import DutyKind
from portal import coverage, moretime, returning, tasks
from portal.api.bearer import UnitToken
from portal.api.sent import Done, Signed, Words, named
from portal.front import Front, TheFront
from portal.typed import RowId

router = APIRouter(prefix="/unit", tags=["unit"])


class Said(Signed):
    """What was done, or what is explained."""

    said: Words = Field(description="In words, at most 4,000 characters: the number and day of a document, a result.")


class MoreTime(Signed):
    """A request for more time (gia hạn)."""

    until: str = Field(description="ISO 8601 with its offset.", examples=["2021-11-25T16:00:00+07:00"])
    reason: Words = Field(description="Why; at most 1,000 characters.")


class Return(Signed):
    """Why it is not ours to do (trả lại)."""

    reason: Words = Field(description="Why; at most 1,000 characters.")


class Share(Signed):
    """The figures of today of a share on its way to a target."""

    counted: int = Field(description="How many there are.", examples=[812])
    of: int = Field(description="Of how many.", examples=[1000])


@router.post("/tasks/{duty_id}", summary="A task is done")
def take_result(front: TheFront, token: UnitToken, duty_id: RowId, sent: Said) -> Done:
    """The first time decides on time or late; saying it again changes the words only."""
    return _settle(front, token, duty_id, DutyKind.TASK, sent)


@router.post("/first-actions/{duty_id}", summary="What was done first")
def take_first_action(front: TheFront, token: UnitToken, duty_id: RowId, sent: Said) -> Done:
    """Asked for after the acknowledgement. It is said once; a second time changes nothing."""
    return _settle(front, token, duty_id, DutyKind.FIRST_ACTION, sent)


@router.post("/explanations/{duty_id}", summary="Explain what was late")
def take_explanation(front: TheFront, token: UnitToken, duty_id: RowId, sent: Said) -> Done:
    """Giải trình. The first time decides on time or late; saying it again changes the words only."""
    return _settle(front, token, duty_id, DutyKind.EXPLANATION, sent)


@router.post("/duties/{duty_id}/more-time", summary="Ask for more time")
def take_request(front: TheFront, token: UnitToken, duty_id: RowId, sent: MoreTime) -> Done:
    """Put before the desk, which decides. While one request waits, another changes what it says."""
    with named(sent.signature):
        moretime.ask(front, token, duty_id, lambda _zone: _instant(sent.until), sent.reason, sent.signature)
    return Done()


@router.post("/duties/{duty_id}/return", summary="Give back")
def take_return(front: TheFront, token: UnitToken, duty_id: RowId, sent: Return) -> Done:
    """Say that it is not the unit's to do; with the acknowledgement the whole document goes back. The desk decides."""
    with named(sent.signature):
        returning.give_back(front, token, duty_id, sent.reason, sent.signature, channel="api")
    return Done()


@router.post("/shares/{clause}", summary="The figures of a share")
def take_share(front: TheFront, token: UnitToken, clause: str, sent: Share) -> Done:
    """Adds to the series of `clause`."""
    with named(sent.signature):
        coverage.add(front, token, clause, str(sent.counted), str(sent.of), sent.signature)
    return Done()


def _settle(front: Front, token: str, duty_id: int, kind: DutyKind, sent: Said) -> Done:
    with named(sent.signature):
        tasks.settle(front, token, duty_id, kind, sent.said, sent.signature, channel="api")
    return Done()


def _instant(written: str) -> datetime:
    """An instant (UTC). Raises ValueError for one that says not where, or lies outside our years."""
    read = datetime.fromisoformat(written)
    if read.tzinfo is None or not 2000 <= read.year <= 2999:
        raise ValueError(written)
    return read.astimezone(UTC)
