"""What a killed installation left in Prefect is ended when it starts again."""

import asyncio
from datetime import timedelta

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import StateType
from prefect.states import Running, Scheduled

from deployments.leftover import end_leftover_runs
from hoatoc.clock import machine_now
from tests.flows.conftest import MakeOffice


def test_a_run_that_ended_with_its_process_is_no_longer_shown_as_running(make_office: MakeOffice) -> None:
    office = make_office(simulated=False)
    office.run(issue=True)
    with get_client(sync_client=True) as client:
        deployment = client.read_deployment_by_name(office.deployment)
        left, waiting = (
            client.create_flow_run_from_deployment(deployment.id, state=state)
            for state in (Running(), Scheduled(scheduled_time=machine_now() + timedelta(hours=1)))
        )
        begun = machine_now()
        fresh = client.create_flow_run_from_deployment(deployment.id, state=Running())

        asyncio.run(end_leftover_runs(begun))

        states = [client.read_flow_run(run.id).state_type for run in (left, waiting, fresh)]
    assert states == [StateType.CRASHED, StateType.SCHEDULED, StateType.RUNNING]
