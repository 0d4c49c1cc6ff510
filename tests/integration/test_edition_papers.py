"""The papers of the editions that correct a report's last summary."""

import io
from dataclasses import replace
from datetime import date, timedelta

import pytest
from docx import Document
from openpyxl import load_workbook
from pypdf import PdfReader

from hoatoc import clock
from hoatoc.errors import NotFound
from hoatoc.papers import docx, official, pdf, workbook
from hoatoc.rollout import bulletin, rollups
from hoatoc.rollout.books import Books
from hoatoc.rollout.bulletin import Bulletin
from tests.conftest import Issue
from tests.integration.test_reports import explained, reopen, tree_office
from tests.integration.test_reports_papers import PARTY, STATE, words_of_docx, words_of_pdf
from tests.worlds.rollouts import FREEZE, LOCK, SLOT, World

HOUR = timedelta(hours=1)
DAY = date(2021, 11, 24)


@pytest.fixture
def corrected(issue_in: Issue) -> World:
    """A report of one day that was corrected twice: at the lock, and after the desk had reopened it."""
    files = tree_office()
    files.directive["regime"]["reports"][0]["last"] = "2021-11-24"
    world = issue_in(files.read())
    world.run()
    world.report("huyen-0", moi="4", luy_ke="3.884", dang="9")
    world.report("xa-0", moi="1", luy_ke="10", dang="3")
    world.follow(FREEZE)
    world.at(FREEZE + HOUR).report("xa-1", moi="2", luy_ke="3.000", dang="5")
    explained(world, "huyen-0", SLOT, "đếm sót", moi="6", luy_ke="3.886", dang="9")
    world.follow(LOCK + HOUR)
    reopen(world, "huyen-0", LOCK + 5 * HOUR)
    world.at(LOCK + 4 * HOUR)
    explained(world, "huyen-0", SLOT, "rà lại", moi="5", luy_ke="3.885", dang="9")
    world.follow(LOCK + 24 * HOUR)
    return world


def read(world: World, edition: int) -> Bulletin:
    with world.ledger.read() as session:
        found = bulletin.find(session, world.directive_id, DAY)
        return bulletin.read(session, *found, clock.read(session), edition=edition)


def new_cases(book: bytes) -> list[object]:
    units = load_workbook(io.BytesIO(book))["Đơn vị"].iter_rows(min_row=2, values_only=True)
    return [row[5] for row in units if row[0] in ("Huyện ủy 0", "Xã 0", "Xã 1")]


@pytest.mark.parametrize("signer", [STATE, PARTY], ids=["State", "Party"])
def test_a_later_paper_says_what_it_replaces_and_what_it_corrects(corrected: World, signer: object) -> None:
    first, second, third = (replace(read(corrected, number), signer=signer) for number in (1, 2, 3))
    for made, write in ((words_of_pdf, pdf.write), (words_of_docx, docx.write)):
        plain, once, twice = (made(write(official.paper(one))) for one in (first, second, third))
        assert "điều chỉnh" not in plain
        for said in (
            "(Bản điều chỉnh lần 1, thay cho bản chốt lúc 18 giờ 00, ngày 24/11/2021)",
            "1. Nội dung điều chỉnh",
            "gồm thêm 2 báo cáo gửi hoặc sửa sau khi chốt:", "Tổng số thay đổi như sau:",
            "Huyện ủy 0: báo cáo ngày 24/11/2021 sửa lúc 19 giờ 00, ngày 24/11/2021: Nhiễm mới từ 4 thành 6",
            "Xã 1: báo cáo ngày 24/11/2021 gửi lúc 19 giờ 00, ngày 24/11/2021.",
            "Nhiễm mới 5 9 +4", "2. Tình hình báo cáo", "2 đúng hạn, 1 chậm",
            second.data_hash, f"Thay cho bản có mã: {first.data_hash}",
        ):  # fmt: skip
            assert said in once, said
        assert "Bổ sung, sửa đổi số liệu các kỳ trước" not in once
        for said in (
            "(Bản điều chỉnh lần 2, thay cho bản điều chỉnh lần 1 chốt lúc 16 giờ 00, ngày 25/11/2021)",
            "gồm thêm 1 báo cáo", "Nhiễm mới từ 6 thành 5", "Nhiễm mới 9 8 −1",
            f"Thay cho bản có mã: {second.data_hash}",
        ):  # fmt: skip
            assert said in twice, said
        assert "Xã 1: báo cáo" not in twice, "each is told once"


def test_each_edition_has_the_figures_and_the_roll_up_of_its_own_time(corrected: World) -> None:
    read_ = [read(corrected, number) for number in (1, 2, 3)]
    assert [[node.figures["moi"].value for node in one.nodes if node.key in ("", "huyen-1")] for one in read_] == [
        [5, None], [9, 2], [8, 2],
    ]  # fmt: skip
    assert [one.nodes[0].books for one in read_] == [
        Books(expected=11, on_time=2, missing=9), *[Books(expected=11, on_time=2, late=1, missing=8)] * 2,
    ]  # fmt: skip
    assert [new_cases(workbook.write(one)) for one in read_] == [[4, 1, None], [6, 1, 2], [5, 1, 2]]
    assert [[unit.explanation for unit in one.units if unit.key == "huyen-0"] for one in read_] == [
        [""], ["đếm sót"], ["rà lại"],
    ]  # fmt: skip
    assert [len(one.supplements) for one in read_] == [2, 1, 0]


def test_an_edition_holds_its_roll_up_whole(corrected: World) -> None:
    second = read(corrected, 2)
    assert second.content is not None
    assert [rollups.of_plain(node) for node in second.content["rollup"]] == second.nodes
    for node in second.nodes:
        assert node.books.balance()


def test_the_workbook_of_an_edition_says_so(corrected: World) -> None:
    said = load_workbook(io.BytesIO(workbook.write(read(corrected, 2))))["Tổng hợp"]["A3"].value
    assert said == (
        "Bản điều chỉnh lần 1, thay cho bản chốt lúc 18 giờ 00, ngày 24/11/2021; "
        "số liệu chốt lúc 16 giờ 00, ngày 25/11/2021"
    )


def test_there_is_no_paper_of_an_edition_that_was_never_made(corrected: World) -> None:
    with pytest.raises(NotFound):
        read(corrected, 4)


def test_what_goes_with_a_later_paper_stands_on_the_page_of_its_heading(corrected: World) -> None:
    paper = official.paper(replace(read(corrected, 2), signer=STATE))
    pages = PdfReader(io.BytesIO(pdf.write(paper))).pages
    assert "Bản điều chỉnh lần 1" in pages[0].extract_text()
    lines = [paragraph.text for paragraph in Document(io.BytesIO(docx.write(paper))).paragraphs]
    at = lines.index(paper.edition)
    assert lines[at - 1] == paper.subject
