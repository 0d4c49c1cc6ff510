"""What a unit can show: its history, and a receipt slip with a code that the office can check."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from hoatoc import clock
from hoatoc.ledger.schema import Addressee, DutyKind, DutyState
from hoatoc.rollout import exchange
from hoatoc.rollout.exchange import Stage
from hoatoc.rollout.views import UnitPage, unit_page
from portal import once
from portal.front import Front, TheFront
from portal.steps import code_words, way_words
from portal.timeline import happenings
from portal.visitor import enter

router = APIRouter()
_MET = (DutyState.MET, DutyState.MET_LATE)


@dataclass(frozen=True)
class Done:
    """One duty that was met, by `at`, on time or not."""

    title: str
    due_at: datetime
    at: datetime
    on_time: bool


@dataclass(frozen=True)
class Slip:
    """How an addressee stood at `at`: the codes it had reached and what it had done. What is met stays met, so that the
    same slip can be made again later and compared."""

    page: UnitPage
    at: datetime
    stages: list[Stage]
    done: list[Done]
    code: str


@router.get("/v/{token}/lich-su")
def show_history(front: TheFront, token: str) -> Response:
    """Everything that happened to the unit under this directive."""
    with front.ledger.read() as session:
        page = unit_page(session, enter(front, session, token).unit(), clock.read(session))
        told, simulated = happenings(session, page, front.language), clock.is_simulated(session)
    return front.pages.page("history", token=token, page=page, happenings=told, simulated=simulated)


@router.get("/v/{token}/bien-nhan")
def show_slip(front: TheFront, token: str) -> Response:
    """A slip to print, of this moment."""
    with front.ledger.read() as session:
        made = slip(front, session, enter(front, session, token).unit(), clock.read(session))
    return front.pages.page("slip", token=token, slip=made, code_words=code_words, way_words=way_words)


def slip(front: Front, session: Session, addressee: Addressee, at: datetime) -> Slip:
    """The slip of `addressee` as of `at` (aware, whole seconds count), whenever it is made."""
    at = at.replace(microsecond=0)
    page = unit_page(session, addressee, at)
    met = [
        duty for duty in page.duties
        if duty.state in _MET and duty.met_at <= at and duty.kind is not DutyKind.DECISION
    ]  # fmt: skip
    done = [
        Done(once.title(duty.kind, duty.subject, front.language, duty.slot), duty.due_at, duty.met_at,
             duty.state is DutyState.MET)
        for duty in sorted(met, key=lambda duty: (duty.met_at, duty.id))
    ]  # fmt: skip
    reached = exchange.until(exchange.stages(session, addressee), at)
    # What counts as finished may be undone by a duty that opens later: it is not on the slip.
    stages = [stage for stage in reached if stage.code is not exchange.Code.FINISH]
    return Slip(page, at, stages, done, front.links.slip(addressee.id, at))
