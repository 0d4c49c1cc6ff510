"""The desk's pages: a directive and what is done with it, a duty, calls, a unit's record, the log."""

import csv
import io
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from hoatoc.ledger.schema import (
    Addressee,
    Call,
    Directive,
    DirectiveState,
    Duty,
    DutyKind,
    DutyState,
    Event,
    Notice,
    Receipt,
    Unit,
    WakeUp,
)
from portal.app import create_app
from portal.front import Folders
from tests.portal.officers import signed_in
from tests.portal.place import DUE, FIGURES, SIGNED, Place
from tests.portal.test_desk import bounce
from tests.portal.test_unit import words

DAY = "2021-11-24"


def duty_of(place: Place, name: str, kind: DutyKind = DutyKind.RECEIPT) -> Duty:
    with place.ledger.read() as session:
        return session.scalars(
            select(Duty)
            .join(Addressee, Addressee.id == Duty.addressee_id)
            .where(Addressee.name == name, Duty.kind == kind, Duty.state != DutyState.WITHDRAWN)
            .order_by(Duty.id.desc())
            .limit(1)
        ).one()


def state(place: Place) -> DirectiveState:
    with place.ledger.read() as session:
        return session.get_one(Directive, 1).state


def events(place: Place, kind: str) -> list[Event]:
    with place.ledger.read() as session:
        return list(session.scalars(select(Event).where(Event.kind == kind)))


def hidden(html: str, name: str = "da-xem") -> str:
    found: list[str] = re.findall(rf'name="{name}" value="([^"]*)"', html)
    return found[0]


# A directive.


def test_a_directives_page_leads_to_everything_about_it(place: Place, client: TestClient, desk: TestClient) -> None:
    client.post(f"{place.link('Sở Y tế')}/bao-cao/{DAY}", data=FIGURES | SIGNED)
    bounce(place, "Sở Ngoại vụ")
    place.at(DUE + timedelta(hours=3))
    html = desk.get("/ban/vb/1").text
    for link in (
        "/ban?vb=1", "/ban/nguon-goc/kien-giang/13-cv-bcd", "/ban/nhat-ky?vb=1", f"/ban/vb/1/tong-hop/{DAY}",
        f"/ban/vb/1/tong-hop/{DAY}/tong-hop.xlsx", f"/ban/vb/1/tong-hop/{DAY}/bao-cao.docx",
        f"/ban/vb/1/tong-hop/{DAY}/bao-cao.pdf", "/ban/vb/1/tong-hop/2021-11-25", "/ban/vb/1/doi/tam-dung",
    ):  # fmt: skip
        assert f'href="{link}"' in html, link
        assert desk.get(link).status_code == 200, link
    assert "Văn bản được ban hành" in html
    assert "Chốt số liệu ngày 25/11/2021" in html
    assert "550 5.1.1 User unknown" in html


def test_a_directive_that_is_not_there_has_a_plain_page(desk: TestClient) -> None:
    for path in ("/ban/vb/9", "/ban/vb/9/doi/tam-dung", "/ban/viec/99999", "/ban/vb/1/goi/99999", "/ban/don-vi/x",
                 "/ban/vb/1/doi/bay", "/ban/vb/1/doi/chay-tiep"):  # fmt: skip
        assert desk.get(path).status_code == 404, path


