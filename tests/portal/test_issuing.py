"""The desk issues on screen: pick or make a draft, see the plan, rehearse, try, propose, approve."""

import re
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from hoatoc import clock
from hoatoc.format.folder import find_draft
from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import Addressee, Directive, Event, Role
from tests.portal.issuing import Desk, desk_at
from tests.portal.officers import waits
from tests.portal.test_unit import words
from tests.worlds.mailserver import MailServer
from tests.worlds.offices import KEY, small_office
from tests.worlds.rollouts import ISSUED, World

HERE = "/ban/phat-hanh"
PLAN = f"{HERE}/{KEY}"
#: The ticked box that says so.
READ = {"da-xem": "1"}
AN, BINH, CHU, SOI = ("an", Role.DESK), ("binh", Role.LEADERSHIP), ("chu", Role.DESK), ("soi", Role.AUDITOR)


@pytest.fixture
def desk(ledger: Ledger, tmp_path: Path) -> Desk:
    """The small office, with nothing issued."""
    return desk_at(ledger, tmp_path)


@pytest.fixture
def careful(ledger: Ledger, tmp_path: Path) -> Desk:
    """The same, where issuing takes two."""
    files = small_office()
    files.office["approval"] = "two"
    return desk_at(ledger, tmp_path, files)


def seen(page: str) -> dict[str, str]:
    found = re.search(r'name="noi-dung" value="([0-9a-f]{64})"', page)
    assert found
    return {"noi-dung": found[1]}


def issued(desk: Desk) -> list[tuple[str, bool, str]]:
    with desk.ledger.read() as session:
        return [tuple(row) for row in session.execute(select(Directive.key, Directive.trial, Directive.issued_by))]


def test_a_draft_is_issued_as_it_was_seen(desk: Desk) -> None:
    with desk.people(AN) as [an]:
        assert "chưa ban hành" in an.get(HERE).text
        page = an.get(PLAN).text
        assert "Huyện ủy 0" in page
        assert "nơi nhận nhận thư ngay" in page
        assert an.post(f"{PLAN}/ban-hanh", data=seen(page) | READ).headers["location"] == PLAN
        assert issued(desk) == [(KEY, False, "account:an")]
        page = an.get(PLAN).text
        assert "Thư bắt đầu đi trong ít giây" in page
        assert 'Người ban hành: <span title="an">Người của an</span>' in page
        assert an.post(f"{PLAN}/ban-hanh", data=seen(page) | READ)
        assert len(issued(desk)) == 1


def test_the_plan_of_what_was_issued_is_that_of_its_issue(desk: Desk) -> None:
    def duties(page: str) -> str:
        return page.split('<section aria-labelledby="duties">')[1].split("</section>", maxsplit=1)[0].split("</h2>")[1]

    with desk.people(AN) as [an]:
        before = an.get(PLAN).text
        assert "Cần xem trước khi ban hành" in before
        an.post(f"{PLAN}/ban-hanh", data=seen(before) | READ)
        with desk.ledger.write() as session:
            clock.simulate(session, ISSUED + timedelta(days=3))
        after = an.get(PLAN).text
        assert "Cần xem trước" not in after
        assert "Điều cần xem lúc ban hành" in after
        assert duties(after) == duties(before)
        path = desk.folder / "1-cv.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("20h", "10h"), encoding="utf-8")
        changed = an.get(PLAN).text
        assert "Cần xem trước khi sửa" in changed
        assert duties(changed) != duties(before)


def test_nothing_is_issued_by_someone_who_has_not_read_the_plan(desk: Desk) -> None:
    with desk.people(AN) as [an]:
        page = an.get(PLAN).text
        assert re.search(r'<input type="checkbox" name="da-xem" value="1" required>', page)
        refused = an.post(f"{PLAN}/ban-hanh", data=seen(page))
        assert refused.status_code == 409
        assert "Chưa đánh dấu đã xem kế hoạch." in refused.text
        assert issued(desk) == []


