"""Letters in people's own words, read and dealt with at the desk; a link that is taken back from where one stands."""

from datetime import timedelta
from html import unescape

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select
from starlette.testclient import TestClient

from hoatoc.ledger.schema import (
    Addressee,
    Directive,
    InboxKind,
    InboxMail,
    InboxState,
    Notice,
    NoticeState,
    Role,
    Unit,
)
from hoatoc.rollout.collect import collect
from tests.portal.officers import officer_at
from tests.portal.place import ISSUED, Place
from tests.portal.screens import SIZES, assert_accessible, enter, follow
from tests.portal.test_unit import words

AT = ISSUED + timedelta(hours=1)
SAID = "Sở chưa rõ mẫu số 2.\nXin hỏi gửi về đâu? <b>"


def write_back(place: Place, name: str, said: str = SAID, **values: object) -> int:
    """Let the addressee called `name` answer its letter, and a pass collect that; the number of the mail."""
    with place.ledger.write() as session:
        addressee = session.scalars(select(Addressee).where(Addressee.name == name)).one()
        notice = session.scalars(select(Notice).where(Notice.addressee_id == addressee.id)).first()
        assert notice is not None
        notice.state = NoticeState.SENT
        session.get_one(Unit, addressee.unit_id).phone = "0297 386 2222"
        mail = InboxMail(
            directive_id=1, notice_id=notice.id, fingerprint=f"{name}{said}", kind=InboxKind.REPLY, received_at=AT,
            sender="văn&thư+1@yte.example", subject="Trả lời công điện", body=said, state=InboxState.NEW, outcome="",
        )  # fmt: skip
        for key, value in values.items():
            setattr(mail, key, value)
        session.add(mail)
        session.flush()
        collect(session, session.get_one(Directive, 1), AT)
        return mail.id


@pytest.fixture
def written(place: Place) -> tuple[Place, int]:
    """One department has written back."""
    number = write_back(place, "Sở Y tế")
    place.clock(AT)
    return place, number


def test_the_navigation_counts_what_waits(place: Place, desk: TestClient) -> None:
    assert 'class="waiting"' not in desk.get("/ban").text
    assert "không có thư nào chờ đọc" in desk.get("/ban/thu-den").text
    for name in ("Sở Y tế", "Sở Nội vụ"):
        write_back(place, name)
    assert '<b class="waiting">2</b>' in desk.get("/ban").text


def test_a_letter_is_shown_with_how_to_answer_it(written: tuple[Place, int], desk: TestClient) -> None:
    html = desk.get("/ban/thu-den").text
    assert "Xin hỏi gửi về đâu? &lt;b&gt;" in html
    assert 'href="mailto:v%C4%83n%26th%C6%B0%2B1@yte.example?subject=Re%3A%20Tr%E1%BA%A3%20l%E1%BB%9Di' in html
    assert 'href="tel:0297 386 2222"' in html
    said = words(html)
    assert "Đến lúc 17 giờ 00, ngày 23/11/2021" in said
    place, _ = written
    with place.ledger.read() as session:
        addressee = session.scalars(select(Addressee).where(Addressee.name == "Sở Y tế")).one()
    assert f'<a href="/ban/don-vi/{addressee.unit_id}">Sở Y tế</a>' in html
    assert f'href="/ban/vb/1/goi/{addressee.id}"' in html


def test_a_workbook_that_was_refused_is_said_to_have_come_with_it(place: Place, desk: TestClient) -> None:
    write_back(place, "Sở Y tế", "", sheet={"problem": "Không đọc được tệp Excel (.xlsx) gửi kèm."})
    said = words(desk.get("/ban/thu-den").text)
    assert "Thư không có chữ." in said
    assert "người gửi đã được báo chỗ cần sửa. Không đọc được tệp Excel (.xlsx) gửi kèm." in said


FILES: list[dict[str, object]] = [
    {"name": "Kế hoạch <b>.docx", "kind": "application/msword", "octets": 84_500},
    {"name": "Bản ký.pdf", "kind": "application/pdf", "octets": 2_500_000},
]
ORIGINAL = "Subject: Kế hoạch\r\n\r\n<script>alert(1)</script>".encode()


def test_what_is_attached_is_listed_and_the_mail_is_had_as_it_came(place: Place, desk: TestClient) -> None:
    number = write_back(place, "Sở Y tế", "Gửi kèm kế hoạch.", attached=FILES, original=ORIGINAL)
    html = desk.get("/ban/thu-den").text
    said = words(html)
    assert "Kế hoạch &lt;b&gt;.docx" in html
    assert "Kế hoạch <b>.docx 83 KB" in unescape(said)
    assert "Bản ký.pdf 2,4 MB" in said
    assert "Tệp gửi kèm: Kế hoạch &lt;b&gt;.docx, Bản ký.pdf" in desk.get("/ban/don-vi/so-y-te").text
    path = f"/ban/thu-den/{number}/thu-goc"
    assert f'href="{path}"' in html
    got = desk.get(path)
    assert (got.status_code, got.content, got.headers["content-type"]) == (200, ORIGINAL, "message/rfc822")
    assert got.headers["content-disposition"] == f'attachment; filename="thu-{number}.eml"'
    assert got.headers["x-content-type-options"] == "nosniff"


