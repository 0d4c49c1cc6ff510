"""The same reports for offices with their own system: JSON, the unit's token as a bearer token, the same checks."""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from hoatoc import clock
from hoatoc.errors import HoatocError, NotFound, SubmissionRefused, TokenError
from hoatoc.format.form import Form
from hoatoc.ledger.schema import Addressee, Directive
from hoatoc.papers.reportsheet import typed_value
from hoatoc.rollout import access, attachments, periods, snapshot, submission
from hoatoc.rollout.views import OwedReport, addressee_of, unit_page
from portal.front import Front, TheFront
from portal.typed import NAME, signature

router = APIRouter(prefix="/api")
_STATUS: dict[type[HoatocError], int] = {TokenError: 401, NotFound: 404, SubmissionRefused: 422}


async def _body(request: Request) -> bytes:
    return await request.body()


@router.get("/bao-cao")
def list_reports(front: TheFront, request: Request) -> Response:
    """The unit, its form, and every period with where it stands."""

    def answer() -> dict[str, Any]:
        with front.ledger.read() as session:
            page = unit_page(session, _addressee(front, session, request), clock.read(session))
        return {
            "unit": page.addressee.name, "directive": page.directive.key,
            "form": _form(page.form) if page.form else None, "reports": [_standing(report) for report in page.reports],
        }  # fmt: skip

    return _answer(answer)


@router.get("/bao-cao/{day}")
def give_report(front: TheFront, request: Request, day: date) -> Response:
    """One period: where it stands, and the figures sent so far."""

    def answer() -> dict[str, Any]:
        with front.ledger.read() as session:
            addressee = _addressee(front, session, request)
            page = unit_page(session, addressee, clock.read(session), f"{day}/{periods.DAILY}")
        if not page.reports:
            raise NotFound("không có kỳ báo cáo này")
        report = page.reports[0]
        told = {"figures": report.figures, "warnings": report.warnings, "explanation": report.explanation}
        return {**_standing(report), **told}

    return _answer(answer)


@router.put("/bao-cao/{day}")
def take_report(front: TheFront, request: Request, day: date, body: Annotated[bytes, Depends(_body)]) -> Response:
    """Take in the report of one day: `{"figures": {…}, "by": "…", "explanation": "…"}`. Sending it again changes
    nothing."""

    def answer() -> dict[str, Any]:
        with front.ledger.write() as session:
            addressee = _addressee(front, session, request)
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
            return {"revision": done.revision, "on_time": done.on_time, "repeated": done.repeated,
                    "first_at": done.report.first_at.isoformat(), "warnings": done.report.warnings}  # fmt: skip

    return _answer(answer)


def _answer(work: Any) -> Response:
    try:
        return JSONResponse(work())
    except HoatocError as error:
        told: dict[str, Any] = {"error": str(error), "hint": error.hint}
        if isinstance(error, SubmissionRefused):
            told |= {"problems": error.problems, "warnings": error.warnings}
        return JSONResponse(told, status_code=_STATUS.get(type(error), 400))


def _addressee(front: Front, session: Session, request: Request) -> Addressee:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise TokenError("thiếu Authorization: Bearer <mã trong liên kết của đơn vị>")
    addressee = addressee_of(session, *front.links.read_unit(token.strip()))
    access.require_open(session, addressee, lasts=front.link_lasts, now=clock.read(session))
    return addressee


def _read(body: bytes) -> dict[str, Any]:
    """The body as figures (values as they came), name and explanation. Raises SubmissionRefused."""
    try:
        # Decimals are read as they are written: 81.81 stays 81.81.
        sent = json.loads(body, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, InvalidOperation, RecursionError) as error:
        raise SubmissionRefused("Nội dung không phải JSON.", {"": str(error)[:200]}) from error
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


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} không phải số")


def _typed(session: Session, addressee: Addressee, key: str, value: Any, now: Any) -> str:
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


def _form(form: Form) -> dict[str, Any]:
    return {
        "key": form.key, "title": form.title,
        "fields": [field.model_dump(mode="json", exclude={"clauses", "unusual"}) for field in form.fields],
        "checks": [check.model_dump(mode="json") for check in form.checks],
    }  # fmt: skip


def _standing(report: OwedReport) -> dict[str, Any]:
    return {
        "day": report.day.isoformat(), "due_at": report.due_at.isoformat(), "lock_at": report.lock_at.isoformat(),
        "state": report.state.value, "closed": report.closed, "revision": report.revision,
        "first_at": report.first_at.isoformat() if report.first_at else None,
    }  # fmt: skip