def test_a_file_that_changed_meanwhile_is_looked_at_again(desk: Desk) -> None:
    with desk.people(AN) as [an]:
        before = seen(an.get(PLAN).text)
        path = desk.folder / "1-cv.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("20h", "10h"), encoding="utf-8")
        refused = an.post(f"{PLAN}/ban-hanh", data=before | READ)
        assert refused.status_code == 409
        assert "người khác vừa thay đổi" in refused.text.casefold()
        assert issued(desk) == []
        assert an.post(f"{PLAN}/ban-hanh", data=seen(refused.text) | READ).status_code == 303


def test_a_trial_begins_and_is_taken_away(desk: Desk) -> None:
    with desk.people(AN) as [an]:
        assert an.post(f"{PLAN}/chay-thu", data=seen(an.get(PLAN).text)).status_code == 303
        assert issued(desk) == [(f"{KEY}~thu-1", True, "account:an")]
        page = an.get(PLAN).text
        assert "Kết thúc và bỏ lần thử 1" in page
        assert "đang chạy thử" in an.get(HERE).text
        ended = an.post(f"{PLAN}/bo-chay-thu", data={"lan": f"{KEY}~thu-1"})
        assert ended.status_code == 303
        assert "Đã kết thúc và bỏ lần chạy thử." in an.get(ended.headers["location"]).text
        assert an.post(f"{PLAN}/bo-chay-thu", data={"lan": f"{KEY}~thu-1"}).status_code == 404
        assert "Kết thúc và bỏ" not in an.get(PLAN).text


def test_the_plan_says_how_many_letters_of_a_trial_were_sent(desk: Desk, mail: MailServer) -> None:
    with desk.people(AN) as [an]:
        an.post(f"{PLAN}/chay-thu", data=seen(an.get(PLAN).text))
        assert "thư mẫu;" not in an.get(PLAN).text
        with desk.ledger.read() as session:
            directive_id = session.scalars(select(Directive.id)).one()
        World(desk.ledger, mail.relay, directive_id).run()
        assert "Lần thử 1: đã gửi 3 thư mẫu; 2 thư cùng loại không gửi." in words(an.get(PLAN).text)


def test_where_two_are_wanted_one_proposes_and_another_approves(careful: Desk) -> None:
    with careful.people(AN, BINH, SOI) as [an, binh, soi]:
        page = an.get(PLAN).text
        assert "/ban-hanh" not in page
        assert an.post(f"{PLAN}/ban-hanh", data=seen(page) | READ).status_code == 409
        assert an.post(f"{PLAN}/de-nghi", data=seen(page)).status_code == 303
        assert "Chờ người thứ hai duyệt: 1" in binh.get(HERE).text
        assert [waits(each.get("/ban").text, "Ban hành") for each in (an, binh, soi)] == [0, 1, 0]
        assert "Duyệt và ban hành" not in an.get(PLAN).text
        assert "Duyệt và ban hành" not in soi.get(PLAN).text
        assert an.post(f"{HERE}/de-nghi/1/duyet", data=READ).status_code == 409  # not one's own
        assert soi.post(f"{HERE}/de-nghi/1/duyet", data=READ).status_code == 403
        assert issued(careful) == []
        assert "Duyệt và ban hành" in binh.get(PLAN).text
        unread = binh.post(f"{HERE}/de-nghi/1/duyet")
        assert (unread.status_code, issued(careful)) == (409, [])
        assert "Chưa đánh dấu đã xem kế hoạch." in unread.text
        approved = binh.post(f"{HERE}/de-nghi/1/duyet", data=READ)
        assert approved.status_code == 303
        assert "Đã duyệt." in binh.get(approved.headers["location"]).text
        assert issued(careful) == [(KEY, False, "account:binh")]