def test_the_mail_as_it_came_is_for_the_desk_alone_and_not_always_there(place: Place, desk: TestClient) -> None:
    kept = write_back(place, "Sở Y tế", original=ORIGINAL)
    gone = write_back(place, "Sở Nội vụ")
    receipt = write_back(place, "Sở Công Thương", "Đã nhận", original=ORIGINAL)
    assert f"/ban/thu-den/{gone}/thu-goc" not in desk.get("/ban/thu-den").text
    for number in (gone, receipt, 999):
        assert desk.get(f"/ban/thu-den/{number}/thu-goc").status_code == 404
    for role in (Role.AUDITOR, Role.LEADERSHIP, Role.ADMINISTRATOR):
        with officer_at(place.ledger, place.links, role) as officer:
            assert officer.get(f"/ban/thu-den/{kept}/thu-goc").status_code == 403
            assert "thu-goc" not in officer.get("/ban/thu-den").text


def test_a_receipt_with_a_file_stands_as_one_and_waits_to_be_read(place: Place, desk: TestClient) -> None:
    number = write_back(place, "Sở Y tế", "Đã nhận", attached=FILES)
    said = words(desk.get("/ban/thu-den").text)
    assert "Đã ghi nhận đơn vị nhận được văn bản; thư còn nội dung hoặc tệp cần đọc." in said
    assert desk.post(f"/ban/thu-den/{number}", data={}).status_code == 303
    assert 'class="waiting"' not in desk.get("/ban/thu-den").text


def test_a_bounce_of_an_unknown_address_says_which(place: Place, desk: TestClient) -> None:
    write_back(place, "Sở Y tế", "5.1.1 unknown", kind=InboxKind.BOUNCE, bounced="rieng@noi-khac.example")
    html = desk.get("/ban/thu-den").text
    assert "không chuyển được thư tới rieng@noi-khac.example, trong khi thư đã gửi tới so-y-te@" in html
    assert "mailto:v" not in html


def test_what_came_several_times_is_shown_once_and_says_so(written: tuple[Place, int], desk: TestClient) -> None:
    place, _ = written
    write_back(place, "Sở Y tế", fingerprint="another", received_at=AT + timedelta(minutes=5))
    assert '<b class="waiting">1</b>' in desk.get("/ban").text
    html = desk.get("/ban/thu-den").text
    assert html.count("Xin hỏi gửi về đâu?") == 1
    assert "Cùng nội dung này đã đến 2 lần, lần cuối 17 giờ 05, ngày 23/11/2021." in words(html)


def test_whoever_is_second_is_told_that_somebody_was_faster(written: tuple[Place, int], desk: TestClient) -> None:
    place, number = written
    done = desk.post(f"/ban/thu-den/{number}", data={"cach-xu-ly": "đã gọi, chỉ mẫu"})
    assert (done.status_code, done.headers["location"]) == (303, "/ban/thu-den")
    again = desk.post(f"/ban/thu-den/{number}", data={"cach-xu-ly": "x"})
    assert again.status_code == 422
    assert "người khác vừa thay đổi" in again.text
    html = desk.get("/ban/thu-den").text
    assert "Người của desk, 17 giờ 00, ngày 23/11/2021: đã gọi, chỉ mẫu" in words(html)
    assert 'class="waiting"' not in html
    assert desk.post("/ban/thu-den/999", data={}).status_code == 404
    with place.ledger.read() as session:
        assert session.get_one(InboxMail, number).handled_how == "đã gọi, chỉ mẫu"


def test_what_a_unit_has_written_stands_in_its_record(written: tuple[Place, int], desk: TestClient) -> None:
    _, number = written
    said = desk.get("/ban/don-vi/so-y-te").text
    assert f'<a href="/ban/thu-den#thu-{number}">chờ xử lý</a>' in said
    desk.post(f"/ban/thu-den/{number}", data={})
    assert "đã xử lý: Người của desk" in words(desk.get("/ban/don-vi/so-y-te").text)


def test_a_link_is_taken_back_from_the_record_and_from_the_row_of_the_directive(place: Place, desk: TestClient) -> None:
    with place.ledger.read() as session:
        addressee = session.scalars(select(Addressee).where(Addressee.name == "Sở Y tế")).one()
    link = f'href="/ban/lien-ket/{addressee.id}"'
    assert f'{link} aria-label="Thay liên kết của Sở Y tế"' in desk.get("/ban?vb=1").text
    for path in ("/ban/don-vi/so-y-te", "/ban?vb=1", f"/ban/vb/1/goi/{addressee.id}"):
        assert link in desk.get(path).text, path
    with officer_at(place.ledger, place.links, Role.AUDITOR) as auditor:
        for path in ("/ban/don-vi/so-y-te", "/ban?vb=1", f"/ban/vb/1/goi/{addressee.id}"):
            assert link not in auditor.get(path).text, path


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
def test_the_desk_reads_and_marks_a_letter(site: tuple[Place, str], browser: Browser, size: str) -> None:
    place, url = site
    write_back(place, "Sở Y tế")
    write_back(place, "Sở Y tế", fingerprint="another")
    write_back(place, "Sở Nội vụ", "Xin bổ sung danh sách")
    page = browser.new_page(viewport=SIZES[size])
    enter(page, place.ledger, url)
    page.goto(f"{url}/ban")
    follow(page.get_by_role("link", name="Thư trả lời 2"))
    assert_accessible(page)
    wide = "nav => nav.scrollWidth > nav.clientWidth"
    assert not page.locator("header.desk nav").evaluate(wide), "the navigation wraps, it does not scroll sideways"
    letter = page.get_by_role("article").filter(has_text="Sở Y tế")
    letter.get_by_label("Đã xử lý thế nào").fill("đã gọi")
    letter.get_by_role("button", name="Đánh dấu đã xử lý").click()
    expect(page.get_by_role("article")).to_have_count(1)
    expect(page.get_by_text("Chờ xử lý: 1")).to_be_visible()
    page.locator("main details summary").click()
    expect(page.get_by_text("đã gọi")).to_be_visible()
    assert_accessible(page)
    page.close()
