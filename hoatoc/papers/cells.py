"""Cells of workbooks: styles, and text that stays text."""

from decimal import Decimal
from typing import Any

from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.worksheet import Worksheet

from hoatoc.papers.xmlwords import xml_words

FONT = "Times New Roman"
#: Excel shows these in the reader's own way: 3.884 and 81,81 where Windows is Vietnamese.
WHOLE, PERCENT, CHANGE = "#,##0", "0.00", "+#,##0;-#,##0;0"
#: What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_HAIR = Side(style="thin", color="B0B0B0")
BOX = Border(left=_HAIR, right=_HAIR, top=_HAIR, bottom=_HAIR)
_HEAD = PatternFill("solid", start_color="E7ECF2")
INPUT = PatternFill("solid", start_color="FFF9E3")


def write(
    sheet: Worksheet, row: int, column: int, value: Any, *, bold: bool = False, italic: bool = False, size: int = 12,
    form: str = "", align: str = "", wrap: bool = False, boxed: bool = False,
) -> Cell:  # fmt: skip
    """Write one cell. Words are never taken for a formula, whoever typed them; percentages kept as digits become
    numbers."""
    cell: Cell = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = xml_words(value)
        cell.data_type = "s"
    else:
        cell.value = value
    cell.font = Font(name=FONT, size=size, bold=bold, italic=italic)
    cell.alignment = Alignment(horizontal=align or None, vertical="top", wrap_text=wrap)
    if form:
        cell.number_format = form
    if boxed:
        cell.border = BOX
    return cell


def defused(words: str) -> str:
    """`words` for a CSV, with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{words}" if words.startswith(_FORMULA) else words


def as_typed(words: str) -> str:
    """Words of a CSV that has come back, without the apostrophe of `defused`."""
    return words[1:] if words.startswith("'") and words[1:].startswith(_FORMULA) else words


def head(sheet: Worksheet, row: int, titles: list[str]) -> None:
    """A row of column titles."""
    for column, title in enumerate(titles, 1):
        cell = write(sheet, row, column, title, bold=True, align="center", wrap=True, boxed=True)
        cell.fill = _HEAD
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)


def figure(value: int | str | None) -> int | float | None:
    """A figure of a report or summary as a number of a workbook."""
    return float(Decimal(value)) if isinstance(value, str) else value


def widths(sheet: Worksheet, sizes: list[float]) -> None:
    """Set the columns' widths, from the first on."""
    for column, size in enumerate(sizes, 1):
        sheet.column_dimensions[sheet.cell(1, column).column_letter].width = size


def fit(sheet: Worksheet, row: int, sizes: list[float], *, least: float = 16) -> None:
    """Set a row's height to its longest wrapped words; not every program does so by itself."""
    words = [sheet.cell(row, column).value for column in range(1, len(sizes) + 1)]
    lines = [
        -(-len(said) // max(int(size * 0.95), 1))
        for said, size in zip(words, sizes, strict=True)
        if isinstance(said, str)
    ]
    sheet.row_dimensions[row].height = least * max(1, *lines)
