"""What can be done over the API, in whose name, and what is said when it cannot."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import pairwise
from string import Template
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from hoatoc.accounts import register, tokens
from hoatoc.clock import machine_now
from hoatoc.ledger.schema import (
    Account,
    Addressee,
    ApiToken,
    CoverageEntry,
    Directive,
    Duty,
    DutyKind,
    DutyState,
    ExtensionRequest,
    Fulfilment,
    InboxKind,
    Receipt,
    Revision,
    Role,
    Roster,
)
from hoatoc.localtime import NEVER
from hoatoc.rollout import life
from hoatoc.settings import ROOT
from portal.api.problems import MEDIA
from portal.app import create_app
from tests.portal.binhphuoc import Province
from tests.portal.officers import account
from tests.portal.place import DUE, FIGURES, SIGNED, Place
from tests.portal.test_desk_messages import SAID, write_back
from tests.portal.test_unit import words
from tests.worlds.duties import ISSUED_1722

DAY = "2021-11-24"
BY = {"by": "Nguyễn Văn An"}
READS = (
    "cells", "missing", "directives", "directives/1", "directives/1/table", "directives/1/summaries", "units/so-y-te",
    "events", "replies",
)  # fmt: skip


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token.removeprefix('/v/')}"}


def token_of(place: Place, role: Role = Role.AUDITOR, **more: Any) -> str:
    """A new API token of somebody in that role."""
    person = account(place.ledger, role)
    with place.ledger.write() as session:
        _, secret = tokens.make(session, person, note="bảng điện tử", now=machine_now(), by="test", **more)
    return secret


@pytest.fixture
def unit(place: Place) -> dict[str, str]:
    """What a department's own system shows."""
    return bearer(place.link("Sở Y tế"))


@pytest.fixture
def office(place: Place) -> dict[str, str]:
    """What a program of the office shows."""
    return bearer(token_of(place))


def duty(place: Place, kind: DutyKind, name: str = "Sở Y tế") -> Duty:
    with place.ledger.read() as session:
        mine = select(Duty).join(Addressee, Addressee.id == Duty.addressee_id).where(Addressee.name == name)
        return session.scalars(mine.where(Duty.kind == kind).order_by(Duty.id.desc()).limit(1)).one()


def only(place: Place, what: type[Any]) -> Any:
    with place.ledger.read() as session:
        return session.scalars(select(what)).one()


def test_a_unit_is_told_what_its_page_says(place: Place, client: TestClient, unit: dict[str, str]) -> None:
    told = client.get("/api/v1/unit", headers=unit).json()
    page = words(client.get(place.link("Sở Y tế")).text)
    assert (told["unit"], told["directive"]) == ("Sở Y tế", "kien-giang/13-cv-bcd")
    assert told["receipt"]["standing"]["words"] in page
    assert told["receipt"]["due_at"] == "2021-11-24T09:00:00Z"
    assert (told["receipt"]["acknowledged_at"], told["receipt"]["duty_id"]) == (None, duty(place, DutyKind.RECEIPT).id)
    assert [report["day"] for report in told["reports"]] == [DAY]


def test_a_unit_acknowledges_once(place: Place, client: TestClient, unit: dict[str, str]) -> None:
    for name in ("Nguyễn Văn An", "Lê Bình"):
        answer = client.post("/api/v1/unit/receipt", json={"by": name, "title": "Văn thư"}, headers=unit)
        assert (answer.status_code, answer.json()) == (200, {"recorded": True})
    receipt = only(place, Receipt)
    assert (receipt.by_name, receipt.by_title, receipt.channel) == ("Nguyễn Văn An", "Văn thư", "api")
    assert duty(place, DutyKind.RECEIPT).state is DutyState.MET
    assert client.get("/api/v1/unit", headers=unit).json()["receipt"]["by"] == "Nguyễn Văn An"


