"""A whole installation as `hoatoc serve` starts it, seen through Prefect's API."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterId,
)
from prefect.client.schemas.objects import FlowRun, TaskRun
from prefect.client.schemas.responses import DeploymentResponse
from prefect.deployments import run_deployment

from deployments.supervisor import Addresses
from hoatoc.format.folder import find_draft, office_paths, read_office
from hoatoc.installation import Installation
from hoatoc.ledger.schema import Directive
from hoatoc.rollout.reference import directive_of
from tasks.naming import full_name
from tests.worlds.mailserver import Kept, MailServer

STEPS = ["dispatch", "collect", "escalate", "aggregate", "deliver"]
T = TypeVar("T")


@dataclass(frozen=True)
class ControlRoom:
    """Server, worker and portal under one supervisor, a mail listener, and a simulated clock."""

    here: Installation
    addresses: Addresses
    mail: MailServer

    @property
    def folders(self) -> list[Any]:
        """The offices of this installation."""
        return [read_office(path) for path in office_paths(self.here.settings.directives)]

    def start(self, key: str, **parameters: Any) -> UUID:
        """Start a run of a directive's deployment, as the form in Prefect's UI does."""
        return start(deployment_of(self.here.settings.directives, key), **parameters)

    def run(self, key: str, **parameters: Any) -> FlowRun:
        """The same, to its end."""
        return ended(self.start(key, **parameters))

    def to(self, address: str) -> list[Kept]:
        """What `address` has been sent."""
        return self.mail.to(address)

    def directive(self, key: str) -> Directive:
        """An issued directive."""
        with self.here.ledger.read() as session:
            return directive_of(session, key)


def deployment_of(directives: Path, key: str) -> str:
    """The full name of a directive's deployment."""
    _, draft = find_draft(directives, key)
    return full_name(draft.content.text, key)


def start(deployment: str, **parameters: Any) -> UUID:
    """Start a run; its id."""
    return UUID(str(run_deployment(deployment, parameters=parameters, timeout=0, as_subflow=False).id))


def eventually(read: Callable[[], T], is_so: Callable[[T], bool], seconds: float = 120) -> T:
    """What `read` gives as soon as `is_so` of it; fails when that is not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not is_so(found := read()):
        assert time.monotonic() < deadline, f"still {found!r} after {seconds:.0f} s"
        time.sleep(0.1)
    return found


def flow_run(run_id: UUID) -> FlowRun:
    """A run as Prefect has it now."""
    with get_client(sync_client=True) as client:
        return client.read_flow_run(run_id)


def ended(run_id: UUID) -> FlowRun:
    """The run once it has come to its end."""
    return eventually(lambda: flow_run(run_id), lambda run: bool(run.state and run.state.is_final()))


def task_runs(run_id: UUID) -> list[TaskRun]:
    """The run's task runs in the order they started, once Prefect has recorded them (it does so behind the run)."""

    def read() -> list[TaskRun]:
        wanted = FlowRunFilter(id=FlowRunFilterId(any_=[run_id]))
        with get_client(sync_client=True) as client:
            return list(client.read_task_runs(flow_run_filter=wanted))

    eventually(read, lambda found: len([run for run in found if run.start_time]) >= len(STEPS), 60)
    time.sleep(0.3)  # were there more, they would be on their way
    return sorted(read(), key=lambda run: str(run.start_time))


def step_names(run_id: UUID) -> list[str]:
    """The names of the tasks a run has run."""
    return [run.name.rpartition("-")[0] for run in task_runs(run_id)]


def artifacts(run_id: UUID) -> dict[str, Any]:
    """What the run has published, by type."""
    wanted = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run_id]))
    with get_client(sync_client=True) as client:
        found = client.read_artifacts(artifact_filter=wanted)
    return {str(artifact.type): artifact for artifact in found}


def deployment(name: str) -> DeploymentResponse:
    """A deployment by its full name."""
    with get_client(sync_client=True) as client:
        return client.read_deployment_by_name(name)


def runs_of(name: str) -> list[FlowRun]:
    """Every run of a deployment, in the order they were made."""
    wanted = DeploymentFilter(id=DeploymentFilterId(any_=[deployment(name).id]))
    with get_client(sync_client=True) as client:
        return sorted(client.read_flow_runs(deployment_filter=wanted), key=lambda run: str(run.created))


def processes_with(mark: str) -> list[int]:
    """The live processes whose environment holds `mark`."""
    return [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/environ") if mark.encode() in _environ(path)]


def _environ(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it has ended meanwhile
        return b""
