"""Lists of persons, permissions and assigning over the API, on either database."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from hoatoc.ledger.schema import (
    DutyKind,
    DutyState,
    Notice,
    PermissionRequest,
    PermissionState,
    Receipt,
    Roster,
    Specialist,
)
from hoatoc.localtime import NEVER
from portal.app import create_app
from tests.portal.binhphuoc import Province
from tests.worlds.duties import ISSUED_360
from tests.worlds.ledgers import Ledgers
from tests.worlds.rollouts import LINKS

DISTRICT = "huyen-uy-bu-dang"
BY = {"by": "Vũ Thị Mai"}
PERSON = {
    "ho_ten": "Nguyễn Văn An", "nam_sinh": 1985, "dia_chi": "Đồng Xoài", "noi_den": "Bắc Ninh",
    "ngay_ve": "2021-04-30", "dien": "F2", "theo_doi": "cách ly tại nhà", "so_giay_to": "285111222",
}  # fmt: skip
JOURNEY = {
    "person": "Lê Thị Hoa", "purpose": "Họp về vắc-xin tại Hà Nội", "first_day": "2021-05-10",
    "last_day": "2021-05-12", **BY,
}  # fmt: skip
GIVEN = {"person": "Trần Văn Bình", "mail": "binh.tv@soyte.example", "subjects": ["4.3"], "note": "Làm sớm", **BY}


@pytest.fixture
def bp(ledgers: Ledgers) -> Province:
    """Bình Phước on the day of 360-CV/TU."""
    province = Province(ledgers.open(), LINKS)
    province.issue("binh-phuoc/360-cv-tu", ISSUED_360)
    return province


@pytest.fixture
def client(bp: Province) -> Iterator[TestClient]:
    """A program of a unit."""
    with TestClient(create_app(bp.ledger, bp.links, "vi")) as client:
        yield client


def bearer(province: Province, key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {province.page(key).removeprefix('/v/')}"}


def all_of(province: Province, what: type[Any]) -> list[Any]:
    with province.ledger.read() as session:
        return list(session.scalars(select(what).order_by(what.id)))


@pytest.fixture
def roster(bp: Province) -> str:
    """Where the district's list is handed in."""
    return f"/api/v1/unit/rosters/{bp.duty(DISTRICT, DutyKind.ROSTER).id}"


def test_a_unit_is_told_which_of_its_duties_is_a_list(bp: Province, client: TestClient, roster: str) -> None:
    owed = client.get("/api/v1/unit", headers=bearer(bp, DISTRICT)).json()["once"]
    [line] = [line for line in owed if line["kind"] == "roster"]
    assert str(line["duty_id"]) == roster.rpartition("/")[2]


def test_a_list_is_handed_in_by_the_keys_of_its_columns(bp: Province, client: TestClient, roster: str) -> None:
    unit = bearer(bp, DISTRICT)
    form = client.get(roster, headers=unit).json()
    assert (form["handed_in"], [column["key"] for column in form["columns"]]) == (None, list(PERSON))
    other = {**PERSON, "ho_ten": "Lê Thị Bình", "so_giay_to": None}
    answer = client.put(roster, json={"persons": [PERSON, other], **BY}, headers=unit)
    assert (answer.status_code, answer.json()["count"]) == (200, 2)
    [kept] = all_of(bp, Roster)
    assert kept.rows == [
        {**PERSON, "nam_sinh": "1985"}, {**PERSON, "nam_sinh": "1985", "ho_ten": "Lê Thị Bình", "so_giay_to": ""}
    ]  # fmt: skip
    assert bp.duty(DISTRICT, DutyKind.ROSTER).state is DutyState.MET
    again = client.get(roster, headers=unit)
    assert again.json()["handed_in"]["by"] == "Vũ Thị Mai"
    assert "Lê Thị Bình" not in again.text, "a list is opened by its readers alone"


def test_nobody_is_said_and_never_guessed(bp: Province, client: TestClient, roster: str) -> None:
    unit = bearer(bp, DISTRICT)
    for sent in ({"persons": []}, {"persons": [PERSON], "nobody": True}):
        answer = client.put(roster, json={**sent, **BY}, headers=unit)
        assert (answer.status_code, set(answer.json()["problems"])) == (422, {"nobody"})
    assert all_of(bp, Roster) == []
    answer = client.put(roster, json={"persons": [], "nobody": True, **BY}, headers=unit)
    assert (answer.status_code, answer.json()["count"]) == (200, 0)


