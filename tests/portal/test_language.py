"""Vietnamese first, English by setting."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from sqlalchemy import select
from starlette.testclient import TestClient

import portal
from hoatoc.catalogue import LOCALE as CORE
from hoatoc.ledger.schema import Duty, DutyKind
from hoatoc.settings import ROOT
from portal.app import create_app
from portal.language import LOCALE, Language
from portal.pages import TEMPLATES
from tests.portal.officers import signed_in
from tests.portal.place import DUE, FIGURES, SIGNED, Place
from tests.worlds.spoken import spoken_in

#: Handed on as data, so that neither extraction nor a reading of the errors sees it.
HANDED_ON = {
    "Báo đã triển khai", "chưa báo cáo", "chậm", "ghi ngày báo cáo đầu tiên", "ghi ngày của văn bản",
    "ghi số và ký hiệu, ví dụ 13-CV/BCĐ", "ghi trích yếu", "giá trị không dùng được",
    "gửi Authorization: Bearer <mã>; xin mã mới nếu mã đã hết hạn hoặc bị thu hồi", "gửi kèm", "hôm sau mới làm",
    "hộp thư hỏng", "không trả lời", "phải nhắc", "phải đôn đốc", "sai số liệu lần đầu", "thay thế", "thực hiện theo",
    "tiếp nối", "triển khai", "xem openapi.json", "đúng hẹn",
}  # fmt: skip
VIETNAMESE = "ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"


def extracted() -> set[str]:
    keywords = {"say": None, "count": None, "gettext": None}
    found: set[str] = set()
    methods = {Path(portal.__file__).parent: "python", TEMPLATES: "jinja2.ext:babel_extract"}
    for folder, method in methods.items():
        options = {"**": {"trimmed": "true", "silent": "false"}}
        found |= {
            message if isinstance(message, str) else message[0]
            for _, _, message, _, _ in extract_from_dir(
                folder, [("**.py" if method == "python" else "**.html", method)],
                {"**.html": options["**"]}, keywords=keywords,
            )
        }  # fmt: skip
    return found


def words_of(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def test_the_english_catalogue_has_every_message_and_no_other() -> None:
    with (LOCALE / "en" / "LC_MESSAGES" / "portal.po").open("rb") as file:
        catalogue = read_po(file)
    said = {message.id if isinstance(message.id, str) else message.id[0] for message in catalogue if message.id}
    core = words_of(CORE / "en" / "LC_MESSAGES" / "core.po").keys()
    assert said == extracted() | ((spoken_in("portal").words | HANDED_ON) - core)
    assert spoken_in("portal").unsayable == [], "what is filled in is a Phrase, or no catalogue knows it"
    untranslated = [message.id for message in catalogue if not message.string or "" in (*message.string,)]
    assert untranslated == []


def test_what_is_handed_on_is_still_said_so() -> None:
    source = "".join(path.read_text() for part in ("hoatoc", "portal") for path in (ROOT / part).rglob("*.py"))
    assert [message for message in HANDED_ON if message not in source] == []


def test_an_english_portal_speaks_english(place: Place) -> None:
    unit = place.link("Sở Y tế")
    with TestClient(create_app(place.ledger, place.links, "en")) as client:
        assert '<html lang="en">' in client.get(unit).text
        assert "Not acknowledged yet, 1 day left" in client.get(unit).text.replace("not ack", "Not ack")
        refused = client.post(f"{unit}/bao-cao/2021-11-24", data={})
        assert "your name is missing" in refused.text
        assert "not filled in; if there was none, write" in refused.text
        client.post(f"{unit}/bao-cao/2021-11-24", data=FIGURES | SIGNED)
        receipt = client.get(f"{unit}/bien-nhan/2021-11-24").text
        assert "<b>3,884</b>" in receipt
        assert "16:00 on 23/11/2021" in receipt
        missing = client.get("/v/forged").text
        assert not set(missing.split("<title>")[1].casefold()) & set(VIETNAMESE)


def test_the_summary_of_an_english_portal_is_in_english(place: Place) -> None:
    unit = place.link("Sở Y tế")
    with TestClient(create_app(place.ledger, place.links, "en"), follow_redirects=False) as client:
        client.post(f"{unit}/bao-cao/2021-11-24", data=FIGURES | SIGNED)
        place.at(DUE + timedelta(hours=1))
        desk = signed_in(client, place.ledger)
        summary = "/ban/vb/1/tong-hop/2021-11-24"
        page = desk.get(summary).text
        for said in ("1 on time, 68 not reported", "1 of 69 units", "Reporting rate 1.4%", "DHIS2", "3,884",
                     "Symbol, for example BC/VPTU"):  # fmt: skip
            assert said in page, said
        with place.ledger.read() as session:
            owed = session.scalar(
                select(Duty.id).where(Duty.kind == DutyKind.REPORT, Duty.slot.startswith("2021-11-24"))
            )
        refused = desk.post(f"{summary}/mien", data={"don-vi": str(owed), "ly-do": " "}).text
        assert "give a reason; it is kept with the decision" in refused
        columns = re.search(r"<table class=\"sums\">.*?</thead>", page, re.DOTALL)
        assert columns is not None
        assert not set(columns[0].casefold()) & set(VIETNAMESE)


@pytest.mark.parametrize(
    ("span", "vietnamese", "english"),
    [
        (timedelta(seconds=59), "dưới 1 phút", "less than a minute"),
        (timedelta(minutes=1), "1 phút", "1 minute"),
        (timedelta(minutes=59, seconds=59), "59 phút", "59 minutes"),
        (timedelta(hours=1), "1 giờ", "1 hour"),
        (timedelta(hours=23, minutes=59), "23 giờ", "23 hours"),
        (timedelta(days=1), "1 ngày", "1 day"),
        (timedelta(days=1, hours=5), "1 ngày 5 giờ", "1 day 5 hours"),
        (timedelta(days=3, hours=5), "3 ngày", "3 days"),
    ],
)
def test_a_span_is_said_as_one_who_waits_would(span: timedelta, vietnamese: str, english: str) -> None:
    assert (Language("vi").span(span), Language("en").span(span)) == (vietnamese, english)


def test_what_the_core_says_is_english_on_an_english_portal(place: Place) -> None:
    place.at(DUE + timedelta(hours=3))
    with place.ledger.read() as session:
        duty = session.scalars(select(Duty).where(Duty.kind == DutyKind.RECEIPT).order_by(Duty.id).limit(1)).one()
    with TestClient(create_app(place.ledger, place.links, "en"), follow_redirects=False) as client:
        desk = signed_in(client, place.ledger)
        told = desk.get(f"/ban/viec/{duty.id}").text
        for said in ("Directive issued", "Letter (", "the directive was issued", "Next rung: "):
            assert said in told, said
        changed = desk.post(f"/ban/viec/{duty.id}/mien", data={"ly-do": "x", "da-xem": str(duty.version + 1)}).text
        assert f"Duty {duty.id}: somebody else has just changed it" in changed
        plan = desk.get("/ban/phat-hanh/kien-giang/13-cv-bcd").text
        for said in (
            "nothing to do but acknowledge",
            "Time to acknowledge receipt",
            "after the issue",
            "The ladder (report)",
        ):
            assert said in plan, said


def test_a_problem_of_the_api_is_english_by_setting(place: Place) -> None:
    token = {"Authorization": f"Bearer {place.link('Sở Y tế').removeprefix('/v/')}"}
    given = {"by": "An", "person": "x" * 121, "mail": "x", "subjects": []}
    with TestClient(create_app(place.ledger, place.links, "en")) as client:
        told = client.post("/api/v1/unit/assignments", json=given, headers=token).json()
        assert told["problems"]["person"] == "longer than 120 characters"
        assert not set(str(told).casefold()) & set(VIETNAMESE)
        sent = {"figures": {**dict.fromkeys(FIGURES, 0), "x": 1}, "by": "An"}
        unknown = client.put("/api/v1/unit/reports/2021-11-24", json=sent, headers=token).json()
        assert unknown["detail"] == "The report was not taken in: it has unknown items."
