"""One hurried person on a phone: from the mail to the receipt in a few taps, and nothing typed is ever lost."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import func, select

from hoatoc.ledger.schema import Addressee, Duty, DutyKind, ExtensionRequest, Fulfilment, Receipt, Report, Specialist
from hoatoc.passing import make_pass
from tests.portal.binhphuoc import Province
from tests.portal.place import FIGURES, Place
from tests.portal.screens import PHONE, SIZES, assert_accessible, serving
from tests.worlds.duties import ISSUED_1722, PERSON
from tests.worlds.mailserver import mail_server

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DAY = "2021-11-24"
#: What a person needs on a phone: so long for a tap, so long for a letter or a figure.
SECONDS_A_TAP, SECONDS_A_KEY = 4.0, 0.7


@pytest.fixture(params=[True, False], ids=["javascript", "no-javascript"])
def phone(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A page on a phone."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=request.param, has_touch=True, is_mobile=True)
    yield context.new_page()
    context.close()


class Thumb:
    """Taps and types, and counts both. "Next" on the keyboard is not a tap on the page."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps, self.keys = page, 0, 0

    def tap(self, what: Locator) -> None:
        """One tap."""
        self.taps += 1
        what.tap()

    def type(self, words: str) -> None:
        """Type into what has the focus."""
        self.keys += len(words)
        self.page.keyboard.type(words)

    def go_on(self) -> None:
        """The keyboard's "next"."""
        self.keys += 1
        self.page.keyboard.press("Tab")

    @property
    def seconds(self) -> float:
        """How long that takes."""
        return self.taps * SECONDS_A_TAP + self.keys * SECONDS_A_KEY


def letter(place: Place, address: str) -> str:
    """The mail that carries the directive, as its reader sees it."""
    with mail_server() as mail, ThreadPoolExecutor(1) as aside:  # a pass has a loop of its own
        aside.submit(make_pass, place.ledger, 1, relay=mail.relay, links=place.links).result()
        body = mail.to(address)[0].message.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def test_from_the_mail_to_the_receipt_in_six_taps_and_two_minutes(site: tuple[Place, str], phone: Page) -> None:
    place, url = site
    phone.set_content(letter(place, "so-y-te@kiengiang.example").replace(place.links.public_url, url))
    thumb = Thumb(phone)
    thumb.tap(phone.get_by_role("link", name="Mở văn bản"))
    thumb.tap(phone.get_by_label("Họ và tên người nhận"))
    thumb.type("Trần Thị Bích")
    thumb.tap(phone.get_by_role("button", name="Xác nhận đã nhận"))
    expect(phone.get_by_text("bởi Trần Thị Bích")).to_be_visible()
    thumb.tap(phone.get_by_role("button", name="Nộp báo cáo"))
    thumb.tap(phone.locator("[name=nhiem_moi]"))
    for key, value in FIGURES.items():
        expect(phone.locator(f"[name={key}]")).to_be_focused()
        thumb.type(value)
        thumb.go_on()
    thumb.tap(phone.get_by_role("button", name="Nộp báo cáo"))
    expect(phone.get_by_text("đã nộp đúng hạn")).to_be_visible()
    assert thumb.taps <= 6
    assert thumb.seconds <= 120
    with place.ledger.read() as session:
        assert session.scalars(select(Receipt.by_name)).all() == ["Trần Thị Bích"]
        assert session.scalar(select(func.count()).select_from(Report)) == 1


def test_what_is_owed_stands_on_the_first_screen(site: tuple[Place, str], phone: Page) -> None:
    place, url = site
    phone.goto(url + place.link("Sở Y tế"))
    short = phone.get_by_text("Còn 2 việc phải làm.")
    box = short.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= PHONE["height"] / 2
    expect(short).to_contain_text("Gấp nhất: Báo cáo ngày 24/11/2021, hạn 16 giờ 00, ngày 24/11/2021.")


