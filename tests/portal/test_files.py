"""Files that go with a report: what is taken in, by whom it is opened, and how it stays with the report."""

import base64
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from starlette.testclient import TestClient

from hoatoc import clock
from hoatoc.ledger.schema import Attachment, Directive, Duty, DutyKind, Report
from hoatoc.rollout.dispatch import dispatch
from hoatoc.rollout.issue import issue
from portal.app import create_app
from tests.portal.officers import officer_at
from tests.portal.place import ISSUED, LOCKED, Place, open_place
from tests.portal.test_unit import words
from tests.worlds.offices import small_office

DAY = "2021-11-24"
PDF, PNG = b"%PDF-1.7 ke hoach", b"\x89PNG\r\n\x1a\n anh"
TYPED = {"moi": "2", "luy_ke": "10", "ho-ten": "An"}
LARGEST = 3 * 1024 * 1024


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A form that wants a plan, and takes a picture."""
    files = small_office(1, 2, 0)
    files.form["fields"] += [
        {"key": "ke_hoach", "label": "Kế hoạch", "type": "file"},
        {"key": "anh", "label": "Ảnh", "type": "file", "required": False},
    ]
    folder, draft = files.read()
    place = open_place(tmp_path / "ledger.db")
    with place.ledger.write() as session:
        clock.simulate(session, ISSUED)
        dispatch(session, issue(session, folder, draft, now=ISSUED, by="desk"), ISSUED)
    yield place
    place.ledger.close()


@pytest.fixture
def client(place: Place) -> Iterator[TestClient]:
    with TestClient(create_app(place.ledger, place.links, "vi"), follow_redirects=False) as client:
        yield client


@pytest.fixture
def unit(place: Place) -> str:
    return place.link("Sở 0")


def send(client: TestClient, unit: str, files: dict[str, tuple[str, bytes]], **typed: str) -> Any:
    data = {**TYPED, **typed}
    return client.post(f"{unit}/bao-cao/{DAY}", data=data, files={f"tep-{key}": file for key, file in files.items()})


def figures(place: Place) -> dict[str, Any] | None:
    with place.ledger.read() as session:
        return session.scalar(select(Report.figures))


def kept(place: Place) -> list[str]:
    with place.ledger.read() as session:
        return list(session.scalars(select(Attachment.name).order_by(Attachment.id)))


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [("ke-hoach.pdf", b"MZ virus", "chỉ nhận tệp"), ("ke-hoach.exe", PDF, "chỉ nhận tệp"), ("x", PDF, "chỉ nhận"),
     ("a.png", PDF, "chỉ nhận tệp"), ("a.pdf", b"", "chỉ nhận tệp"),
     ("a.pdf", PDF.ljust(LARGEST + 1), "tệp lớn quá 3 MB")],
    ids=["not what it says", "a program", "no extension", "another kind", "empty", "too large"],
)  # fmt: skip
def test_what_is_no_such_file_is_refused_beside_the_figures(
    place: Place, client: TestClient, unit: str, name: str, content: bytes, says: str
) -> None:
    answer = send(client, unit, {"ke_hoach": (name, content)}, moi="x")
    assert answer.status_code == 422
    assert says in words(answer.text)
    assert "ghi số nguyên" in words(answer.text), "everything that is wrong is told at once"
    assert (figures(place), kept(place)) == (None, [])


@pytest.mark.parametrize("name", ["a.PDF", "../../etc/kế hoạch.pdf", "a" * 300 + ".pdf", "a\r\nb.pdf"])
def test_a_file_goes_with_the_report_and_opens_for_its_unit_alone(
    place: Place, client: TestClient, unit: str, name: str
) -> None:
    assert send(client, unit, {"ke_hoach": (name, PDF.ljust(LARGEST))}).status_code == 303
    sent = sha(PDF.ljust(LARGEST))
    assert figures(place) == {"moi": 2, "luy_ke": 10, "ke_hoach": sent}
    (called,) = kept(place)
    assert len(called) <= 120
    assert "/" not in called
    assert "\n" not in called
    assert f"{unit}/tep/{sent}" in client.get(f"{unit}/bien-nhan/{DAY}").text
    answer = client.get(f"{unit}/tep/{sent}")
    assert answer.content == PDF.ljust(LARGEST)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == f'attachment; filename="tep-{sent[:8]}.pdf"'
    assert client.get(f"{place.link('Sở 1')}/tep/{sent}").status_code == 404


def test_a_unit_sends_files_up_to_a_hundred_megabytes_in_all(place: Place, client: TestClient, unit: str) -> None:
    other = place.link("Sở 1")
    send(client, unit, {"ke_hoach": ("dau.pdf", PDF)})
    with place.ledger.write() as session:
        first = session.scalars(select(Attachment)).one()
        rest = b"0" * (100 * 1024 * 1024 - 2 * len(PDF) - 1)
        session.add(
            Attachment(addressee_id=first.addressee_id, sha256=sha(rest), name="rest.pdf", at=ISSUED, content=rest)
        )
    answer = send(client, unit, {"ke_hoach": ("lon.pdf", PDF + b"..")})
    assert answer.status_code == 422
    assert "đơn vị đã gửi quá nhiều tệp; liên hệ văn phòng" in words(answer.text)
    assert send(client, unit, {"ke_hoach": ("vua.pdf", PDF + b".")}).status_code == 303
    assert send(client, unit, {"ke_hoach": ("dau.pdf", PDF)}).status_code == 303, "what is kept takes no more room"
    assert send(client, unit, {"ke_hoach": ("them.pdf", PDF + b"+")}).status_code == 422
    assert send(client, other, {"ke_hoach": ("them.pdf", PDF + b"+")}).status_code == 303
    assert kept(place) == ["dau.pdf", "rest.pdf", "vua.pdf", "them.pdf"]


def test_a_required_file_is_asked_for_and_anothers_cannot_be_named(place: Place, client: TestClient, unit: str) -> None:
    assert "chưa điền" in words(send(client, unit, {}).text)
    send(client, place.link("Sở 1"), {"ke_hoach": ("a.pdf", PDF)})
    answer = client.post(f"{unit}/bao-cao/{DAY}", data=TYPED | {"ke_hoach": sha(PDF)})
    assert answer.status_code == 422
    assert "chưa nhận được tệp; chọn lại tệp" in words(answer.text)


def test_a_file_survives_refused_figures(place: Place, client: TestClient, unit: str) -> None:
    answer = send(client, unit, {"ke_hoach": ("a.pdf", PDF)}, moi="")
    assert answer.status_code == 422
    assert f'name="ke_hoach" value="{sha(PDF)}"' in answer.text
    assert client.post(f"{unit}/bao-cao/{DAY}", data=TYPED | {"ke_hoach": sha(PDF)}).status_code == 303


def test_only_files_that_the_form_asks_for_are_kept_and_none_once_it_is_closed(
    place: Place, client: TestClient, unit: str
) -> None:
    send(client, unit, {"la": ("a.pdf", PDF)})
    assert kept(place) == []
    place.at(LOCKED)
    place.at(LOCKED.replace(minute=1))
    send(client, unit, {"ke_hoach": ("a.pdf", PDF)})
    assert kept(place) == []


def test_a_file_that_need_not_be_there_can_be_taken_out(place: Place, client: TestClient, unit: str) -> None:
    send(client, unit, {"ke_hoach": ("a.pdf", PDF), "anh": ("b.png", PNG)})
    form = client.get(f"{unit}/bao-cao/{DAY}").text
    assert 'name="bo-anh"' in form
    assert 'name="bo-ke_hoach"' not in form
    both = TYPED | {"ke_hoach": sha(PDF), "anh": sha(PNG)}
    assert client.post(f"{unit}/bao-cao/{DAY}", data=both | {"bo-anh": "1"}).status_code == 303
    assert figures(place) == {"moi": 2, "luy_ke": 10, "ke_hoach": sha(PDF)}


def test_a_workbook_leaves_the_files_of_its_report_where_they_are(place: Place, client: TestClient, unit: str) -> None:
    send(client, unit, {"ke_hoach": ("a.pdf", PDF), "anh": ("b.png", PNG)})
    book = load_workbook(io.BytesIO(client.get(f"{unit}/bao-cao/{DAY}/mau.xlsx").content))
    sheet = book.worksheets[0]
    assert "ke_hoach" not in [cell.value for cell in sheet["A"]]
    next(row for row in sheet.iter_rows() if row[0].value == "luy_ke")[3].value = 12
    next(row for row in sheet.iter_rows() if row[0].value == "ho-ten")[3].value = "An"
    made = io.BytesIO()
    book.save(made)
    answer = client.post(f"{unit}/bao-cao/{DAY}/tep", files={"tep": ("a.xlsx", made.getvalue())})
    assert answer.status_code == 303, words(answer.text)
    assert figures(place) == {"moi": 2, "luy_ke": 12, "ke_hoach": sha(PDF), "anh": sha(PNG)}


def put(client: TestClient, unit: str, sent: dict[str, Any]) -> Any:
    body = json.dumps({"figures": sent, "by": "An"})
    headers = {"Authorization": f"Bearer {unit.removeprefix('/v/')}"}
    return client.put(f"/api/v1/unit/reports/{DAY}", content=body, headers=headers)


def packed(name: str, content: bytes) -> dict[str, str]:
    return {"name": name, "base64": base64.b64encode(content).decode()}


def test_the_api_takes_files_up_to_the_same_size_and_names_them_by_their_hash(
    place: Place, client: TestClient, unit: str
) -> None:
    large = PDF.ljust(LARGEST)
    answer = put(client, unit, {"moi": 2, "luy_ke": 10, "ke_hoach": packed("a.pdf", large)})
    assert answer.status_code == 200, answer.text
    assert figures(place) == {"moi": 2, "luy_ke": 10, "ke_hoach": sha(large)}
    assert put(client, unit, {"moi": 2, "luy_ke": 10, "ke_hoach": sha(large)}).json()["repeated"] is True
    form = client.get("/api/v1/unit", headers={"Authorization": f"Bearer {unit.removeprefix('/v/')}"}).json()["form"]
    assert [field["key"] for field in form["fields"] if field["type"] == "file"] == ["ke_hoach", "anh"]


@pytest.mark.parametrize(
    "file", [packed("a.pdf", b"MZ"), packed("a.exe", PDF), {"name": "a.pdf", "base64": "%%"}, {"name": "a.pdf"}, "ab12",
             packed("a.pdf", PDF.ljust(LARGEST + 1))],
    ids=["not what it says", "a program", "no base64", "nothing", "an unknown hash", "too large"],
)  # fmt: skip
def test_the_api_refuses_what_the_form_refuses_and_keeps_nothing(
    place: Place, client: TestClient, unit: str, file: Any
) -> None:
    answer = put(client, unit, {"moi": 2, "luy_ke": 10, "ke_hoach": file})
    assert answer.status_code == 422
    assert set(answer.json()["problems"]) == {"ke_hoach"}
    assert (figures(place), kept(place)) == (None, [])


def test_the_desk_opens_the_files_of_a_period_and_the_workbook_names_them(
    place: Place, client: TestClient, unit: str
) -> None:
    send(client, unit, {"ke_hoach": ("kế hoạch.pdf", PDF)})
    with place.ledger.read() as session:
        directive_id = session.scalars(select(Directive.id)).one()
        duties = dict(
            session.execute(select(Duty.id, Duty.addressee_id).where(Duty.kind == DutyKind.REPORT)).tuples().all()
        )
        addressee_id = session.scalars(select(Attachment.addressee_id)).one()
    mine = next(duty for duty, bearer in duties.items() if bearer == addressee_id)
    other = next(duty for duty, bearer in duties.items() if bearer != addressee_id)
    summary = f"/ban/vb/{directive_id}/tong-hop/{DAY}"
    with officer_at(place.ledger, place.links) as desk:
        page = desk.get(summary).text
        link = f"{summary}/tep/{mine}/{sha(PDF)}"
        assert link in page
        assert "Kế hoạch: kế hoạch.pdf" in words(page)
        assert desk.get(link).content == PDF
        assert desk.get(f"{summary}/tep/{other}/{sha(PDF)}").status_code == 404
        units = load_workbook(io.BytesIO(desk.get(f"{summary}/tong-hop.xlsx").content))["Đơn vị"]
    assert client.get(link).status_code in (303, 307, 401)
    rows = [{head.value: cell.value for head, cell in zip(units[1], row, strict=True)} for row in units.iter_rows(2)]
    assert [row["Kế hoạch"] for row in rows if row["Đơn vị"] == "Sở 0"] == ["kế hoạch.pdf"]