def test_every_wrong_cell_is_named_as_it_came_and_nothing_is_kept(
    bp: Province, client: TestClient, roster: str
) -> None:
    unit = bearer(bp, DISTRICT)
    for persons, wrong in (
        ([{**PERSON, "ho_ten": " "}], {"persons.0.ho_ten"}),
        ([PERSON, {**PERSON, "so_giay_to": "1", "ngay_ve": "30.4"}], {"persons.1.ngay_ve"}),
        ([PERSON, PERSON], {"persons.1.so_giay_to"}),
        ([{**PERSON, "dien": "F9", "quoc_tich": "Lào"}], {"persons.0.quoc_tich"}),
    ):
        answer = client.put(roster, json={"persons": persons, **BY}, headers=unit)
        assert (answer.status_code, set(answer.json()["problems"])) == (422, wrong)
    for value in (True, 1.5, [], {}):
        answer = client.put(roster, json={"persons": [{**PERSON, "ho_ten": value}], **BY}, headers=unit)
        assert answer.status_code == 422, value
    assert all_of(bp, Roster) == []


def test_a_name_that_cannot_be_written_down_is_refused(bp: Province, client: TestClient, roster: str) -> None:
    unit = {**bearer(bp, DISTRICT), "Content-Type": "application/json"}
    for body in (b'{"persons": [{"\\ud800": "x"}], "by": "Mai"}', b'{"persons": [], "\\ud800": 1, "by": "Mai"}'):
        assert client.put(roster, content=body, headers=unit).status_code == 422, body


def test_what_is_wrong_with_the_name_is_told_with_the_rest(bp: Province, client: TestClient, roster: str) -> None:
    persons = [{**PERSON, "dien": "F9"}]
    answer = client.put(roster, json={"persons": persons, "by": " "}, headers=bearer(bp, DISTRICT))
    assert set(answer.json()["problems"]) == {"persons.0.dien", "by"}


def test_nobody_hands_in_the_list_of_another(bp: Province, client: TestClient, roster: str) -> None:
    before = bp.rows()
    for key in ("so-y-te", "huyen-uy-bu-dop"):
        unit = bearer(bp, key)
        assert client.get(roster, headers=unit).status_code == 404
        assert client.put(roster, json={"persons": [PERSON], **BY}, headers=unit).status_code == 404
    assert bp.rows() == before


def asked(bp: Province, client: TestClient, **changed: Any) -> int:
    answer = client.post("/api/v1/unit/permissions/3.1", json=JOURNEY | changed, headers=bearer(bp, "so-y-te"))
    assert answer.status_code == 200, answer.text
    return int(answer.json()["request_id"])


def test_permission_is_asked_and_answered(bp: Province, client: TestClient) -> None:
    unit = bearer(bp, "so-y-te")
    assert client.get("/api/v1/unit", headers=unit).json()["matters"] == ["2.1", "3.1"]
    number = asked(bp, client)
    assert asked(bp, client) == number, "the same again is the same request"
    told = client.get("/api/v1/unit/permissions", headers=unit).json()
    assert [matter["clause"] for matter in told["matters"]] == ["2.1", "3.1"]
    [waiting] = told["requests"]
    assert (waiting["id"], waiting["pending"], waiting["decider"]) == (number, True, "Bí thư Đảng ủy, Giám đốc Sở Y tế")

    decider = bearer(bp, "so-y-te/head")
    assert client.get("/api/v1/unit", headers=decider).json()["waiting"] == 1
    [before_me] = client.get("/api/v1/unit/decisions", headers=decider).json()["requests"]
    assert (before_me["unit"], before_me["due_at"]) == ("Sở Y tế", "2021-05-07T03:00:00Z")
    path = f"/api/v1/unit/decisions/{number}"
    refused = client.post(path, json={"granted": False, "by": ""}, headers=decider)
    assert (refused.status_code, set(refused.json()["problems"])) == (422, {"reason", "by"})
    assert client.post(path, json={"granted": False, "reason": "Đang có dịch", **BY}, headers=decider).is_success
    assert client.post(path, json={"granted": True, **BY}, headers=decider).status_code == 422, "an answer stands"
    [request] = all_of(bp, PermissionRequest)
    assert (request.state, request.reason) == (PermissionState.REFUSED, "Đang có dịch")
    [answered] = client.get("/api/v1/unit/permissions", headers=unit).json()["requests"]
    assert (answered["state"], answered["answered_by"], answered["pending"]) == ("refused", "Vũ Thị Mai", False)
    assert [notice.template for notice in all_of(bp, Notice)][-1] == "permission_answer"


def test_a_request_that_does_not_stand_is_refused(bp: Province, client: TestClient) -> None:
    before, unit = bp.rows(), bearer(bp, "so-y-te")
    refused: tuple[tuple[dict[str, Any], set[str]], ...] = (
        ({"person": "", "by": ""}, {"person", "by"}),
        ({"purpose": " "}, {"purpose"}),
        ({"first_day": "2021-05-05"}, {"first_day"}),
        ({"last_day": "2021-05-09"}, {"last_day"}),
        ({"last_day": "mai"}, {"last_day"}),
    )
    for changed, wrong in refused:
        answer = client.post("/api/v1/unit/permissions/3.1", json=JOURNEY | changed, headers=unit)
        assert (answer.status_code, set(answer.json()["problems"])) == (422, wrong)
    assert bp.rows() == before


