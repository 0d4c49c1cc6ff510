"""A report's form as a workbook that a unit fills in and sends back, and as CSV."""

import csv
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Protection
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from hoatoc.errors import SubmissionRefused
from hoatoc.format.form import Field, FieldType, Form
from hoatoc.papers import cells
from hoatoc.phrase import Phrase
from hoatoc.rollout.submission import EXPLANATION

SHEET, MARKS = "Báo cáo", "_hoatoc"
#: The row of the reporter's name, as the portal's form calls it.
BY = "ho-ten"
_FIRST = 6
_WIDTHS = [18.0, 48.0, 14.0, 20.0, 14.0, 52.0]
#: A workbook of this kind is small; what unpacks to more is refused before it is read.
_LARGEST = 8 * 1024 * 1024
_MOST_ROWS = 500


@dataclass(frozen=True)
class Marks:
    """Which report a workbook is for: its directive, addressee and slot."""

    directive: str
    addressee: str
    slot: str


@dataclass(frozen=True)
class Returned:
    """What came back: the report it is for (None from CSV, which carries no marks), and what was typed."""

    marks: Marks | None
    typed: dict[str, str]


def write_workbook(
    form: Form, marks: Marks, *, unit: str, heading: str, values: Mapping[str, Any], before: Mapping[str, Any],
    explanation: str = "", by_name: str = "",
) -> bytes:  # fmt: skip
    """The form as XLSX, holding the `values` sent so far beside those of the period `before`."""
    book = Workbook()
    sheet: Worksheet = book.active
    sheet.title = SHEET
    cells.write(sheet, 1, 1, form.title, bold=True, size=14)
    cells.write(sheet, 2, 1, unit, bold=True)
    cells.write(sheet, 3, 1, heading)
    note = "Chỉ điền cột Số liệu. Không phát sinh thì ghi 0; để trống là chưa điền."
    cells.write(sheet, 4, 1, note, italic=True, size=11)
    cells.head(sheet, _FIRST - 1, ["Mã", "Chỉ tiêu", "Đơn vị tính", "Số liệu", "Kỳ trước", "Hướng dẫn"])
    fields = [field for field in form.fields if field.type is not FieldType.FILE]
    for row, field in enumerate(fields, _FIRST):
        _field_row(sheet, row, field, values.get(field.key), before.get(field.key))
    last = _FIRST + len(fields)
    _words_row(sheet, last, EXPLANATION, "Giải trình (khi số liệu khác thường)", explanation)
    _words_row(sheet, last + 1, BY, "Họ và tên người báo cáo", by_name)
    cells.widths(sheet, _WIDTHS)
    for row in range(_FIRST, last + 2):
        cells.fit(sheet, row, _WIDTHS)
    sheet.freeze_panes = sheet.cell(_FIRST, 1)
    sheet.protection.sheet = True  # no password: it only keeps the pen in its column
    _page(sheet)
    _write_marks(book, marks)
    return _bytes(book)


def _field_row(sheet: Worksheet, row: int, field: Field, value: Any, before: Any) -> None:
    star = "" if field.required else " (không bắt buộc)"
    cells.write(sheet, row, 1, field.key, size=10, boxed=True)
    cells.write(sheet, row, 2, field.label + star, wrap=True, boxed=True)
    cells.write(sheet, row, 3, field.unit or "", boxed=True)
    form = cells.PERCENT if field.type is FieldType.RATIO else cells.WHOLE if field.is_figure else "@"
    shown = cells.figure(value) if field.is_figure else value
    cell = cells.write(sheet, row, 4, shown, form=form, align="right" if field.is_figure else "", wrap=True, boxed=True)
    _open_for_input(cell)
    if field.is_figure:
        cells.write(sheet, row, 5, cells.figure(before), form=form, align="right", boxed=True)
        kind = "decimal" if field.type is FieldType.RATIO else "whole"
        rule = DataValidation(
            type=kind, operator="between", formula1="0", formula2="100" if kind == "decimal" else "999999999999",
            allow_blank=True, errorTitle="Số liệu", error="Ghi số không âm; không phát sinh thì ghi 0.",
        )  # fmt: skip
        rule.add(cell)
        sheet.add_data_validation(rule)
    else:
        cells.write(sheet, row, 5, "", boxed=True)
    cells.write(sheet, row, 6, field.help or "", size=10, italic=True, wrap=True, boxed=True)


def _words_row(sheet: Worksheet, row: int, key: str, label: str, value: str) -> None:
    cells.write(sheet, row, 1, key, size=10, boxed=True)
    cells.write(sheet, row, 2, label, boxed=True)
    _open_for_input(cells.write(sheet, row, 4, value or None, form="@", wrap=True, boxed=True))
    for column in (3, 5, 6):
        cells.write(sheet, row, column, "", boxed=True)