@pytest.mark.parametrize(
    ("paths", "after"),
    [
        (["tam-dung"], DirectiveState.SUSPENDED),
        (["tam-dung", "chay-tiep"], DirectiveState.RUNNING),
        (["ket-thuc"], DirectiveState.ENDED),
        (["thu-hoi"], DirectiveState.RECALLED),
    ],
)
def test_what_is_done_with_a_directive_is_confirmed_with_a_reason(
    place: Place, desk: TestClient, paths: list[str], after: DirectiveState
) -> None:
    for path in paths:
        page = desk.get(f"/ban/vb/1/doi/{path}")
        seen = hidden(page.text)
        refused = desk.post(f"/ban/vb/1/doi/{path}", data={"da-xem": seen, "ly-do": " "})
        assert refused.status_code == 422
        assert "Chưa ghi lý do" in refused.text
        done = desk.post(f"/ban/vb/1/doi/{path}", data={"da-xem": seen, "ly-do": "bão số 9"})
        assert (done.status_code, done.headers["location"]) == (303, "/ban/vb/1?xong=1")
        assert "Đã ghi nhận." in desk.get(done.headers["location"]).text
    assert state(place) is after
    [event] = events(place, f"directive_{after}")
    assert (event.actor, event.detail["reason"]) == ("account:desk", "bão số 9")


def test_of_two_desks_one_wins_and_the_other_is_told(place: Place, desk: TestClient) -> None:
    seen = hidden(desk.get("/ban/vb/1/doi/tam-dung").text)
    desk.post("/ban/vb/1/doi/tam-dung", data={"da-xem": seen, "ly-do": "bão"})
    late = desk.post("/ban/vb/1/doi/ket-thuc", data={"da-xem": seen, "ly-do": "hết dịch"})
    assert late.status_code == 422
    assert "người khác vừa thay đổi" in late.text
    assert "hết dịch" in late.text  # what was typed is there to be sent again
    assert state(place) is DirectiveState.SUSPENDED


def test_a_form_without_the_version_that_was_seen_does_nothing(place: Place, desk: TestClient) -> None:
    assert desk.post("/ban/vb/1/doi/thu-hoi", data={"ly-do": "bão"}).status_code == 422
    receipt = duty_of(place, "Sở Y tế")
    assert desk.post(f"/ban/viec/{receipt.id}/mien", data={"ly-do": "bão"}).status_code == 422
    assert state(place) is DirectiveState.RUNNING
    assert duty_of(place, "Sở Y tế").state is DutyState.OPEN


def test_replacing_wants_a_document_that_runs(place: Place, desk: TestClient) -> None:
    page = desk.get("/ban/vb/1/doi/thay-the")
    for successor in ("", "1", "99"):
        answer = desk.post(
            "/ban/vb/1/doi/thay-the", data={"da-xem": hidden(page.text), "ly-do": "x", "van-ban-moi": successor}
        )
        assert answer.status_code in (404, 422), successor
    assert state(place) is DirectiveState.RUNNING


def test_amending_is_looked_at_before_and_changes_nothing_by_that(place: Place, desk: TestClient) -> None:
    before = place.rows()
    page = desk.get("/ban/vb/1/doi/sua")
    assert "tệp không khác gì bản đang chạy" in page.text
    assert place.rows() == before
    assert "<textarea" not in page.text


def test_what_an_amendment_would_change_is_listed(place: Place, desk: TestClient) -> None:
    with place.ledger.write() as session:  # the file has moved on since the issue
        directive = session.get_one(Directive, 1)
        issued = json.loads(json.dumps(directive.snapshot))
        issued["directive"]["regime"]["receipt"]["within"] = "1h"
        issued["directive"]["regime"]["reports"][0]["cutoff"] = "15:00"
        directive.snapshot, directive.snapshot_hash = issued, "looked at before"
    html = desk.get("/ban/vb/1/doi/sua").text
    assert "Điều sẽ đổi" in html
    assert "kỳ báo cáo đang mở giữ giờ cũ" in html
    assert re.search(r"giờ chốt báo cáo: 15:00 hằng ngày → 16:00 hằng ngày; .*áp dụng từ kỳ ngày \d", html)
    assert "tệp không khác gì" not in html
    assert "→" in html
    assert state(place) is DirectiveState.RUNNING
    assert events(place, "directive_amended") == []


