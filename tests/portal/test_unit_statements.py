"""A unit's page asks the ledger little, however much it lists."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from hoatoc.ledger.schema import Addressee, Directive, DutyKind
from hoatoc.rollout import duties, snapshot
from portal.app import create_app
from tests.portal.binhphuoc import Province
from tests.portal.officers import TestClient
from tests.portal.place import DUE, FIGURES, ISSUED, SIGNED, Place, issue_in
from tests.worlds.duties import ISSUED_1722
from tests.worlds.ledgers import Ledgers
from tests.worlds.rollouts import LINKS

#: The addressee, its directive, the clock, what it owes, its receipts, its unit, its specialists, its requests for more
#: time and for permission, and when the letter reached it.
MOST = 10


@pytest.fixture
def kien_giang(ledgers: Ledgers) -> Place:
    """13-CV/BCĐ three hours before the first report is due."""
    place = issue_in(Place(ledgers.open(), LINKS), ISSUED)
    place.at(DUE - timedelta(hours=3))
    return place


@pytest.fixture
def binh_phuoc(ledgers: Ledgers) -> Province:
    """1722/UBND-KGVX on its day, the letter that asks for most."""
    province = Province(ledgers.open(), LINKS)
    province.issue("binh-phuoc/1722-ubnd-kgvx", ISSUED_1722)
    return province


def opened(place: Place) -> Iterator[TestClient]:
    with TestClient(create_app(place.ledger, place.links, "vi"), follow_redirects=False) as client:
        yield client


def asked(place: Place, client: TestClient, path: str) -> list[str]:
    """What opening `path` asks the ledger."""
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    client.get(path)  # the directive's content is read by the first visitor of a process
    event.listen(place.ledger.engine, "before_cursor_execute", note)
    try:
        assert client.get(path).status_code == 200
    finally:
        event.remove(place.ledger.engine, "before_cursor_execute", note)
    return [statement for statement in said if statement.startswith("SELECT")]


def test_the_page_of_a_unit_that_owes_receipt_and_report_takes_ten_statements(kien_giang: Place) -> None:
    for client in opened(kien_giang):
        assert len(asked(kien_giang, client, kien_giang.link("Sở Y tế"))) <= MOST


def test_a_week_of_reports_takes_no_more(kien_giang: Place) -> None:
    unit = kien_giang.link("Sở Y tế")
    for client in opened(kien_giang):
        assert client.post(f"{unit}/bao-cao/2021-11-24", data=FIGURES | SIGNED).status_code == 303
        for day in range(7):
            kien_giang.at(DUE + timedelta(days=day, hours=1))
        assert client.get(unit).text.count("<h3>Báo cáo ngày") == 8
        assert len(asked(kien_giang, client, unit)) <= MOST


def test_many_things_owed_once_are_read_together(kien_giang: Place) -> None:
    def owe(*numbers: int) -> None:
        with kien_giang.ledger.write() as session:
            directive = session.scalars(select(Directive)).one()
            addressee_id = session.scalars(select(Addressee.id).where(Addressee.name == "Sở Y tế")).one()
            for number in numbers:
                duties.open_all(
                    session, directive.id, [addressee_id], subject=f"explain:{number}:report:kết.2",
                    kind=DutyKind.EXPLANATION, slot="2021-11-24/P1D", period_id=None, due_at=DUE,
                    rungs=snapshot.of(directive).ladder(DutyKind.EXPLANATION), now=ISSUED,
                )  # fmt: skip

    unit = kien_giang.link("Sở Y tế")
    for client in opened(kien_giang):
        owe(1)
        one = asked(kien_giang, client, unit)
        owe(2, 3, 4, 5)
        assert client.get(unit).text.count("Giải trình việc chậm: Báo cáo ngày 24/11/2021") == 5
        assert len(asked(kien_giang, client, unit)) == len(one) <= MOST + 1  # what it has said


def test_results_a_list_shares_and_those_who_support_add_four_statements(binh_phuoc: Province) -> None:
    for client in opened(binh_phuoc):
        page = binh_phuoc.page("cong-an-tinh", "1722")
        assert "/viec/" in client.get(page).text
        assert "/danh-sach/" in client.get(page).text
        assert len(asked(binh_phuoc, client, page)) <= MOST + 4
