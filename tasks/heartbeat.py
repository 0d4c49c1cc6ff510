"""Says to the outside that the engine is well; silence is the alarm, so nothing is said while anything is missed."""

import httpx
from prefect import get_run_logger

from hoatoc import clock
from hoatoc.rollout import auditor
from tasks.here import installation

_SECONDS = 10.0


def beat() -> bool:
    """Call the heartbeat URL of the settings while nothing is overdue; whether it was called. A monitor that cannot be
    reached is logged and not tried again: the next watchdog run is minutes away."""
    here = installation()
    if not here.settings.heartbeat_url:
        return False
    with here.ledger.read() as session:
        if clock.is_simulated(session) or not auditor.is_well(session, now=clock.read(session)):
            return False
    try:
        httpx.get(here.settings.heartbeat_url, timeout=_SECONDS).raise_for_status()
    except httpx.HTTPError as error:
        get_run_logger().warning("Không báo được nhịp tim: %s", error)
        return False
    return True
