"""The official paper as .docx, which văn thư can still correct: the same paper as the PDF, in Times New Roman."""

import io
from typing import Any

from docx import Document
from docx.document import Document as Doc
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from hoatoc.papers.official import Block, Paper, Table
from hoatoc.papers.xmlwords import xml_words

_FONT = "Times New Roman"
_LEFT_MARGIN, _RIGHT_STATE, _RIGHT_PARTY = 30, 20, 15  # mm
_CENTER, _JUSTIFY, _RIGHT, _LEFT = (
    WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY, WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.LEFT,
)  # fmt: skip


def write(paper: Paper) -> bytes:
    """The .docx of `paper`."""
    doc = Document()
    _set_page(doc, party=paper.party)
    doc.core_properties.title = paper.subject.replace("\n", " ")
    doc.core_properties.author = paper.issuer.replace("\n", " ")
    _head(doc, paper)
    _title(doc, paper)
    _addressed(doc, paper)
    for block in paper.blocks:
        _block(doc, block)
    doc.paragraphs[-1].paragraph_format.keep_with_next = True  # the last words stand with the signature
    _closing(doc, paper)
    _say(doc.add_paragraph(), paper.seal, size=8)
    if paper.annex is not None:
        _annex(doc, paper.annex, paper.annexed)
    made = io.BytesIO()
    doc.save(made)
    return made.getvalue()


def _set_page(doc: Doc, *, party: bool) -> None:
    section = doc.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(_LEFT_MARGIN), Mm(_RIGHT_PARTY if party else _RIGHT_STATE)
    section.header_distance = Mm(10)
    section.different_first_page_header_footer = True
    style: Any = doc.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(14)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    style.paragraph_format.space_after = style.paragraph_format.space_before = Pt(0)
    number = section.header.paragraphs[0]
    number.alignment = _CENTER
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = number.add_run()
        _style(run, size=14 if party else 13)
        mark = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark.text = text
        run._r.append(mark)  # python-docx has no fields of its own


def _head(doc: Doc, paper: Paper) -> None:
    (left, right), (number, day) = _grid(doc, (79, 86) if paper.party else (60, 100), rows=2)
    size = 14 if paper.party else 13
    _say(left.paragraphs[0], paper.above, size=size, align=_CENTER)
    _say(left.add_paragraph(), paper.issuer, size=size, bold=True, align=_CENTER)
    if paper.party:
        _say(left.add_paragraph(), "*", align=_CENTER)
        _say(right.paragraphs[0], "ĐẢNG CỘNG SẢN VIỆT NAM", size=15, bold=True, underline=True, align=_CENTER)
    else:
        _rule(left.add_paragraph(), 0.4 * _length(paper.issuer, 13), 56)
        _say(right.paragraphs[0], "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", size=12.5, bold=True, align=_CENTER)
        _say(right.add_paragraph(), "Độc lập - Tự do - Hạnh phúc", size=13.5, bold=True, align=_CENTER)
        _rule(right.add_paragraph(), _length("Độc lập - Tự do - Hạnh phúc", 13.5), 96)
    _say(number.paragraphs[0], paper.number, size=size, align=_CENTER, before=4)
    _say(day.paragraphs[0], paper.place_and_date, size=14 if paper.party else 13.5, italic=True, align=_CENTER,
         before=4)  # fmt: skip


def _title(doc: Doc, paper: Paper) -> None:
    _say(doc.add_paragraph(), paper.kind, size=16 if paper.party else 14, bold=True, align=_CENTER, before=14)
    _say(doc.add_paragraph(), paper.subject, bold=True, align=_CENTER)
    if paper.edition:
        _say(doc.add_paragraph(), paper.edition, italic=True, align=_CENTER)
    if paper.party:
        _say(doc.add_paragraph(), "-----", align=_CENTER, after=6)
    else:
        _rule(doc.add_paragraph(), 0.4 * _length(paper.subject, 14), _text_width(doc))


def _addressed(doc: Doc, paper: Paper) -> None:
    """Kính gửi: one on its line, several below one another."""
    if not paper.addressed:
        return
    _say(doc.add_paragraph(), "", size=6)
    ((label, names),) = _grid(doc, (40, 120), rows=1)
    _say(label.paragraphs[0], "Kính gửi:", align=_RIGHT)
    for index, name in enumerate(paper.addressed):
        _say(names.paragraphs[0] if index == 0 else names.add_paragraph(), name)


def _block(doc: Doc, block: Block) -> None:
    if block.heading:
        _say(doc.add_paragraph(), block.heading, bold=True, indent=True, before=6, keep=True)
    if block.text:
        leads = block.table is not None and not block.items  # words that lead to a table stand with it
        _say(doc.add_paragraph(), block.text, align=_JUSTIFY, indent=True, before=6, keep=leads)
    for item in block.items:
        _say(doc.add_paragraph(), f"- {item}", align=_JUSTIFY, indent=True, before=6)
    if block.table is not None:
        _say(doc.add_paragraph(), "", size=4, keep=True)
        _table(doc, block.table)


