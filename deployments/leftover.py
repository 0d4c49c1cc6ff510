"""Runs that ended with their process: Prefect, told nothing, would show them as running for good."""

from datetime import datetime

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
from prefect.client.schemas.objects import State, StateType
from prefect.states import Crashed

_UNDER_WAY = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]


async def end_leftover_runs(before: datetime) -> int:
    """Mark as crashed the runs that have been under way since before `before` (aware), when what runs them now was
    started; how many they were. The ledger knows how far they had come, and the next pass goes on from there."""
    wanted = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=_UNDER_WAY)))
    async with get_client() as client:
        runs = await client.read_flow_runs(flow_run_filter=wanted)
        left = [run for run in runs if run.state is not None and run.state.timestamp < before]
        for run in left:
            crashed: State[None] = Crashed(message="Tiến trình đã dừng giữa chừng; lượt sau làm tiếp.")
            await client.set_flow_run_state(run.id, crashed, force=True)
    return len(left)
