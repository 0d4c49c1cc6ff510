"""A unit's report pages: the form, its draft, the receipt, and the same form as a file to fill in and send back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse
from sqlalchemy.orm import Session
from starlette.datastructures import UploadFile

from hoatoc import clock
from hoatoc.errors import NotFound, SubmissionRefused
from hoatoc.ledger.schema import Addressee, Duty, Period
from hoatoc.papers import reportsheet
from hoatoc.phrase import Phrase
from hoatoc.rollout import attachments, figures, past, periods, submission, unsent
from hoatoc.rollout.submission import EXPLANATION
from hoatoc.rollout.views import OwedReport, UnitPage, unit_page
from portal import reportform
from portal.front import Front, TheFront
from portal.owed import Line, line_of
from portal.submissions import submissions_of
from portal.typed import NAME, Signature, signature
from portal.visitor import enter

router = APIRouter()
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: The file inputs of a form are named by their field, after this.
_FILE = "tep-"
#: A ticked box of this name takes the file sent before out of the report.
_DROP = "bo-"


@dataclass(frozen=True)
class Incoming:
    """What a form brought: words by name, and files (name and content) by the name of their input."""

    typed: dict[str, str]
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)


async def _incoming(request: Request) -> Incoming:
    async with request.form() as form:  # closes the files
        # PostgreSQL takes no NUL in text, and no person types one.
        typed = {key: value.replace("\0", "") for key, value in form.items() if isinstance(value, str)}
        files = {
            key: (value.filename, await value.read())
            for key, value in form.items()
            if isinstance(value, UploadFile) and value.filename
        }
    return Incoming(typed, files)


TheIncoming = Annotated[Incoming, Depends(_incoming)]


@dataclass(frozen=True)
class Opened:
    """One report of one unit, with what it is compared with and what was typed but not yet sent."""

    page: UnitPage
    report: OwedReport
    duty: Duty
    before: Mapping[str, Any]
    typed: Mapping[str, str]


@router.get("/v/{token}/bao-cao/{day}")
def show_report_form(front: TheFront, token: str, day: date) -> Response:
    """The report form of one day: what was typed and not sent, else the figures sent so far."""
    with front.ledger.read() as session:
        opened = _open(front, session, token, day)
        name = enter(front, session, token).usual_name(opened.page)
    return _form(front, token, opened, _standing(opened, name), {}, {})


@router.get("/v/{token}/bao-cao/{day}/tep")
def show_after_file(token: str, day: date) -> Response:
    """The form again, where a browser stands after a file that could not be taken in."""
    return RedirectResponse(f"/v/{token}/bao-cao/{day}", status_code=303)


@router.post("/v/{token}/bao-cao/{day}")
def take_report(front: TheFront, token: str, day: date, incoming: TheIncoming) -> Response:
    """Take in the report of one day; a refusal gives the form back as it was filled in."""
    typed, problems = _with_files(front, token, day, incoming)
    return _take(front, token, day, typed, problems, channel="portal")


@router.post("/v/{token}/bao-cao/{day}/tep")
def take_report_file(front: TheFront, token: str, day: date, incoming: TheIncoming) -> Response:
    """Take in the report of one day as the workbook or CSV that was filled in; checked as the form is."""
    try:
        returned = _read_file(*incoming.files.get("tep", ("", b"")))
        with front.ledger.read() as session:
            opened = _open(front, session, token, day)
        _refuse_another(returned.marks, opened)
        _refuse_unknown(opened, returned.typed)
    except SubmissionRefused as refused:
        with front.ledger.read() as session:
            opened = _open(front, session, token, day)
            name = enter(front, session, token).usual_name(opened.page)
        return _form(front, token, opened, _standing(opened, name) | incoming.typed, refused.problems, {}, status=422)
    typed = _files_sent(opened) | {key: value.replace("\0", "") for key, value in returned.typed.items()}
    typed |= {key: value for key, value in incoming.typed.items() if value.strip()}
    return _take(front, token, day, typed, {}, channel="file")


@router.get("/v/{token}/bao-cao/{day}/nhap")
def show_typed(token: str, day: date) -> Response:
    """The form again, where a browser has kept the address of what is typed."""
    return RedirectResponse(f"/v/{token}/bao-cao/{day}", status_code=303)


@router.post("/v/{token}/bao-cao/{day}/nhap")
def keep_typed(front: TheFront, token: str, day: date, incoming: TheIncoming) -> Response:
    """Keep what has been typed so far, and say so; it is not a submission."""
    with front.ledger.write() as session:
        opened = _open(front, session, token, day)
        if opened.report.closed or opened.page.form is None:
            return Response(status_code=204)
        now = clock.read(session)
        unsent.keep(session, opened.duty, opened.page.form, incoming.typed, now)
    at = front.language.moment(now, opened.page.directive.zone)
    return PlainTextResponse(front.language.say("Đã lưu tạm lúc %(at)s, chưa nộp.", at=at))


@router.get("/v/{token}/bao-cao/{day}/mau.xlsx")
def give_workbook(front: TheFront, token: str, day: date) -> Response:
    """The form as a workbook to fill in."""
    with front.ledger.read() as session:
        opened = _open(front, session, token, day)
    page, report = opened.page, opened.report
    heading = f"Báo cáo ngày {day:%d/%m/%Y}, hạn {front.language.moment(report.due_at, page.directive.zone)}"
    content = reportsheet.write_workbook(
        _form_of(page), _marks(opened), unit=page.addressee.name, heading=heading, values=report.figures or {},
        before=opened.before, explanation=report.explanation, by_name=page.receipt.by_name if page.receipt else "",
    )  # fmt: skip
    return file_answer(content, _XLSX, f"bao-cao-{day}.xlsx")


@router.get("/v/{token}/bao-cao/{day}/mau.csv")
def give_csv(front: TheFront, token: str, day: date) -> Response:
    """The form as CSV to fill in."""
    with front.ledger.read() as session:
        opened = _open(front, session, token, day)
    content = reportsheet.write_csv(_form_of(opened.page), opened.report.figures or {})
    return file_answer(content, "text/csv; charset=utf-8", f"bao-cao-{day}.csv")


@router.get("/v/{token}/tep/{sha256}")
def give_attachment(front: TheFront, token: str, sha256: str) -> Response:
    """A file that the unit has sent with a report."""
    with front.ledger.read() as session:
        kept = attachments.get(session, _addressee(front, session, token).id, sha256)
    extension = kept.name.rpartition(".")[2].lower()
    return file_answer(kept.content, "application/octet-stream", f"tep-{sha256[:8]}.{extension}")


@router.get("/v/{token}/bien-nhan/{day}")
def show_report_receipt(front: TheFront, token: str, day: date) -> Response:
    """What was submitted for one day, when, and by whom."""
    with front.ledger.read() as session:
        opened = _open(front, session, token, day)
        sent = submissions_of(session, opened.page.addressee, opened.report.slot)
    if not sent:
        raise NotFound("chưa có báo cáo của ngày này", hint="mở lại liên kết trong thư để nộp báo cáo")
    line = line_of(opened.page, opened.report, front.language)
    return front.pages.page("report_receipt", token=token, page=opened.page, line=line, sent=sent)


def _standing(opened: Opened, name: str) -> dict[str, str]:
    """What stands ready in the form: what was typed and not sent, else the figures sent so far, and a usual `name`."""
    return {NAME: name, **reportform.values_of(opened.page, opened.report), **opened.typed}


def _take(
    front: Front, token: str, day: date, typed: Mapping[str, str], problems: Mapping[str, str], *, channel: str
) -> Response:
    signed = signature(typed)
    wrong = {**problems, **signed.problems}
    try:
        if wrong:
            _refuse(front, token, day, typed, wrong)
        _submit(front, token, day, typed, signed, channel)
    except SubmissionRefused as refused:
        # Read again: what refused it (the lock, a waiver) may have happened since.
        with front.ledger.read() as session:
            opened = _open(front, session, token, day)
        return _form(front, token, opened, typed, refused.problems, refused.warnings, status=422)
    return RedirectResponse(f"/v/{token}/bien-nhan/{day}", status_code=303)


def _submit(front: Front, token: str, day: date, typed: Mapping[str, str], signed: Signature, channel: str) -> None:
    with front.ledger.write() as session:
        addressee = _addressee(front, session, token)
        duty, period = submission.lock(session, addressee, f"{day}/{periods.DAILY}")
        # The clock is read under the lock, so that the stamp and the frozen summary cannot disagree.
        submission.submit(
            session, addressee, duty, period, typed, now=clock.read(session), by_name=signed.name, channel=channel,
            explanation=typed.get(EXPLANATION, ""),
        )  # fmt: skip


def _refuse(front: Front, token: str, day: date, typed: Mapping[str, str], wrong: Mapping[str, str]) -> None:
    """Refuse a report whose name or file cannot stand, telling at once what is wrong with its figures too."""
    problems = dict(wrong)
    with front.ledger.read() as session:
        opened = _open(front, session, token, day)
        try:
            period = session.get_one(Period, opened.duty.period_id)
            submission.judge(session, _form_of(opened.page), opened.duty, period, typed)
        except SubmissionRefused as refused:
            problems = {**refused.problems, **problems}
    raise SubmissionRefused("Báo cáo chưa nhận được.", problems)


def _with_files(front: Front, token: str, day: date, incoming: Incoming) -> tuple[dict[str, str], dict[str, str]]:
    """What was typed, each file of the form kept and named by its SHA-256; and what is wrong with the files."""
    typed = {key: value for key, value in incoming.typed.items() if f"{_DROP}{key}" not in incoming.typed}
    problems: dict[str, str] = {}
    if not any(key.startswith(_FILE) for key in incoming.files):
        return typed, problems
    with front.ledger.write() as session:
        opened, now = _open(front, session, token, day), clock.read(session)
        for field in () if opened.report.closed else _form_of(opened.page).files:
            name, content = incoming.files.get(_FILE + field.key, ("", b""))
            try:
                if name:
                    typed[field.key] = attachments.keep(
                        session, opened.page.addressee, name=name, content=content, now=now
                    )
            except ValueError as error:
                problems[field.key] = str(error)
    return typed, problems


def _files_sent(opened: Opened) -> dict[str, str]:
    """The files sent so far, which no workbook can carry: they stay with the report."""
    sent = {**(opened.report.figures or {}), **opened.typed}
    return {field.key: sent[field.key] for field in _form_of(opened.page).files if field.key in sent}


def _read_file(name: str, content: bytes) -> reportsheet.Returned:
    if not content:
        raise SubmissionRefused("Chưa chọn tệp.", {"": "chưa chọn tệp"})
    return reportsheet.read_csv(content) if name.lower().endswith(".csv") else reportsheet.read_workbook(content)


def _refuse_another(marks: reportsheet.Marks | None, opened: Opened) -> None:
    """Refuse the workbook of another day, unit or directive."""
    if marks is not None and marks != _marks(opened):
        day = marks.slot.partition("/")[0]
        raise SubmissionRefused(
            "Tệp không phải của kỳ này.",
            {
                "": Phrase(
                    "tệp này là mẫu của %(addressee)s, ngày %(day)s; tải mẫu của kỳ này",
                    addressee=marks.addressee,
                    day=day,
                )
            },
        )


def _refuse_unknown(opened: Opened, typed: Mapping[str, str]) -> None:
    try:
        submission.refuse_unknown(_form_of(opened.page), typed.keys() - {EXPLANATION, reportsheet.BY})
    except SubmissionRefused as refused:
        says = Phrase("mẫu không có chỉ tiêu: %(keys)s; tải lại mẫu rồi điền", keys=", ".join(sorted(refused.problems)))
        raise SubmissionRefused(str(refused), {"": says}) from refused


def _marks(opened: Opened) -> reportsheet.Marks:
    return reportsheet.Marks(opened.page.directive.key, opened.page.addressee.key, opened.report.slot)


def _form(
    front: Front, token: str, opened: Opened, values: Mapping[str, str], problems: Mapping[str, str],
    warnings: Mapping[str, str], *, status: int = 200,
) -> Response:  # fmt: skip
    line: Line = line_of(opened.page, opened.report, front.language)
    filled = reportform.boxes(_form_of(opened.page), values, problems, front.language, warnings, opened.before)
    return front.pages.page(
        "report_form" if line.takes_figures else "report_closed", status=status, token=token, page=opened.page,
        line=line, boxes=filled, complaints=reportform.complaints(filled), doubts=reportform.doubts(filled),
        name=NAME, name_value=values.get(NAME, ""), name_problem=problems.get(NAME, ""), whole=problems.get("", ""),
        explanation=EXPLANATION, explanation_value=values.get(EXPLANATION, ""),
        explanation_problem=problems.get(EXPLANATION, ""), kept=bool(opened.typed) and status == 200,
    )  # fmt: skip


def _form_of(page: UnitPage) -> Any:
    assert page.form is not None, "a unit that owes a report has its form"
    return page.form


def _open(front: Front, session: Session, token: str, day: date) -> Opened:
    slot = f"{day}/{periods.DAILY}"
    page = unit_page(session, _addressee(front, session, token), clock.read(session), slot)
    if not page.reports or page.form is None:
        raise NotFound("không có kỳ báo cáo này", hint="mở lại liên kết trong thư để xem các kỳ phải báo cáo")
    duty, period = submission.owed(session, page.addressee, slot)
    kept = unsent.of(session, duty.id)
    before = past.of(session, duty, period, figures.readers(page.form)).before
    shown = {key: str(value) if not isinstance(value, int) else value for key, value in before.items()}
    return Opened(page, page.reports[0], duty, shown, kept.typed if kept else {})


def _addressee(front: Front, session: Session, token: str) -> Addressee:
    return enter(front, session, token).reporting(session)


def file_answer(content: bytes, media: str, name: str) -> Response:
    """A file to keep; browsers save it and never show it as a page."""
    return Response(content, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})
