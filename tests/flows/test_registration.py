"""Each directive is a flow of its own in Prefect."""

import asyncio

from prefect.client.orchestration import get_client

from deployments.pool import WORK_POOL
from deployments.registry import ROLLOUT, register
from tests.flows.conftest import KIEN_GIANG
from tests.flows.controlroom import ControlRoom, deployment

KIEN_GIANG_NAME = "13-CV∕BCĐ · kien-giang/Công điện 13-CV∕BCĐ ngày 23∕11∕2021"


def _flow_names() -> list[str]:
    with get_client(sync_client=True) as client:
        return sorted(flow.name for flow in client.read_flows())


def test_registering_again_changes_nothing(control_room: ControlRoom) -> None:
    before = _flow_names()

    once = asyncio.run(register(control_room.folders, watch=False))
    again = asyncio.run(register(control_room.folders, watch=False))

    assert once == again
    assert _flow_names() == before
    assert len({item.flow_id for item in once}) == len(once) == 3


def test_a_flow_is_named_after_its_directive_and_office(control_room: ControlRoom) -> None:
    assert {"13-CV∕BCĐ · kien-giang", "2-CV∕TU · tinh-mau", "3-CV∕TU · tinh-mau"} <= set(_flow_names())


def test_a_deployment_carries_province_and_urgency_as_tags(control_room: ControlRoom) -> None:
    assert deployment(KIEN_GIANG_NAME).tags == ["Kiên Giang", "thường"]
    assert deployment("2-CV∕TU · tinh-mau/Công điện 2-CV∕TU ngày 23∕11∕2021").tags == ["Mẫu", "hỏa tốc"]


def test_a_deployment_runs_the_one_rollout_flow_in_the_process_pool(control_room: ControlRoom) -> None:
    found = deployment(KIEN_GIANG_NAME)

    assert found.entrypoint == ROLLOUT
    assert found.work_pool_name == WORK_POOL
    assert found.parameters == {"directive": KIEN_GIANG}
    assert found.schedules == []


def test_the_run_form_asks_whether_to_issue_and_says_what_that_does(control_room: ControlRoom) -> None:
    found = deployment(KIEN_GIANG_NAME)
    fields = found.parameter_openapi_schema["properties"]

    assert fields["issue"]["type"] == "boolean"
    assert fields["issue"]["default"] is False
    assert "ban hành" in fields["issue"]["description"]
    assert found.enforce_parameter_schema


def test_a_deployment_is_described_by_the_documents_own_clauses(control_room: ControlRoom) -> None:
    described = deployment(KIEN_GIANG_NAME).description or ""

    assert "Công điện 13-CV/BCĐ ngày 23/11/2021" in described
    assert "hằng ngày báo cáo về Ban Chỉ đạo tỉnh (qua Văn phòng Tỉnh ủy)" in described
