"""Signing in by the province's single sign-on, against a provider that answers over HTTP and can be made to lie."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from joserfc.jwk import RSAKey
from starlette.testclient import TestClient

from hoatoc.accounts import register
from hoatoc.accounts.province import CALLBACK, Province, province_of
from hoatoc.clock import machine_now
from hoatoc.errors import SettingsError
from hoatoc.ledger.schema import Role
from hoatoc.settings import Settings
from portal.app import create_app
from tests.portal.officers import account
from tests.portal.place import Place
from tests.worlds.provider import CLIENT_ID, CLIENT_SECRET, Provider, running_provider


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running_provider() as provider:
        yield provider


@pytest.fixture
def browser_at(place: Place, provider: Provider) -> Iterator[TestClient]:
    """A browser at an installation that knows the provider; Lan has an account without a password."""
    account(place.ledger, Role.LEADERSHIP, "lan")
    known = Province(provider.issuer, CLIENT_ID, CLIENT_SECRET, f"http://testserver{CALLBACK}")
    app = create_app(place.ledger, place.links, "vi", province=known)
    with TestClient(app, follow_redirects=False) as client:
        yield client


def there(client: TestClient, to: str = "/ban") -> str:
    """To the provider; the path it sends the browser back to."""
    answer = client.get("/vao/tinh", params={"toi": to})
    assert answer.status_code == 303, answer.text
    back = httpx.get(answer.headers["location"]).headers["location"]
    return back.removeprefix("http://testserver")


def test_the_provinces_word_opens_the_account_of_that_login(browser_at: TestClient, provider: Provider) -> None:
    assert 'href="/vao/tinh?toi=/ban/nguon-goc/x"' in browser_at.get("/vao?toi=/ban/nguon-goc/x").text
    answer = browser_at.get(there(browser_at, "/ban/nguon-goc/x"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/ban/nguon-goc/x")
    assert "Người của lan" in browser_at.get("/ban").text
    assert "hoatoc-tinh" not in browser_at.cookies
    [asked] = provider.asked
    assert asked["code_challenge_method"] == "S256"
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3


def test_who_has_no_account_or_a_disabled_one_is_told_whom_to_ask(
    place: Place, browser_at: TestClient, provider: Provider
) -> None:
    with place.ledger.write() as session:
        register.disable(session, register.find(session, "lan"), now=machine_now(), by="test")
    for login in ("lan", "nobody"):
        provider.login = login
        answer = browser_at.get(there(browser_at))
        assert answer.status_code == 422
        assert "ở đây chưa có tài khoản cho người này; nhờ người quản trị thêm tài khoản" in answer.text
        assert browser_at.get("/ban").status_code == 303


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "https://other.example"}, {"aud": "another"}, {"exp": 1}, {"nonce": "another"}, {"nonce": None},
        {"aud": [CLIENT_ID, "another"]}, {"azp": "another"}, {"at_hash": "xxxx"}, {"iat": "soon"},
    ],
    ids=str,
)  # fmt: skip
def test_a_token_that_says_anything_wrong_is_not_believed(
    browser_at: TestClient, provider: Provider, lie: dict[str, Any]
) -> None:
    provider.claims = lie
    answer = browser_at.get(there(browser_at))
    assert answer.status_code == 422
    assert "không tin được" in answer.text
    assert browser_at.get("/ban").status_code == 303


def test_a_token_signed_by_another_is_not_believed(browser_at: TestClient, provider: Provider) -> None:
    provider.key = RSAKey.generate_key(2048, parameters={"kid": "1"})
    assert "không tin được" in browser_at.get(there(browser_at)).text
    provider.sign_with_the_shared_secret()
    assert "không tin được" in browser_at.get(there(browser_at)).text


def test_the_way_back_opens_only_in_the_browser_that_went_and_only_once(
    place: Place, browser_at: TestClient, provider: Provider
) -> None:
    back = there(browser_at)
    with TestClient(browser_at.app, follow_redirects=False) as other:
        assert "không bắt đầu ở trình duyệt này" in other.get(back).text
        there(other)
        assert "không bắt đầu ở trình duyệt này" in other.get(back).text, "another journey of its own"
    back = there(browser_at)
    assert browser_at.get(back).status_code == 303
    assert browser_at.get(back).status_code == 422


def test_a_code_is_worth_nothing_without_the_verifier(browser_at: TestClient, provider: Provider) -> None:
    stolen = httpx.URL(there(browser_at)).params["code"]
    own = httpx.URL(there(browser_at))
    answer = browser_at.get(str(own.copy_set_param("code", stolen)))
    assert answer.status_code == 422
    assert "từ chối: 400 invalid_grant" in answer.text


def test_a_refusal_and_a_silence_are_told_plainly(browser_at: TestClient, provider: Provider) -> None:
    provider.refuses = True
    assert "hệ thống của tỉnh không cho đăng nhập" in browser_at.get(there(browser_at)).text.casefold()
    provider.issuer += "/elsewhere"
    assert "xưng tên khác" in browser_at.get("/vao/tinh").text


def test_a_provider_that_does_not_answer_is_told_plainly(place: Place) -> None:
    dead = Province("http://127.0.0.1:9", CLIENT_ID, CLIENT_SECRET, f"http://testserver{CALLBACK}")
    with TestClient(create_app(place.ledger, place.links, "vi", province=dead)) as client:
        answer = client.get("/vao/tinh")
    assert answer.status_code == 422
    assert "Không hỏi được hệ thống đăng nhập của tỉnh; thử lại sau" in answer.text


def test_without_a_provider_there_is_no_way_in_by_it(client: TestClient) -> None:
    assert "/vao/tinh" not in client.get("/vao").text
    assert "chưa dùng đăng nhập của tỉnh" in client.get("/vao/tinh").text


def test_the_settings_want_a_whole_registration_over_https() -> None:
    whole = {"oidc_client_id": "a", "oidc_client_secret": "b"}
    assert province_of(Settings(), "https://h.example") is None
    for wrong in ({"oidc_issuer": "https://sso.example"}, {"oidc_issuer": "http://sso.example", **whole}):
        with pytest.raises(SettingsError):
            province_of(Settings(**wrong), "https://h.example")
    made = province_of(Settings(oidc_issuer="https://sso.example", **whole), "https://h.example/")
    assert made is not None
    assert made.redirect_uri == "https://h.example/vao/tinh/ve"
