"""Every way into the signed-in side: who may read, who may act, and that no act goes unrecorded."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import (
    Addressee,
    Duty,
    DutyKind,
    Event,
    ExtensionRequest,
    InboxMail,
    PermissionRequest,
    Role,
)
from portal.app import create_app
from tests.portal.binhphuoc import Province
from tests.portal.issuing import Desk, desk_at
from tests.portal.officers import account, officer_at
from tests.portal.place import DUE, FIGURES, SIGNED, Place
from tests.portal.test_desk import bounce
from tests.portal.test_desk_messages import ORIGINAL, write_back
from tests.portal.test_directory import HERE, UNIT, book, typed
from tests.portal.test_issuing import PLAN, filled, seen
from tests.worlds.ledgers import Ledgers
from tests.worlds.offices import KEY

DAY = "2021-11-24"
UNDER = "/ban"


def routes(app: Any, method: str) -> set[str]:
    """The paths under /ban that answer to `method`, as they are declared."""
    return {path for path, ways in app.openapi()["paths"].items() if path.startswith(UNDER) and method in ways}


@dataclass
class Visit:
    """A busy installation with one browser of each role."""

    place: Place
    units: TestClient
    people: dict[Role, TestClient] = field(default_factory=dict)

    @property
    def desk(self) -> TestClient:
        """Somebody at the desk."""
        return self.people[Role.DESK]

    def one(self, what: Any) -> Any:
        """What a query finds first."""
        with self.place.ledger.read() as session:
            return session.scalars(what.limit(1)).one()

    def duty(self, name: str, kind: DutyKind) -> Duty:
        """A duty of the unit called `name`."""
        mine = select(Duty).join(Addressee, Addressee.id == Duty.addressee_id).where(Addressee.name == name)
        found: Duty = self.one(mine.where(Duty.kind == kind).order_by(Duty.id))
        return found

    def addressee(self, name: str) -> int:
        """The number of the addressee called `name`."""
        found: int = self.one(select(Addressee.id).where(Addressee.name == name))
        return found

    def account(self, login: str) -> int:
        """The number of an account that is made if it is missing."""
        return account(self.place.ledger, Role.AUDITOR, login).id


@pytest.fixture
def visit(place: Place, client: TestClient) -> Iterator[Visit]:
    """The day after the issue: one unit has reported, one mailbox is dead, one has written back, one asks for more
    time and another has given its report back."""
    bounce(place, "Sở Ngoại vụ")
    write_back(place, "Sở Công Thương", original=ORIGINAL)
    client.post(f"{place.link('Sở Y tế')}/bao-cao/{DAY}", data=FIGURES | SIGNED)
    found = Visit(place, client)
    more = {"han-moi": "2021-11-25T20:30", "ly-do": "Máy chủ hỏng", **SIGNED}
    report = found.duty("Sở Nội vụ", DutyKind.REPORT)
    assert client.post(f"{place.link('Sở Nội vụ')}/gia-han/{report.id}", data=more).status_code == 303
    returned = found.duty("Sở Tài chính", DutyKind.REPORT)
    given = {"ly-do": "không thuộc sở", **SIGNED}
    assert client.post(f"{place.link('Sở Tài chính')}/tra-lai/{returned.id}", data=given).status_code == 303
    place.at(DUE + timedelta(hours=3))
    people = {role: officer_at(place.ledger, place.links, role) for role in Role}
    found.people = {role: browser.__enter__() for role, browser in people.items()}
    yield found
    for browser in people.values():
        browser.__exit__(None, None, None)


Act = Callable[[Visit], tuple[str, dict[str, str]]]


def version(visit: Visit, path: str, key: str = "da-xem") -> str:
    """What the form at `path` says it has seen."""
    [found] = set(re.findall(rf'name="{key}" value="([^"]*)"', visit.desk.get(path).text))
    return found


def _with_directive(visit: Visit) -> tuple[str, dict[str, str]]:
    path = "/ban/vb/1/doi/tam-dung"
    return path, {"da-xem": version(visit, path), "ly-do": "bão"}


def _with_duty(visit: Visit) -> tuple[str, dict[str, str]]:
    duty = visit.duty("Sở Công Thương", DutyKind.RECEIPT)
    return f"/ban/viec/{duty.id}/mien", {"da-xem": str(duty.version), "ly-do": "bão"}


def _call(visit: Visit) -> tuple[str, dict[str, str]]:
    return f"/ban/vb/1/goi/{visit.addressee('Sở Ngoại vụ')}", {"so-may": "0297", "ket-qua": "no_answer"}


def _link(visit: Visit) -> tuple[str, dict[str, str]]:
    return f"/ban/lien-ket/{visit.addressee('Sở Y tế')}", {"lan": "0", "ly-do": "lộ liên kết"}


def _letter(visit: Visit) -> tuple[str, dict[str, str]]:
    return f"/ban/thu-den/{visit.one(select(InboxMail.id))}", {"cach-xu-ly": "đã gọi"}


def _exception(path: str) -> Act:
    def act(visit: Visit) -> tuple[str, dict[str, str]]:
        duty = visit.duty("Sở Công Thương", DutyKind.REPORT)
        typed = {"don-vi": str(duty.id), "ly-do": "bão", "den": "2021-11-27T16:00"}
        return f"/ban/vb/1/tong-hop/{DAY}/{path}", typed

    return act


def _more_time(visit: Visit) -> tuple[str, dict[str, str]]:
    request = visit.one(select(ExtensionRequest))
    typed = {"da-xem": request.asked_at.isoformat(), "tra-loi": "khong-dong-y", "ly-do": "việc gấp"}
    return f"/ban/de-nghi/gia-han/{request.id}", typed


def _returned(visit: Visit) -> tuple[str, dict[str, str]]:
    duty = visit.duty("Sở Tài chính", DutyKind.REPORT)
    typed = {f"viec-{duty.id}": str(duty.version), "cach": "giao-lai", "ly-do": "đúng việc của sở"}
    return f"/ban/de-nghi/tra-lai/{duty.addressee_id}", typed


def _account(path: str, **typed: str) -> Act:
    return lambda visit: (f"/ban/tai-khoan/{visit.account('thu')}{path}", typed)


def _enabling(visit: Visit) -> tuple[str, dict[str, str]]:
    number = visit.account("thu")
    visit.people[Role.ADMINISTRATOR].post(f"/ban/tai-khoan/{number}/khoa")
    return f"/ban/tai-khoan/{number}/mo", {}


#: An act that stands, and whose it is, for each way in; those of issuing have an installation of their own below.
ACTS: dict[str, tuple[Role, Act]] = {
    "/ban/vb/{directive_id}/doi/{path}": (Role.DESK, _with_directive),
    "/ban/viec/{duty_id}/{action}": (Role.DESK, _with_duty),
    "/ban/vb/{directive_id}/goi/{addressee_id}": (Role.DESK, _call),
    "/ban/lien-ket/{addressee_id}": (Role.DESK, _link),
    "/ban/thu-den/{message_id}": (Role.DESK, _letter),
    "/ban/vb/{directive_id}/tong-hop/{day}/mo-lai": (Role.DESK, _exception("mo-lai")),
    "/ban/vb/{directive_id}/tong-hop/{day}/mien": (Role.DESK, _exception("mien")),
    "/ban/de-nghi/gia-han/{request_id}": (Role.LEADERSHIP, _more_time),
    "/ban/de-nghi/tra-lai/{addressee_id}": (Role.DESK, _returned),
    "/ban/tai-khoan": (
        Role.ADMINISTRATOR,
        lambda _visit: ("/ban/tai-khoan", {"ten": "moi", "ho-ten": "Người mới", "vai-tro": "auditor"}),
    ),
    "/ban/tai-khoan/{account_id}/lien-ket": (Role.ADMINISTRATOR, _account("/lien-ket")),
    "/ban/tai-khoan/{account_id}/khoa": (Role.ADMINISTRATOR, _account("/khoa")),
    "/ban/tai-khoan/{account_id}/mo": (Role.ADMINISTRATOR, _enabling),
    "/ban/tai-khoan/{account_id}/vai-tro": (Role.ADMINISTRATOR, _account("/vai-tro", **{"vai-tro": "desk"})),
}
_PLAN = "/ban/phat-hanh/{office}/{name}"
#: Those of issuing: what is sent, and by whom, once the draft stands where it has to.
ISSUING = {
    f"{_PLAN}/ban-hanh", f"{_PLAN}/de-nghi", f"{_PLAN}/chay-thu", f"{_PLAN}/bo-chay-thu",
    "/ban/phat-hanh/de-nghi/{proposal_id}/duyet", "/ban/phat-hanh/de-nghi/{proposal_id}/tu-choi",
    "/ban/phat-hanh/{office}/tai-len", "/ban/phat-hanh/{office}/soan",
}  # fmt: skip
#: Below, where it has the world it needs; and one's own password, which everybody changes (tests of accounts).
ELSEWHERE = {"/ban/de-nghi/xin-phep/{request_id}", "/ban/mat-khau"}
_DIRECTORY = "/ban/danh-ba/{office}"
DIRECTORY = {f"{_DIRECTORY}/them", f"{_DIRECTORY}/don-vi/{{key}}", f"{_DIRECTORY}/nhap/{{pin}}"}
#: Change nothing in the ledger: a play on a ledger of its own, and what a workbook would change.
LOOKS = {f"{_PLAN}/dien-tap", f"{_DIRECTORY}/nhap"}


def test_every_act_is_known_here(place: Place) -> None:
    known = {*ACTS, *ISSUING, *ELSEWHERE, *DIRECTORY, *LOOKS}
    assert routes(create_app(place.ledger, place.links, "vi"), "post") == known


def events(ledger: Ledger) -> list[tuple[str, str]]:
    with ledger.read() as session:
        return [(event.kind, event.actor) for event in session.scalars(select(Event).order_by(Event.id))]


@pytest.mark.parametrize("path", ACTS)
def test_every_act_leaves_an_event_that_names_who_did_it(visit: Visit, path: str) -> None:
    role, act = ACTS[path]
    to, typed = act(visit)
    before = len(events(visit.place.ledger))
    answer = visit.people[role].post(to, data=typed)
    assert answer.status_code in (200, 303), answer.text
    done = events(visit.place.ledger)[before:]
    assert f"account:{role.value}" in {actor for _, actor in done}, done


@pytest.mark.parametrize("path", ACTS)
def test_whoever_only_reads_changes_nothing(visit: Visit, path: str) -> None:
    whose, act = ACTS[path]
    to, data = act(visit)
    before = visit.place.rows()
    for role in {Role.AUDITOR, Role.LEADERSHIP, Role.ADMINISTRATOR} - {whose}:
        assert visit.people[role].post(to, data=data).status_code == 403, f"{role}: {to}"
    assert visit.place.rows() == before


#: What stands for the parts of a path.
PARTS = {
    "directive_id": "1", "duty_id": "1", "day": DAY, "office": "kien-giang", "name": "13-cv-bcd", "path": "tam-dung",
    "sha256": "0" * 64, "days": "7", "message_id": "1",
}  # fmt: skip
#: Forms that only those who may send them open, and what people have sent to the desk alone.
FORMS = {
    "/ban/vb/{directive_id}/doi/{path}", "/ban/phat-hanh/{office}/soan", "/ban/thu-den/{message_id}/thu-goc",
}  # fmt: skip
KEEPERS = {f"{_DIRECTORY}/them"}
ADMINISTRATION = {"/ban/tai-khoan"}
#: Not there in this installation: no file was sent, nothing was rehearsed.
ABSENT = {
    "/ban/vb/{directive_id}/tong-hop/{day}/tep/{duty_id}/{sha256}", f"{_PLAN}/dien-tap/{{days}}",
    f"{_PLAN}/dien-tap/{{days}}/tep",
}  # fmt: skip


@pytest.mark.parametrize("role", list(Role))
def test_everyone_reads_everything_but_forms_that_are_not_theirs(visit: Visit, role: Role) -> None:
    parts = PARTS | {"addressee_id": str(visit.addressee("Sở Ngoại vụ"))}
    before = {name: count for name, count in visit.place.rows().items() if name != "sign_in"}
    for path in sorted(routes(create_app(visit.place.ledger, visit.place.links, "vi"), "get")):
        key = "kien-giang/13-cv-bcd" if "nguon-goc" in path else "so-y-te"
        to = re.sub(r"\{(\w+)\}", lambda part, key=key: (parts | {"key": key})[part[1]], path)  # type: ignore[misc]
        wanted = 404 if path in ABSENT else 200
        if (path in FORMS and role is not Role.DESK) or (path in ADMINISTRATION and role is not Role.ADMINISTRATOR):
            wanted = 403
        if path in KEEPERS and role not in (Role.DESK, Role.ADMINISTRATOR):
            wanted = 403
        answer = visit.people[role].get(to)
        assert answer.status_code == wanted, f"{role}: {to}"
        if role is Role.AUDITOR and answer.headers["content-type"].startswith("text/html"):
            assert_no_form(answer.text, to)
    assert {name: count for name, count in visit.place.rows().items() if name != "sign_in"} == before


@pytest.mark.parametrize("number", ["0", str(2**63), str(10**40), "%00", "x"])
def test_a_number_that_no_row_has_is_no_page(visit: Visit, number: str) -> None:
    app = create_app(visit.place.ledger, visit.place.links, "vi")
    before = {name: count for name, count in visit.place.rows().items() if name != "sign_in"}
    for method in ("get", "post"):
        for path in sorted(routes(app, method)):
            for name in re.findall(r"\{(\w+_id)\}", path):
                parts = PARTS | {name: number}
                to = re.sub(r"\{(\w+)\}", lambda part, parts=parts: parts.get(part[1], "1"), path)  # type: ignore[misc]
                role = Role.ADMINISTRATOR if to.startswith("/ban/tai-khoan") else Role.DESK
                assert visit.people[role].request(method, to).status_code == 404, f"{method} {to}"
    assert {name: count for name, count in visit.place.rows().items() if name != "sign_in"} == before


def test_no_address_of_the_desk_is_more_than_the_database_can_read(ledgers: Ledgers, tmp_path: Path) -> None:
    there = desk_at(ledgers.open(), tmp_path)
    parts = PARTS | {"office": "tinh-mau", "key": "so-1"}
    with there.people(("an", Role.DESK)) as [an]:
        for path in sorted(routes(there.app(), "get") - ADMINISTRATION):
            for name in re.findall(r"\{(\w+)\}", path):
                to = re.sub(
                    r"\{(\w+)\}", lambda part, name=name: "%00" if part[1] == name else parts.get(part[1], "1"), path
                )  # type: ignore[misc]
                assert an.get(to).status_code == 404, to


def assert_no_form(html: str, path: str) -> None:
    """That the page offers nothing to send but the way out, and one's own password."""
    forms = re.findall(r'<form[^>]*method="post"[^>]*action="([^"]*)"[^>]*>(.*?)</form>', html, re.DOTALL)
    sent = {action for action, inside in forms if "<button" in inside}
    assert sent <= {"/ra", "/ban/mat-khau"}, path


