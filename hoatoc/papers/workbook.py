"""The summary of a period as a workbook: the page, a sheet for each level of the unit tree, every unit, the week."""

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from hoatoc.format.form import Field, FieldType
from hoatoc.localtime import local, spoken, spoken_day
from hoatoc.papers import cells
from hoatoc.papers.charts import COLUMNS
from hoatoc.papers.naming import edition_of
from hoatoc.rollout.bulletin import Bulletin, UnitRow
from hoatoc.rollout.rollups import ALL, Node
from hoatoc.templating import changed

_BOOKS = {"expected": "Phải báo cáo", **{key: words.capitalize() for key, (words, _) in COLUMNS.items()}}


def write(bulletin: Bulletin) -> bytes:
    """The workbook of one period."""
    book = Workbook()
    _summary(book.active, bulletin)
    for level in sorted({node.level for node in bulletin.nodes} - {0}):
        _level(book.create_sheet(f"Cấp {level}"), bulletin, level)
    _units(book.create_sheet("Đơn vị"), bulletin)
    _week(book.create_sheet("Bảy ngày"), bulletin)
    if bulletin.content and bulletin.content["errata"]:
        _errata(book.create_sheet("Bổ sung, sửa đổi"), bulletin)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _summary(sheet: Worksheet, bulletin: Bulletin) -> None:
    sheet.title = "Tổng hợp"
    content, zone = bulletin.content, bulletin.directive.zone
    cells.write(sheet, 1, 1, f"Tổng hợp báo cáo ngày {spoken_day(bulletin.period.local_date)}", bold=True, size=14)
    cells.write(sheet, 2, 1, f"Thực hiện {bulletin.words['title']}")
    stood = _stood(content, zone) if content else "Số liệu tạm, chưa chốt"
    cells.write(sheet, 3, 1, stood, italic=True)
    if content and content["opened_late"]:
        opened = spoken(datetime.fromisoformat(content["opened_late"]), zone)
        cells.write(sheet, 4, 1, f"Hệ thống đã dừng và chỉ mở kỳ này lúc {opened}, sau hạn nộp", italic=True)
    cells.head(sheet, 5, ["Chỉ tiêu", "Đơn vị tính", "Tổng cộng", "Kỳ trước", "Tăng, giảm", "Số đơn vị báo"])
    told = {item["key"]: item for item in content["figures"]} if content else {}
    for row, field in enumerate(bulletin.form.figures, 6):
        total, item = bulletin.nodes[0].figures[field.key], told.get(field.key, {})
        cells.write(sheet, row, 1, field.label, wrap=True, boxed=True)
        cells.write(sheet, row, 2, field.unit or "", boxed=True)
        _figure(sheet, row, 3, total.value, field, bold=True)
        _figure(sheet, row, 4, item.get("previous"), field)
        change = cells.write(sheet, row, 5, cells.figure(item.get("change")), boxed=True, align="right")
        change.number_format = "+0.00;-0.00;0" if field.type is FieldType.RATIO else cells.CHANGE
        cells.write(sheet, row, 6, total.units, form=cells.WHOLE, boxed=True, align="right")
    _books(sheet, 7 + len(bulletin.form.figures), bulletin)
    cells.widths(sheet, [58, 14, 16, 16, 16, 16])
    _ready(sheet, 6, 1)


def _stood(content: Mapping[str, Any], zone: str) -> str:
    edition = " ".join(edition_of(content, zone))
    stood = f"ố liệu chốt lúc {spoken(datetime.fromisoformat(content['frozen_at']), zone)}"
    return f"{edition}; s{stood}" if edition else f"S{stood}"


def _books(sheet: Worksheet, row: int, bulletin: Bulletin) -> None:
    counted = bulletin.nodes[0].books.as_dict()
    for offset, (key, words) in enumerate(_BOOKS.items()):
        cells.write(sheet, row + offset, 1, words if key == "expected" else f"    {words}", bold=key == "expected")
        cells.write(sheet, row + offset, 3, counted[key], form=cells.WHOLE, bold=key == "expected", align="right")
    if bulletin.content:
        rates = bulletin.content["rates"]
        for offset, (key, words) in enumerate((("reporting", "Tỷ lệ báo cáo (%)"), ("timeliness", "Đúng hạn (%)"))):
            at = row + len(_BOOKS) + offset
            cells.write(sheet, at, 1, words)
            cells.write(sheet, at, 3, cells.figure(rates[key]), form="0.0", align="right")
        cells.write(sheet, row + len(_BOOKS) + 3, 1, f"Mã kiểm tra số liệu (SHA-256): {bulletin.data_hash}", size=9)


def _level(sheet: Worksheet, bulletin: Bulletin, level: int) -> None:
    """Each unit of a level that has others beneath it: its books, and its figures with how many units are in each."""
    figures = bulletin.form.figures
    titles = ["Đơn vị", "Thuộc", *_BOOKS.values()]
    titles += [name for field in figures for name in (_title(field), "Số đơn vị")]
    cells.head(sheet, 1, titles)
    names = {node.key: node.name for node in bulletin.nodes}
    nodes = [node for node in bulletin.nodes if node.level == level]
    for row, node in enumerate(nodes, 2):
        cells.write(sheet, row, 1, node.name, boxed=True, wrap=True)
        above = names.get(node.parent, "") if node.parent != ALL else ""
        cells.write(sheet, row, 2, above, boxed=True, wrap=True)
        _counts(sheet, row, node)
        for index, field in enumerate(figures):
            total, column = node.figures[field.key], 3 + len(_BOOKS) + 2 * index
            _figure(sheet, row, column, total.value, field)
            cells.write(sheet, row, column + 1, total.units, form=cells.WHOLE, boxed=True, align="right")
    _sized(sheet, [44.0, 36.0, *[11.0] * len(_BOOKS), *[18.0, 9.0] * len(figures)])
    _ready(sheet, 2, 2, filtered=len(titles))


