"""What the command line asks of a running Prefect: register a directive, start a pass, wait for it."""

from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.deployments import run_deployment

from deployments.registry import register
from hoatoc.format.folder import find_draft
from hoatoc.settings import Settings


async def start_run(settings: Settings, key: str, *, cause: str, issue: bool = False) -> UUID:
    """Register the directive and start one run of it; the run's id."""
    folder, _ = find_draft(settings.directives, key)
    registered = next(item for item in await register([folder], watch=False) if item.key == key)
    run = await run_deployment(
        registered.deployment, timeout=0, as_subflow=False, parameters={"cause": cause, "issue": issue}
    )  # type: ignore[misc]  # sync-compatible: awaitable in a coroutine
    return UUID(str(run.id))


async def run_state(run_id: UUID) -> tuple[bool, str, str]:
    """Whether a run has ended, its state's name, and its message."""
    async with get_client() as client:
        run = await client.read_flow_run(run_id)
        state = run.state
        if state is None:
            return False, "", ""
        return state.is_final(), state.name or "", state.message or ""