def _table(doc: Doc, table: Table) -> None:
    made = doc.add_table(rows=1, cols=len(table.head), style="Table Grid")
    made.alignment, made.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    widths = [Mm(_text_width(doc) * share) for share in table.widths]
    for cell, words in zip(made.rows[0].cells, table.head, strict=True):
        _say(cell.paragraphs[0], words, size=12, bold=True, align=_CENTER)
        cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
    _repeat(made.rows[0])
    for row in table.rows:
        for cell, words, figure in zip(made.add_row().cells, row, table.figures, strict=True):
            _say(cell.paragraphs[0], words, size=12, align=_RIGHT if figure else _LEFT)
            cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
    _set_widths(made, widths)


def _closing(doc: Doc, paper: Paper) -> None:
    _say(doc.add_paragraph(), "", size=8, keep=True)
    ((left, right),) = _grid(doc, (80, 80), rows=1)
    label = left.paragraphs[0]
    if paper.party:
        _say(label, "Nơi nhận:", underline=True)
    else:
        _say(label, "Nơi nhận:", size=12, bold=True, italic=True)
    for recipient in paper.recipients:
        _say(left.add_paragraph(), f"- {recipient}", size=12 if paper.party else 11)
    _say(right.paragraphs[0], paper.role, bold=True, align=_CENTER)
    for _ in range(4):
        _say(right.add_paragraph(), "")
    _say(right.add_paragraph(), paper.name, bold=True, align=_CENTER)


def _annex(doc: Doc, annex: Block, annexed: str) -> None:
    section = doc.add_section(WD_SECTION.NEW_PAGE)  # its pages are counted for themselves
    count = OxmlElement("w:pgNumType")
    count.set(qn("w:start"), "1")
    section._sectPr.append(count)  # python-docx has no page counts of its own
    _say(doc.add_paragraph(), "Phụ lục", bold=True, align=_CENTER)
    _say(doc.add_paragraph(), annex.heading, bold=True, align=_CENTER)
    _say(doc.add_paragraph(), annexed, italic=True, align=_CENTER, after=6)
    if annex.table is not None:
        _table(doc, annex.table)


def _grid(doc: Doc, widths: tuple[int, int], *, rows: int) -> list[tuple[_Cell, _Cell]]:
    """A table without lines, for what stands side by side."""
    table = doc.add_table(rows=rows, cols=2)
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    _set_widths(table, [Mm(width) for width in widths])
    return [(row.cells[0], row.cells[1]) for row in table.rows]


def _text_width(doc: Doc) -> float:
    """The width of the text, in mm."""
    section: Any = doc.sections[0]  # its widths may be None, which ours are not
    return float((section.page_width - section.left_margin - section.right_margin) / Mm(1))


def _length(words: str, size: float) -> float:
    """About how long the longest line of bold `words` is, in mm: Times has capitals of 0.7 em, other letters of 0.5."""
    ems = max(
        sum(0.7 if mark.isupper() else 0.27 if mark == " " else 0.5 for mark in line) for line in words.split("\n")
    )
    return ems * size * 0.3528


def _set_widths(table: Any, widths: list[Mm]) -> None:
    """Widths of the grid (LibreOffice reads these) and of the cells (Word does); no row breaks over two pages."""
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = width
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _say(
    paragraph: Paragraph, words: str, *, size: float = 14, bold: bool = False, italic: bool = False,
    underline: bool = False, align: WD_ALIGN_PARAGRAPH | None = None, indent: bool = False, before: float = 0,
    after: float = 0, keep: bool = False,
) -> None:  # fmt: skip
    run = paragraph.add_run(xml_words(words))
    _style(run, size=size)
    run.bold, run.italic, run.underline = bold, italic, underline
    layout = paragraph.paragraph_format
    layout.alignment, layout.space_before, layout.space_after = align, Pt(before), Pt(after)
    layout.keep_with_next = keep
    if indent:
        layout.first_line_indent, layout.line_spacing = Mm(10), 1.15


def _style(run: Run, *, size: float) -> None:
    run.font.name, run.font.size = _FONT, Pt(size)


def _rule(paragraph: Paragraph, width: float, of: float) -> None:
    """A line of `width` mm in the middle of a column that is `of` mm wide."""
    layout = paragraph.paragraph_format
    layout.left_indent = layout.right_indent = Mm((of - width) / 2)
    layout.line_spacing = Pt(3)
    borders = OxmlElement("w:pBdr")
    line = OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    paragraph._p.get_or_add_pPr().append(borders)  # python-docx has no borders of its own


def _repeat(row: Any) -> None:
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)  # python-docx has no repeated rows of its own
