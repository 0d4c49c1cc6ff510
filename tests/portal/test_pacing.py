"""Trying again and again is slowed down; whoever has a right link is not."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from hoatoc.ledger.schema import Addressee, Directive, Role
from hoatoc.rollout import life
from portal.app import create_app
from portal.pacing import Minutes
from tests.portal.officers import officer_at, signed_in
from tests.portal.place import ISSUED, SIGNED, Place


def test_links_that_do_not_open_are_slowed_down_and_right_ones_are_not(place: Place, client: TestClient) -> None:
    said = [client.get(f"/v/forged-{nth}").status_code for nth in range(70)]
    assert said[:60] == [404] * 60
    assert set(said[60:]) == {429}
    answer = client.get("/v/forged")
    assert answer.headers["retry-after"] == "60"
    assert "thử quá nhiều lần" in answer.text.casefold()
    assert client.get(place.link("Sở Y tế")).status_code == 200


def test_forms_by_one_link_are_slowed_down_and_those_by_another_are_not(place: Place, client: TestClient) -> None:
    path = f"{place.link('Sở Y tế')}/nhan"
    said = [client.post(path, data={}).status_code for _ in range(250)]
    assert set(said[:240]) == {422}
    assert said[-1] == 429
    assert client.get(place.link("Sở Y tế")).status_code == 200
    assert client.post(f"{place.link('Sở Nội vụ')}/nhan", data=SIGNED).status_code == 303


def test_signing_in_is_slowed_down_by_address_whatever_the_login(place: Place) -> None:
    with TestClient(create_app(place.ledger, place.links, "vi"), client=("192.0.2.1", 1)) as client:
        said = [client.post("/vao", data={"ten": f"ai-{nth}", "mat-khau": "x"}).status_code for nth in range(42)]
        assert said == [422] * 40 + [429] * 2
        assert client.post("/vao/guess").status_code == 429
    with TestClient(create_app(place.ledger, place.links, "vi"), client=("192.0.2.2", 1)) as client:
        assert client.post("/vao", data={"ten": "ai", "mat-khau": "x"}).status_code == 422


def test_looking_up_codes_is_slowed_down_by_account_right_or_wrong(place: Place) -> None:
    with officer_at(place.ledger, place.links) as desk:
        assert {desk.get("/ban/bien-nhan").status_code for _ in range(50)} == {200}
        said = [desk.get("/ban/bien-nhan", params={"ma": f"1-2-{nth}"}).status_code for nth in range(42)]
        assert said == [200] * 40 + [429] * 2
        assert desk.get("/ban/bien-nhan", params={"ma": place.links.slip(1, ISSUED)}).status_code == 429
        signed_in(desk, place.ledger, Role.AUDITOR)
        assert desk.get("/ban/bien-nhan", params={"ma": "1-2-3"}).status_code == 200


def test_an_ended_directives_link_gets_the_answer_of_a_forged_one(place: Place, client: TestClient) -> None:
    unit = place.link("Sở Y tế")
    with place.ledger.write() as session:
        life.end(session, session.get_one(Directive, 1), reason="xong", by="desk", now=ISSUED, version=None)
    assert client.get(unit).status_code == 200
    place.clock(ISSUED + timedelta(days=90))
    plain = client.get("/v/forged")
    for path in (unit, f"{unit}/bao-cao/2021-11-24"):
        assert (client.get(path).status_code, client.get(path).content) == (404, plain.content)
    assert client.post(f"{unit}/nhan", data=SIGNED).content == plain.content
    token = unit.removeprefix("/v/")
    assert client.get("/api/v1/unit", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    with TestClient(create_app(place.ledger, place.links, "vi", link_lasts=timedelta(days=91))) as patient:
        assert patient.get(unit).status_code == 200


@pytest.mark.parametrize("role", list(Role))
def test_the_desk_takes_a_link_back(place: Place, client: TestClient, role: Role) -> None:
    unit = place.link("Sở Y tế")
    with place.ledger.read() as session:
        [addressee_id] = [each.id for each in session.query(Addressee) if each.name == "Sở Y tế"]
    with officer_at(place.ledger, place.links, role) as officer:
        path = f"/ban/lien-ket/{addressee_id}"
        assert "Sở Y tế" in officer.get(path).text
        if role is not Role.DESK:
            assert officer.post(path, data={"ly-do": "mất máy", "lan": "0"}).status_code == 403
            assert client.get(unit).status_code == 200
            return
        for wrong in ({"ly-do": ""}, {"lan": "1"}, {"lan": "x"}):
            assert officer.post(path, data={"ly-do": "mất máy", "lan": "0"} | wrong).status_code == 422
        assert client.get(unit).status_code == 200
        assert "đã thu hồi" in officer.post(path, data={"ly-do": "mất máy", "lan": "0"}).text
        assert officer.get("/ban/lien-ket/999").status_code == 404
    assert client.get(unit).content == client.get("/v/forged").content
    assert client.get(place.link("Sở Y tế")).status_code == 200


def test_what_was_counted_fades_within_the_next_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 600.0
    monkeypatch.setattr("portal.pacing.time.monotonic", lambda: now)
    counts = Minutes()
    assert [counts.hit("a", 3) for _ in range(4)] == [True, True, True, False]
    assert counts.hit("b", 3)
    now = 660.0
    assert not counts.hit("a", 3), "four a moment ago"
    now = 719.0
    assert counts.hit("a", 3)
    now = 900.0
    assert [counts.hit("a", 3) for _ in range(4)] == [True, True, True, False], "two minutes later all is forgotten"
