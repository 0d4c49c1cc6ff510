"""The command line's way to a running Prefect; the only place where a quick command may import it."""

import asyncio
import os

from hoatoc.installation import running
from hoatoc.settings import Settings


def start(settings: Settings, key: str, *, cause: str) -> None:
    """Start one run of a directive on the Prefect that `serve` runs for this home."""
    os.environ["PREFECT_API_URL"] = running(settings)["prefect_api"]
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "ERROR")
    from deployments.control import register_one, start_run

    async def register_and_start() -> None:
        await start_run(await register_one(settings, key), cause=cause, directive=key)

    asyncio.run(register_and_start())