def test_a_refusal_says_why(careful: Desk) -> None:
    with careful.people(AN, CHU) as [an, chu]:
        an.post(f"{PLAN}/de-nghi", data=seen(an.get(PLAN).text))
        assert chu.post(f"{HERE}/de-nghi/1/tu-choi", data={"ly-do": " "}).status_code == 409
        assert chu.post(f"{HERE}/de-nghi/1/tu-choi", data={"ly-do": "sai giờ chốt"}).status_code == 303
        assert "Người của chu không đồng ý: sai giờ chốt" in words(an.get(PLAN).text)
        assert an.post(f"{PLAN}/de-nghi", data=seen(an.get(PLAN).text)).status_code == 303


def test_approving_what_has_changed_is_refused(careful: Desk) -> None:
    with careful.people(AN, BINH) as [an, binh]:
        an.post(f"{PLAN}/de-nghi", data=seen(an.get(PLAN).text))
        path = careful.folder / "1-cv.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("20h", "10h"), encoding="utf-8")
        assert "phải đề nghị lại" in binh.get(PLAN).text
        assert binh.post(f"{HERE}/de-nghi/1/duyet", data=READ).status_code == 409
        assert issued(careful) == []


def test_where_two_are_wanted_an_amendment_takes_two(careful: Desk) -> None:
    action = "/ban/vb/1/doi/sua"
    amendment = {"da-xem": "1", "ly-do": "sửa thời hạn"}
    with careful.people(AN, BINH) as [an, binh]:
        an.post(f"{PLAN}/de-nghi", data=seen(an.get(PLAN).text))
        binh.post(f"{HERE}/de-nghi/1/duyet", data=READ)
        assert f"{PLAN}/de-nghi" not in an.get(PLAN).text
        path = careful.folder / "1-cv.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("20h", "10h"), encoding="utf-8")
        preview = an.get(action).text
        assert "Điều sẽ đổi" in preview
        assert "phải có hai người" in preview
        assert f'href="{PLAN}"' in preview
        assert "<textarea" not in preview
        with careful.ledger.read() as session:
            before = session.get_one(Directive, 1)
        amendment["da-xem"] = str(before.version)
        assert an.post(action, data=amendment).status_code == 422
        assert an.post(f"{PLAN}/de-nghi", data=seen(an.get(PLAN).text)).status_code == 303
        assert "Đã đề nghị, chờ người thứ hai duyệt." in an.get(PLAN).text
        approving = binh.get(PLAN).text
        assert "Duyệt nội dung sửa" in approving
        assert "20 giờ sau khi ban hành → 10 giờ sau khi ban hành" in approving, "what is to be approved is shown"
        assert binh.post(f"{HERE}/de-nghi/2/duyet").status_code == 303
        with careful.ledger.read() as session:
            assert session.get_one(Directive, 1).snapshot_hash == before.snapshot_hash
        assert "Nội dung này đã được duyệt." in an.get(PLAN).text
        assert "<textarea" in an.get(action).text
        assert an.post(action, data=amendment).status_code == 303
        with careful.ledger.read() as session:
            assert session.get_one(Directive, 1).snapshot_hash != before.snapshot_hash


def test_an_amendment_is_offered_where_the_file_differs_and_nowhere_else(desk: Desk) -> None:
    action = "/ban/vb/1/doi/sua"
    with desk.people(AN, SOI) as [an, soi]:
        an.post(f"{PLAN}/ban-hanh", data=seen(an.get(PLAN).text) | READ)
        assert "Điều sẽ đổi" not in an.get(PLAN).text
        same = an.get(action).text
        assert "tệp không khác gì bản đang chạy" in same
        assert "<textarea" not in same
        path = desk.folder / "1-cv.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("20h", "10h"), encoding="utf-8")
        before = issued(desk)
        for reader, may in ((an, True), (soi, False)):
            page = reader.get(PLAN).text
            assert "20 giờ sau khi ban hành → 10 giờ sau khi ban hành" in page
            assert (f'href="{action}"' in page) is may
        assert issued(desk) == before
        path.write_text(path.read_text(encoding="utf-8").replace("number: 1", "number: 2"), encoding="utf-8")
        assert "Văn bản khác thì ban hành rồi thay thế." in an.get(PLAN).text