def _counts(sheet: Worksheet, row: int, node: Node) -> None:
    for index, key in enumerate(_BOOKS):
        cells.write(sheet, row, 3 + index, getattr(node.books, key), form=cells.WHOLE, boxed=True, align="right")


def _units(sheet: Worksheet, bulletin: Bulletin) -> None:
    fields = bulletin.form.fields
    titles = ["Đơn vị", "Thuộc", "Tình trạng", "Nộp lần đầu", "Bản thứ", *map(_title, fields), "Giải trình"]
    cells.head(sheet, 1, titles)
    for row, unit in enumerate(bulletin.units, 2):
        _unit(sheet, row, unit, fields, bulletin.directive.zone)
    _sized(sheet, [44.0, 36.0, 18.0, 17.0, 9.0, *[18.0] * len(fields), 40.0])
    _ready(sheet, 2, 2, filtered=len(titles))


def _unit(sheet: Worksheet, row: int, unit: UnitRow, fields: Sequence[Field], zone: str) -> None:
    cells.write(sheet, row, 1, unit.name, boxed=True, wrap=True)
    cells.write(sheet, row, 2, unit.above, boxed=True, wrap=True)
    cells.write(sheet, row, 3, COLUMNS[unit.column][0], boxed=True)
    # A workbook knows no zones: the office's wall clock.
    first = local(unit.first_at, zone).replace(tzinfo=None) if unit.first_at else None
    cells.write(sheet, row, 4, first, form="dd/mm/yyyy hh:mm", boxed=True)
    cells.write(sheet, row, 5, unit.revision or None, form=cells.WHOLE, boxed=True)
    for column, field in enumerate(fields, 6):
        value = (unit.files if field.type is FieldType.FILE else unit.figures or {}).get(field.key)
        if field.is_figure:
            _figure(sheet, row, column, value, field)
        else:
            cells.write(sheet, row, column, value or "", wrap=True, boxed=True)
    cells.write(sheet, row, 6 + len(fields), unit.explanation, wrap=True, boxed=True)


def _week(sheet: Worksheet, bulletin: Bulletin) -> None:
    series = bulletin.content["series"] if bulletin.content else []
    cells.head(sheet, 1, ["Chỉ tiêu", *[spoken_day(date.fromisoformat(day["date"])) for day in series]])
    for row, field in enumerate(bulletin.form.figures, 2):
        cells.write(sheet, row, 1, field.label, wrap=True, boxed=True)
        for column, day in enumerate(series, 2):
            _figure(sheet, row, column, day["totals"].get(field.key), field)
    cells.widths(sheet, [58, *[13] * len(series)])
    _ready(sheet, 2, 2)


def _errata(sheet: Worksheet, bulletin: Bulletin) -> None:
    """What came in for earlier periods after they were frozen."""
    titles = ["Đơn vị", "Kỳ báo cáo", "Nhận lúc", "Nội dung"]
    cells.head(sheet, 1, titles)
    for row, item in enumerate((bulletin.content or {})["errata"], 2):
        cells.write(sheet, row, 1, item["name"], boxed=True, wrap=True)
        cells.write(sheet, row, 2, date.fromisoformat(item["date"]), form="dd/mm/yyyy", boxed=True)
        at = local(datetime.fromisoformat(item["at"]), bulletin.directive.zone).replace(tzinfo=None)
        cells.write(sheet, row, 3, at, form="dd/mm/yyyy hh:mm", boxed=True)
        what = "báo cáo gửi sau khi chốt" if item["kind"] == "late" else f"sửa số liệu{changed(item['changes'])}"
        cells.write(sheet, row, 4, what, boxed=True, wrap=True)
    _sized(sheet, [44.0, 14.0, 18.0, 60.0])
    _ready(sheet, 2, 2, filtered=len(titles))


def _sized(sheet: Worksheet, sizes: list[float]) -> None:
    cells.widths(sheet, sizes)
    for row in range(1, sheet.max_row + 1):
        cells.fit(sheet, row, sizes)


def _figure(
    sheet: Worksheet, row: int, column: int, value: int | str | None, field: Field, *, bold: bool = False
) -> None:
    form = cells.PERCENT if field.type is FieldType.RATIO else cells.WHOLE
    # Unknown stays empty: a zero would be a figure, and a dash would break sums.
    cells.write(sheet, row, column, cells.figure(value), form=form, bold=bold, align="right", boxed=True)


def _title(field: Field) -> str:
    return f"{field.label} ({field.unit})" if field.unit else field.label


def _ready(sheet: Worksheet, row: int, column: int, *, filtered: int = 0) -> None:
    """Freeze what stands above and left of a cell, and make the sheet fit for paper."""
    sheet.freeze_panes = sheet.cell(row, column)
    if filtered:
        sheet.auto_filter.ref = f"A1:{get_column_letter(filtered)}{max(sheet.max_row, 2)}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    # A wide table goes over several pages, each with the units' names, rather than into letters nobody can read.
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = -(-sheet.max_column // 12), 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_cols = "A:A"
    sheet.print_title_rows = f"{row - 1}:{row - 1}"
