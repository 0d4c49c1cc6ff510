"""Workbook, official paper and charts of a summary, opened and read back."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from docx import Document
from docx.shared import Mm
from openpyxl import load_workbook
from pypdf import PdfReader

from hoatoc import clock
from hoatoc.papers import charts, docx, naming, official, pdf, workbook
from hoatoc.rollout import bulletin
from hoatoc.rollout.bulletin import Bulletin, Reader, Signer
from tests.integration.test_reports import explained, tree_office
from tests.worlds.ledgers import Ledgers
from tests.worlds.mailserver import MailServer
from tests.worlds.rollouts import DUE, FREEZE, NEXT_SLOT, issued

STATE = Signer("Văn phòng Ủy ban nhân dân tỉnh", "Ủy ban nhân dân tỉnh Mẫu", False, "Chánh Văn phòng", "Trần Thị Bé")
PARTY = Signer("Văn phòng Tỉnh ủy Mẫu", "Tỉnh ủy Mẫu", True, "Chánh Văn phòng Tỉnh ủy", "")


@pytest.fixture
def read(sqlite_ledgers: Ledgers, mail: MailServer) -> Iterator[Bulletin]:
    """The summary of the second day of a province with districts and communes."""
    world = issued(sqlite_ledgers.open(), mail.relay, tree_office().read())
    world.run()
    world.report("huyen-0", moi="4", luy_ke="3.884", dang="9", ghi_chu="=1+1")
    world.follow(DUE + timedelta(hours=23))
    world.report("xa-1")  # late for the first day: an erratum of the second
    world.report("huyen-0", NEXT_SLOT, moi="6", luy_ke="3.890", dang="7", ghi_chu="=1+1")
    world.report("xa-0", NEXT_SLOT, moi="1", luy_ke="10", dang="3")
    explained(world, "xa-1", NEXT_SLOT, "đính chính", moi="2", luy_ke="3.000")
    world.follow(FREEZE + timedelta(days=1))
    with world.ledger.read() as session:
        found = bulletin.find(session, world.directive_id, date(2021, 11, 25))
        yield bulletin.read(session, *found, clock.read(session))


def words_of_pdf(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages)


def words_of_docx(content: bytes) -> str:
    doc = Document(io.BytesIO(content))
    cells = [paragraph.text for table in doc.tables for cell in table._cells for paragraph in cell.paragraphs]
    return " ".join(" ".join([*(paragraph.text for paragraph in doc.paragraphs), *cells]).split())


@pytest.mark.parametrize("signer", [STATE, PARTY], ids=["State", "Party"])
def test_no_page_holds_the_signature_alone(read: Bulletin, signer: Signer) -> None:
    """The text of this paper fills its page but for too little to sign on."""
    made = pdf.write(official.paper(replace(read, signer=signer)))
    signed = next(
        page.extract_text() for page in PdfReader(io.BytesIO(made)).pages if "Nơi nhận" in page.extract_text()
    )
    assert "trân trọng báo cáo" in " ".join(signed.split())


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("ỦY BAN NHÂN DÂN TỈNH MẪU", ["ỦY BAN NHÂN DÂN", "TỈNH MẪU"]),
        ("TỈNH ỦY KIÊN GIANG", ["TỈNH ỦY KIÊN GIANG"]),
        ("SỞ NÔNG NGHIỆP VÀ PHÁT TRIỂN NÔNG THÔN", ["SỞ NÔNG NGHIỆP VÀ", "PHÁT TRIỂN NÔNG THÔN"]),
    ],
)
def test_a_long_name_is_broken_before_its_place(name: str, lines: list[str]) -> None:
    assert naming.balanced(name).splitlines() == lines


@pytest.mark.parametrize(
    ("signer", "says", "not_says"),
    [
        (STATE, ["ỦY BAN NHÂN DÂN TỈNH MẪU", "VĂN PHÒNG", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
                 "Độc lập - Tự do - Hạnh phúc", "Số: 07/BC-VP", "Mẫu, ngày 25 tháng 11 năm 2021", "CHÁNH VĂN PHÒNG",
                 "Kính gửi: Thủ trưởng Tỉnh ủy",
                 "(Kèm theo Báo cáo số 07/BC-VP ngày 25 tháng 11 năm 2021 của Văn phòng Ủy ban nhân dân tỉnh)",
                 "Trần Thị Bé", "trân trọng báo cáo./.", "Như trên;", "Lưu: VT."],
         ["ĐẢNG CỘNG SẢN", "(để báo cáo)", "CHÁNH VĂN PHÒNG ỦY BAN"]),
        (PARTY, ["TỈNH ỦY MẪU", "ĐẢNG CỘNG SẢN VIỆT NAM", "*", "Số 07-BC-VP", "Mẫu, ngày 25 tháng 11 năm 2021",
                 "CHÁNH VĂN PHÒNG", "Thủ trưởng Tỉnh ủy (để báo cáo),", "Lưu Văn phòng Tỉnh ủy Mẫu."],
         ["CỘNG HÒA", "./.", "Kính gửi", "CHÁNH VĂN PHÒNG TỈNH ỦY"]),
    ],
    ids=["State", "Party"],
)  # fmt: skip
def test_the_paper_has_its_form_in_pdf_and_docx(
    read: Bulletin, signer: Signer, says: list[str], not_says: list[str]
) -> None:
    paper = official.paper(replace(read, signer=signer), number_="7", symbol="BC-VP")
    common = ["BÁO CÁO", "Nơi nhận:", "Thực hiện Công điện số 1-CV/TU ngày 23 tháng 11 năm 2021 của Tỉnh ủy Mẫu",
                  "thực hiện Công điện 1-CV/TU",
              "Phụ lục kèm theo.",
              "11 đơn vị phải báo cáo", "6.900", "đính chính", "Phụ lục", read.data_hash,
              "Tỷ lệ báo cáo 27,3%"]  # fmt: skip
    for words in (words_of_pdf(pdf.write(paper)), words_of_docx(docx.write(paper))):
        for said in [*says, *common]:
            assert said in words, said
        for said in not_says:
            assert said not in words, said
    assert pdf.write(paper) == pdf.write(paper)


def test_the_annex_counts_its_own_pages(read: Bulletin) -> None:
    paper = official.paper(replace(read, signer=STATE))
    pages = PdfReader(io.BytesIO(pdf.write(paper))).pages
    assert [page.extract_text().split()[0] for page in pages[1:]] == ["2", "Phụ"]
    sections = Document(io.BytesIO(docx.write(paper))).sections
    assert len(sections) == 2
    assert "<w:pgNumType" in sections[1]._sectPr.xml
    assert "<w:pgNumType" not in sections[0]._sectPr.xml


@pytest.mark.parametrize(("signer", "right"), [(STATE, 20), (PARTY, 15)], ids=["State", "Party"])
def test_the_margins_are_those_of_the_form(read: Bulletin, signer: Signer, right: int) -> None:
    (section, *_) = Document(io.BytesIO(docx.write(official.paper(replace(read, signer=signer))))).sections
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(margin / Mm(1)) for margin in margins if margin is not None] == [20, 20, 30, right]


def test_an_abbreviated_agency_is_not_said_twice() -> None:
    agency = "Ủy ban nhân dân tỉnh Mẫu"
    assert naming.full(Reader("Phó Chủ tịch UBND tỉnh", agency)) == f"Phó Chủ tịch {agency}"
    assert naming.post_of(replace(STATE, title="Chủ tịch UBND tỉnh", unit=agency, above="")) == "Chủ tịch"


def test_several_readers_stand_below_one_another(read: Bulletin) -> None:
    two = [Reader("Chủ tịch", "UBND tỉnh"), Reader("Bí thư Tỉnh ủy kiêm Trưởng Ban Chỉ đạo", "Ban Chỉ đạo tỉnh Mẫu")]
    paper = official.paper(replace(read, signer=STATE, readers=two))
    assert paper.addressed == ("- Chủ tịch UBND tỉnh;", "- Bí thư Tỉnh ủy kiêm Trưởng Ban Chỉ đạo tỉnh Mẫu.")


@pytest.mark.parametrize(
    ("subject", "said"),
    [("V/v tăng cường chống dịch", "của Tỉnh ủy Mẫu về tăng cường chống dịch"),
     ("về việc sơ kết", "của Tỉnh ủy Mẫu về việc sơ kết"), (None, "của Tỉnh ủy Mẫu")],
)  # fmt: skip
def test_a_document_is_cited_with_its_subject(read: Bulletin, subject: str | None, said: str) -> None:
    assert naming.cited(read.text.model_copy(update={"subject": subject})).endswith(said)


@pytest.mark.parametrize(
    ("books", "said"),
    [
        ({}, "Chưa gồm số liệu của 8 đơn vị chưa báo cáo. Tăng"),
        ({"missing": 5, "unreachable": 2, "open": 1},
         "Chưa gồm số liệu của 5 đơn vị chưa báo cáo, 2 đơn vị không liên lạc được, 1 đơn vị còn hạn. Tăng"),
        ({"missing": 0, "unreachable": 8}, "Chưa gồm số liệu của 8 đơn vị không liên lạc được. Tăng"),
        ({"missing": 0, "exempt": 8}, "Tăng"),
        ({"missing": 11, "on_time": 0}, "Chưa có đơn vị nào báo số liệu. Tăng"),
    ],
)  # fmt: skip
def test_the_paper_says_whose_figures_are_not_in_it_and_why(read: Bulletin, books: dict[str, int], said: str) -> None:
    assert read.content is not None
    content = read.content | {"books": read.content["books"] | books}
    text = next(block.text for block in official.paper(replace(read, content=content)).blocks if block.table)
    assert text.startswith(said)


def test_what_nobody_decided_stays_blank(read: Bulletin) -> None:
    paper = official.paper(replace(read, signer=PARTY))
    assert paper.number.split() == ["Số", "-BC/"]
    assert paper.name == ""


@pytest.mark.parametrize(
    ("day", "said"),
    [(date(2021, 2, 5), "ngày 05 tháng 02 năm 2021"), (date(2021, 3, 15), "ngày 15 tháng 3 năm 2021"),
     (date(2021, 10, 1), "ngày 01 tháng 10 năm 2021")],
)  # fmt: skip
def test_days_under_ten_and_the_first_two_months_have_a_zero(day: date, said: str) -> None:
    assert naming.formal_day(day) == said


def test_the_workbook_holds_numbers_as_numbers_at_every_level(read: Bulletin) -> None:
    book = load_workbook(io.BytesIO(workbook.write(read)))
    assert book.sheetnames == ["Tổng hợp", "Cấp 1", "Cấp 2", "Đơn vị", "Bảy ngày", "Bổ sung, sửa đổi"]
    top = book["Tổng hợp"]
    total = next(row for row in top.iter_rows(min_row=6, values_only=True) if row[0] == "Nhiễm mới")
    assert total[2:6] == (9, 4, 2, 3), "total, before (as it was frozen), change over the units in both, units"
    assert top["C7"].number_format == "#,##0"
    for name in book.sheetnames:
        assert book[name].freeze_panes is not None
    assert [cell.value for cell in book["Bổ sung, sửa đổi"][2]][::3] == ["Xã 1", "báo cáo gửi sau khi chốt"]
    units = {row[0]: row for row in book["Đơn vị"].iter_rows(min_row=2, values_only=True)}
    assert len(units) == 11
    sums = {row[0]: row for name in ("Cấp 1", "Cấp 2") for row in book[name].iter_rows(min_row=2, values_only=True)}
    for name, row in sums.items():
        beneath = [unit for unit in units.values() if unit[1] == name or unit[0] == name]
        beneath += [unit for unit in units.values() if sums.get(unit[1], ("", ""))[1] == name]
        assert row[9] == (sum(unit[5] or 0 for unit in beneath) or None), name
    note = next(cell for row in book["Đơn vị"].iter_rows() for cell in row if cell.value == "=1+1")
    assert note.data_type == "s"


def test_charts_are_drawn_for_mails_and_pages(read: Bulletin) -> None:
    assert read.content is not None
    for kind, begins in (("png", b"\x89PNG"), ("svg", b"<?xml")):
        for drawn in (charts.lines(read.content, kind), charts.reporting(read.content["books"], kind)):  # type: ignore[arg-type]
            assert drawn.startswith(begins)
            assert len(drawn) < 150_000
    assert charts.lines(read.content, "svg") == charts.lines(read.content, "svg"), "the same figures, the same bytes"


def test_every_letter_of_vietnamese_is_in_the_fonts() -> None:
    from fontTools.ttLib import TTFont

    from hoatoc.templating import TEMPLATES

    letters = {chr(code) for code in range(0x1EA0, 0x1EFA)} | set("ăâđêôơưĂÂĐÊÔƠƯ−–…“”0123456789.,%")
    fonts = [*charts.FONTS.glob("*.ttf"), *(TEMPLATES / "official" / "fonts").glob("*.ttf")]
    assert len(fonts) == 6
    for font in fonts:
        with TTFont(font) as opened:
            assert letters <= {chr(code) for code in opened.getBestCmap()}, font.name
