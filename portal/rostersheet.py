"""A list of persons as a file: the empty one that a unit downloads, and the filled one that it sends back."""

import csv
import io
import threading
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from hoatoc.errors import SubmissionRefused
from hoatoc.format.roster import Column, ColumnType, RosterForm
from hoatoc.phrase import Joined, Phrase
from hoatoc.rollout.rosters import cell_name

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: The largest file that is taken in, and the most that an XLSX, which is packed, may unpack to.
MAX_FILE = 1024 * 1024
_MAX_UNPACKED = 20 * MAX_FILE
_MAX_PARTS = 200
_MAX_LINES = 20_002
#: So many columns that the form does not have are named to the sender; those after them are not read.
_MAX_STRANGE = 5
#: Excel takes no longer list of choices than this.
_MAX_CHOICES = 250
# A small file may unpack to seconds of work, so one is read at a time.
_one = threading.BoundedSemaphore(1)

Table = list[dict[str, object]]


def write_empty(form: RosterForm) -> bytes:
    """An XLSX with the headings of `form` and no line."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Danh sách"
    for number, column in enumerate(form.columns, start=1):
        cell = sheet.cell(1, number, column.label)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", start_color="E7ECF2")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        shape = sheet.column_dimensions[get_column_letter(number)]
        shape.width = max(16, len(column.label) + 4)
        # As text, Excel keeps the zeros in front of a number and does not turn words into dates.
        shape.number_format = "dd/mm/yyyy" if column.type is ColumnType.DATE else "@"
        _offer_choices(sheet, number, column)
    sheet.freeze_panes = "A2"
    _explain(book.create_sheet("Hướng dẫn"), form)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def read_file(form: RosterForm, content: bytes) -> Table:
    """The lines of an XLSX or CSV file by heading, blank ones too, so that they are counted as in the file. Raises
    SubmissionRefused when it is neither, or its headings are not those of `form`."""
    if len(content) > MAX_FILE:
        raise _unreadable("tệp lớn quá 1 MB; chia danh sách hoặc bỏ hình ảnh, định dạng")
    width = len(form.columns) + _MAX_STRANGE
    with _one:
        rows = _read_xlsx(content, width) if content.startswith(b"PK") else _read_csv(content, width)
    while rows and not any(_filled(cell) for cell in rows[-1]):
        rows.pop()
    if not rows:
        raise _unreadable("tệp trống; dòng đầu phải là tên các cột của mẫu")
    headings = [_heading(cell) for cell in rows[0]]
    _refuse_headings(form, headings)
    return [dict(zip(headings, row, strict=False)) for row in rows[1:]]


def _offer_choices(sheet, number: int, column: Column) -> None:  # type: ignore[no-untyped-def]  # openpyxl has no types
    offered = ",".join(column.choices)
    if column.type is not ColumnType.CHOICE or len(offered) > _MAX_CHOICES or any("," in it for it in column.choices):
        return
    rule = DataValidation(type="list", formula1=f'"{offered}"', allow_blank=not column.required)
    rule.add(f"{get_column_letter(number)}2:{get_column_letter(number)}{_MAX_LINES}")
    sheet.add_data_validation(rule)


def _explain(sheet, form: RosterForm) -> None:  # type: ignore[no-untyped-def]  # openpyxl has no types
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 28, 80
    sheet.append([form.title])
    sheet["A1"].font = Font(bold=True)
    for column in form.columns:
        sheet.append([column.label, what_it_holds(column)])


def what_it_holds(column: Column) -> str:
    """What is to be filled in, in words for the person who does."""
    says = {
        ColumnType.DATE: "ngày, viết như 24/11/2021",
        ColumnType.CHOICE: Phrase("một trong: %(choices)s", choices=", ".join(column.choices)),
    }.get(column.type, "chữ hoặc số")
    return Joined([
        says, *(["trong khoảng thời gian của văn bản"] if column.in_window else []),
        *(["không trùng nhau"] if column.unique else []), "phải điền" if column.required else "không bắt buộc",
    ], "; ")  # fmt: skip


def _read_xlsx(content: bytes, width: int) -> list[list[object]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > _MAX_UNPACKED:
                raise _unreadable("tệp bung ra quá lớn; chép danh sách sang mẫu trống rồi gửi lại")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file claims of its size is not believed
        lines = sheet.iter_rows(max_row=_MAX_LINES, max_col=width, values_only=True)
        return [[_as_typed(cell) for cell in line] for line in lines]
    except SubmissionRefused:
        raise
    except Exception as error:  # a broken workbook breaks openpyxl in many ways, all of them its sender's
        raise _unreadable("không đọc được tệp; gửi tệp XLSX hoặc CSV (UTF-8) theo mẫu") from error


def _as_typed(cell: object) -> object:
    """Excel keeps a whole number as 12.0 once it was computed."""
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def _read_csv(content: bytes, width: int) -> list[list[object]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable("tệp không phải XLSX, cũng không phải CSV ghi bằng UTF-8") from error
    # PostgreSQL takes no NUL in text, and no person types one.
    if "\0" in text:
        raise _unreadable("không đọc được tệp; gửi tệp XLSX hoặc CSV (UTF-8) theo mẫu")
    first = text.partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    try:
        lines = list(_some(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)))
    except csv.Error as error:
        raise _unreadable(Phrase("tệp CSV hỏng: %(error)s", error=error)) from error
    return [list(line[:width]) for line in lines]


def _some(lines: Iterable[Sequence[str]]) -> Iterable[Sequence[str]]:
    for number, line in enumerate(lines, start=1):
        if number > _MAX_LINES:
            return
        yield line


def _refuse_headings(form: RosterForm, headings: Sequence[str]) -> None:
    known = [_heading(column.label) for column in form.columns]
    problems = {cell_name(1, label): "thiếu cột này" for label in known if label not in headings}
    problems |= {
        cell_name(1, heading): "mẫu không có cột này; bỏ cột đi"
        for heading in headings
        if heading and heading not in known
    }
    problems |= {cell_name(1, label): "cột này có hai lần" for label in known if headings.count(label) > 1}
    if problems:
        raise SubmissionRefused("Tên các cột chưa đúng mẫu.", problems)


def _heading(cell: object) -> str:
    return "" if cell is None else " ".join(unicodedata.normalize("NFC", str(cell)).split())


def _filled(cell: object) -> bool:
    return cell is not None and str(cell).strip() != ""


def _unreadable(says: str) -> SubmissionRefused:
    return SubmissionRefused("Chưa nhận được danh sách.", {"tep": says})
