"""A directory sent up as a workbook: what it would change is shown first, and changes nothing until it is confirmed."""

import hashlib
import re
import time
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, File, Form, Response, UploadFile
from fastapi.responses import RedirectResponse

from hoatoc import clock
from hoatoc.errors import FormatError, HoatocError, NotFound
from hoatoc.format.folder import OfficeFolder
from hoatoc.format.select import in_force
from hoatoc.format.units import Unit
from hoatoc.localtime import local_date
from hoatoc.papers.unitsheet import Sheet, read_units
from hoatoc.rollout import keeping
from portal.desk.directory import HERE, seen_of, units_page
from portal.desk.drafting import office_of
from portal.front import Front, TheFront
from portal.officer import Keeper, Officer

router = APIRouter(prefix="/danh-ba/{office}/nhap")
_PIN = re.compile("[0-9a-f]{64}")
_MOST = 1024 * 1024
_DAY = timedelta(days=1)


@router.post("")
def preview(
    front: TheFront, officer: Keeper, office: str, file: Annotated[UploadFile, File(alias="tep")],
    end_absent: Annotated[str, Form(alias="ket-thuc")] = "",
) -> Response:  # fmt: skip
    """Read the workbook and show, row by row, what is wrong, or unit by unit, what would change."""
    seen = seen_of(front, office)
    folder = office_of(front, office)
    content = file.file.read(_MOST + 1)
    try:
        if len(content) > _MOST:
            raise HoatocError("tệp lớn quá 1 MB", hint="bỏ hình ảnh, định dạng thừa rồi gửi lại")
        sheet = read_units(content, folder.units)
    except HoatocError as error:
        return units_page(front, officer, folder, wrong=error)
    with front.ledger.read() as session:
        today = local_date(clock.read(session), folder.office.zone)
    absent = [unit for unit in sheet.absent if in_force(unit, today)]
    if sheet.problems:
        return _page(front, officer, folder, sheet, absent, seen=seen)
    ended = [_ended(unit, today) for unit in absent] if end_absent else []
    units = {unit.key: unit for unit in (*sheet.units.units, *ended)}
    try:
        made = keeping.edition(folder, list(units.values()))
    except FormatError as error:
        return _page(front, officer, folder, sheet, absent, seen=seen, said=keeping.problems_of(error))
    pin = hashlib.sha256(made.source.encode()).hexdigest()
    path = _pending(front, pin)
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path.parent)
    path.write_text(made.source, encoding="utf-8")
    return _page(front, officer, folder, sheet, [] if end_absent else absent, seen=seen, made=made, pin=pin)


@router.post("/{pin}")
def confirm(
    front: TheFront, officer: Keeper, office: str, pin: str, seen: Annotated[str, Form(alias="ban")] = ""
) -> Response:
    """Take the directory that was shown, if the office's still stands as it did then."""
    folder = office_of(front, office)
    path = _pending(front, pin)
    if not _PIN.fullmatch(pin) or not path.exists():
        raise NotFound("không còn bản xem trước này", hint="tải tệp lên lại")
    source = path.read_text(encoding="utf-8")
    if hashlib.sha256(source.encode()).hexdigest() != pin:
        raise NotFound("không còn bản xem trước này", hint="tải tệp lên lại")
    try:
        made = keeping.judge(folder, source)
        with front.ledger.write() as session:
            keeping.save(session, folder, made, seen=seen, now=clock.read(session), by=officer.actor)
    except HoatocError as error:
        return units_page(front, officer, office_of(front, office), wrong=error)
    path.unlink(missing_ok=True)
    return RedirectResponse(f"{HERE}/{office}", status_code=303)


def _page(
    front: Front, officer: Officer, folder: OfficeFolder, sheet: Sheet, absent: list[Unit], *, seen: str,
    made: keeping.Edition | None = None, pin: str = "", said: list[str] | None = None,
) -> Response:  # fmt: skip
    return front.pages.page(
        "desk/directory_import", status=200 if made else 422, officer=officer, folder=folder, sheet=sheet,
        absent=absent, made=made, pin=pin, said=said or [], seen=seen,
    )  # fmt: skip


def _ended(unit: Unit, today: date) -> Unit:
    """The unit, its last day yesterday."""
    return unit.model_copy(update={"until": today - _DAY})


def _sweep(folder: Path) -> None:
    """Take away what has been looked at and not confirmed for a day: it holds people's names and mailboxes."""
    old = time.time() - _DAY.total_seconds()
    for path in folder.glob("*.yaml"):
        with suppress(FileNotFoundError):  # somebody else may take it away or confirm it at this moment
            if path.stat().st_mtime < old:
                path.unlink()


def _pending(front: Front, pin: str) -> Path:
    return front.folders.home / "imports" / f"{pin}.yaml"