def test_the_runs_in_the_control_room_are_one_link_away(place: Place, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "running.json").write_text(json.dumps({"prefect_api": "http://127.0.0.1:4200/api"}))
    app = create_app(place.ledger, place.links, "vi", folders=Folders(home=home))
    with TestClient(app) as client:
        signed_in(client, place.ledger)
        assert "Prefect" not in client.get("/ban/vb/1").text  # before its first run there
        with place.ledger.write() as session:
            session.get_one(WakeUp, 1).deployment_id = "abc-1"
        assert 'href="http://127.0.0.1:4200/deployments/deployment/abc-1"' in client.get("/ban/vb/1").text
        (home / "running.json").unlink()
        assert "Prefect" not in client.get("/ban/vb/1").text


def test_the_runs_are_found_where_no_serve_says_so(place: Place, tmp_path: Path) -> None:
    (tmp_path / "running.json").write_text(json.dumps({"prefect_api": "http://127.0.0.1:4200/api"}))
    for home in (tmp_path, tmp_path / "elsewhere"):
        folders, there = Folders(home=home), "https://prefect.example"
        with TestClient(create_app(place.ledger, place.links, "vi", folders=folders, control_room=there)) as client:
            signed_in(client, place.ledger)
            with place.ledger.write() as session:
                session.get_one(WakeUp, 1).deployment_id = "abc-1"
            assert f'href="{there}/deployments/deployment/abc-1"' in client.get("/ban/vb/1").text


# A duty.


def test_a_duty_tells_why_it_stands_as_it_does(place: Place, desk: TestClient) -> None:
    place.at(DUE + timedelta(minutes=5))
    receipt = duty_of(place, "Sở Nội vụ")
    html = desk.get(f"/ban/viec/{receipt.id}").text
    assert f"Việc số {receipt.id}" in html
    assert "Vì sao đang ở tình trạng này?" in html
    assert "Mở việc" in html
    assert "Nấc tiếp theo" in html


def test_the_desk_gives_more_time_and_lets_off(place: Place, desk: TestClient) -> None:
    receipt = duty_of(place, "Sở Nội vụ")
    page = f"/ban/viec/{receipt.id}"
    until = {"da-xem": hidden(desk.get(page).text), "ly-do": "lũ", "den": "2021-11-26T16:00"}
    assert desk.post(f"{page}/gia-han", data=until | {"den": "mai"}).status_code == 422
    assert desk.post(f"{page}/gia-han", data=until).status_code == 303
    assert duty_of(place, "Sở Nội vụ").due_at == DUE + timedelta(days=2)
    stale = desk.post(f"{page}/mien", data=until)
    assert stale.status_code == 422
    assert desk.post(f"{page}/mien", data=until | {"da-xem": hidden(desk.get(page).text)}).status_code == 303
    assert duty_of(place, "Sở Nội vụ").state is DutyState.WAIVED
    assert {event.actor for kind in ("duty_extended", "duty_waived") for event in events(place, kind)} == {
        "account:desk"
    }  # fmt: skip


def test_a_duty_goes_to_another_unit_and_the_desk_is_shown_its_successor(place: Place, desk: TestClient) -> None:
    report = duty_of(place, "Sở Nội vụ", DutyKind.REPORT)
    page = f"/ban/viec/{report.id}"
    typed = {"da-xem": hidden(desk.get(page).text), "ly-do": "sáp nhập"}
    assert desk.post(f"{page}/chuyen", data=typed).status_code in (404, 422)  # to whom?
    with place.ledger.read() as session:
        owing = select(Addressee.unit_id).join(Duty, Duty.addressee_id == Addressee.id)
        free = ~Unit.id.in_(owing.where(Duty.subject == report.subject))
        other = session.scalars(select(Unit).where(free).limit(1)).one()
    done = desk.post(f"{page}/chuyen", data=typed | {"don-vi": other.key})
    assert done.status_code == 303, done.text
    successor = desk.get(done.headers["location"]).text
    assert other.name in successor
    assert "đã rút" in desk.get(page).text


