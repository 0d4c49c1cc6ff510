"""Prefect with a task a recipient, its server of its own on SQLite. Few recipients: more of them are dropped."""

import os

from job import asked, timed

JOB = asked()
os.environ |= {
    "PREFECT_HOME": str(JOB.folder / "prefect"), "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "90", "PREFECT_LOGGING_LEVEL": "ERROR",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1",
}  # fmt: skip

from prefect import flow, task  # noqa: E402  # its settings are read from the environment
from prefect.futures import wait  # noqa: E402
from prefect.task_runners import ThreadPoolTaskRunner  # noqa: E402


@task
def deliver(number: int) -> None:
    """One notice."""
    JOB.send(number)
    JOB.mark(number)


@flow(task_runner=ThreadPoolTaskRunner(max_workers=4))
def roll_out(numbers: list[int]) -> None:
    """All notices."""
    wait(deliver.map(numbers))


@flow
def start() -> None:
    """Lets the server start before the clock does."""


JOB.create()
start()
with timed():
    JOB.record()
    roll_out(list(JOB.numbers))
assert JOB.left() == 0
