"""Asks Prefect to run a directive's next pass when the ledger wants it."""

from datetime import datetime, timedelta

from prefect import get_run_logger
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.deployments import run_deployment
from prefect.runtime import deployment
from sqlalchemy.orm import Session

from hoatoc import clock
from hoatoc.ledger.schema import Directive, WakeUp
from hoatoc.localtime import NEVER, short
from hoatoc.rollout import auditor, summons, waking
from hoatoc.rollout.reference import directive_of
from tasks.here import installation
from tasks.naming import deployment_name, run_label

#: How late a wake-up may be before the watchdog takes it for missed.
GRACE = timedelta(minutes=1)
_WATCHED = "canh gác"


def schedule_next(directive: str) -> None:
    """Schedule the next pass at the earliest instant at which something falls due. On a simulated clock nothing is
    scheduled: whoever moves the clock starts the runs."""
    with installation().ledger.write() as session:
        found = directive_of(session, directive)
        _know_deployment(session, found)
        if clock.is_simulated(session):
            return
        wake = waking.next_wake(session, found)
        generation = _ask(session, found, wake.at, clock.read(session))
        if generation is None:
            return
        name, zone, key = deployment_name(found), found.zone, _key(found, generation)
    if _is_to_run(name, directive, wake.at):
        return
    run_deployment(
        name, scheduled_time=wake.at, timeout=0, as_subflow=False,
        parameters={"cause": wake.cause, "directive": directive},
        flow_run_name=f"hẹn {run_label(wake.at, zone, wake.cause)}",
        # A key gives back its old run even when that one was cancelled: the generation makes it new.
        idempotency_key=key,
    )  # fmt: skip
    get_run_logger().info("Lượt sau: %s, %s", short(wake.at, zone), wake.cause)


def _is_to_run(deployment_name: str, directive: str, at: datetime) -> bool:
    """Whether Prefect will run `directive` at `at` already: asked for before something that came between, as each reply
    does. The run that was asked for anew would start beside it."""
    with get_client(sync_client=True) as client:
        scheduled = FlowRunFilter(
            deployment_id=FlowRunFilterDeploymentId(any_=[client.read_deployment_by_name(deployment_name).id]),
            expected_start_time=FlowRunFilterExpectedStartTime.model_validate({"after_": at, "before_": at}),
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
        )
        runs = client.read_flow_runs(flow_run_filter=scheduled)
    return any(run.parameters.get("directive") == directive for run in runs)


def _know_deployment(session: Session, directive: Directive) -> None:
    """Keep what Prefect knows the directive by, so that its page there can be found."""
    if deployment.id:
        session.get_one(WakeUp, directive.id).deployment_id = str(deployment.id)


def answer_summons(session: Session, now: datetime) -> list[tuple[summons.Summons, str]]:
    """Note, for every directive that somebody has just set going, that it is asked for at `now` (aware, UTC); each
    with the idempotency key of its run."""
    found = []
    for summoned in summons.summoned(session, now):
        row = session.get_one(WakeUp, summoned.directive.id)
        row.generation, row.due_at = row.generation + 1, now
        found.append((summoned, _key(summoned.directive, row.generation)))
    return found


def _key(directive: Directive, generation: int) -> str:
    """The idempotency key of a wake-up: of this directive as issued in this ledger, not of another that was restored
    or made anew and counts its generations from the start."""
    return f"hoatoc-{directive.id}-{directive.issued_at:%Y%m%d%H%M%S%f}-{directive.snapshot_hash[:8]}-{generation}"


def _ask(session: Session, directive: Directive, at: datetime, now: datetime) -> int | None:
    """The generation of a new wake-up at `at`; None when there is nothing to come or it was asked for already."""
    row = session.get_one(WakeUp, directive.id)
    if at >= NEVER or (row.due_at == at and at > now):
        return None
    row.generation, row.due_at = row.generation + 1, at
    return row.generation


def start_missed() -> list[str]:
    """Start a pass for every directive whose wake-up was missed; the keys of those started. One that Prefect knows no
    more (its database was lost, its file is gone) keeps none of the others waiting."""
    with installation().ledger.write() as session:
        if clock.is_simulated(session):
            return []
        now = clock.read(session)
        missed = waking.overdue(session, now=now - GRACE)
        auditor.note(session, auditor.overdue(session, now=now), now=now)
        wanted = []
        for directive in missed:
            row = session.get_one(WakeUp, directive.id)
            row.generation += 1
            label = run_label(now, directive.zone, _WATCHED)
            wanted.append((directive.key, deployment_name(directive), label, _key(directive, row.generation)))
    return [key for key, *rest in wanted if _start(key, *rest)]


def _start(key: str, name: str, label: str, wake_key: str) -> bool:
    try:
        run_deployment(
            name, timeout=0, as_subflow=False, parameters={"cause": _WATCHED, "directive": key}, flow_run_name=label,
            idempotency_key=wake_key,
        )  # fmt: skip
    except Exception:  # noqa: BLE001  # whatever Prefect's client is ill with, the others are started
        get_run_logger().exception("Không bắt đầu được lượt của %s", key)
        return False
    return True