def test_whoever_is_not_signed_in_is_let_in_nowhere(visit: Visit) -> None:
    app = create_app(visit.place.ledger, visit.place.links, "vi")
    before = visit.place.rows()
    with TestClient(app, follow_redirects=False) as stranger:
        for path in routes(app, "get"):
            assert stranger.get(re.sub(r"\{\w+\}", "1", path)).status_code == 303, path
        for path in routes(app, "post"):
            assert stranger.post(re.sub(r"\{\w+\}", "1", path)).status_code in (401, 403), path
    assert visit.place.rows() == before


def test_a_form_from_elsewhere_does_nothing(visit: Visit) -> None:
    before = visit.place.rows()
    desk = visit.desk
    acts = [act(visit) for role, act in ACTS.values() if role is Role.DESK]
    del desk.headers["X-CSRF-Token"]
    for path, data in acts:
        assert desk.post(path, data=data).status_code == 403, path
    assert visit.place.rows() == before


@pytest.fixture
def office(sqlite_ledgers: Ledgers, tmp_path: Path) -> Desk:
    """The small office, with nothing issued."""
    return desk_at(sqlite_ledgers.open(), tmp_path)


def test_every_step_of_issuing_leaves_an_event_that_names_who_did_it(office: Desk) -> None:
    source = (office.folder / "1-cv.yaml").read_text(encoding="utf-8")
    other = source.replace("number: 1", "number: 2").replace("1-CV/TU", "2-CV/TU")
    with office.people(("an", Role.DESK), ("binh", Role.LEADERSHIP)) as [an, binh]:
        told = 0

        def happened(answer: Any, who: str) -> None:
            nonlocal told
            assert answer.status_code == 303, answer.text
            done = events(office.ledger)[told:]
            assert f"account:{who}" in {actor for _, actor in done}, answer.url
            told += len(done)

        happened(an.post("/ban/phat-hanh/tinh-mau/tai-len", files={"tep": ("2-cv.yaml", other)}), "an")
        happened(an.post("/ban/phat-hanh/tinh-mau/soan", data=filled(luu="1")), "an")
        happened(an.post(f"{PLAN}/chay-thu", data=seen(an.get(PLAN).text)), "an")
        happened(an.post(f"{PLAN}/bo-chay-thu", data={"lan": f"{KEY}~thu-1"}), "an")
        happened(an.post(f"{PLAN}/de-nghi", data=seen(an.get(PLAN).text)), "an")
        happened(binh.post("/ban/phat-hanh/de-nghi/1/tu-choi", data={"ly-do": "sai giờ"}), "binh")
        happened(an.post(f"{PLAN}/de-nghi", data=seen(an.get(PLAN).text)), "an")
        happened(binh.post("/ban/phat-hanh/de-nghi/2/duyet", data={"da-xem": "1"}), "binh")
        second = "/ban/phat-hanh/tinh-mau/2-cv"
        happened(an.post(f"{second}/ban-hanh", data=seen(an.get(second).text) | {"da-xem": "1"}), "an")


