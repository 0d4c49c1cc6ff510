"""What every answer carries, and what a link that does not open gets."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from hoatoc.keyring import Keyring
from hoatoc.ledger.schema import Addressee
from hoatoc.links import Links
from portal.app import create_app
from portal.security import MAX_BODY
from tests.portal.place import FIGURES, SIGNED, Place

DAY = "2021-11-24"


def foreign() -> str:
    """A link to the first unit, signed by another installation under the same key id."""
    return Links(Keyring({"k1": "y" * 48}), "").unit(1, 0)


@pytest.fixture
def refused(place: Place) -> list[str]:
    """Paths that must not open."""
    unit = place.link("Sở Y tế")
    return [
        "/v/forged", "/v/", f"{unit}x", unit[:-1], foreign(), place.links.unit(9999, 0)[21:],
        unit.replace("/v/", "/vao/x/"), "/bang/k1.desk",
    ]  # fmt: skip


def test_every_link_that_does_not_open_gets_the_same_answer(client: TestClient, refused: list[str]) -> None:
    plain = client.get("/v/forged")
    assert "Liên kết không dùng được" in plain.text
    for path in refused:
        answer = client.get(path)
        assert (answer.status_code, answer.text) == (404, plain.text), path


def test_a_revoked_link_gets_that_answer_too_and_the_new_one_opens(place: Place, client: TestClient) -> None:
    old = place.link("Sở Y tế")
    with place.ledger.write() as session:
        session.execute(update(Addressee).where(Addressee.name == "Sở Y tế").values(link_generation=1))
    assert client.get(old).text == client.get("/v/forged").text
    assert client.get(place.link("Sở Y tế")).status_code == 200


def test_nothing_can_be_done_through_a_link_that_does_not_open(place: Place, client: TestClient) -> None:
    before = place.rows()
    for path in ("/v/forged/nhan", f"/v/forged/bao-cao/{DAY}"):
        assert client.post(path, data=FIGURES | SIGNED).status_code == 404
    assert place.rows() == before


def test_every_page_has_strict_headers(place: Place, client: TestClient) -> None:
    unit = place.link("Sở Y tế")
    answers = [client.get(path) for path in (unit, f"{unit}/bao-cao/{DAY}", "/vao", "/v/forged", "/health")]
    answers += [client.post(f"{unit}/nhan", data={}), client.post(f"{unit}/nhan", data=SIGNED), client.put(unit)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 404, 200, 422, 303, 405]
    for answer in answers:
        headers = answer.headers
        assert headers["content-security-policy"].startswith("default-src 'none'; ")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "set-cookie" not in headers


def test_over_https_browsers_are_kept_there(place: Place, client: TestClient) -> None:
    secure = Links(place.links.ring, "https://portal.example")
    with TestClient(create_app(place.ledger, secure, "vi"), base_url="https://portal.example") as https:
        for path in ("/vao", "/v/forged", "/static/hoatoc.css"):
            assert https.get(path).headers["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" not in client.get("/vao").headers


def test_a_failure_has_a_page_and_strict_headers_too(place: Place) -> None:
    place.ledger.engine.dispose()
    broken = create_app(place.ledger, place.links, "vi")
    broken.add_api_route("/broken", lambda: 1 / 0)
    with TestClient(broken, raise_server_exceptions=False) as client:
        answer = client.get("/broken")
    assert answer.status_code == 500
    assert "chưa được ghi nhận" in answer.text
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "ZeroDivisionError" not in answer.text


def test_pages_have_no_inline_script_or_style(place: Place, client: TestClient, desk: TestClient) -> None:
    unit = place.link("Sở Y tế")
    client.post(f"{unit}/bao-cao/{DAY}", data=FIGURES | SIGNED)
    for path in (unit, f"{unit}/bao-cao/{DAY}", f"{unit}/bien-nhan/{DAY}", "/ban", "/vao", "/v/forged"):
        html = desk.get(path).text
        assert not re.search(r"<style|<script(?![^>]* src=)|\sstyle=|\son\w+=|javascript:", html), path
        assert not re.search(r'(?:src|href)="(?:https?:)?//', html), f"{path} loads nothing from elsewhere"


def test_static_files_may_be_kept(client: TestClient) -> None:
    for name in ("hoatoc.css", "portal.js", "htmx.min.js", "fonts/be-vietnam-pro-vietnamese-400-normal.woff2"):
        answer = client.get(f"/static/{name}")
        assert answer.status_code == 200, name
        assert answer.headers["cache-control"] == "public, max-age=86400"
    assert client.get("/static/nothing.css").headers["cache-control"] == "no-store"


def test_a_body_over_the_limit_is_refused(place: Place, client: TestClient) -> None:
    unit = place.link("Sở Y tế")
    before = place.rows()
    large = b"ho-ten=" + b"a" * MAX_BODY
    form = {"content-type": "application/x-www-form-urlencoded"}

    def pieces() -> Iterator[bytes]:
        yield from (large[start : start + 65536] for start in range(0, len(large), 65536))

    for content in (large, pieces()):  # with its length announced, and without
        answer = client.post(f"{unit}/nhan", content=content, headers=form)
        assert answer.status_code == 413
        assert "Nội dung gửi quá lớn" in answer.text
    assert place.rows() == before


def test_a_form_that_is_refused_as_a_whole_stays_on_the_page(place: Place, client: TestClient) -> None:
    path, large = f"{place.link('Sở Y tế')}/bao-cao/2021-11-24", {"ghi_chu": "a" * MAX_BODY}
    above = client.post(path, data=large, headers={"HX-Request": "true"})
    assert (above.status_code, above.headers["hx-retarget"]) == (413, "main")
    assert above.headers["hx-reswap"].startswith("afterbegin"), "htmx puts it above the form"
    for path_, sent in ((path, {}), (f"{path}/nhap", {"HX-Request": "true"})):
        assert "hx-retarget" not in client.post(path_, data=large, headers=sent).headers
