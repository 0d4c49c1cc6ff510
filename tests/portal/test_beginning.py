"""The board before the first issue says what each office does next, and leads there."""

import re
import shutil
from pathlib import Path

import pytest

from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import Role
from tests.portal.issuing import Desk, desk_at
from tests.worlds.offices import small_office

DRAFTS, DIRECTORY = "/ban/phat-hanh", "/ban/danh-ba/tinh-mau"


@pytest.fixture
def desk(ledger: Ledger, tmp_path: Path) -> Desk:
    """The small office, nothing issued."""
    return desk_at(ledger, tmp_path)


def board(desk: Desk, role: Role = Role.DESK) -> str:
    """The board as somebody of `role` sees it; each of its links leads somewhere."""
    with desk.people(("an", role)) as [client]:
        html = client.get("/ban").text
        main = html.split("<main", 1)[1]
        for link in re.findall(r'href="([^"#]+)', main):
            assert client.get(link).status_code == 200, link
        return main


def test_a_draft_waits_for_its_issue(desk: Desk) -> None:
    html = board(desk)
    assert "Chưa có văn bản nào được ban hành." in html
    assert f'href="{DIRECTORY}">7 đơn vị</a>' in html
    assert "1 văn bản đã soạn." in html
    assert f'href="{DRAFTS}#office-tinh-mau"' in html


def test_a_broken_draft_is_a_draft(desk: Desk) -> None:
    (desk.folder / "1-cv.yaml").write_text("text: {}\n", encoding="utf-8")
    assert "1 văn bản đã soạn." in board(desk)


def test_an_office_without_a_directive_is_led_to_the_form(desk: Desk) -> None:
    (desk.folder / "1-cv.yaml").unlink()
    assert f'href="{DRAFTS}/tinh-mau/soan">Soạn văn bản đầu tiên</a>' in board(desk)


def test_who_may_not_draft_is_not_led_there(desk: Desk) -> None:
    (desk.folder / "1-cv.yaml").unlink()
    html = board(desk, Role.AUDITOR)
    assert "chưa có văn bản nào." in html
    assert "/soan" not in html


def test_an_office_alone_in_its_directory_is_led_to_the_import(ledger: Ledger, tmp_path: Path) -> None:
    files = small_office(districts=0, departments=0, members=0)
    files.units["units"] = [unit for unit in files.units["units"] if unit["key"] == "tinh-uy"]
    desk = desk_at(ledger, tmp_path, files)
    (desk.folder / "1-cv.yaml").unlink()
    assert "Danh bạ chưa có đơn vị nào để gửi." in board(desk)
    assert f'href="{DIRECTORY}">Nhập danh bạ từ Excel' in board(desk, Role.ADMINISTRATOR)


def test_wrong_shared_files_are_mended_first(desk: Desk) -> None:
    (desk.folder / "units.yaml").write_text("units: []\n", encoding="utf-8")
    html = board(desk)
    assert "các tệp dùng chung có lỗi" in html
    assert f'href="{DRAFTS}">Lỗi và cách sửa</a>' in html


def test_without_an_office_the_board_says_who_makes_one(desk: Desk) -> None:
    shutil.rmtree(desk.folder)
    assert "Người quản trị chép một thư mục mẫu" in board(desk)