def test_every_change_of_the_directory_leaves_an_event_that_names_who_did_it(office: Desk) -> None:
    with office.people(("an", Role.DESK)) as [an]:
        new = typed(an, f"{HERE}/them", ten="Sở Mới", he="state", loai="sở", thu="moi@mau.example")
        assert an.post(f"{HERE}/them", data=new | {"cap-tren": "ubnd-tinh"}).status_code == 303
        assert an.post(UNIT, data=typed(an, UNIT, ten="Sở Y tế")).status_code == 303
        page = an.post(f"{HERE}/nhap", files=book(["Tên đơn vị", "Email"], ["Sở 1", "so-1.moi@mau.example"])).text
        [pin], [shown] = re.findall(r"/nhap/([0-9a-f]{64})", page), re.findall(r'name="ban" value="([0-9a-f]+)"', page)
        assert an.post(f"{HERE}/nhap/{pin}", data={"ban": shown}).status_code == 303
    done = [actor for kind, actor in events(office.ledger) if kind == "directory_changed"]
    assert done == ["account:an"] * 3


def test_an_answer_taken_down_for_the_leadership_leaves_an_event(
    province: Province, browser_there: TestClient, desk_there: TestClient
) -> None:
    trip = {
        "nguoi-di": "Lê Thị Hoa", "ly-do-di": "Họp tại Hà Nội", "ngay-di": "2021-05-10", "ngay-ve": "2021-05-12",
        "la-thu-truong": "1", "ho-ten": "Mai",
    }  # fmt: skip
    browser_there.post(f"{province.page('huyen-uy-bu-dang')}/xin-phep/2.1", data=trip)
    with province.ledger.read() as session:
        asked = session.scalars(select(PermissionRequest.id)).one()
    before = len(events(province.ledger))
    answer = desk_there.post(f"/ban/de-nghi/xin-phep/{asked}", data={"tra-loi": "dong-y"})
    assert answer.status_code == 303, answer.text
    by, done = "account:desk", events(province.ledger)[before:]
    assert {("permission_granted", by), ("duty_met", by)} <= set(done)