def test_a_unit_assigns_and_the_specialist_reports(site: tuple[Place, str], phone: Page) -> None:
    place, url = site
    phone.goto(url + place.link("Sở Y tế"))
    phone.get_by_role("button", name="Phân công cho chuyên viên").tap()
    phone.get_by_label("Họ và tên người nhận việc").fill("Trần Văn Bình")
    phone.get_by_label("Địa chỉ thư").fill("khong phai thu")
    phone.get_by_label("Họ và tên người phân công").fill("Lê Thị Mai")
    phone.get_by_role("button", name="Phân công và gửi thư").tap()
    expect(phone.get_by_role("alert")).to_contain_text("ghi một địa chỉ thư")
    expect(phone.get_by_label("Họ và tên người nhận việc")).to_have_value("Trần Văn Bình")
    phone.get_by_label("Địa chỉ thư").fill("binh.tv@soyte.example")
    phone.get_by_role("button", name="Phân công và gửi thư").tap()
    expect(phone.get_by_role("heading", name="Đang được phân công")).to_be_visible()
    with place.ledger.read() as session:
        specialist = session.scalars(select(Specialist)).one()
    phone.goto(url + place.links.specialist(specialist.id, 0).removeprefix(place.links.public_url))
    phone.get_by_role("button", name="Nộp báo cáo").tap()
    for key, value in FIGURES.items():
        phone.locator(f"[name={key}]").fill(value)
    expect(phone.get_by_label("Họ và tên người báo cáo")).to_have_value("Trần Văn Bình")
    phone.get_by_role("button", name="Nộp báo cáo").tap()
    expect(phone.get_by_text("đã nộp đúng hạn")).to_be_visible()


# A lost connection.


@pytest.fixture
def served(province: Province) -> Iterator[tuple[Province, str]]:
    """Bình Phước, served, with the letter that follows shares."""
    province.issue("binh-phuoc/1722-ubnd-kgvx", ISSUED_1722)
    with serving(province.ledger, province.links) as url:
        yield province, url


def task(province: Province) -> str:
    return f"{province.page('so-y-te')}/viec/{province.duty('so-y-te', DutyKind.TASK).id}"


def more_time(province: Province) -> str:
    return f"{province.page('so-y-te')}/gia-han/{province.duty('so-y-te', DutyKind.TASK).id}"


def give_back(province: Province) -> str:
    return f"{province.page('so-y-te')}/tra-lai/{province.duty('so-y-te', DutyKind.TASK).id}"


def permission(province: Province) -> str:
    return f"{province.page('so-y-te')}/xin-phep/3.1"


def assign(province: Province) -> str:
    return f"{province.page('so-y-te')}/phan-cong"


def share(province: Province) -> str:
    return f"{province.page('ubnd-bu-dang', '1722')}/chi-tieu/6.2"


