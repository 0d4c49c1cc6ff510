"""Shares on their way to a target: the figures of today, and how it went so far."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc import clock
from hoatoc.errors import NotFound, SubmissionRefused
from hoatoc.ledger.schema import Duty, DutyKind, DutyState
from hoatoc.rollout import coverage
from hoatoc.rollout.coverage import Series
from hoatoc.rollout.views import UnitPage, unit_page
from portal import once, shares
from portal.front import Front, TheFront
from portal.standing import Standing, of_duty
from portal.typed import NAME, Signature, Typed, signature
from portal.visitor import enter

router = APIRouter()
COUNTED, OF = "da-dat", "tong-so"
_NAMED = {"counted": COUNTED, "of": OF}


@router.get("/v/{token}/chi-tieu/{clause}")
def show_share(front: TheFront, token: str, clause: str) -> Response:
    """The series so far, and the form for the figures of today."""
    return _form(front, token, clause, None, {})


@router.post("/v/{token}/chi-tieu/{clause}")
def take_share(front: TheFront, token: str, clause: str, typed: Typed) -> Response:
    """Take in the figures of today; a refusal gives the form back as it was filled in."""
    signed = signature(typed)
    try:
        add(front, token, clause, typed.get(COUNTED, ""), typed.get(OF, ""), signed)
    except SubmissionRefused as refused:
        problems = {_NAMED.get(key, key): says for key, says in refused.problems.items()}
        return _form(front, token, clause, typed, problems | signed.problems)
    return RedirectResponse(f"/v/{token}/chi-tieu/{quote(clause, safe='')}", status_code=303)


def add(front: Front, token: str, clause: str, counted: str, of: str, signed: Signature) -> None:
    """Take in the figures of today, as typed. Raises NotFound, and SubmissionRefused."""
    with front.ledger.write() as session:
        addressee = enter(front, session, token).doing(clause)
        coverage.enter(session, addressee, clause, counted, of, now=clock.read(session), by_name=signed.name)
        if signed.problems:
            raise SubmissionRefused("Số liệu chưa đúng.", signed.problems)


def _form(
    front: Front, token: str, clause: str, typed: Mapping[str, str] | None, problems: Mapping[str, str]
) -> Response:
    with front.ledger.read() as session:
        visitor = enter(front, session, token)
        page = unit_page(session, visitor.doing(clause), clock.read(session))
        series = next(
            (item for item in coverage.series_of(session, page.addressee) if item.rule.clause == clause), None
        )
        if series is None:
            raise NotFound("không có chỉ tiêu này", hint="mở lại liên kết trong thư để xem các việc phải làm")
        standing, due_at = _standing(session, front, page, series)
    return front.pages.page(
        "coverage_form", status=422 if typed is not None else 200, token=token, page=page, series=series,
        title=once.title(DutyKind.COVERAGE, clause, front.language), quote=page.snap.quote(clause),
        standing=standing, due_at=due_at, chart=shares.chart(series, page.directive.zone), shares=shares,
        values=typed if typed is not None else _usual(visitor.usual_name(page), series), problems=problems,
        counted=COUNTED, of=OF, name=NAME,
    )  # fmt: skip


def _standing(session: Session, front: Front, page: UnitPage, series: Series) -> tuple[Standing, datetime | None]:
    duty = session.scalar(
        select(Duty).where(
            Duty.addressee_id == page.addressee.id, Duty.kind == DutyKind.COVERAGE,
            Duty.subject == series.rule.clause, Duty.state != DutyState.WITHDRAWN,
        )
    )  # fmt: skip
    if duty is None:
        return once.standing_of_share(series, front.language), None
    return of_duty(duty, page.time, front.language), duty.due_at


def _usual(usual_name: str, series: Series) -> dict[str, str]:
    """The whole changes seldom, so the last one stands ready."""
    last = series.entries[-1] if series.entries else None
    return {COUNTED: "", OF: str(last.of) if last else "", NAME: usual_name or (last.by_name if last else "")}
