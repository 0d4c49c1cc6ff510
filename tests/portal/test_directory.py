"""The directory on screen: seen, searched, edited unless somebody was faster, imported after a look at the changes."""

import io
import os
import re
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from hoatoc.format.folder import read_office
from hoatoc.format.units import Role as Post
from hoatoc.format.units import Unit
from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import Event, Role
from hoatoc.rollout import keeping
from tests.portal.issuing import Desk, desk_at
from tests.portal.officers import TestClient, cookie
from tests.portal.screens import SIZES, assert_accessible, follow, listening
from tests.worlds.ledgers import Ledgers

HERE = "/ban/danh-ba/tinh-mau"
UNIT = f"{HERE}/don-vi/so-0"
AN, QUAN, SOI = ("an", Role.DESK), ("quan", Role.ADMINISTRATOR), ("soi", Role.AUDITOR)


@pytest.fixture
def desk(ledger: Ledger, tmp_path: Path) -> Desk:
    """The small office."""
    return desk_at(ledger, tmp_path)


def unit(desk: Desk, key: str = "so-0") -> Unit:
    return next(unit for unit in read_office(desk.folder).units.units if unit.key == key)


def typed(client: TestClient, path: str, **changed: Any) -> dict[str, Any]:
    """What a browser would send of the form at `path`, with `changed`."""
    page = client.get(path).text
    data: dict[str, Any] = dict(
        re.findall(r'<input (?:id="[^"]*" )?(?:type="hidden" )?name="([^"]+)"[^>]* ?value="([^"]*)"', page)
    )
    for name, options in re.findall(r'<select id="[^"]*" name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        data[name] = chosen[1] if chosen else ""
    boxes = set(re.findall(r'type="checkbox" name="([^"]+)"', page))
    data = {name: value for name, value in data.items() if name not in boxes}
    data["nhom"] = re.findall(r'name="nhom" value="([^"]+)" checked', page)
    return data | changed


def book(*rows: Any) -> dict[str, Any]:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    packed = io.BytesIO()
    made.save(packed)
    return {"tep": ("danh-ba.xlsx", packed.getvalue())}


def test_the_units_are_shown_in_their_tree_and_found_by_words(desk: Desk) -> None:
    with desk.people(SOI) as [soi]:
        assert soi.get("/ban/danh-ba").headers["location"] == HERE
        page = soi.get(HERE).text
        assert page.index("UBND tỉnh") < page.index("Sở 0")
        assert "depth-1" in page
        found = soi.get(HERE, params={"tim": "HEAD.so-1"}).text
        assert "Sở 1" in found
        assert "Sở 0" not in found
        assert "Thêm đơn vị" not in page
        assert "<button>Lưu" not in soi.get(UNIT).text


def test_saving_what_is_shown_changes_nothing(desk: Desk) -> None:
    before = (desk.folder / "units.yaml").read_text(encoding="utf-8")
    with desk.people(AN) as [an]:
        assert an.post(UNIT, data=typed(an, UNIT)).status_code == 303
    assert (desk.folder / "units.yaml").read_text(encoding="utf-8") == before


def test_a_unit_is_renamed_moved_given_a_mailbox_and_ended(desk: Desk) -> None:
    with desk.people(QUAN) as [quan]:
        changed = typed(quan, UNIT, ten="Sở Y tế", thu="syt@mau.example", den="2022-01-31", nhom=["so", "huyen"])
        changed["cap-tren"] = "so-1"
        assert quan.post(UNIT, data=changed).status_code == 303
    now = unit(desk)
    assert (now.name, now.mail, now.until) == ("Sở Y tế", "syt@mau.example", date(2022, 1, 31))
    assert (now.parent, now.groups) == ("so-1", ("so", "huyen"))
    assert [post.mail for post in now.posts] == ["head.so-0@mau.example", "focal.so-0@mau.example"]


def test_a_deputy_who_had_no_key_gets_none(desk: Desk) -> None:
    path = desk.folder / "units.yaml"
    with desk.people(AN) as [an]:
        deputy = {"cv2-vai": "deputy", "cv2-chuc-danh": "Phó Giám đốc", "cv2-ho-ten": "Trần Bình"}
        assert an.post(UNIT, data=typed(an, UNIT) | deputy).status_code == 303
        source = path.read_text(encoding="utf-8")
        assert "key: pho-giam-doc" in source
        path.write_text(
            re.sub(r"\n *key: pho-giam-doc|key: pho-giam-doc, |, key: pho-giam-doc", "", source), encoding="utf-8"
        )
        assert an.post(UNIT, data=typed(an, UNIT, thu="syt@mau.example")).status_code == 303
    assert (unit(desk).mail, [post.key for post in unit(desk).posts]) == ("syt@mau.example", [None, None, None])
    with desk.ledger.read() as session:
        told = session.scalars(select(Event).where(Event.kind == "directory_changed").order_by(Event.id)).all()
    assert "cấp phó" not in str(told[-1].detail)


def test_posts_fall_vacant_are_filled_and_dropped(desk: Desk) -> None:
    with desk.people(AN) as [an]:
        changed = typed(an, UNIT) | {
            "cv0-ho-ten": "", "cv1-bo": "1", "cv2-vai": "deputy", "cv2-chuc-danh": "Phó Giám đốc",
            "cv2-ho-ten": "Trần Bình", "cv2-thu": "binh@mau.example", "cv2-quyen": "1",
        }  # fmt: skip
        assert an.post(UNIT, data=changed).status_code == 303
    told = [(post.role, post.name, post.holder, post.acting) for post in unit(desk).posts]
    assert told == [(Post.HEAD, "head", None, False), (Post.DEPUTY, "pho-giam-doc", "Trần Bình", True)]


def test_a_post_of_which_only_the_telephone_is_known_is_not_lost_in_silence(desk: Desk) -> None:
    with desk.people(AN) as [an]:
        refused = an.post(UNIT, data=typed(an, UNIT) | {"cv2-vai": "deputy", "cv2-dien-thoai": "0297 555"})
    assert refused.status_code == 422
    assert "0297 555" in refused.text


def test_a_unit_is_added_under_a_key_of_its_own(desk: Desk) -> None:
    with desk.people(AN) as [an]:
        new = typed(an, f"{HERE}/them", ten="Sở 0", he="state", loai="sở", thu="moi@mau.example")
        new["cap-tren"] = "ubnd-tinh"
        assert an.post(f"{HERE}/them", data=new).headers["location"].startswith(f"{HERE}/don-vi/so-0-2")
    assert unit(desk, "so-0-2").mail == "moi@mau.example"


@pytest.mark.parametrize(
    ("changed", "says"),
    [({"thu": "không phải thư"}, "Ghi một địa chỉ"), ({"ten": " "}, "Ghi tên đơn vị"), ({"tu": "hôm qua"}, "Ghi ngày"),
     ({"cap-tren": "huyen-0"}, "thuộc hệ party"), ({"cv1-vai": "head", "cv1-ma": ""}, "mã khác nhau"),
     ({"cv0-thu": "x"}, "Ghi một địa chỉ")],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(desk: Desk, changed: dict[str, Any], says: str) -> None:
    before = (desk.folder / "units.yaml").read_text(encoding="utf-8")
    with desk.people(AN) as [an]:
        refused = an.post(UNIT, data=typed(an, UNIT, **changed) | {"dien-thoai": "0297 123"})
        assert refused.status_code == 422
        assert says in refused.text
        assert "0297 123" in refused.text
    assert (desk.folder / "units.yaml").read_text(encoding="utf-8") == before


@pytest.mark.parametrize("name", ["cv²-ten", "cv99999-chuc-danh", "cv99999999999-chuc-danh"])
def test_a_field_that_the_form_does_not_have_makes_no_room_for_a_post(desk: Desk, name: str) -> None:
    with desk.people(AN) as [an]:
        assert an.post(UNIT, data=typed(an, UNIT) | {name: "x"}).headers["location"] == f"{UNIT}?xong=1"


def test_two_people_do_not_undo_each_other(desk: Desk) -> None:
    with desk.people(AN, QUAN) as [an, quan]:
        mine, theirs = typed(an, UNIT, ten="Sở Y tế"), typed(quan, UNIT, ten="Sở Xây dựng")
        other = typed(quan, f"{HERE}/don-vi/so-1", ten="Sở Nội vụ")
        assert an.post(UNIT, data=mine).status_code == 303
        refused = quan.post(UNIT, data=theirs)
        assert refused.status_code == 422
        assert "người khác vừa thay đổi" in refused.text
        assert quan.post(f"{HERE}/don-vi/so-1", data=other).status_code == 303  # another unit is another matter
    assert (unit(desk).name, unit(desk, "so-1").name) == ("Sở Y tế", "Sở Nội vụ")


def test_who_only_reads_changes_nothing(desk: Desk) -> None:
    with desk.people(SOI) as [soi]:
        for path in (UNIT, f"{HERE}/them", f"{HERE}/nhap", f"{HERE}/nhap/{'0' * 64}"):
            assert soi.post(path, data={"ten": "X"}, files=book(["Tên"])).status_code == 403
        assert soi.get(f"{HERE}/don-vi/khong-co").status_code == 404


def test_a_workbook_changes_nothing_until_it_is_confirmed(desk: Desk) -> None:
    before = (desk.folder / "units.yaml").read_text(encoding="utf-8")
    with desk.people(AN) as [an]:
        rows = book(
            ["Tên đơn vị", "Email", "Cấp trên"], ["Sở 0", "moi@mau.example", "UBND tỉnh"], ["Sở Mới", None, "UBND tỉnh"]
        )
        page = an.post(f"{HERE}/nhap", files=rows)
        assert page.status_code == 200
        assert "Hộp thư: so-0@mau.example → moi@mau.example" in page.text
        assert "Đơn vị mới: 1" in page.text
        assert "đơn vị không có trong tệp: giữ nguyên" in page.text
        assert (desk.folder / "units.yaml").read_text(encoding="utf-8") == before
        pin, seen = (
            re.search(r"/nhap/([0-9a-f]{64})", page.text),
            re.search(r'name="ban" value="([0-9a-f]+)"', page.text),
        )
        assert pin
        assert seen
        assert an.post(f"{HERE}/nhap/{pin[1]}", data={"ban": seen[1]}).status_code == 303
        assert (unit(desk).mail, unit(desk, "so-moi").parent) == ("moi@mau.example", "ubnd-tinh")
        assert an.post(f"{HERE}/nhap/{pin[1]}", data={"ban": seen[1]}).status_code == 404  # once


def test_a_preview_of_what_has_changed_meanwhile_is_refused(desk: Desk) -> None:
    with desk.people(AN) as [an]:
        page = an.post(f"{HERE}/nhap", files=book(["Tên đơn vị", "Email"], ["Sở 0", "moi@mau.example"])).text
        pin, seen = re.search(r"/nhap/([0-9a-f]{64})", page), re.search(r'name="ban" value="([0-9a-f]+)"', page)
        assert pin
        assert seen
        an.post(UNIT, data=typed(an, UNIT, ten="Sở Y tế"))
        assert an.post(f"{HERE}/nhap/{pin[1]}", data={"ban": seen[1]}).status_code == 422
        assert an.post(f"{HERE}/nhap/{'f' * 64}", data={"ban": seen[1]}).status_code == 404
        assert an.post(f"{HERE}/nhap/..%2F..%2Fx", data={"ban": seen[1]}).status_code == 404
    assert unit(desk).mail == "so-0@mau.example"


def test_a_unit_that_is_saved_while_the_workbook_is_read_is_not_overwritten(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk.people(AN, QUAN) as [an, quan]:
        judge = keeping.judge

        def slowly(*given: Any) -> keeping.Edition:
            monkeypatch.setattr(keeping, "judge", judge)
            judged = judge(*given)
            quan.post(UNIT, data=typed(quan, UNIT, ten="Sở Y tế"))
            return judged

        monkeypatch.setattr(keeping, "judge", slowly)
        page = an.post(f"{HERE}/nhap", files=book(["Tên đơn vị", "Email"], ["Sở 1", "moi@mau.example"])).text
        pin, seen = re.search(r"/nhap/([0-9a-f]{64})", page), re.search(r'name="ban" value="([0-9a-f]+)"', page)
        assert pin
        assert seen
        assert an.post(f"{HERE}/nhap/{pin[1]}", data={"ban": seen[1]}).status_code == 422
    assert unit(desk).name == "Sở Y tế"


def test_wrong_rows_are_listed_and_nothing_is_offered(desk: Desk) -> None:
    with desk.people(AN) as [an]:
        refused = an.post(f"{HERE}/nhap", files=book(["Tên đơn vị", "Email"], ["Sở 0", "sai"], ["Sở 1", "sai nữa"]))
        assert refused.status_code == 422
        assert "2 ô phải sửa; chưa ghi gì" in refused.text
        assert re.findall(r'<td data-label="(?:Đơn vị|Đã ghi)">([^<]*)</td>', refused.text) == [
            "Sở 0", "sai", "Sở 1", "sai nữa",
        ]  # fmt: skip
        assert "/nhap/" not in refused.text
        assert an.post(f"{HERE}/nhap", files={"tep": ("x.xlsx", b"x")}).status_code == 422
        assert an.post(f"{HERE}/nhap", files={"tep": ("x.xlsx", b"x" * (1024 * 1024 + 5))}).status_code in (413, 422)


def test_a_preview_that_nobody_confirms_is_kept_for_a_day(desk: Desk) -> None:
    with desk.people(AN) as [an]:
        for mailbox, age in (("mot@mau.example", 25), ("hai@mau.example", 23), ("ba@mau.example", 0)):
            an.post(f"{HERE}/nhap", files=book(["Tên đơn vị", "Email"], ["Sở 1", mailbox]))
            newest = max((desk.root / "home" / "imports").iterdir(), key=lambda path: path.stat().st_mtime)
            then = time.time() - age * 3600
            os.utime(newest, (then, then))
    kept = [path.read_text(encoding="utf-8") for path in (desk.root / "home" / "imports").iterdir()]
    assert sorted(mailbox for mailbox in ("mot@", "hai@", "ba@") if any(mailbox in text for text in kept)) == [
        "ba@", "hai@",
    ]  # fmt: skip


def test_absent_units_end_where_it_is_asked_for(desk: Desk) -> None:
    with desk.people(AN) as [an]:
        rows = [["Mã", "Tên đơn vị"]] + [
            [item.key, item.name] for item in read_office(desk.folder).units.units if item.key != "so-1"
        ]
        page = an.post(f"{HERE}/nhap", data={"ket-thuc": "1"}, files=book(*rows)).text
        assert "Đến hết ngày: (trống) → 22/11/2021" in page
        pin, seen = re.search(r"/nhap/([0-9a-f]{64})", page), re.search(r'name="ban" value="([0-9a-f]+)"', page)
        assert pin
        assert seen
        an.post(f"{HERE}/nhap/{pin[1]}", data={"ban": seen[1]})
    assert unit(desk, "so-1").until == date(2021, 11, 22)


def test_the_directory_is_downloaded_and_comes_back_the_same(desk: Desk) -> None:
    with desk.people(AN) as [an]:
        got = an.get(f"{HERE}/tai-ve")
        assert load_workbook(io.BytesIO(got.content)).active.max_row == 1 + len(read_office(desk.folder).units.units)
        page = an.post(f"{HERE}/nhap", files={"tep": ("danh-ba.xlsx", got.content)})
        assert "không có gì thay đổi" in page.text.casefold()


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
def test_a_mailbox_is_corrected_in_a_browser(
    browser: Browser, sqlite_ledgers: Ledgers, tmp_path: Path, size: str
) -> None:
    desk = desk_at(sqlite_ledgers.open(), tmp_path)
    with listening(desk.app()) as url:
        context = browser.new_context(viewport=SIZES[size])
        secret, _ = cookie(desk.ledger, Role.DESK, "an")
        context.add_cookies([{"name": "hoatoc", "value": secret, "url": url}])
        page = context.new_page()
        page.goto(url + "/ban")
        follow(page.get_by_role("link", name="Danh bạ"))
        assert_accessible(page)
        page.get_by_label("Tìm đơn vị, người, hộp thư").fill("so 0")
        follow(page.get_by_role("button", name="Tìm"))
        follow(page.get_by_role("link", name="Sở 0"))
        assert_accessible(page)
        page.get_by_label("Hộp thư", exact=True).fill("sai")
        follow(page.get_by_role("button", name="Lưu"))
        expect(page.get_by_role("alert")).to_contain_text("Ghi một địa chỉ, không dấu")
        assert_accessible(page)
        page.get_by_label("Hộp thư", exact=True).fill("moi@mau.example")
        follow(page.get_by_role("button", name="Lưu"))
        expect(page.get_by_label("Hộp thư", exact=True)).to_have_value("moi@mau.example")
        page.goto(url + HERE)
        page.get_by_text("Nhập từ tệp Excel").click()
        page.get_by_label("Tệp danh bạ (.xlsx)").set_input_files(
            {"name": "a.xlsx", "mimeType": "application/octet-stream",
             "buffer": book(["Tên đơn vị", "Email"], ["Sở 0", "nua@mau.example"])["tep"][1]}
        )  # fmt: skip
        follow(page.get_by_role("button", name="Xem trước thay đổi"))
        assert_accessible(page)
        page.get_by_role("button", name="Ghi 1 thay đổi vào danh bạ").click()
        expect(page.get_by_text("nua@mau.example")).to_be_visible()
        context.close()
    assert unit(desk).mail == "nua@mau.example"
