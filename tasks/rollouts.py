"""What a flow asks of the ledger around the five steps: the time, the turn, the issue, the name of a run."""

import time
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from prefect import get_run_logger
from prefect.runtime import flow_run

from hoatoc import clock
from hoatoc.format.folder import find_draft
from hoatoc.localtime import DEFAULT_ZONE
from hoatoc.rollout import turn
from hoatoc.rollout.issue import issue as issue_draft
from hoatoc.rollout.reference import directive_of
from tasks.here import installation
from tasks.naming import run_label

#: Prefect counts in whole seconds until a run begins, so it may begin by half of one before its time.
_EARLY = timedelta(seconds=0.5)


def await_start() -> None:
    """Wait for the instant the run was asked for: before it nothing is due, and the run would have been for nothing."""
    early = flow_run.scheduled_start_time - clock.machine_now()
    time.sleep(min(max(early, timedelta(0)), 2 * _EARLY).total_seconds())


def read_now() -> datetime:
    """Now, as the ledger lives it (aware, UTC)."""
    with installation().ledger.read() as session:
        return clock.read(session)


def take_turn(directive: str) -> AbstractContextManager[turn.MyTurn | None]:
    """The turn at a directive; None when another pass has it, which will then look once more."""
    here = installation()
    with here.ledger.read() as session:
        directive_id = directive_of(session, directive).id
    return turn.take_turn(here.ledger, directive_id)


def issue(directive: str) -> None:
    """Issue the checked draft of that key; nothing happens when it runs already."""
    here = installation()
    folder, draft = find_draft(here.settings.directives, directive)
    with here.ledger.write() as session:
        issued = issue_draft(session, folder, draft, now=clock.read(session), by="prefect")
        get_run_logger().info("Đã ban hành %s (%s)", issued.title, issued.key)


def run_name() -> str:
    """A run's name: when it ran and why, "16:00 · 24/11 · đôn đốc"."""
    cause = flow_run.parameters.get("cause", "") or "bấm tay"
    if flow_run.parameters.get("issue"):
        cause = "ban hành"
    return run_label(read_now() + _EARLY, DEFAULT_ZONE, cause)


def watch_name() -> str:
    """The name of a run of the watchdog: "16:05 · 24/11 · canh gác"."""
    return run_label(clock.machine_now() + _EARLY, DEFAULT_ZONE, "canh gác")
