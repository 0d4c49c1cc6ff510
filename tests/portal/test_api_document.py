"""The API against the document it publishes: whatever is sent, no 5xx, and every answer is as described."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import select
from starlette.testclient import TestClient

from hoatoc.accounts import tokens
from hoatoc.clock import machine_now
from hoatoc.ledger.schema import Addressee, Duty, DutyKind
from portal.app import create_app
from tests.portal.binhphuoc import Province
from tests.portal.officers import account
from tests.portal.place import DUE, ISSUED, Place, issue_in
from tests.portal.test_api_inside import GIVEN, JOURNEY, bearer
from tests.portal.test_desk_messages import write_back
from tests.worlds.duties import ISSUED_360
from tests.worlds.ledgers import Ledgers
from tests.worlds.rollouts import LINKS

DOCUMENT = "/api/v1/openapi.json"
DAY = "2021-11-24"
#: What is there in 13-CV/BCĐ and in 360-CV/TU.
HITS = {"day": DAY, "clause": "3.1"}
INSIDE = ("/unit/permissions", "/unit/decisions", "/unit/rosters", "/unit/assignments")
UNIT = "Sở Y tế"
_LARGEST = 2**63
#: What is refused is judged by the core, which knows more than a document can say, so that is no check here.
CHECKS = (
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
)  # fmt: skip


@pytest.fixture
def world(ledgers: Ledgers) -> Place:
    """The afternoon of the first report; one unit has written back."""
    place = issue_in(Place(ledgers.open(), LINKS), ISSUED)
    write_back(place, UNIT)
    place.at(DUE - timedelta(hours=3))
    return place


@pytest.fixture
def bearers(world: Place) -> dict[str, str]:
    """What each part of the API asks for."""
    person = account(world.ledger)
    with world.ledger.write() as session:
        _, secret = tokens.make(session, person, note="thử", now=machine_now(), by="test")
    return {"unit": world.link(UNIT).removeprefix("/v/"), "desk": secret}


@pytest.fixture
def api(world: Place) -> Any:
    """The published document."""
    return schemathesis.openapi.from_asgi(DOCUMENT, create_app(world.ledger, world.links, "vi"))


@pytest.fixture
def duties(world: Place) -> list[int]:
    """What the unit owes, by number."""
    with world.ledger.read() as session:
        mine = select(Duty.id).join(Addressee, Addressee.id == Duty.addressee_id).where(Addressee.name == UNIT)
        return list(session.scalars(mine.order_by(Duty.id)))


def aimed(case: Any, there: Mapping[str, list[int]]) -> None:
    """Let numbers that a row can have be those of rows that are there: others are refused before anything happens."""
    for name, value in case.path_parameters.items():
        if name in there and isinstance(value, int) and 0 < value < _LARGEST and value % 4:
            case.path_parameters[name] = there[name][value % len(there[name])]
        if name in HITS and isinstance(value, str) and value[-1:] in "02468":
            case.path_parameters[name] = HITS[name]


MODES = pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["right", "wrong"])


def ask(operation: Any, mode: GenerationMode, prepare: Callable[[Any], None]) -> int:
    """Send what the document says of `operation`, or what it does not say; `prepare` lets it hit. How often."""
    asked = 0

    @seed(20211124)
    @settings(max_examples=20, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def answers(case: Any) -> None:
        nonlocal asked
        prepare(case)
        case.call_and_validate(checks=CHECKS)
        asked += 1

    answers()
    return asked


def carry(case: Any, token: str) -> None:
    """Let `case` come in the name of whoever has `token`."""
    case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}


@MODES
def test_every_answer_is_as_the_document_says(
    api: Any, bearers: dict[str, str], duties: list[int], mode: GenerationMode
) -> None:  # fmt: skip
    def prepare(case: Any) -> None:
        aimed(case, {"duty_id": duties, "directive_id": [1]})
        carry(case, bearers[case.path.split("/")[1]])

    assert sum(ask(found.ok(), mode, prepare) for found in api.get_all_operations()) > 200


@MODES
def test_so_is_every_answer_about_lists_permissions_and_assigning(ledgers: Ledgers, mode: GenerationMode) -> None:
    province = Province(ledgers.open(), LINKS)
    province.issue("binh-phuoc/360-cv-tu", ISSUED_360)
    app = create_app(province.ledger, province.links, "vi")
    with TestClient(app) as client:  # a request that waits for its answer, and an assignment that can be closed
        headers = bearer(province, "so-y-te")
        assert client.post("/api/v1/unit/permissions/3.1", json=JOURNEY, headers=headers).is_success
        assert client.post("/api/v1/unit/assignments", json=GIVEN, headers=headers).is_success
    there = {
        "duty_id": [province.duty("huyen-uy-bu-dang", DutyKind.ROSTER).id], "request_id": [1], "assignment_id": [1],
    }  # fmt: skip
    who = {"rosters": "huyen-uy-bu-dang", "decisions": "so-y-te/head"}

    def prepare(case: Any) -> None:
        aimed(case, there)
        carry(case, province.page(who.get(case.path.split("/")[2], "so-y-te")).removeprefix("/v/"))

    operations = (found.ok() for found in schemathesis.openapi.from_asgi(DOCUMENT, app).get_all_operations())
    assert sum(ask(each, mode, prepare) for each in operations if each.path.startswith(INSIDE)) > 80
