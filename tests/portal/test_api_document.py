"""The API against the document it publishes: whatever is sent, no 5xx, and every answer is as described."""

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

from hoatoc.accounts import tokens
from hoatoc.clock import machine_now
from hoatoc.ledger.schema import Addressee, Duty
from portal.app import create_app
from tests.portal.officers import account
from tests.portal.place import DUE, ISSUED, Place, issue_in
from tests.worlds.ledgers import Ledgers
from tests.worlds.rollouts import LINKS

DAY = "2021-11-24"
UNIT = "Sở Y tế"
_LARGEST = 2**63
#: What is refused is judged by the core, which knows more than a document can say, so that is no check here.
CHECKS = (
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
)  # fmt: skip


@pytest.fixture
def world(ledgers: Ledgers) -> Place:
    """The afternoon of the first report."""
    place = issue_in(Place(ledgers.open(), LINKS), ISSUED)
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
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", create_app(world.ledger, world.links, "vi"))


@pytest.fixture
def duties(world: Place) -> list[int]:
    """What the unit owes, by number."""
    with world.ledger.read() as session:
        mine = select(Duty.id).join(Addressee, Addressee.id == Duty.addressee_id).where(Addressee.name == UNIT)
        return list(session.scalars(mine.order_by(Duty.id)))


def aimed(case: Any, duties: list[int]) -> None:
    """Let numbers that a row can have be those of rows that are there: others are refused before anything happens."""
    there = {"duty_id": duties, "directive_id": [1]}
    for name, value in case.path_parameters.items():
        if name in there and isinstance(value, int) and 0 < value < _LARGEST and value % 4:
            case.path_parameters[name] = there[name][value % len(there[name])]
        if name == "day" and isinstance(value, str) and value[-1:] in "02468":
            case.path_parameters[name] = DAY


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["right", "wrong"])
def test_every_answer_is_as_the_document_says(
    api: Any, bearers: dict[str, str], duties: list[int], mode: GenerationMode
) -> None:  # fmt: skip
    asked = 0
    for found in api.get_all_operations():
        operation = found.ok()

        @seed(20211124)
        @settings(max_examples=20, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=mode))
        def answers(case: Any) -> None:
            nonlocal asked
            aimed(case, duties)
            part = case.path.split("/")[1]
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {bearers[part]}"}
            case.call_and_validate(checks=CHECKS)
            asked += 1

        answers()
    assert asked > 200
