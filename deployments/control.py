"""What the command line asks of a running Prefect: register a directive, start a pass, wait for it."""

from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.deployments import arun_deployment

from deployments.registry import register
from hoatoc.format.folder import find_draft
from hoatoc.rollout.reference import draft_key
from hoatoc.settings import Settings


async def register_one(settings: Settings, key: str) -> str:
    """Register the directive's office; the full name of the directive's deployment."""
    draft = draft_key(key)
    folder, _ = find_draft(settings.directives, draft)
    return next(item.deployment for item in await register([folder], watch=False) if item.key == draft)


async def start_run(
    deployment: str, *, cause: str, issue: bool = False, directive: str = "", idempotency_key: str | None = None
) -> UUID:
    """Start one run of a registered deployment, over `directive` where that is a trial of it; the run's id."""
    parameters = {"cause": cause, "issue": issue, **({"directive": directive} if directive else {})}
    run = await arun_deployment(
        deployment, timeout=0, as_subflow=False, parameters=parameters, idempotency_key=idempotency_key
    )
    return UUID(str(run.id))


async def run_state(run_id: UUID) -> tuple[bool, str, str]:
    """Whether a run has ended, its state's name, and its message."""
    async with get_client() as client:
        run = await client.read_flow_run(run_id)
        state = run.state
        if state is None:
            return False, "", ""
        return state.is_final(), state.name or "", state.message or ""