def test_a_settled_duty_is_left_alone(place: Place, client: TestClient, desk: TestClient) -> None:
    client.post(f"{place.link('Sở Y tế')}/bao-cao/{DAY}", data=FIGURES | SIGNED)
    receipt = duty_of(place, "Sở Y tế")
    assert "<form" not in desk.get(f"/ban/viec/{receipt.id}").text.split("<main")[1]


# Calls.


@pytest.fixture
def dead(place: Place) -> str:
    """The page of calls to a unit whose mailbox is dead."""
    bounce(place, "Sở Ngoại vụ")
    place.at(DUE + timedelta(minutes=5))
    with place.ledger.read() as session:
        return f"/ban/vb/1/goi/{session.scalars(select(Addressee.id).where(Addressee.name == 'Sở Ngoại vụ')).one()}"


@pytest.mark.parametrize("path", ["/ban", "/ban/vb/1"])
def test_whom_to_phone_stands_with_the_number(place: Place, desk: TestClient, dead: str, path: str) -> None:
    with place.ledger.write() as session:
        session.scalars(select(Unit).where(Unit.name == "Sở Ngoại vụ")).one().phone = "0297 3 123 456"
        session.execute(update(Notice).where(Notice.to_name == "Sở Ngoại vụ").values(to_address=""))
    html = desk.get(path).text
    assert dead in html
    assert 'href="tel:0297 3 123 456"' in html
    assert "chưa có hộp thư" in html


def test_a_call_is_taken_down_and_the_unit_acknowledged_for(place: Place, desk: TestClient, dead: str) -> None:
    assert dead in desk.get("/ban").text
    assert "Xác nhận đã nhận văn bản" in desk.get(dead).text  # what to tell them
    call = {
        "so-may": "0297 3 123 456", "ket-qua": "reached", "nguoi-nghe": "Trần Thị Bích", "ghi-chu": "hộp thư đầy",
        "xac-nhan": "1",
    }  # fmt: skip
    assert desk.post(dead, data=call).status_code == 303
    html = desk.get(dead).text
    assert "đã nói chuyện" in html
    assert "Người của desk" in html
    assert "Ghi nhận thay đơn vị" not in html  # it has been
    assert "đã liên lạc" in desk.get("/ban").text
    with place.ledger.read() as session:
        [receipt] = session.scalars(select(Receipt))
    assert receipt.by_name == "Trần Thị Bích"
    assert "Người của desk" in receipt.by_title
    assert "Trần Thị Bích, qua điện thoại, Người của desk ghi nhận." in words(desk.get(place.link("Sở Ngoại vụ")).text)


def test_a_call_that_does_not_stand_gives_the_page_back_with_what_was_typed(
    place: Place, desk: TestClient, dead: str
) -> None:
    answer = desk.post(dead, data={"so-may": "", "ket-qua": "reached", "ghi-chu": "gọi lại chiều nay"})
    assert answer.status_code == 422
    assert "ghi số đã gọi" in answer.text
    assert "ghi họ và tên người nghe máy" in answer.text
    assert "gọi lại chiều nay" in answer.text
    with place.ledger.read() as session:
        assert session.scalars(select(Call)).all() == []


# A unit's record, and the log.


def test_a_units_record_has_its_cells_its_duties_and_its_people(
    place: Place, client: TestClient, desk: TestClient
) -> None:
    client.post(f"{place.link('Sở Y tế')}/bao-cao/{DAY}", data=FIGURES | SIGNED)
    place.at(DUE + timedelta(minutes=5))
    html = desk.get("/ban/don-vi/so-y-te").text
    assert "Sở Y tế" in html
    assert "Báo cáo ngày 25/11/2021" in html  # still owed
    assert "Giám đốc" in html
    assert 'href="/ban/vb/1"' in html


