"""What a unit owes, and its acknowledgement."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field

from hoatoc import clock
from hoatoc.ledger.schema import DutyKind, DutyState
from hoatoc.rollout.views import UnitPage, unit_page
from portal.api.bearer import UnitToken
from portal.api.reports import ReportStanding, standing_of
from portal.api.sent import Done, Signed, Words, named
from portal.front import TheFront
from portal.once import Line, once_by
from portal.standing import Standing, of_receipt
from portal.typed import NAME, TITLE, Signature, signature
from portal.unit import acknowledge_as, acknowledgement
from portal.visitor import enter

router = APIRouter(tags=["unit"])


class Stands(BaseModel):
    """Where something stands."""

    tone: str = Field(description="done, late (done, but late), due, overdue, or quiet (nothing to do any more).")
    words: str = Field(description="The same in words, in the language of the installation.")


class ReceiptOwed(BaseModel):
    """The acknowledgement."""

    duty_id: int | None = Field(description="The duty, by which it can be given back; null where none is owed.")
    due_at: datetime | None = Field(description="When it is due; null where none is owed.")
    acknowledged_at: datetime | None = Field(description="When it was given; null before.")
    by: str = Field(description="Who has given it, '' before.")
    standing: Stands


class OnceOwed(BaseModel):
    """Something owed once, or a share on its way to a target."""

    duty_id: int | None = Field(description="The duty; null where nothing is due.")
    kind: DutyKind = Field(description="What it is, so where it is done: a task, a roster, a coverage (share) …")
    clause: str = Field(description="The clause of the directive that asks for it.")
    title: str
    quote: str = Field(description="The words of the directive, '' where it is the office that asks.")
    due_at: datetime | None
    due_set_by_office: bool = Field(description="Whether the text gives no deadline and the office has set one.")
    said: str = Field(description="What the unit has said of it so far.")
    pending: bool = Field(description="Whether it is still to be done.")
    standing: Stands


class UnitOwes(BaseModel):
    """One directive as its unit sees it."""

    unit: str
    directive: str = Field(description="The key of the directive.")
    title: str
    now: datetime = Field(description="The instant at which all this holds.")
    receipt: ReceiptOwed
    form: dict[str, Any] | None = Field(description="The form of the report: title, fields and checks; null for none.")
    reports: list[ReportStanding]
    once: list[OnceOwed]
    matters: list[str] = Field(description="The clauses that ask for permission: see /unit/permissions.")
    waiting: int = Field(description="How many requests wait for an answer of the one whose link it is.")


class Acknowledges(Signed):
    """Who acknowledges."""

    title: Words = Field("", description="Their post, at most 120 characters.", examples=["Văn thư"])

    @property
    def signature(self) -> Signature:
        """The name and post as a form would bring them."""
        return signature({NAME: self.by, TITLE: self.title})


@router.get("/unit", summary="What I owe")
def show_unit(front: TheFront, token: UnitToken) -> UnitOwes:
    """What the unit owes under the directive of its link; a specialist sees what was given to them."""
    with front.ledger.read() as session:
        visitor = enter(front, session, token)
        page = unit_page(session, visitor.addressee, clock.read(session))
        page = replace(page, reports=[report for report in page.reports if visitor.may(report.subject)])
        owed = once_by(session, page, front.language)
        lines = [line for line in owed.lines if visitor.may(line.subject)]
        matters = owed.matters if visitor.specialist is None else ()
        return UnitOwes(
            unit=page.addressee.name, directive=page.directive.key, title=page.directive.title, now=page.now,
            receipt=_receipt(page, of_receipt(page, front.language)),
            form=page.form.model_dump(mode="json") if page.form and page.reports else None,
            reports=[standing_of(report) for report in page.reports], once=[_once(line) for line in lines],
            matters=[rule.clause for rule in matters], waiting=owed.waiting if visitor.specialist is None else 0,
        )  # fmt: skip


@router.post("/unit/receipt", summary="Acknowledge")
async def acknowledge(front: TheFront, token: UnitToken, sent: Acknowledges) -> Done:
    """Acknowledge the directive. The first acknowledgement stands; doing it again changes nothing."""
    with named(sent.signature):
        sent.refuse_unsigned()
        if not await front.api_receipts.take(acknowledgement(front, token, sent.signature)):
            await run_in_threadpool(acknowledge_as, front, token, sent.signature, "api")
    return Done()


def _receipt(page: UnitPage, standing: Standing) -> ReceiptOwed:
    duty = page.receipt_duty
    return ReceiptOwed(
        duty_id=duty.id if duty and duty.state is not DutyState.WITHDRAWN else None, due_at=page.receipt_due_at,
        acknowledged_at=page.receipt.at if page.receipt else None, by=page.receipt.by_name if page.receipt else "",
        standing=Stands(tone=standing.tone, words=standing.words),
    )  # fmt: skip


def _once(line: Line) -> OnceOwed:
    return OnceOwed(
        duty_id=line.duty_id, kind=line.kind, clause=line.subject, title=line.title, quote=line.quote,
        due_at=line.due_at, due_set_by_office=line.by_office, said=line.said, pending=line.pending,
        standing=Stands(tone=line.standing.tone, words=line.standing.words),
    )  # fmt: skip
