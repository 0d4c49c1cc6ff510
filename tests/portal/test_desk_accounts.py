"""The administrator's page of accounts, and one's own password."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from hoatoc.accounts import register, signin
from hoatoc.clock import machine_now
from hoatoc.ledger.schema import Account, Event, Role
from portal.app import create_app
from tests.portal.officers import PASSWORD, account, officer_at
from tests.portal.place import Place

NEW = "một mật khẩu mới dài"


@pytest.fixture
def administrator(place: Place) -> Iterator[TestClient]:
    with officer_at(place.ledger, place.links, Role.ADMINISTRATOR) as client:
        yield client


@pytest.fixture
def somebody(place: Place) -> Iterator[TestClient]:
    with TestClient(create_app(place.ledger, place.links, "vi"), follow_redirects=False) as client:
        yield client


def link_in(html: str) -> str:
    [found] = re.findall(r"http://portal\.example(/vao/[\w-]+)", html)
    return str(found)


def csrf_of(client: TestClient, path: str) -> str:
    return str(re.findall(r'name="csrf" value="([^"]+)"', client.get(path).text)[0])


def enter(client: TestClient, login: str, password: str) -> int:
    return client.post("/vao", data={"ten": login, "mat-khau": password}).status_code


def test_only_the_administrator_sees_and_changes_accounts(place: Place) -> None:
    known = account(place.ledger, login="lan")
    for role in (Role.DESK, Role.LEADERSHIP, Role.AUDITOR):
        with officer_at(place.ledger, place.links, role) as officer:
            assert officer.get("/ban/tai-khoan").status_code == 403
            assert "/ban/tai-khoan" not in officer.get("/ban").text
            for path in ("", f"/{known.id}/khoa", f"/{known.id}/mo", f"/{known.id}/vai-tro", f"/{known.id}/lien-ket"):
                assert officer.post(f"/ban/tai-khoan{path}", data={}).status_code == 403, path
    assert account(place.ledger, login="lan").disabled_at > machine_now()


def test_a_new_account_comes_by_its_link_and_sets_a_password(administrator: TestClient, somebody: TestClient) -> None:
    typed = {"ten": "Minh.Tran", "ho-ten": "Trần  Minh", "vai-tro": "auditor"}
    said = administrator.post("/ban/tai-khoan", data=typed).text
    assert "Liên kết đăng nhập của Trần Minh" in said
    assert "minh.tran · kiểm tra" in said
    link = link_in(said)
    assert link not in administrator.get("/ban/tai-khoan").text, "shown once"
    assert somebody.post(link).status_code == 303
    assert 'name="cu"' not in somebody.get("/ban/mat-khau").text
    form = {"csrf": csrf_of(somebody, "/ban/mat-khau"), "moi": NEW, "lai": NEW}
    assert "đã đổi" in somebody.post("/ban/mat-khau", data=form).text
    somebody.cookies.clear()
    assert enter(somebody, "minh.tran", NEW) == 303


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"ten": "Trần Minh"}, "tên đăng nhập không dùng được"),
        ({"ten": "administrator"}, "đã có tài khoản này"),
        ({"ho-ten": " "}, "chưa ghi họ và tên"),
        ({"vai-tro": "king"}, "chưa chọn vai trò"),
    ],
)
def test_an_account_that_cannot_be_is_refused_with_what_was_typed(
    place: Place, administrator: TestClient, typed: dict[str, str], said: str
) -> None:
    answer = administrator.post("/ban/tai-khoan", data={"ten": "minh", "ho-ten": "Minh", "vai-tro": "desk"} | typed)
    assert answer.status_code == 422
    assert said in answer.text.replace("Tên đăng nhập không", "tên đăng nhập không").replace("Đã có", "đã có").replace(
        "Chưa", "chưa"
    )
    with place.ledger.read() as session:
        assert [each.login for each in register.everyone(session)] == ["administrator"]


def test_a_disabled_account_is_out_and_in_again_when_it_is_enabled(place: Place, administrator: TestClient) -> None:
    lan = account(place.ledger, login="lan", password=PASSWORD)
    with officer_at(place.ledger, place.links, login="lan") as officer:
        assert "đã khóa" in administrator.post(f"/ban/tai-khoan/{lan.id}/khoa").text
        assert officer.get("/ban").status_code == 303
        assert enter(officer, "lan", PASSWORD) == 422
        assert administrator.post(f"/ban/tai-khoan/{lan.id}/lien-ket").status_code == 422
        administrator.post(f"/ban/tai-khoan/{lan.id}/mo")
        assert officer.get("/ban").status_code == 303, "the old sign-in stays ended"
        assert enter(officer, "lan", PASSWORD) == 303
    with place.ledger.read() as session:
        told = session.execute(
            select(Event.kind, Event.actor).where(Event.subject == "account:lan", Event.actor != "account:lan")
        ).all()
    assert [tuple(row) for row in told] == [
        ("account_added", "test"), ("account_disabled", "account:administrator"),
        ("account_enabled", "account:administrator"),
    ]  # fmt: skip


def test_another_role_counts_from_the_next_click_on(place: Place, administrator: TestClient) -> None:
    lan = account(place.ledger, login="lan")
    with officer_at(place.ledger, place.links, login="lan") as officer:
        assert officer.post("/ban/vb/1/tong-hop/2021-11-24/mien", data={}).status_code == 404
        administrator.post(f"/ban/tai-khoan/{lan.id}/vai-tro", data={"vai-tro": "auditor"})
        assert officer.post("/ban/vb/1/tong-hop/2021-11-24/mien", data={}).status_code == 403


def test_an_administrator_cannot_lock_themselves_out(place: Place, administrator: TestClient) -> None:
    own = account(place.ledger, Role.ADMINISTRATOR)
    assert administrator.post(f"/ban/tai-khoan/{own.id}/khoa").status_code == 422
    assert administrator.post(f"/ban/tai-khoan/{own.id}/vai-tro", data={"vai-tro": "desk"}).status_code == 422
    assert administrator.get("/ban/tai-khoan").status_code == 200
    assert administrator.post("/ban/tai-khoan/999/khoa").status_code == 404


def test_ones_own_password_changes_with_the_old_one_and_signs_out_elsewhere(place: Place, somebody: TestClient) -> None:
    account(place.ledger, login="lan", password=PASSWORD)
    assert enter(somebody, "lan", PASSWORD) == 303
    own = {"csrf": csrf_of(somebody, "/ban/mat-khau"), "cu": PASSWORD, "moi": NEW, "lai": NEW}
    with officer_at(place.ledger, place.links, login="lan") as elsewhere:
        for wrong in (
            {"cu": "x"},
            {"moi": "ngắn"},
            {"lai": "khác"},
            {"moi": "lan lan lan lan", "lai": "lan lan lan lan"},
        ):
            assert somebody.post("/ban/mat-khau", data=own | wrong).status_code == 422, wrong
        assert elsewhere.get("/ban").status_code == 200
        assert somebody.post("/ban/mat-khau", data=own).status_code == 200
        assert elsewhere.get("/ban").status_code == 303
    assert somebody.get("/ban").status_code == 200
    with TestClient(somebody.app, follow_redirects=False) as later:
        assert enter(later, "lan", PASSWORD) == 422
        assert enter(later, "lan", NEW) == 303


def test_a_browser_left_open_is_no_way_to_guess_the_password(place: Place, somebody: TestClient) -> None:
    account(place.ledger, login="lan", password=PASSWORD)
    enter(somebody, "lan", PASSWORD)
    own = {"csrf": csrf_of(somebody, "/ban/mat-khau"), "moi": NEW, "lai": NEW}
    said = [somebody.post("/ban/mat-khau", data=own | {"cu": f"guess {nth}"}).text for nth in range(7)]
    assert "Mật khẩu cũ không đúng" in said[5]
    assert "nhiều lần" in said[6]


def test_links_of_a_person_end_with_their_account(place: Place, somebody: TestClient) -> None:
    lan = account(place.ledger, login="lan")
    with place.ledger.write() as session:
        person = session.get_one(Account, lan.id)
        secret = signin.make_link(session, person, now=machine_now(), by="test")
        register.disable(session, person, now=machine_now(), by="test")
    assert somebody.post(f"/vao/{secret}").status_code == 404
