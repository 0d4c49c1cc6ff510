"""The summary of one period at the desk: the page, its files, and the exceptions the desk grants."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from hoatoc import clock
from hoatoc.errors import HoatocError, NotFound
from hoatoc.ledger.schema import Directive, Duty, DutyKind, Period
from hoatoc.papers import charts, docx, official, pdf, workbook
from hoatoc.rollout import attachments, bulletin, grace, periods, rates, submission
from hoatoc.rollout.bulletin import Bulletin
from hoatoc.rollout.editions import FIRST
from hoatoc.templating import by_area
from portal.desk.faroff import require_sure
from portal.front import Front, TheFront
from portal.officer import AnyOfficer, DeskOfficer, Officer
from portal.reports import Incoming, TheIncoming, file_answer
from portal.typed import RowId, read_moment

router = APIRouter(prefix="/vb/{directive_id}/tong-hop/{day}")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#: Which edition a file is of.
TheEdition = Annotated[int, Query(alias="ban", ge=1, le=999)]
#: The names of the exceptions form's fields.
DUTY, REASON, UNTIL = "don-vi", "ly-do", "den"


@router.get("")
def show_summary(front: TheFront, officer: AnyOfficer, directive_id: RowId, day: date) -> Response:
    """The frozen summary of one period, or its figures so far; with what has changed since."""
    return _page(front, officer, _read(front, directive_id, day))


@router.get("/tong-hop.xlsx")
def give_workbook(front: TheFront, directive_id: RowId, day: date, edition: TheEdition = FIRST) -> Response:
    """The summary as a workbook."""
    read = _read(front, directive_id, day, edition)
    return file_answer(workbook.write(read), _XLSX, f"tong-hop-{_named(day, edition)}.xlsx")


@router.get("/bao-cao.pdf")
def give_pdf(
    front: TheFront, directive_id: RowId, day: date, so: str = Query("", max_length=12),
    ky_hieu: str = Query("", max_length=30), edition: TheEdition = FIRST,
) -> Response:  # fmt: skip
    """The official paper of a frozen summary as PDF, with the number and symbol that văn thư gives."""
    made = _paper(front, directive_id, day, edition, number=so, symbol=ky_hieu)
    return file_answer(pdf.write(made), "application/pdf", f"bao-cao-{_named(day, edition)}.pdf")


@router.get("/bao-cao.docx")
def give_docx(
    front: TheFront, directive_id: RowId, day: date, so: str = Query("", max_length=12),
    ky_hieu: str = Query("", max_length=30), edition: TheEdition = FIRST,
) -> Response:  # fmt: skip
    """The same paper as .docx."""
    made = _paper(front, directive_id, day, edition, number=so, symbol=ky_hieu)
    return file_answer(docx.write(made), _DOCX, f"bao-cao-{_named(day, edition)}.docx")


@router.get("/bay-ngay.svg")
def give_lines(front: TheFront, directive_id: RowId, day: date, cot: int = Query(2, ge=1, le=2)) -> Response:
    """The seven-day lines of a frozen summary, in one column (for a phone) or two."""
    return _drawing(charts.lines(_content(_read(front, directive_id, day)), "svg", columns=cot))


@router.get("/tinh-hinh.svg")
def give_bar(front: TheFront, directive_id: RowId, day: date, cot: int = Query(2, ge=1, le=2)) -> Response:
    """The bar of who has reported, one or two columns wide."""
    read = _read(front, directive_id, day)
    books = read.nodes[0].books.as_dict()
    return _drawing(charts.reporting(books, "svg", width=3.2 * cot, say=front.language.say))


@router.get("/tep/{duty_id}/{sha256}")
def give_attachment(front: TheFront, directive_id: RowId, day: date, duty_id: RowId, sha256: str) -> Response:
    """A file that a unit has sent with its report of this period."""
    with front.ledger.read() as session:
        duty, _ = _duty(session, directive_id, day, str(duty_id))
        kept = attachments.get(session, duty.addressee_id, sha256)
    extension = kept.name.rpartition(".")[2].lower()
    return file_answer(kept.content, "application/octet-stream", f"tep-{sha256[:8]}.{extension}")


@router.post("/mo-lai")
def reopen(front: TheFront, officer: DeskOfficer, directive_id: RowId, day: date, incoming: TheIncoming) -> Response:
    """Take in one unit's report until an instant after the lock, with a reason."""

    def grant(session: Session, now: datetime) -> None:
        duty, period = _duty(session, directive_id, day, incoming.typed.get(DUTY, ""))
        locked = periods.lock_row(session, period.id)
        until = _instant(incoming.typed.get(UNTIL, ""), period.zone)
        lock_at = submission.lock_instant(session, duty, locked)
        require_sure(session.get_one(Directive, directive_id), lock_at, until, incoming.typed, UNTIL)
        grace.reopen(
            session, duty, locked, until=until, now=now, by=officer.actor, by_name=officer.name,
            reason=incoming.typed.get(REASON, ""),
        )  # fmt: skip

    return _grant(front, officer, directive_id, day, incoming, grant)


