"""When a task is tried again: what a second later may have mended, never a mistake of the data."""

from typing import Any

from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task, exponential_backoff
from sqlalchemy.exc import InterfaceError, OperationalError

RETRIES = 4
#: 2, 4, 8 and 16 seconds, each with some jitter.
DELAYS = exponential_backoff(backoff_factor=2)
JITTER = 0.3


def may_have_passed(_task: Task[Any, Any], _run: TaskRun, state: State[Any]) -> bool:
    """True for a database that was locked, restarting or out of reach, and for errors of the operating system."""
    try:
        state.result(raise_on_failure=True)
    except (OperationalError, InterfaceError, OSError):
        return True
    except Exception:  # noqa: BLE001  # whatever else it was, trying again would not help
        return False
    return False
