"""What the command line asks of a running Prefect: register a directive, start a pass, wait for it."""

from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.deployments import arun_deployment

from deployments.registry import register
from hoatoc.format.folder import find_draft
from hoatoc.settings import Settings


async def register_one(settings: Settings, key: str) -> str:
    """Register the directive's office; the full name of the directive's deployment."""
    folder, _ = find_draft(settings.directives, key)
    return next(item.deployment for item in await register([folder], watch=False) if item.key == key)


async def start_run(deployment: str, *, cause: str, issue: bool = False) -> UUID:
    """Start one run of a registered deployment; the run's id."""
    run = await arun_deployment(deployment, timeout=0, as_subflow=False, parameters={"cause": cause, "issue": issue})
    return UUID(str(run.id))


async def run_state(run_id: UUID) -> tuple[bool, str, str]:
    """Whether a run has ended, its state's name, and its message."""
    async with get_client() as client:
        run = await client.read_flow_run(run_id)
        state = run.state
        if state is None:
            return False, "", ""
        return state.is_final(), state.name or "", state.message or ""
