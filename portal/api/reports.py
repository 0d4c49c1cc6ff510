"""Reports for offices with their own system: the same checks as the form, the same revision."""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from hoatoc import clock
from hoatoc.errors import NotFound, SubmissionRefused
from hoatoc.ledger.schema import Addressee, Directive, DutyState
from hoatoc.papers.reportsheet import typed_value
from hoatoc.phrase import Phrase
from hoatoc.rollout import attachments, periods, snapshot, submission
from hoatoc.rollout.views import OwedReport, unit_page
from portal.api.bearer import UnitToken
from portal.front import TheFront
from portal.typed import NAME, signature
from portal.visitor import enter

router = APIRouter(tags=["unit"])
#: No figure has more digits before or after its comma.
_DIGITS = 60


class ReportStanding(BaseModel):
    """The report of one period, and where it stands."""

    duty_id: int
    day: date = Field(description="The day it is about, in the directive's time zone.")
    due_at: datetime = Field(description="Until then it is on time.")
    lock_at: datetime = Field(description="Until then it is taken in.")
    state: DutyState
    closed: bool = Field(description="Whether nothing is taken in any more.")
    revision: int = Field(description="How many submissions there are.")
    first_at: datetime | None = Field(description="When the first came, which decides on time or late.")


class ReportSent(ReportStanding):
    """The same with the figures sent so far."""

    figures: dict[str, Any] | None = Field(description="Null before the first submission.")
    warnings: list[str] = Field(description="What was unusual about them.")
    explanation: str


class Report(BaseModel):
    """A report as it is sent."""

    figures: dict[str, Any] = Field(
        description="By the keys of the form; a file is {name, base64}, or the SHA-256 of one sent before.",
        examples=[{"nhiem_moi": 2, "nhiem_luy_ke": 3884}],
    )
    by: str = Field(description="Who reports.", examples=["Nguyễn Văn An"])
    explanation: str = Field("", description="Asked for where figures are unusual.")


class Taken(BaseModel):
    """What became of a report."""

    revision: int
    on_time: bool
    repeated: bool = Field(description="Whether it says what the last one said, so that nothing has changed.")
    first_at: datetime
    warnings: list[dict[str, Any]]


async def _body(request: Request) -> bytes:
    return await request.body()


# Read by hand: a decimal is kept as it was written, which the framework's reading loses.
_DOCUMENTED = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": Report.model_json_schema()}}}
}


@router.get("/unit/reports/{day}", summary="The report of one day")
def give_report(front: TheFront, token: UnitToken, day: date) -> ReportSent:
    """Where the report of one day stands, and the figures sent so far."""
    with front.ledger.read() as session:
        addressee = enter(front, session, token).reporting(session)
        page = unit_page(session, addressee, clock.read(session), f"{day}/{periods.DAILY}")
    if not page.reports:
        raise NotFound("không có kỳ báo cáo này")
    report = page.reports[0]
    return ReportSent(
        **standing_of(report).model_dump(), figures=report.figures, warnings=list(report.warnings),
        explanation=report.explanation,
    )  # fmt: skip


@router.put("/unit/reports/{day}", summary="Report", openapi_extra=_DOCUMENTED)
def take_report(front: TheFront, token: UnitToken, day: date, body: Annotated[bytes, Depends(_body)]) -> Taken:
    """Take in the report of one day. Sending the same again changes nothing; a name the form does not have is refused,
    since its figure would be lost."""
    with front.ledger.write() as session:
        addressee = enter(front, session, token).reporting(session)
        sent = _read(body)
        duty, period = submission.lock(session, addressee, f"{day}/{periods.DAILY}")
        now = clock.read(session)
        directive = session.get_one(Directive, addressee.directive_id)
        submission.refuse_unknown(snapshot.of(directive).form_of(period.subject), sent["figures"])
        typed = {key: _typed(session, addressee, key, value, now) for key, value in sent["figures"].items()}
        done = submission.submit(
            session, addressee, duty, period, typed, now=now, by_name=sent["by"], channel="api",
            explanation=sent["explanation"],
        )  # fmt: skip
        return Taken(
            revision=done.revision, on_time=done.on_time, repeated=done.repeated, first_at=done.report.first_at,
            warnings=done.report.warnings,
        )  # fmt: skip


def standing_of(report: OwedReport) -> ReportStanding:
    """Where one report stands."""
    return ReportStanding(
        duty_id=report.duty_id, day=report.day, due_at=report.due_at, lock_at=report.lock_at, state=report.state,
        closed=report.closed, revision=report.revision, first_at=report.first_at,
    )  # fmt: skip


def _read(body: bytes) -> dict[str, Any]:
    """The body as figures (values as they came), name and explanation. Raises SubmissionRefused."""
    try:
        sent = json.loads(body, parse_float=_decimal, parse_constant=_no_constant)
        json.dumps(sent, ensure_ascii=False, default=str).encode()  # half a surrogate pair is no text
    except (ValueError, InvalidOperation, RecursionError) as error:
        raise SubmissionRefused("Nội dung không phải JSON.", {"": ascii(error)[:200]}) from error
    shapes = {"figures": dict, "by": str, "explanation": str}
    if not isinstance(sent, dict) or not isinstance(sent.get("figures"), dict):
        raise SubmissionRefused("Thiếu figures.", {"": 'cần {"figures": {…}, "by": "…"}'})
    read: dict[str, Any] = {"explanation": "", "by": "", **sent}
    wrong = {key: "sai kiểu" for key, shape in shapes.items() if not isinstance(read[key], shape)}
    named = signature({NAME: read["by"]} if isinstance(read["by"], str) else {})
    wrong |= {"by": "; ".join(named.problems.values())} if named.problems else {}
    if wrong:
        raise SubmissionRefused("Nội dung JSON chưa đúng.", wrong)
    return {**read, "by": named.name, "explanation": read["explanation"].replace("\0", "")}


def _decimal(written: str) -> Decimal:
    """A decimal as it is written: 81.81 stays 81.81. One of a million digits would take hours to write out."""
    read = Decimal(written)
    if abs(read.adjusted()) > _DIGITS:
        raise ValueError("số quá lớn")
    return read


def _no_constant(name: str) -> Any:
    raise ValueError(Phrase("%(name)s không phải số", name=name))


def _typed(session: Session, addressee: Addressee, key: str, value: Any, now: datetime) -> str:
    """A value as a person would type it; a file is `{"name": …, "base64": …}`."""
    if isinstance(value, Mapping):
        try:
            content = base64.b64decode(str(value.get("base64", "")), validate=True)
            return attachments.keep(session, addressee, name=str(value.get("name", "")), content=content, now=now)
        except (ValueError, binascii.Error) as error:
            raise SubmissionRefused("Báo cáo chưa nhận được vì tệp chưa đúng.", {key: str(error)}) from error
    if isinstance(value, bool | list):
        raise SubmissionRefused("Báo cáo chưa nhận được.", {key: "ghi số hoặc chữ"})
    return typed_value(value).replace("\0", "")