def test_a_refused_amendment_says_why(careful: Desk) -> None:
    with careful.people(AN, BINH) as [an, binh]:
        an.post(f"{PLAN}/de-nghi", data=seen(an.get(PLAN).text))
        binh.post(f"{HERE}/de-nghi/1/duyet", data=READ)
        path = careful.folder / "1-cv.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("20h", "10h"), encoding="utf-8")
        an.post(f"{PLAN}/de-nghi", data=seen(an.get(PLAN).text))
        assert binh.post(f"{HERE}/de-nghi/2/tu-choi", data={"ly-do": "quá gấp"}).status_code == 303
        page = an.get(PLAN).text
        assert "Người của binh không đồng ý: quá gấp" in words(page)
        assert f"{PLAN}/de-nghi" in page


def test_an_office_that_is_not_there_says_nothing_of_the_server(desk: Desk) -> None:
    with desk.people(AN) as [an]:
        missing = an.get(f"{HERE}/x/y")
    assert missing.status_code == 404
    assert str(desk.root) not in missing.text
    assert "không có cơ quan này" in missing.text.casefold()


@pytest.mark.parametrize("role", [Role.LEADERSHIP, Role.ADMINISTRATOR, Role.AUDITOR])
def test_who_is_not_of_the_desk_only_looks(desk: Desk, role: Role) -> None:
    with desk.people(("xem", role)) as [reader]:
        assert reader.get(HERE).status_code == 200
        assert "<button>Ban hành" not in reader.get(PLAN).text
        for act in ("ban-hanh", "chay-thu", "de-nghi", "dien-tap"):
            assert reader.post(f"{PLAN}/{act}", data={"noi-dung": "x"}).status_code == 403
        assert reader.get(f"{HERE}/tinh-mau/soan").status_code == 403


def test_a_wrong_file_is_listed_with_line_field_and_way_out(desk: Desk) -> None:
    path = desk.folder / "1-cv.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("20h", "lâu"), encoding="utf-8")
    with desk.people(AN) as [an]:
        page = an.get(HERE).text
        assert "1 lỗi" in page
        assert "regime.receipt.within" in page
        assert an.get(PLAN).status_code == 404
    (desk.folder / "units.yaml").write_text("units: [", encoding="utf-8")
    with desk.people(AN) as [an]:
        assert "Các tệp dùng chung của cơ quan có lỗi" in an.get(HERE).text


def test_a_file_is_sent_up_checked_and_kept(desk: Desk) -> None:
    source = (desk.folder / "1-cv.yaml").read_text(encoding="utf-8")
    other = source.replace("number: 1", "number: 2").replace("1-CV/TU", "2-CV/TU")
    to = f"{HERE}/tinh-mau/tai-len"
    with desk.people(AN) as [an]:
        sent = an.post(to, files={"tep": ("2-CV.yaml", other)})
        assert sent.headers["location"] == f"{HERE}/tinh-mau/2-cv"
        assert find_draft(desk.folder, "tinh-mau/2-cv")[1].content.text.number == 2
        again = an.post(to, files={"tep": ("2-cv.yaml", other.replace("20h", "10h"))})
        assert "đã có tệp 2-cv.yaml" in again.text.casefold()
        assert (
            an.post(to, data={"thay": "1"}, files={"tep": ("2-cv.yaml", other.replace("20h", "10h"))}).status_code
            == 303
        )
        wrong = an.post(to, files={"tep": ("3-cv.yaml", other.replace("20h", "lâu"))})
        assert (wrong.status_code, "regime.receipt.within" in wrong.text) == (422, True)
        assert an.post(to, files={"tep": ("units.yaml", other)}).status_code == 422
        assert an.post(to, files={"tep": ("4.yaml", b"\xff\xfe")}).status_code == 422
        assert an.post(to, files={"tep": ("4.yaml", b"x" * 600_000)}).status_code == 422
    assert sorted(path.name for path in desk.folder.glob("*.yaml")) == [
        "1-cv.yaml", "2-cv.yaml", "office.yaml", "units.yaml"
    ]  # fmt: skip
    with desk.ledger.read() as session:
        saved = select(Event.subject, Event.actor).where(Event.kind == "draft_kept")
        told = [tuple(row) for row in session.execute(saved)]
    assert told == [("draft:tinh-mau/2-cv", "account:an")] * 2