def test_the_log_says_who_did_what_and_is_filtered(place: Place, client: TestClient, desk: TestClient) -> None:
    client.post(f"{place.link('Sở Y tế')}/bao-cao/{DAY}", data=FIGURES | SIGNED)
    html = desk.get("/ban/nhat-ky?loai=report_submitted").text
    assert html.count("<tr>") == 2  # its head, and one event
    assert "Nộp báo cáo" in html
    assert "Sở Y tế" in html
    signed_in = desk.get("/ban/nhat-ky?loai=signed_in").text
    assert "account:" not in re.sub(r"<details>.*?</details>", "", signed_in)
    assert '<span title="desk">Người của desk</span>' in signed_in
    assert "<strong>Viết thư</strong>: Sở Y tế" in desk.get("/ban/nhat-ky?loai=notice_written").text
    assert desk.get("/ban/nhat-ky?don-vi=s%E1%BB%9F+y+t%E1%BA%BF&ngay=2021-11-23").text.count("Sở Y tế</a>") >= 3
    assert "Không có việc nào hợp với bộ lọc." in desk.get("/ban/nhat-ky?ngay=2020-01-01").text
    for said in ("Người của desk", "NGƯỜI CỦA", "desk"):
        named = desk.get("/ban/nhat-ky", params={"ai": said, "loai": "signed_in"}).text
        assert named.count("<tr>") == 2, said
        csv_ = desk.get("/ban/nhat-ky/nhat-ky.csv", params={"ai": said, "loai": "signed_in"}).text
        assert len(csv_.splitlines()) == 2, said
    assert "Không có việc nào" in desk.get("/ban/nhat-ky", params={"ai": "Người của lan"}).text
    system = desk.get("/ban/nhat-ky", params={"ai": "hệ thống", "loai": "notice_written"}).text
    assert "<strong>Viết thư</strong>" in system
    offered = re.findall(r'<option value="([^"]*)"></option>', html)
    assert offered == sorted(offered)
    assert {"Người của desk", "hệ thống"} <= set(offered)
    assert "so-y-te" not in offered, "units have a field of their own"
    days = ("ngay=hôm qua", "ngay=0001-01-01", "ngay=9999-12-31")
    for odd in (*days, "vb=x", "truoc=%C2%B2", "don-vi=%00", "loai=%27", "ai=%25"):
        assert desk.get(f"/ban/nhat-ky?{odd}").status_code == 200, odd


def test_the_log_goes_on_page_by_page(place: Place, desk: TestClient) -> None:
    seen: list[str] = []
    path = "/ban/nhat-ky?vb=1"
    while path:
        html = desk.get(path).text
        seen += re.findall(r"<small>([a-z]+:\d+;)", html)
        older = re.findall(r'href="([^"]*truoc=[^"]*)"', html)
        path = older[0].replace("&amp;", "&") if older else ""
    with place.ledger.read() as session:
        told = session.scalars(select(Event.subject).where(Event.directive_id == 1).order_by(Event.id.desc())).all()
    assert len(told) > 100
    assert [subject for subject in told if subject.startswith("duty:")] == [
        subject.rstrip(";") for subject in seen if subject.startswith("duty:")
    ]


def test_the_log_is_taken_away_as_csv_that_a_spreadsheet_does_not_run(place: Place, desk: TestClient) -> None:
    receipt = duty_of(place, "Sở Nội vụ")
    seen = hidden(desk.get(f"/ban/viec/{receipt.id}").text)
    desk.post(f"/ban/viec/{receipt.id}/mien", data={"da-xem": seen, "ly-do": '=HYPERLINK("x")'})
    answer = desk.get("/ban/nhat-ky/nhat-ky.csv?vb=1")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    with place.ledger.read() as session:
        assert len(rows) == 1 + len(session.scalars(select(Event.id).where(Event.directive_id == 1)).all())
    waived = next(row for row in rows if row[3] == "duty_waived")
    assert (waived[5], waived[7]) == ("Sở Nội vụ", "account:desk")
    assert "=HYPERLINK" in waived[8]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
