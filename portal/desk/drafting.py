"""New drafts: a YAML file sent up, or a form filled in, from which a file is made."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, File, Request, Response, UploadFile
from fastapi import Form as Typed
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from hoatoc import clock
from hoatoc.errors import FormatError, HoatocError, NotFound
from hoatoc.format.drafting import draft_yaml, file_name, form_yaml, general_forms
from hoatoc.format.folder import OfficeFolder, office_paths, read_office
from hoatoc.format.form import Form
from hoatoc.format.problem import Problem
from hoatoc.format.shelf import fingerprint, judge, put, stem_of
from hoatoc.format.text import Urgency
from hoatoc.localtime import following_day, local_date
from hoatoc.phrase import Phrase
from hoatoc.rollout import history
from hoatoc.rollout.standings import problems
from portal.desk import filled
from portal.desk.issuing import HERE, drafts_page
from portal.front import Front, TheFront
from portal.officer import DeskOfficer, Officer

router = APIRouter(prefix="/phat-hanh/{office}")
MAX_FILE = 512 * 1024


async def _data(request: Request) -> FormData:
    return await request.form()


Data = Annotated[FormData, Depends(_data)]


@router.post("/tai-len")
def send_up(
    front: TheFront, officer: DeskOfficer, office: str, file: Annotated[UploadFile, File(alias="tep")],
    overwrite: Annotated[str, Typed(alias="thay")] = "",
) -> Response:  # fmt: skip
    """Take a directive's YAML into the office's folder, if it reads well."""
    folder = office_of(front, office)
    content = file.file.read(MAX_FILE + 1)
    name = stem_of(file.filename or "")
    try:
        source = _text_of(content, name)
        judge(folder, name, source)
        path = folder.path / f"{name}.yaml"
        if path.exists() and not overwrite:
            hint = "đánh dấu “thay tệp đang có”, hoặc đổi tên tệp"
            raise HoatocError(Phrase("đã có tệp %(path)s trong thư mục", path=path.name), hint=hint)
        put(path, source, seen=fingerprint(path))
    except FormatError as error:
        refused = HoatocError(
            Phrase("tệp %(name)s.yaml có lỗi, chưa lưu", name=name), hint="sửa theo từng dòng dưới đây rồi gửi lại"
        )
        return drafts_page(front, officer, wrong=refused, found=problems(error))
    except HoatocError as error:
        return drafts_page(front, officer, wrong=error)
    _note(front, officer, f"{office}/{name}", "tải lên")
    return RedirectResponse(f"{HERE}/{office}/{name}", status_code=303)


def _text_of(content: bytes, name: str) -> str:
    if not name:
        raise HoatocError("chưa chọn tệp, hoặc tên tệp không dùng được", hint="đặt tên như 13-cv-bcd.yaml")
    if len(content) > MAX_FILE:
        raise HoatocError("tệp lớn quá 512 KB", hint="tệp văn bản YAML chỉ vài chục KB; xem có chọn nhầm tệp không")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise HoatocError("tệp không phải chữ UTF-8", hint="lưu tệp YAML ở UTF-8") from error


@router.get("/soan")
def show_form(front: TheFront, officer: DeskOfficer, office: str) -> Response:
    """The form, with what an urgent document usually has."""
    folder = office_of(front, office)
    with front.ledger.read() as session:
        today = local_date(clock.read(session), folder.office.zone)
    typed = {
        "ngay": today.isoformat(), "do-khan": Urgency.URGENT.value, "xac-nhan": str(filled.WITHIN[Urgency.URGENT]),
        "bao-cao-tu": following_day(today).isoformat(), "bao-cao-gio": "16:00", "bao-cao-mau": filled.OWN,
    }  # fmt: skip
    return _form(front, officer, folder, filled.Read(typed, [], []))


@router.post("/soan")
def make(front: TheFront, officer: DeskOfficer, office: str, data: Data) -> Response:
    """Make the file of what was filled in: show it, or put it into the folder."""
    folder = office_of(front, office)
    read = filled.read(data, folder.units, general_forms(folder.forms))
    if read.filled is None:
        return _form(front, officer, folder, read)
    name = _name(folder, read)
    source = draft_yaml(read.filled, folder.office, folder.units, officer.name)
    path = folder.path / f"{name}.yaml"
    if path.exists():
        read.problems["so-ky-hieu"] = "văn bản này đã có tệp trong thư mục"
    elif read.form and _is_anothers(folder, read.form):
        read.problems["bao-cao-mau"] = "biểu mẫu của văn bản này đã có; chọn nó trong danh sách"
    if read.problems:
        return _form(front, officer, folder, read)
    try:
        with_form = replace(folder, forms={**folder.forms, read.form.key: read.form}) if read.form else folder
        judge(with_form, name, source)
        if "luu" not in data:
            return _form(front, officer, folder, read, source=source)
        if read.form:
            form_path = folder.path / "forms" / f"{read.form.key}.yaml"
            form_path.parent.mkdir(exist_ok=True)
            put(form_path, form_yaml(read.form), seen=fingerprint(form_path))
        put(path, source, seen="")
    except FormatError as error:
        return _form(front, officer, folder, read, source=source, found=problems(error))
    except HoatocError as error:
        return _form(front, officer, folder, read, source=source, wrong=error)
    _note(front, officer, f"{office}/{name}", "soạn trên cổng")
    return RedirectResponse(f"{HERE}/{office}/{name}", status_code=303)


def _name(folder: OfficeFolder, read: filled.Read) -> str:
    """What the file of `read` is called; with the year where a file of another year has that name, since numbers begin
    anew each year. Its own form is called after it."""
    assert read.filled is not None
    name = file_name(read.filled)
    there = folder.drafts.get(f"{folder.key}/{name}")
    if there is None or there.content.text.date is None or there.content.text.date.year == read.filled.date.year:
        return name
    name = f"{name}-{read.filled.date.year}"
    if read.form and read.filled.report:
        read.form = read.form.model_copy(update={"key": f"bao-cao-{name}"})
        read.filled = replace(read.filled, report=replace(read.filled.report, form=read.form.key))
    return name


def _is_anothers(folder: OfficeFolder, form: Form) -> bool:
    """Whether another form has the key of `form`, and is filled in under another document."""
    used = {rule.form for draft in folder.drafts.values() for rule in draft.content.regime.reports}
    return form.key in used and folder.forms.get(form.key) != form


def _form(
    front: Front, officer: Officer, folder: OfficeFolder, read: filled.Read, *, source: str = "",
    found: Sequence[Problem] = (), wrong: HoatocError | None = None,
) -> Response:  # fmt: skip
    return front.pages.page(
        "desk/draft_form", status=422 if read.problems or found or wrong else 200, officer=officer, folder=folder,
        read=read, typed=read.typed, problems=read.problems, forms=general_forms(folder.forms), types=filled.TYPES,
        urgencies=list(Urgency), tasks=filled.TASKS, own=filled.OWN, source=source, found=found, wrong=wrong,
    )  # fmt: skip


def office_of(front: Front, office: str) -> OfficeFolder:
    """The folder of an office. Raises NotFound, when its shared files are wrong as well."""
    path = next((path for path in office_paths(front.folders.directives) if path.name == office), None)
    if path is None:
        raise NotFound("không có cơ quan này", hint="mở lại trang Ban hành")
    try:
        return read_office(path)
    except FormatError as error:
        raise NotFound(
            Phrase("thư mục %(office)s có lỗi", office=office), hint="trang Ban hành nêu từng lỗi và cách sửa"
        ) from error


def _note(front: Front, officer: Officer, key: str, how: str) -> None:
    with front.ledger.write() as session:
        history.note(
            session, None, at=clock.read(session), kind="draft_kept", subject=f"draft:{key}", actor=officer.actor,
            how=how,
        )  # fmt: skip