def test_only_who_needs_permission_asks_and_only_who_decides_answers(bp: Province, client: TestClient) -> None:
    number = asked(bp, client, for_head=True)
    before, unit = bp.rows(), bearer(bp, "so-y-te")
    for clause in ("9.9", "4.3", "3.1%00x"):
        assert client.post(f"/api/v1/unit/permissions/{clause}", json=JOURNEY, headers=unit).status_code == 404
    assert client.post("/api/v1/unit/permissions/3.1", json=JOURNEY, headers=bearer(bp, "ubnd-tinh")).status_code == 404
    assert client.get("/api/v1/unit/decisions", headers=unit).json()["requests"] == []
    for key, row in (("so-y-te", number), (DISTRICT, number), ("ubnd-tinh/head", number + 1)):
        path = f"/api/v1/unit/decisions/{row}"
        assert client.post(path, json={"granted": True, **BY}, headers=bearer(bp, key)).status_code == 404, key
    assert bp.rows() == before


def test_a_part_is_given_to_somebody_whose_token_does_it(bp: Province, client: TestClient) -> None:
    unit = bearer(bp, "so-y-te")
    parts = client.get("/api/v1/unit/assignments", headers=unit).json()["parts"]
    assert ("4.3", "task") in {(part["subject"], part["kind"]) for part in parts}
    answer = client.post("/api/v1/unit/assignments", json=GIVEN, headers=unit)
    assert client.post("/api/v1/unit/assignments", json=GIVEN, headers=unit).json() == answer.json()
    [specialist] = all_of(bp, Specialist)
    assert (specialist.id, specialist.note) == (answer.json()["assignment_id"], "Làm sớm")
    assert {(receipt.code, receipt.channel) for receipt in all_of(bp, Receipt)} == {("03", "assign"), ("04", "api")}

    mine = {"Authorization": f"Bearer {bp.links.specialist(specialist.id, 0).rpartition('/')[2]}"}
    owed = client.get("/api/v1/unit", headers=mine).json()
    assert ({line["clause"] for line in owed["once"]}, owed["matters"], owed["waiting"]) == ({"4.3"}, [], 0)
    for path in ("permissions", "decisions", "assignments"):
        assert client.get(f"/api/v1/unit/{path}", headers=mine).status_code == 404, path
    task = f"/api/v1/unit/tasks/{bp.duty('so-y-te', DutyKind.TASK).id}"
    assert client.post(task, json={"said": "Công văn 12", **BY}, headers=mine).is_success

    close = f"/api/v1/unit/assignments/{specialist.id}/close"
    assert set(client.post(close, json={"by": ""}, headers=unit).json()["problems"]) == {"by"}
    assert client.post(close, json=BY, headers=bearer(bp, DISTRICT)).status_code == 404
    assert client.get("/api/v1/unit", headers=mine).is_success
    for _ in range(2):
        assert client.post(close, json=BY, headers=unit).is_success
    assert client.get("/api/v1/unit", headers=mine).status_code == 401
    [closed] = client.get("/api/v1/unit/assignments", headers=unit).json()["assignments"]
    assert closed["closed_at"] == "2021-05-06T03:00:00Z"
    assert all_of(bp, Specialist)[0].revoked_at == ISSUED_360 < NEVER


def test_an_assignment_that_does_not_stand_is_refused(bp: Province, client: TestClient) -> None:
    before, unit = bp.rows(), bearer(bp, "so-y-te")
    refused: tuple[tuple[dict[str, Any], set[str]], ...] = (
        ({"person": "", "by": " "}, {"person", "by"}),
        ({"mail": "binh"}, {"mail"}),
        ({"subjects": []}, {"subjects"}),
        ({"subjects": ["4.3", "9.9"]}, {"subjects"}),
        ({"note": "x" * 501}, {"note"}),
    )
    for changed, wrong in refused:
        answer = client.post("/api/v1/unit/assignments", json=GIVEN | changed, headers=unit)
        assert (answer.status_code, set(answer.json()["problems"])) == (422, wrong)
    assert bp.rows() == before


def test_a_list_goes_in_late_and_is_counted_late(bp: Province, client: TestClient, roster: str) -> None:
    bp.clock(ISSUED_360 + timedelta(hours=49))
    assert client.put(roster, json={"persons": [PERSON], **BY}, headers=bearer(bp, DISTRICT)).is_success
    assert bp.duty(DISTRICT, DutyKind.ROSTER).state is DutyState.MET_LATE
