"""Signing in and out, what each role may do, and forms that were not ours."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from hoatoc.accounts import register, signin
from hoatoc.clock import machine_now
from hoatoc.ledger.schema import Account, Event, Role, SignIn
from hoatoc.links import Links
from portal.app import create_app
from tests.portal.officers import PASSWORD, account, cookie, officer_at, signed_in
from tests.portal.place import Place


@pytest.fixture
def visitor(place: Place) -> Iterator[TestClient]:
    """A browser at the door; Lan of the desk has an account with a password."""
    account(place.ledger, Role.DESK, "lan", PASSWORD)
    with TestClient(create_app(place.ledger, place.links, "vi"), follow_redirects=False) as client:
        yield client


def enter(client: TestClient, login: str = "lan", password: str = PASSWORD, to: str = "/ban") -> int:
    return client.post("/vao", data={"ten": login, "mat-khau": password, "toi": to}).status_code


def kinds(place: Place) -> list[str]:
    with place.ledger.read() as session:
        return list(session.scalars(select(Event.kind).where(Event.directive_id.is_(None)).order_by(Event.id)))


def test_who_is_not_signed_in_is_shown_the_way_and_brought_back(visitor: TestClient) -> None:
    answer = visitor.get("/ban/nguon-goc/x?a=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/vao?toi=%2Fban%2Fnguon-goc%2Fx%3Fa%3D1")
    form = visitor.get(answer.headers["location"]).text
    assert 'name="toi" value="/ban/nguon-goc/x?a=1"' in form
    answer = visitor.post("/vao", data={"ten": " Lan", "mat-khau": PASSWORD, "toi": "/ban/nguon-goc/x?a=1"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/ban/nguon-goc/x?a=1")
    assert "Người của lan" in visitor.get("/ban").text
    assert visitor.get("/vao").headers["location"] == "/ban"


def test_the_bare_address_leads_in(visitor: TestClient) -> None:
    page = visitor.get("/", follow_redirects=True)
    assert page.url.path == "/vao"
    assert "Đơn vị mở liên kết trong thư" in page.text


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example", "//evil.example", "/ban/../v/x", "/banh", "/ban\\@evil.example", "/ban/\n", ""],
)
def test_nobody_is_sent_elsewhere_after_signing_in(visitor: TestClient, elsewhere: str) -> None:
    answer = visitor.post("/vao", data={"ten": "lan", "mat-khau": PASSWORD, "toi": elsewhere})
    assert (answer.status_code, answer.headers["location"]) == (303, "/ban")


def test_whatever_is_wrong_gets_one_answer(place: Place, visitor: TestClient) -> None:
    account(place.ledger, login="minh")  # has no password
    gone = account(place.ledger, login="hoa", password=PASSWORD)
    with place.ledger.write() as session:
        register.disable(session, session.get_one(Account, gone.id), now=machine_now(), by="test")
    answers = {
        re.sub(r' value="[^"]*"| autofocus', "", visitor.post("/vao", data={"ten": login, "mat-khau": password}).text)
        for login, password in [("lan", "sai"), ("minh", ""), ("hoa", PASSWORD), ("ai đó", "x" * 5000), ("", "")]
    }
    assert len(answers) == 1
    assert "Tên đăng nhập hoặc mật khẩu không đúng." in answers.pop()
    assert "set-cookie" not in visitor.get("/vao").headers


def test_a_login_waits_longer_after_each_mistake_whether_it_exists_or_not(place: Place, visitor: TestClient) -> None:
    for login in ("lan", "khong-co"):
        assert [enter(visitor, login, "sai") for _ in range(7)] == [422] * 6 + [429]
        assert "hãy chờ 1 phút" in visitor.post("/vao", data={"ten": login, "mat-khau": PASSWORD}).text
    assert enter(visitor, "lan") == 429, "the right password waits too"
    assert kinds(place).count("login_locked") == 2


def test_signing_out_ends_it_on_the_server(place: Place, visitor: TestClient) -> None:
    enter(visitor)
    kept = visitor.cookies["hoatoc"]
    csrf = re.findall(r'name="csrf" value="([^"]+)"', visitor.get("/ban").text)[0]
    assert visitor.post("/ra").status_code == 403, "a foreign page signs nobody out"
    answer = visitor.post("/ra", data={"csrf": csrf})
    assert (answer.status_code, answer.headers["location"]) == (303, "/vao")
    visitor.cookies.set("hoatoc", kept)
    assert visitor.get("/ban").status_code == 303
    assert kinds(place) == ["account_added", "signed_in", "signed_out"]


def test_a_cookie_set_by_another_is_never_taken_over(place: Place, visitor: TestClient) -> None:
    visitor.cookies.set("hoatoc", "chosen-by-somebody-else")
    enter(visitor)
    assert visitor.cookies.get("hoatoc", domain="testserver.local") != "chosen-by-somebody-else"
    visitor.cookies.clear()
    visitor.cookies.set("hoatoc", "chosen-by-somebody-else")
    assert visitor.get("/ban").status_code == 303


def test_the_ledger_keeps_no_cookie_and_no_password(place: Place, visitor: TestClient) -> None:
    enter(visitor)
    with place.ledger.read() as session:
        kept = session.scalars(select(SignIn)).one()
        person = session.scalars(select(Account).where(Account.login == "lan")).one()
    assert visitor.cookies["hoatoc"] not in (kept.secret_hash, kept.csrf)
    assert person.password_hash.startswith("$argon2id$")


@pytest.mark.parametrize(
    ("way", "column", "age"),
    [("idle", SignIn.seen_at, signin.IDLE), ("in all", SignIn.expires_at, timedelta(0))],
)
def test_a_sign_in_ends_by_itself(place: Place, desk: TestClient, way: str, column: object, age: timedelta) -> None:
    with place.ledger.write() as session:
        session.execute(update(SignIn).values({column: machine_now() - age + timedelta(minutes=1)}))  # type: ignore[dict-item]  # a column
    assert desk.get("/ban").status_code == 200, way
    with place.ledger.write() as session:
        session.execute(update(SignIn).values({column: machine_now() - age - timedelta(seconds=1)}))  # type: ignore[dict-item]  # a column
    assert desk.get("/ban").status_code == 303, way


def test_a_board_that_refreshes_itself_keeps_nobody_signed_in(place: Place, desk: TestClient) -> None:
    before = machine_now() - timedelta(minutes=50)
    with place.ledger.write() as session:
        session.execute(update(SignIn).values(seen_at=before))

    def seen() -> bool:
        with place.ledger.read() as session:
            return session.scalars(select(SignIn.seen_at)).one() > before

    assert desk.get("/ban/moi", headers={"HX-Request": "true"}).status_code == 200
    assert not seen()
    assert desk.get("/ban").status_code == 200
    assert seen()


def test_a_page_that_refreshes_itself_goes_to_the_sign_in_when_it_has_ended(visitor: TestClient) -> None:
    for here, to in (("/ban/vb/1", "%2Fban%2Fvb%2F1"), ("/ban?vb=1&he=party", "%2Fban%3Fvb%3D1%26he%3Dparty")):
        headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{here}"}
        answer = visitor.get("/ban/moi", headers=headers)
        assert (answer.status_code, answer.headers["hx-redirect"]) == (401, f"/vao?toi={to}")


def test_a_disabled_account_is_out_at_once(place: Place, desk: TestClient) -> None:
    with place.ledger.write() as session:
        register.disable(session, register.find(session, "desk"), now=machine_now(), by="test")
    assert desk.get("/ban").status_code == 303


def test_a_new_password_signs_out_everywhere_else(place: Place, desk: TestClient) -> None:
    with officer_at(place.ledger, place.links) as elsewhere, place.ledger.write() as session:
        here = session.scalars(select(SignIn.id).order_by(SignIn.id)).first()
        person = register.find(session, "desk")
        link = signin.make_link(session, person, now=machine_now(), by="test")
        register.change_password(session, person, PASSWORD, now=machine_now(), by="test", stays=here)
        session.commit()
        assert elsewhere.get("/ban").status_code == 303
    assert desk.get("/ban").status_code == 200
    assert desk.post(f"/vao/{link}").status_code == 404


def test_a_link_signs_in_once_and_only_when_the_button_is_pressed(place: Place, visitor: TestClient) -> None:
    with place.ledger.write() as session:
        secret = signin.make_link(session, register.find(session, "lan"), now=machine_now(), by="test")
    for _ in range(2):
        assert "set-cookie" not in visitor.get(f"/vao/{secret}").headers
    assert visitor.post(f"/vao/{secret}").headers["location"] == "/ban"
    assert visitor.get("/ban").status_code == 200
    assert visitor.post(f"/vao/{secret}").text == visitor.get("/v/forged").text


def test_who_comes_by_a_link_without_a_password_is_asked_for_one(place: Place, visitor: TestClient) -> None:
    person = account(place.ledger, Role.DESK, "moi")
    with place.ledger.write() as session:
        secret = signin.make_link(session, person, now=machine_now(), by="test")
    assert visitor.post(f"/vao/{secret}").headers["location"] == "/ban/mat-khau"


def test_a_link_lasts_a_quarter_of_an_hour(place: Place, visitor: TestClient) -> None:
    now = machine_now()
    with place.ledger.write() as session:
        person = register.find(session, "lan")
        old = signin.make_link(session, person, now=now - signin.LINK_LASTS, by="test")
        fresh = signin.make_link(session, person, now=now - signin.LINK_LASTS + timedelta(minutes=1), by="test")
    assert visitor.post(f"/vao/{old}").status_code == 404
    assert visitor.post(f"/vao/{fresh}").status_code == 303


def test_signing_in_from_another_site_is_refused(visitor: TestClient) -> None:
    typed = {"ten": "lan", "mat-khau": PASSWORD}
    for site, status in [("cross-site", 403), ("same-site", 403), ("same-origin", 303), ("none", 303)]:
        assert visitor.post("/vao", data=typed, headers={"Sec-Fetch-Site": site}).status_code == status, site


def test_the_cookie_is_out_of_reach_of_scripts_and_bound_to_the_host(place: Place, visitor: TestClient) -> None:
    answer = visitor.post("/vao", data={"ten": "lan", "mat-khau": PASSWORD})
    assert answer.headers["set-cookie"].endswith("; HttpOnly; Path=/; SameSite=lax")
    secure = Links(place.links.ring, "https://portal.example")
    with TestClient(create_app(place.ledger, secure, "vi"), base_url="https://portal.example") as client:
        client.follow_redirects = False
        kept = client.post("/vao", data={"ten": "lan", "mat-khau": PASSWORD}).headers["set-cookie"]
        assert kept.startswith("__Host-hoatoc=")
        assert kept.endswith("; HttpOnly; Path=/; SameSite=lax; Secure")
        assert client.get("/ban").status_code == 200


@pytest.mark.parametrize("role", list(Role))
def test_only_the_desk_grants_and_everybody_reads(place: Place, role: Role) -> None:
    path = "/ban/vb/1/tong-hop/2021-11-24"
    with officer_at(place.ledger, place.links, role) as officer:
        assert officer.get(path).status_code == 200
        answer = officer.post(f"{path}/mien", data={})
        assert answer.status_code == (404 if role is Role.DESK else 403)
        assert role is Role.DESK or "tài khoản này không được làm việc đó" in answer.text.casefold()


def test_a_form_without_the_sign_ins_own_value_is_refused(place: Place, desk: TestClient) -> None:
    path = "/ban/vb/1/tong-hop/2021-11-24/mien"
    own = desk.headers.pop("X-CSRF-Token")
    with officer_at(place.ledger, place.links, login="khac") as other:
        foreign = other.headers["X-CSRF-Token"]
    for sent in ("", "x", foreign, "ộ"):
        assert desk.post(path, data={"csrf": sent}).status_code == 403, sent
    assert desk.post(path, files={"csrf": own.encode()}).status_code == 403
    assert desk.post(path, data={"csrf": own}).status_code == 404
    assert desk.post(path, headers={"X-CSRF-Token": own}).status_code == 404


def test_a_form_that_outlived_its_sign_in_is_sent_after_the_next(place: Place, desk: TestClient) -> None:
    path = "/ban/vb/1/tong-hop/2021-11-24/mien"
    form = {"csrf": desk.headers.pop("X-CSRF-Token")}
    with place.ledger.write() as session:
        session.execute(update(SignIn).values(seen_at=machine_now() - timedelta(hours=2)))
    assert desk.post(path, data=form).status_code == 401
    desk.cookies.set("hoatoc", cookie(place.ledger)[0])
    assert desk.post(path, data=form).status_code == 404, "it is looked at"
    with place.ledger.write() as session:
        session.execute(update(SignIn).where(SignIn.csrf == form["csrf"]).values(revoked_at=machine_now()))
    assert desk.post(path, data=form).status_code == 403, "one that was ended is none"
    desk.cookies.set("hoatoc", cookie(place.ledger, login="khac")[0])
    assert desk.post(path, data=form).status_code == 403


def test_every_form_of_the_desk_carries_the_sign_ins_own_value(place: Place, desk: TestClient) -> None:
    for path in ("/ban", "/ban/vb/1/tong-hop/2021-11-24"):
        for form in re.findall(r'<form[^>]*method="post".*?</form>', desk.get(path).text, re.DOTALL):
            assert f'name="csrf" value="{desk.headers["X-CSRF-Token"]}"' in form, form[:200]


def test_a_post_without_a_sign_in_is_told_so(visitor: TestClient) -> None:
    answer = visitor.post("/ban/vb/1/tong-hop/2021-11-24/mien", data={})
    assert answer.status_code == 401
    assert "chưa được ghi nhận" in answer.text


def test_somebody_else_signing_in_in_the_same_browser_ends_the_first(place: Place, visitor: TestClient) -> None:
    enter(visitor)
    first = visitor.cookies["hoatoc"]
    account(place.ledger, Role.AUDITOR, "thanh", PASSWORD)
    enter(visitor, "thanh")
    visitor.cookies.clear()
    visitor.cookies.set("hoatoc", first)
    assert visitor.get("/ban").status_code == 303


def test_a_page_of_the_desk_that_is_not_there_says_so(place: Place, client: TestClient, desk: TestClient) -> None:
    assert "Không có trang này" in desk.get("/ban/khong-co").text
    assert signed_in(client, place.ledger).get("/ban/vb/x/tong-hop/y").status_code == 404
