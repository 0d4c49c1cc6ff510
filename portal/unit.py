"""A unit's pages, behind the link in its mail. Opening one changes nothing: mail scanners open links too."""

from collections.abc import Mapping
from datetime import date

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from hoatoc import clock
from hoatoc.errors import NotFound, SubmissionRefused
from hoatoc.ledger.schema import Addressee
from hoatoc.rollout import acknowledge, figures, periods, submission
from hoatoc.rollout.views import OwedReport, UnitPage, addressee_of, unit_page
from portal import reportform
from portal.front import Front, TheFront
from portal.owed import Line, line_of, owed_by
from portal.submissions import submissions_of
from portal.typed import NAME, TITLE, Signature, Typed, signature

router = APIRouter()


# The second path is where a browser without JavaScript stands after a refused acknowledgement, and may reload.
@router.get("/v/{token}")
@router.get("/v/{token}/nhan")
def show_unit(front: TheFront, token: str) -> Response:
    """The directive, and what the unit owes by when."""
    return _unit(front, token, Signature("", ""))


@router.post("/v/{token}/nhan")
def take_receipt(front: TheFront, token: str, typed: Typed) -> Response:
    """Acknowledge the directive in the name of the person who presses."""
    signed = signature(typed)
    if signed.problems:
        return _unit(front, token, signed)
    with front.ledger.write() as session:
        addressee = _addressee(front, session, token)
        acknowledge.acknowledge(
            session, addressee, now=clock.read(session), by_name=signed.name, by_title=signed.title, channel="portal"
        )
    return _see(f"/v/{token}")


@router.get("/v/{token}/bao-cao/{day}")
def show_report_form(front: TheFront, token: str, day: date) -> Response:
    """The report form of one day, with the figures sent so far."""
    page, report = _page_of_day(front, token, day)
    name = page.receipt.by_name if page.receipt else ""
    return _form(front, token, page, report, reportform.values_of(report) | {NAME: name}, {})


@router.post("/v/{token}/bao-cao/{day}")
def take_report(front: TheFront, token: str, day: date, typed: Typed) -> Response:
    """Take in the report of one day; a refusal gives the form back as it was filled in."""
    signed = signature(typed)
    page, report = _page_of_day(front, token, day)
    try:
        if signed.problems:
            _refuse(page, typed, signed)
        _submit(front, token, day, typed, signed)
    except SubmissionRefused as refused:
        # Read again: what refused it (the lock, a waiver) may have happened since.
        page, report = _page_of_day(front, token, day)
        return _form(front, token, page, report, typed, refused.problems, status=422)
    return _see(f"/v/{token}/bien-nhan/{day}")


@router.get("/v/{token}/bien-nhan/{day}")
def show_report_receipt(front: TheFront, token: str, day: date) -> Response:
    """What was submitted for one day, when, and by whom."""
    with front.ledger.read() as session:
        page = _page(front, session, token)
        report = _of_day(page, day)
        sent = submissions_of(session, page.addressee, report.slot)
    if not sent:
        raise NotFound("chưa có báo cáo của ngày này", hint="mở lại liên kết trong thư để nộp báo cáo")
    return front.pages.page(
        "report_receipt", token=token, page=page, line=line_of(page, report, front.language), sent=sent
    )


def _submit(front: Front, token: str, day: date, typed: Mapping[str, str], signed: Signature) -> None:
    with front.ledger.write() as session:
        addressee = _addressee(front, session, token)
        duty, period = submission.lock(session, addressee, f"{day}/{periods.DAILY}")
        # The clock is read under the lock, so that the stamp and the frozen summary cannot disagree.
        submission.submit(
            session, addressee, duty, period, typed, now=clock.read(session), by_name=signed.name, channel="portal"
        )


def _refuse(page: UnitPage, typed: Mapping[str, str], signed: Signature) -> None:
    """Refuse a report without a name, telling at once what is wrong with its figures too."""
    problems = dict(signed.problems)
    try:
        if page.form is not None:
            figures.read_figures(page.form, typed)
    except SubmissionRefused as refused:
        problems |= refused.problems
    raise SubmissionRefused("Báo cáo chưa nhận được.", problems)


def _unit(front: Front, token: str, signed: Signature) -> Response:
    with front.ledger.read() as session:
        page, simulated = _page(front, session, token), clock.is_simulated(session)
    return front.pages.page(
        "unit", status=422 if signed.problems else 200, token=token, page=page, owed=owed_by(page, front.language),
        signed=signed, name=NAME, title=TITLE, simulated=simulated,
    )  # fmt: skip


def _form(
    front: Front, token: str, page: UnitPage, report: OwedReport, values: Mapping[str, str],
    problems: Mapping[str, str], *, status: int = 200,
) -> Response:  # fmt: skip
    assert page.form is not None, "a unit that owes a report has its form"
    line: Line = line_of(page, report, front.language)
    filled = reportform.boxes(page.form, values, problems, front.language)
    return front.pages.page(
        "report_form" if line.takes_figures else "report_closed", status=status, token=token, page=page, line=line,
        boxes=filled, complaints=reportform.complaints(filled), name=NAME, name_value=values.get(NAME, ""),
        name_problem=problems.get(NAME, ""),
    )  # fmt: skip


def _page_of_day(front: Front, token: str, day: date) -> tuple[UnitPage, OwedReport]:
    with front.ledger.read() as session:
        page = _page(front, session, token)
    return page, _of_day(page, day)


def _of_day(page: UnitPage, day: date) -> OwedReport:
    slot = f"{day}/{periods.DAILY}"
    for report in page.reports:
        if report.slot == slot:
            return report
    raise NotFound("không có kỳ báo cáo này", hint="mở lại liên kết trong thư để xem các kỳ phải báo cáo")


def _page(front: Front, session: Session, token: str) -> UnitPage:
    return unit_page(session, _addressee(front, session, token), clock.read(session))


def _addressee(front: Front, session: Session, token: str) -> Addressee:
    return addressee_of(session, *front.links.read_unit(token))


def _see(path: str) -> Response:
    return RedirectResponse(path, status_code=303)