@router.post("/mien")
def exempt(front: TheFront, officer: DeskOfficer, directive_id: RowId, day: date, incoming: TheIncoming) -> Response:
    """Let one unit off this one report, with a reason."""

    def grant(session: Session, now: datetime) -> None:
        duty, period = _duty(session, directive_id, day, incoming.typed.get(DUTY, ""))
        periods.lock_row(session, period.id)
        session.refresh(duty)
        grace.exempt(session, duty, now=now, by=officer.actor, reason=incoming.typed.get(REASON, ""))

    return _grant(front, officer, directive_id, day, incoming, grant)


def _grant(front: Front, officer: Officer, directive_id: int, day: date, incoming: Incoming, grant: Any) -> Response:
    try:
        with front.ledger.write() as session:
            grant(session, clock.read(session))
    except NotFound:
        raise
    except HoatocError as error:
        return _page(front, officer, _read(front, directive_id, day), wrong=error, typed=incoming.typed)
    return RedirectResponse(f"/ban/vb/{directive_id}/tong-hop/{day}", status_code=303)


def _page(
    front: Front,
    officer: Officer,
    read: Bulletin,
    *,
    wrong: HoatocError | None = None,
    typed: dict[str, str] | None = None,
) -> Response:  # fmt: skip
    return front.pages.page(
        "desk/summary", status=422 if wrong else 200, officer=officer, read=read, wrong=wrong, typed=typed or {},
        base=f"/ban/vb/{read.directive.id}/tong-hop/{read.period.local_date}", columns=charts.COLUMNS,
        rate=rates.reporting_rate(read.nodes[0].books), on_time=rates.timeliness(read.nodes[0].books),
        told={item["key"]: item for item in read.content["figures"]} if read.content else {},
        by_area=lambda units: by_area(units, lambda unit: unit.area),
    )  # fmt: skip


def _read(front: Front, directive_id: int, day: date, edition: int = FIRST) -> Bulletin:
    with front.ledger.read() as session:
        directive, period = bulletin.find(session, directive_id, day)
        return bulletin.read(session, directive, period, clock.read(session), edition=edition)


def _named(day: date, edition: int) -> str:
    """What tells the files of one edition from others in a folder."""
    return f"{day}-dieu-chinh-{edition - 1}" if edition > FIRST else f"{day}"


def _content(read: Bulletin) -> dict[str, Any]:
    if read.content is None:
        raise NotFound("kỳ này chưa chốt số liệu", hint="mở lại sau giờ chốt")
    return read.content


def _paper(
    front: Front, directive_id: int, day: date, edition: int, *, number: str, symbol: str
) -> official.Paper:  # fmt: skip
    read = _read(front, directive_id, day, edition)
    _content(read)
    return official.paper(read, number_=number.strip(), symbol=symbol.strip())


def _duty(session: Session, directive_id: int, day: date, typed: str) -> tuple[Duty, Period]:
    """The duty that the form names, which must be of this period."""
    _, period = bulletin.find(session, directive_id, day)
    duty = session.get(Duty, int(typed)) if typed.isdecimal() and len(typed) < 16 else None
    if duty is None or duty.period_id != period.id or duty.kind is not DutyKind.REPORT:
        raise NotFound("không có đơn vị này trong kỳ báo cáo", hint="chọn đơn vị trong bảng")
    return duty, period


def _instant(typed: str, zone: str) -> datetime:
    """The instant that was typed, on the office's wall clock."""
    try:
        return read_moment(typed, zone)
    except ValueError as error:
        raise HoatocError("chưa chọn thời điểm mở lại", hint="chọn ngày và giờ") from error


def _drawing(svg: bytes) -> Response:
    return Response(svg, media_type="image/svg+xml")