NAME = {"ho-ten": "Vũ Thị Mai"}
FORMS: dict[str, tuple[Callable[[Province], str], dict[str, str], type | None]] = {
    "task": (task, {"ket-qua": "Báo cáo số 12/BC-SYT", **NAME}, Fulfilment),
    "more time": (more_time, {"han-moi": "2021-06-20T08:00", "ly-do": "Thiếu vắc-xin", **NAME}, ExtensionRequest),
    "giving back": (give_back, {"ly-do": "Việc của huyện", **NAME}, None),
    "permission": (
        permission,
        {"nguoi-di": "Lê Thị Hoa", "ly-do-di": "Họp", "ngay-di": "2021-06-10", "ngay-ve": "2021-06-12", **NAME},
        None,
    ),
    "assignment": (
        assign, {"nguoi-nhan-viec": "Trần Văn Bình", "thu-dien-tu": "binh@syt.example", **NAME}, Specialist,
    ),
    "share": (share, {"da-dat": "3.884", "tong-so": "5.000", **NAME}, None),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_lost_connection_loses_nothing_typed(served: tuple[Province, str], browser: Browser, form: str) -> None:
    province, url = served
    path, typed, table = FORMS[form]
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(url + path(province))
    for key, value in typed.items():
        page.locator(f"main form [name='{key}']").first.fill(value)
    send = page.locator("main form:has([name='ho-ten']) button").first
    before = province.rows()
    context.set_offline(True)
    send.click()
    expect(page.locator("#lost")).to_be_visible()
    for key, value in typed.items():
        expect(page.locator(f"main form [name='{key}']").first).to_have_value(value)
    assert province.rows() == before
    context.set_offline(False)
    with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        send.dblclick()
    assert answered.value.status == 303
    expect(page.locator("#lost")).to_be_hidden()
    if table is not None:
        with province.ledger.read() as session:
            assert session.scalar(select(func.count()).select_from(table)) == 1, "a double click sends it once"
    context.close()


def test_a_list_that_was_chosen_is_still_chosen(served: tuple[Province, str], browser: Browser, tmp_path: Path) -> None:
    province, url = served
    district = "huyen-uy-bu-dang"
    file = tmp_path / "danh-sach.csv"
    file.write_text(f"{','.join(PERSON)}\n{','.join(str(value) for value in PERSON.values())}\n", encoding="utf-8")
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(f"{url}{province.page(district)}/danh-sach/{province.duty(district, DutyKind.ROSTER).id}")
    page.locator("[name=tep]").set_input_files(file)
    page.get_by_label("Họ và tên người nộp").fill("Vũ Thị Mai")
    context.set_offline(True)
    page.get_by_role("button", name="Nộp danh sách").click()
    expect(page.locator("#lost")).to_be_visible()
    assert page.locator("[name=tep]").evaluate("input => input.files.length") == 1
    context.set_offline(False)
    page.get_by_role("button", name="Nộp danh sách").click()
    expect(page.get_by_text("1 người; lúc")).to_be_visible()
    context.close()


@pytest.mark.parametrize("size", SIZES)
def test_the_pages_of_a_unit_and_its_specialist_are_accessible(
    site: tuple[Place, str], browser: Browser, size: str
) -> None:
    place, url = site
    unit = place.link("Sở Y tế")
    with place.ledger.read() as session:
        owed = session.scalars(
            select(Duty).join(Addressee, Addressee.id == Duty.addressee_id)
            .where(Addressee.name == "Sở Y tế").order_by(Duty.id)
        ).all()  # fmt: skip
    page = browser.new_page(viewport=SIZES[size])
    paths = ["phan-cong", "lich-su", "bien-nhan", "van-ban"]
    paths += [f"{what}/{duty.id}" for duty in owed for what in ("tra-lai", "gia-han")]
    for path in paths:
        page.goto(f"{url}{unit}/{path}")
        assert_accessible(page)
    page.goto(f"{url}{unit}/phan-cong")
    page.get_by_role("button", name="Phân công và gửi thư").click()
    page.get_by_role("alert").wait_for()
    assert_accessible(page)
    page.get_by_label("Họ và tên người nhận việc").fill("Trần Văn Bình")
    page.get_by_label("Địa chỉ thư").fill("binh.tv@soyte.example")
    page.get_by_label("Họ và tên người phân công").fill("Lê Thị Mai")
    page.get_by_role("button", name="Phân công và gửi thư").click()
    page.get_by_role("heading", name="Đang được phân công").wait_for()
    assert_accessible(page)
    with place.ledger.read() as session:
        specialist = session.scalars(select(Specialist)).one()
    for path in (unit, place.links.specialist(specialist.id, 0).removeprefix(place.links.public_url)):
        page.goto(url + path)
        assert_accessible(page)
    page.close()


@pytest.mark.parametrize(("button", "said"), [("Đồng ý", "đồng ý"), ("Không đồng ý", "không đồng ý")])
def test_one_who_decides_answers_with_either_button(
    served: tuple[Province, str], phone: Page, button: str, said: str
) -> None:
    province, url = served
    path, typed, _ = FORMS["permission"]
    phone.goto(url + path(province))
    for key, value in typed.items():
        phone.locator(f"main form [name='{key}']").first.fill(value)
    phone.get_by_role("button", name="Gửi đề nghị").tap()
    expect(phone.get_by_role("heading", name="Các đề nghị đã gửi")).to_be_visible()
    phone.goto(url + province.page("so-y-te/head"))
    phone.get_by_label("Ý kiến").fill("Đã xem xét")
    phone.get_by_label("Họ và tên người trả lời").fill("Giám đốc")
    phone.get_by_role("button", name=button, exact=True).tap()
    expect(phone.get_by_text("không có đề nghị nào chờ trả lời")).to_be_visible()
    phone.goto(url + path(province))
    expect(phone.get_by_text(said, exact=True)).to_be_visible()