def test_a_file_that_names_an_original_is_judged_beside_the_original(desk: Desk) -> None:
    source = (desk.folder / "1-cv.yaml").read_text(encoding="utf-8")
    named = source.replace("number: 1", "number: 2\n  original: ban-ky/2.pdf").replace("1-CV/TU", "2-CV/TU")
    to = f"{HERE}/tinh-mau/tai-len"
    with desk.people(AN) as [an]:
        missing = an.post(to, files={"tep": ("2-cv.yaml", named)})
        assert (missing.status_code, "text.original" in missing.text) == (422, True)
        (desk.folder / "ban-ky").mkdir()
        (desk.folder / "ban-ky" / "2.pdf").write_bytes(b"%PDF-1.7\n%%EOF\n")
        assert an.post(to, files={"tep": ("2-cv.yaml", named)}).headers["location"] == f"{HERE}/tinh-mau/2-cv"
    assert find_draft(desk.folder, "tinh-mau/2-cv")[1].content.text.original == "ban-ky/2.pdf"


def filled(**changed: object) -> dict[str, object]:
    return {
        "loai": "công điện", "so-ky-hieu": "7-CĐ/TU", "ngay": "2021-11-23", "do-khan": "hỏa tốc",
        "trich-yeu": "Về việc di dời dân", "nguoi-ky": "Đỗ An", "chuc-vu": "Bí thư", "nhom": ["huyen", "so"],
        "xac-nhan": "2", "bao-cao": "hằng ngày báo cáo số hộ di dời", "bao-cao-tu": "2021-11-24", "bao-cao-den": "",
        "bao-cao-gio": "16:00", "bao-cao-mau": "_moi", "bao-cao-chi-tieu": "Số hộ phải di dời (hộ)\nSố người",
        "viec-1": "lập phương án di dời", "viec-1-han": "2021-11-26T17:00", "viec-1-ai": "huyen",
    } | changed  # fmt: skip


def test_a_form_becomes_a_file_that_is_shown_first(desk: Desk) -> None:
    to = f"{HERE}/tinh-mau/soan"
    with desk.people(AN) as [an]:
        assert 'value="2021-11-23"' in an.get(to).text  # today, as the ledger lives it
        shown = an.post(to, data=filled(xem="1"))
        assert shown.status_code == 200
        assert "code: 7-CĐ/TU" in shown.text
        assert not (desk.folder / "7-cd-tu.yaml").exists()
        kept = an.post(to, data=filled(luu="1"))
        assert kept.headers["location"] == f"{HERE}/tinh-mau/7-cd-tu"
        plan = an.get(f"{HERE}/tinh-mau/7-cd-tu").text
        assert "17 giờ 00, ngày 26/11/2021" in plan
        assert "đã có tệp" in an.post(to, data=filled(luu="1")).text
    folder, draft = find_draft(desk.folder, "tinh-mau/7-cd-tu")
    assert draft.content.regime.reports[0].form == "bao-cao-7-cd-tu"
    assert [item.label for item in folder.forms["bao-cao-7-cd-tu"].fields] == ["Số hộ phải di dời", "Số người"]