def _open_for_input(cell: Any) -> None:
    cell.fill = cells.INPUT
    cell.protection = Protection(locked=False)


def _page(sheet: Worksheet) -> None:
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _write_marks(book: Workbook, marks: Marks) -> None:
    hidden = book.create_sheet(MARKS)
    hidden.sheet_state = "veryHidden"
    for row, value in enumerate((marks.directive, marks.addressee, marks.slot), 1):
        cells.write(hidden, row, 1, value)


def _bytes(book: Workbook) -> bytes:
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def is_ours(content: bytes) -> bool:
    """Whether a file is a workbook that bears our marks, readable or not: it was made by `write_workbook`, whatever has
    become of it since."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed, packed.open("xl/workbook.xml") as listing:
            return f'"{MARKS}"'.encode() in listing.read(_LARGEST)
    except Exception:  # noqa: BLE001  # whatever a broken or hostile file makes the parsers stumble over
        return False


def read_workbook(content: bytes) -> Returned:
    """A filled workbook. Raises SubmissionRefused when it is not one that `write_workbook` has made."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > _LARGEST:
                raise _refused("tệp quá lớn")
        # Read cell by cell: a whole workbook is what its file says it is, with billions of cells in five kilobytes.
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        try:
            return _read(book)
        finally:
            book.close()
    except SubmissionRefused:
        raise
    except Exception as error:  # openpyxl lets through whatever a broken file makes it stumble over
        raise _refused("không đọc được tệp Excel (.xlsx)") from error


def _read(book: Workbook) -> Returned:
    if MARKS not in book.sheetnames or SHEET not in book.sheetnames:
        raise _refused("tệp không phải mẫu tải về từ trang báo cáo")
    for sheet in (book[MARKS], book[SHEET]):
        sheet.reset_dimensions()
    marks = [str(row[0] or "") for row in book[MARKS].iter_rows(max_row=3, max_col=1, values_only=True) if row]
    directive, addressee, slot = (*marks, "", "", "")[:3]
    rows = book[SHEET].iter_rows(min_row=_FIRST, max_row=_FIRST + _MOST_ROWS, max_col=4, values_only=True)
    typed = {str(row[0]): typed_value(row[3]) for row in rows if len(row) == 4 and row[0] is not None}
    return Returned(Marks(directive, addressee, slot), typed)


def typed_value(value: Any) -> str:
    """A value of a workbook or of JSON as a person would type it: 3884.0 is "3884", 81.81 is "81,81"."""
    if value is None:
        return ""
    if isinstance(value, float | Decimal) and not isinstance(value, bool):
        exact = Decimal(repr(value)) if isinstance(value, float) else value
        whole = exact == exact.to_integral_value() if exact.is_finite() else False
        return str(int(exact)) if whole else str(exact).replace(".", ",")
    return str(value).strip()


def write_csv(form: Form, values: Mapping[str, Any]) -> bytes:
    """The form as CSV that Excel opens: UTF-8 with its mark, semicolons, and no formula."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(["ma", "chi_tieu", "so_lieu"])
    for field in (field for field in form.fields if field.type is not FieldType.FILE):
        kept = values.get(field.key, "")
        said = typed_value(cells.figure(kept)) if field.is_figure and kept != "" else cells.defused(str(kept))
        writer.writerow([field.key, cells.defused(field.label), said])
    writer.writerow([EXPLANATION, "Giải trình", ""])
    writer.writerow([BY, "Họ và tên người báo cáo", ""])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def read_csv(content: bytes) -> Returned:
    """A filled CSV: a line a figure, its key first and its value last. Raises SubmissionRefused."""
    try:
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused("tệp CSV không ghi bằng UTF-8") from error
    first = text.split("\n", 1)[0]
    delimiter = max(";\t,", key=first.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row][:_MOST_ROWS]
    except csv.Error as error:
        raise _refused("không đọc được tệp CSV") from error
    if not rows or rows[0][0].strip().lower() != "ma":
        raise _refused("dòng đầu của tệp CSV phải là ma;chi_tieu;so_lieu")
    return Returned(None, {row[0].strip(): cells.as_typed(row[-1].strip()) for row in rows[1:] if len(row) > 1})


def _refused(says: str) -> SubmissionRefused:
    return SubmissionRefused(
        Phrase("Chưa nhận được tệp: %(says)s.", says=Phrase(says)),
        {"": Phrase("%(says)s; tải lại mẫu trên trang này rồi điền", says=Phrase(says))},
    )
