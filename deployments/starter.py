"""`python -m deployments.starter`: starts a pass as soon as somebody sets something going, on the portal or elsewhere.

The portal knows nothing of Prefect: what it does is in the ledger, and seen there within a second. A directive that is
new is registered first."""

import asyncio
import logging
import signal
import threading

from sqlalchemy.exc import DBAPIError

from deployments.control import register_one, start_run
from hoatoc import clock
from hoatoc.installation import Installation, open_installation
from hoatoc.rollout import summons
from tasks.wakeups import answer_summons

_LOOK_EVERY = 1.0
_log = logging.getLogger("hoatoc.starter")


def main() -> None:
    """Look until told to end."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    here, ended = open_installation(), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    while not ended.wait(_LOOK_EVERY):
        try:
            look(here)
        except DBAPIError:
            _log.exception("the ledger could not be read; trying again")


def look(here: Installation) -> list[str]:
    """Start what has been set going since the last look; the keys of its directives."""
    with here.ledger.read() as session:
        if clock.is_simulated(session) or not summons.summoned(session, clock.read(session)):
            return []
    with here.ledger.write() as session:
        asked = [
            (summoned.directive.key, summoned.cause, key)
            for summoned, key in answer_summons(session, clock.read(session))
        ]
    for directive, cause, idempotency_key in asked:
        _start(here, directive, cause, idempotency_key)
    return [directive for directive, *_ in asked]


def _start(here: Installation, directive: str, cause: str, idempotency_key: str) -> None:
    async def register_and_start() -> None:
        deployment = await register_one(here.settings, directive)
        await start_run(deployment, cause=cause, directive=directive, idempotency_key=idempotency_key)

    try:
        asyncio.run(register_and_start())
        _log.info("%s: %s", directive, cause)
    except Exception:  # noqa: BLE001  # whatever the file or Prefect's client is ill with, the others are started
        _log.exception("no pass could be started for %s; the watchdog will", directive)


if __name__ == "__main__":
    main()