def test_numbers_begin_anew_each_year(desk: Desk) -> None:
    to = f"{HERE}/tinh-mau/soan"
    with desk.people(AN) as [an]:
        an.post(to, data=filled(luu="1"))
        before = (desk.folder / "forms" / "bao-cao-7-cd-tu.yaml").read_text(encoding="utf-8")
        next_year = filled(
            luu="1", ngay="2022-11-23", **{"bao-cao-tu": "2022-11-24", "viec-1-han": "2022-11-26T17:00",
                                           "bao-cao-chi-tieu": "Số nhà"},
        )  # fmt: skip
        assert an.post(to, data=next_year).headers["location"] == f"{HERE}/tinh-mau/7-cd-tu-2022"
        assert "đã có tệp" in an.post(to, data=next_year).text
        (desk.folder / "7-cd-tu.yaml").rename(desk.folder / "cong-dien-7.yaml")
        refused = an.post(to, data=filled(luu="1", **{"bao-cao-chi-tieu": "Số nhà"}))
        assert "chọn nó trong danh sách" in refused.text
    folder, draft = find_draft(desk.folder, "tinh-mau/7-cd-tu-2022")
    assert [field.label for field in folder.forms[draft.content.regime.reports[0].form].fields] == ["Số nhà"]
    assert (desk.folder / "forms" / "bao-cao-7-cd-tu.yaml").read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"nhom": []}, "nhom"), ({"ngay": "hôm nay"}, "ngay"), ({"trich-yeu": " "}, "trich-yeu"),
        ({"xac-nhan": "0"}, "xac-nhan"), ({"xac-nhan": "²"}, "xac-nhan"),
        ({"bao-cao-tu": "0021-11-24"}, "bao-cao-tu"), ({"viec-1-han": "9999-12-31T23:59"}, "viec-1-han"),
        ({"bao-cao-gio": ""}, "bao-cao-gio"),
        ({"bao-cao-chi-tieu": ""}, "bao-cao-chi-tieu"), ({"bao-cao-mau": "khac"}, "bao-cao-mau"),
        ({"viec-1-han": ""}, "viec-1-han"), ({"viec-1": "a " * 30}, "viec-1"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_at_its_field_and_nothing_typed_is_lost(
    desk: Desk, changed: dict[str, object], field: str
) -> None:
    with desk.people(AN) as [an]:
        refused = an.post(f"{HERE}/tinh-mau/soan", data=filled(luu="1", **changed))
        assert refused.status_code == 422
        assert f'id="{field}-problem"' in refused.text or f'id="{field}"' in refused.text
        assert "7-CĐ/TU" in refused.text
    assert not (desk.folder / "7-cd-tu.yaml").exists()


def test_a_rehearsal_is_played_beside_the_portal_and_shown(desk: Desk) -> None:
    to = f"{PLAN}/dien-tap"
    with desk.people(AN, SOI) as [an, soi]:
        assert an.get(f"{to}/2").status_code == 404
        assert an.post(to, data={"ngay": "2"}).headers["location"] == f"{to}/2"
        deadline = time.monotonic() + 120
        while "Refresh" in (page := soi.get(f"{to}/2")).headers:
            assert "Đang diễn tập" in page.text
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert "Lãnh đạo nhận được" in page.text
        assert "không thư nào gửi ra ngoài. Đơn vị giả lập:" in words(page.text)
        assert "Giả định ban hành lúc 08 giờ 00, ngày 23/11/2021." in words(page.text)
        whole = soi.get(f"{to}/2/tep")
        assert whole.headers["content-disposition"].startswith("attachment")
        assert "<svg" in whole.text
        assert "Giả định ban hành lúc 23/11 08:00" in whole.text
    assert issued(desk) == []


def test_the_links_of_a_trial_open_pages_that_say_so_and_work(desk: Desk) -> None:
    with desk.people(AN) as [an]:
        an.post(f"{PLAN}/chay-thu", data=seen(an.get(PLAN).text))
        with desk.ledger.read() as session:
            addressee = session.scalars(select(Addressee).where(Addressee.key == "so-0")).one()
            path = desk.links.unit(addressee.id, addressee.link_generation).removeprefix(desk.links.public_url)
        page = an.get(path)
        assert page.status_code == 200
        assert "Chạy thử: đây là trang xem trước của bàn trực" in page.text
        assert an.post(f"{path}/nhan", data={"ho-ten": "Nguyễn An"}).status_code in (200, 303)
        assert "Chạy thử" in an.get(path).text
        an.post(f"{PLAN}/bo-chay-thu", data={"lan": f"{KEY}~thu-1"})
        assert an.get(path).status_code == 404
