"""Takes in acknowledgements, those that come at the same time in one transaction. Each is answered after its commit."""

import asyncio
from asyncio import Future
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from fastapi.concurrency import run_in_threadpool

from hoatoc import clock
from hoatoc.ledger.engine import Ledger
from hoatoc.rollout.receipts import Acknowledgement, acknowledge_all

_MOST = 200


@dataclass
class Receipts:
    """The acknowledgements that wait, which came by `channel`, and the task that writes them while there are any."""

    ledger: Ledger
    lasts: timedelta
    channel: str
    _waiting: list[tuple[Acknowledgement, "Future[bool]"]] = field(default_factory=list)
    _writing: "asyncio.Task[None] | None" = None

    async def take(self, said: Acknowledgement) -> bool:
        """Record it with whatever else waits; False when it is none of the plain ones, and nothing was done."""
        done: Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((said, done))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        return await done

    async def _write(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
                recorded = await run_in_threadpool(self._record, [said for said, _ in batch])
                for said, done in batch:
                    if not done.done():  # whoever asked may have gone
                        done.set_result(said in recorded)
        finally:
            self._writing = None
            for _, done in self._waiting:
                done.cancel()

    def _record(self, said: Sequence[Acknowledgement]) -> set[Acknowledgement]:
        try:
            with self.ledger.write() as session:
                return acknowledge_all(
                    session, said, lasts=self.lasts, now=clock.read(session), channel=self.channel
                )  # fmt: skip
        except Exception:  # noqa: BLE001  # those who wait would wait for ever
            # One of them would not go in; one by one each gets its own answer, what broke with it too.
            return set()