def test_more_time_is_put_before_the_desk(place: Place, client: TestClient, unit: dict[str, str]) -> None:
    path = f"/api/v1/unit/duties/{duty(place, DutyKind.REPORT).id}/more-time"
    asked = {"until": "2021-11-24T20:30:00+07:00", "reason": "Máy chủ hỏng", **BY}
    assert client.post(path, json=asked, headers=unit).status_code == 200
    assert only(place, ExtensionRequest).wanted_at == DUE + timedelta(hours=4, minutes=30)
    for until in ("mai", "2021-11-24T20:30:00", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"):
        wrong = client.post(path, json={**asked, "until": until, "by": ""}, headers=unit)
        assert (wrong.status_code, set(wrong.json()["problems"])) == (422, {"until", "by"}), until


def test_the_document_is_given_back_with_a_reason(place: Place, client: TestClient, unit: dict[str, str]) -> None:
    path = f"/api/v1/unit/duties/{duty(place, DutyKind.RECEIPT).id}/return"
    refused = client.post(path, json={"reason": " ", **BY}, headers=unit)
    assert (refused.status_code, refused.json()["problems"]) == (422, {"reason": "ghi lý do trả lại"})
    assert client.post(path, json={"reason": "Gửi nhầm", **BY}, headers=unit).status_code == 200
    assert duty(place, DutyKind.RECEIPT).state is DutyState.RETURNED
    assert (only(place, Receipt).code, only(place, Receipt).channel) == ("02", "api")


def test_a_share_is_told(province: Province, browser_there: TestClient) -> None:
    province.issue("binh-phuoc/1722-ubnd-kgvx", ISSUED_1722)
    unit, path = bearer(province.page("ubnd-bu-dang", "1722")), "/api/v1/unit/shares/6.2"
    wrong = browser_there.post(path, json={"counted": 2, "of": 1, **BY}, headers=unit)
    assert (wrong.status_code, wrong.json()["problems"]) == (422, {"counted": "lớn hơn tổng số"})
    assert browser_there.post(path, json={"counted": 20_000, "of": 134_000, **BY}, headers=unit).status_code == 200
    assert (only(province, CoverageEntry).counted, only(province, CoverageEntry).of) == (20_000, 134_000)
    assert browser_there.post(path[:-1], json={"counted": 1, "of": 2, **BY}, headers=unit).status_code == 404


def test_a_task_is_done(province: Province, browser_there: TestClient) -> None:
    unit = bearer(province.page("so-y-te"))
    task = province.duty("so-y-te", DutyKind.TASK)
    path = f"/api/v1/unit/tasks/{task.id}"
    wrong = browser_there.post(path, json={"said": "", "by": ""}, headers=unit)
    assert (wrong.status_code, set(wrong.json()["problems"])) == (422, {"said", "by"})
    said = "Công văn số 12/SYT ngày 06/5/2021"
    assert browser_there.post(path, json={"said": said, **BY}, headers=unit).status_code == 200
    assert (only(province, Fulfilment).evidence, only(province, Fulfilment).channel) == (said, "api")
    owed = browser_there.get("/api/v1/unit", headers=unit).json()["once"]
    [line] = [line for line in owed if line["clause"] == "4.3"]
    assert (line["duty_id"], line["pending"]) == (task.id, False)
    assert said in line["said"]


def test_nobody_does_anything_about_the_duty_of_another(place: Place, client: TestClient, unit: dict[str, str]) -> None:
    other, before = duty(place, DutyKind.REPORT, "Sở Nội vụ").id, place.rows()
    for number in (other, 2**63 - 1, 2**63, 10**30, 0, "x"):
        for path, sent in {
            f"tasks/{number}": {"said": "x"}, f"first-actions/{number}": {"said": "x"},
            f"explanations/{number}": {"said": "x"}, f"duties/{number}/return": {"reason": "x"},
            f"duties/{number}/more-time": {"reason": "x", "until": "2021-11-30T08:00:00+07:00"},
        }.items():  # fmt: skip
            answer = client.post(f"/api/v1/unit/{path}", json={**sent, **BY}, headers=unit)
            assert (answer.status_code, answer.headers["content-type"]) == (404, MEDIA), path
    assert place.rows() == before


def test_what_no_ledger_can_keep_is_refused_or_left_out(place: Place, client: TestClient, unit: dict[str, str]) -> None:
    half = b'{"figures": {"\\ud800": "\\ud800"}, "by": "\\ud800"}'
    long = b'{"figures": {"nhiem_moi": 1e999999}, "by": "An"}'
    for body in (half, long, b'{"figures": {"ghi_chu": "\\ud800"}, "by": "An"}'):
        answer = client.put(f"/api/v1/unit/reports/{DAY}", content=body, headers=unit)
        assert (answer.status_code, answer.headers["content-type"]) == (422, MEDIA), body
    json_too = {**unit, "Content-Type": "application/json"}
    assert client.post("/api/v1/unit/receipt", content=b'{"by": "\\ud800"}', headers=json_too).status_code == 422
    assert client.post("/api/v1/unit/receipt", json={"by": "An\0"}, headers=unit).status_code == 200
    assert only(place, Receipt).by_name == "An"


@pytest.mark.parametrize("path", READS)
def test_the_office_reads_with_a_token_of_any_role_and_with_nothing_else(
    place: Place, client: TestClient, unit: dict[str, str], path: str
) -> None:
    at = f"/api/v1/desk/{path}"
    given = {role: bearer(token_of(place, role)) for role in Role}
    before = place.rows()
    for role, headers in given.items():
        assert client.get(at, headers=headers).status_code == 200, role
    for headers in ({}, unit, {"Authorization": "Bearer hoatoc_x"}, {"Authorization": "Basic eDp4"}):
        answer = client.get(at, headers=headers)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert place.rows() == before, "reading changes nothing"


def test_a_token_of_the_office_opens_no_unit_and_no_page(place: Place, client: TestClient) -> None:
    secret = token_of(place, Role.DESK)
    assert client.get("/api/v1/unit", headers=bearer(secret)).status_code == 401
    assert client.get("/ban", headers=bearer(secret)).status_code == 303
    assert client.get(f"/v/{secret}").status_code == 404


def ended(place: Place, person: Account, number: int, how: str) -> None:
    with place.ledger.write() as session:
        person = session.get_one(Account, person.id)
        if how == "revoked":
            tokens.revoke(session, person, number, now=machine_now(), by="test")
        elif how == "disabled":
            register.disable(session, person, now=machine_now(), by="test")
            register.enable(session, person, now=machine_now(), by="test")
        else:
            token = session.get_one(ApiToken, number)
            token.created_at, token.expires_at = token.created_at - timedelta(days=2), machine_now()


@pytest.mark.parametrize("how", ["revoked", "disabled", "expired"])
def test_a_token_that_has_ended_gets_the_answer_of_one_that_never_was(
    place: Place, client: TestClient, office: dict[str, str], how: str
) -> None:
    plain = client.get("/api/v1/desk/cells", headers=bearer("hoatoc_x")).content
    assert client.get("/api/v1/desk/cells", headers=office).status_code == 200
    kept = only(place, ApiToken)
    assert (kept.revoked_at, office["Authorization"].split()[1] in str(vars(kept))) == (NEVER, False)
    ended(place, account(place.ledger, Role.AUDITOR), kept.id, how)
    answer = client.get("/api/v1/desk/cells", headers=office)
    assert (answer.status_code, answer.content) == (401, plain)


def test_the_four_cells_add_up_for_any_selection(place: Place, client: TestClient, office: dict[str, str]) -> None:
    client.post(f"{place.link('Sở Y tế')}/bao-cao/{DAY}", data=FIGURES | SIGNED)
    place.at(DUE + timedelta(hours=3))

    def cells(**chosen: str) -> Any:
        return client.get("/api/v1/desk/cells", params=chosen, headers=office).json()["total"]

    everything = cells()
    assert everything["done_on_time"] == 2, "the report, and the acknowledgement that comes with it"
    trees = [cells(tree=tree) for tree in ("party", "state", "outside")]
    assert everything == {name: sum(each[name] for each in trees) for name in everything}
    tomorrows = {"done_on_time": 2, "open_in_time": 1}
    assert cells(name="Sở Y tế") == dict.fromkeys(everything, 0) | tomorrows
    assert client.get("/api/v1/desk/cells", params={"tree": "x"}, headers=office).status_code == 422
    awaited = client.get("/api/v1/desk/missing", params={"progress": "late"}, headers=office).json()["awaited"]
    assert sum(len(each["names"]) for each in awaited) == everything["open_overdue"]
    assert "Sở Y tế" not in {one["name"] for each in awaited for one in each["names"]}


def test_nothing_is_overdue_of_what_fell_due_while_it_was_suspended(
    place: Place, client: TestClient, office: dict[str, str]
) -> None:
    place.at(DUE - timedelta(hours=1))
    with place.ledger.write() as session:
        directive = session.scalars(select(Directive)).one()
        life.suspend(session, directive, reason="bão", by="desk", now=DUE - timedelta(hours=1))
    place.at(DUE + timedelta(hours=1))
    awaited = client.get("/api/v1/desk/missing", headers=office).json()["awaited"]
    assert {each["overdue"] for each in awaited} == {False}


def test_books_table_and_summaries_are_those_of_the_pages(
    place: Place, client: TestClient, office: dict[str, str]
) -> None:
    client.post(f"{place.link('Sở Y tế')}/bao-cao/{DAY}", data=FIGURES | SIGNED)
    place.at(DUE + timedelta(hours=3))

    def get(path: str) -> Any:
        return client.get(f"/api/v1/desk/{path}", headers=office).json()

    books = get("directives/1")
    assert books["total"]["expected"] == sum(line["expected"] for line in books["lines"])
    [report] = [line for line in books["lines"] if line["kind"] == "report" and line["period"].startswith(DAY)]
    assert (report["expected"], report["on_time"], report["missing"]) == (69, 1, 68)
    table = get("directives/1/table?name=S%E1%BB%9F Y t%E1%BA%BF")
    [row] = table["rows"]
    assert {cell["stands"] for cell in row["cells"] if cell} >= {"on_time"}
    assert len(row["cells"]) == len(table["columns"])
    [summary] = get("directives/1/summaries")["summaries"]
    assert (summary["day"], summary["content"]["books"]["on_time"]) == (DAY, 1)
    record = get("units/so-y-te")
    assert (record["name"], record["cells"]["done_on_time"], record["mean_to_acknowledge"][:2]) == ("Sở Y tế", 2, "PT")
    assert client.get("/api/v1/desk/directives/99", headers=office).json()["hint"] == "mở lại bảng theo dõi"


def test_the_log_is_read_to_its_end_page_by_page(place: Place, client: TestClient, office: dict[str, str]) -> None:
    seen: list[int] = []
    before: int | None = 0
    while before is not None:
        page = client.get("/api/v1/desk/events", params={"before": before, "limit": 100}, headers=office).json()
        seen += [event["id"] for event in page["events"]]
        before = page["older"]
    assert seen == list(range(place.rows()["event"], 0, -1))
    for day in ("0001-01-01", "9999-12-31"):
        assert client.get("/api/v1/desk/events", params={"day": day}, headers=office).status_code == 422


def test_replies_are_listed_as_the_desk_reads_them(
    place: Place, client: TestClient, desk: TestClient, office: dict[str, str]
) -> None:
    first = write_back(place, "Sở Y tế")
    second = write_back(place, "Sở Nội vụ", "", sheet={"problem": "Không đọc được tệp Excel (.xlsx) gửi kèm."})
    told = client.get("/api/v1/desk/replies", headers=office).json()
    assert (told["waiting_in_all"], [one["id"] for one in told["replies"]]) == (2, [first, second])
    one, other = told["replies"]
    assert (one["name"], one["body"], one["sender"]) == ("Sở Y tế", SAID, "văn&thư+1@yte.example")
    assert one["received_at"] == "2021-11-23T10:00:00Z"
    assert {"whose": "Sở Y tế", "number": "0297 386 2222"} in one["telephones"]
    assert (one["workbook"], one["waits"], one["handled_at"]) == (None, True, None)
    assert other["workbook"].startswith("Không đọc được tệp Excel")
    assert (one["times"], one["last_at"]) == (1, None)
    assert (one["attached"], one["acknowledged"], one["bounced"]) == ([], False, "")
    assert client.get("/api/v1/desk/replies?handled=true", headers=office).json()["replies"] == []
    desk.post(f"/ban/thu-den/{first}", data={"cach-xu-ly": "đã gọi, chỉ mẫu"})
    told = client.get("/api/v1/desk/replies?limit=1", headers=office).json()
    assert (told["waiting_in_all"], [one["id"] for one in told["replies"]]) == (1, [second])
    [done] = client.get("/api/v1/desk/replies?handled=true", headers=office).json()["replies"]
    assert (done["id"], done["waits"], done["handled_by"], done["how"]) == (
        first, False, "Người của desk", "đã gọi, chỉ mẫu",
    )  # fmt: skip
    assert done["handled_at"] is not None


def test_a_reply_names_its_files_and_what_was_taken_in(
    place: Place, client: TestClient, office: dict[str, str]
) -> None:
    files = [{"name": "Kế hoạch.docx", "kind": "application/msword", "octets": 84_500}]
    write_back(place, "Sở Y tế", "Đã nhận", attached=files)
    write_back(place, "Sở Nội vụ", "550", kind=InboxKind.BOUNCE, bounced="rieng@noi-khac.example")
    one, other = client.get("/api/v1/desk/replies", headers=office).json()["replies"]
    assert (one["attached"], one["acknowledged"], one["reported"]) == (files, True, False)
    assert (other["bounced"], other["acknowledged"]) == ("rieng@noi-khac.example", False)


def test_what_went_wrong_is_a_problem_with_the_headers_of_a_page(client: TestClient, unit: dict[str, str]) -> None:
    answers = {
        404: client.get("/api/v1/x"), 401: client.get("/api/v1/unit"), 405: client.put("/api/v1/unit", headers=unit),
        413: client.put(f"/api/v1/unit/reports/{DAY}", content=b"x" * (9 * 1024 * 1024 + 1), headers=unit),
        422: client.post("/api/v1/unit/receipt", json={}, headers=unit),
    }  # fmt: skip
    for status, answer in answers.items():
        told = answer.json()
        assert (answer.status_code, told["status"], answer.headers["content-type"]) == (status, status, MEDIA)
        assert answer.headers["cache-control"] == "no-store"
    assert set(answers[422].json()["problems"]) == {"by"}


def test_whoever_tries_tokens_has_to_wait(client: TestClient) -> None:
    said = {client.get("/api/v1/desk/cells", headers=bearer(f"hoatoc_{number}")).status_code for number in range(80)}
    assert said == {401, 429}


def test_the_document_is_openapi_3_1_and_says_who_may_what(client: TestClient) -> None:
    told = client.get("/api/v1/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    for path, ways in told["paths"].items():
        for method, way in ways.items():
            scheme = "unit" if path.startswith("/unit") else "account"
            assert way["security"] == [{scheme: []}], path
            assert way["summary"], path
            assert scheme == "unit" or method == "get", "a program changes nothing in the office's name"
            assert "4XX" in way["responses"], path


def commands() -> Iterator[str]:
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    yield from re.findall(r"```sh\n(curl .*?)\n```", text, re.DOTALL)


def sent(client: TestClient, command: str, values: Mapping[str, str]) -> Any:
    """Send what a curl command would."""
    said = shlex.split(Template(command.replace("\\\n", " ")).substitute(values))
    flags = {"-X": "GET", "-d": None}
    headers: dict[str, str] = {}
    [url] = [word for word in said if word.startswith("http")]
    for flag, value in pairwise(said):
        if flag == "-H":
            name, _, content = value.partition(": ")
            headers[name] = content
        elif flag in flags:
            flags[flag] = value
    return client.request(str(flags["-X"]), url, headers=headers, content=flags["-d"])


INSIDE = ("/rosters/", "/permissions", "/decisions", "/assignments")


def test_every_command_of_the_documentation_works(place: Place) -> None:
    values = {
        "PORTAL": "http://testserver", "TOKEN": place.link("Sở Y tế").removeprefix("/v/"),
        "API_TOKEN": token_of(place), "DUTY": str(duty(place, DutyKind.REPORT, "Sở Y tế").id),
    }  # fmt: skip
    told = [command for command in commands() if not any(path in command for path in INSIDE)]
    assert len(told) == 16
    with TestClient(create_app(place.ledger, place.links, "vi")) as client:
        for command in told:
            if "/return" in command:  # the report went in above, and cannot be given back any more
                values["TOKEN"] = place.link("Sở Nội vụ").removeprefix("/v/")
                values["DUTY"] = str(duty(place, DutyKind.REPORT, "Sở Nội vụ").id)
            if "/more-time" in command:
                values["TOKEN"] = place.link("Sở Tài chính").removeprefix("/v/")
                values["DUTY"] = str(duty(place, DutyKind.REPORT, "Sở Tài chính").id)
            answer = sent(client, command, values)
            assert answer.status_code == 200, f"{command}\n{answer.text}"
            assert json.loads(answer.content)
    assert only(place, Revision).channel == "api"


def test_every_command_of_the_documentation_about_lists_permissions_and_assigning_works(province: Province) -> None:
    district = "huyen-uy-bu-dang"
    values = {
        "PORTAL": "http://testserver", "REQUEST": "1", "LIST": str(province.duty(district, DutyKind.ROSTER).id),
    }  # fmt: skip
    told = [command for command in commands() if any(path in command for path in INSIDE)]
    assert len(told) == 9
    with TestClient(create_app(province.ledger, province.links, "vi")) as client:
        for command in told:
            values["TOKEN"] = province.page(district if "/rosters/" in command else "so-y-te").removeprefix("/v/")
            if "DECIDER" in command:
                values["DECIDER"] = province.page("so-y-te/head").removeprefix("/v/")
            answer = sent(client, command, values)
            assert answer.status_code == 200, f"{command}\n{answer.text}"
            assert json.loads(answer.content)
    assert only(province, Roster).count == 1
