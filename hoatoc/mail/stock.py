"""The notices in hand: claimed, and waiting for a connection that is free and a domain that may have one more."""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator

from hoatoc.rollout.claims import Claimed


class Stock:
    """Hands out notices in their order. With `per_domain`, at most so many to one domain are out at a time; the others
    stand aside until one has come back."""

    def __init__(self, per_domain: int = 0) -> None:
        self._per_domain = per_domain
        self._ready: deque[Claimed] = deque()
        self._aside: dict[str, deque[Claimed]] = defaultdict(deque)
        self._out: Counter[str] = Counter()
        self._waiters: deque[asyncio.Future[None]] = deque()
        self._closed = False

    def __len__(self) -> int:
        """How many are waiting, those that stand aside too."""
        return len(self._ready) + sum(len(some) for some in self._aside.values())

    def put(self, claimed: Iterable[Claimed]) -> None:
        """Add to the end."""
        self._ready.extend(claimed)
        self._wake()

    def put_back(self, claimed: Claimed) -> None:
        """Take back one that could not be tried; it is the next to go."""
        self._leave(claimed)
        self._ready.appendleft(claimed)
        self._wake()

    def done(self, claimed: Claimed) -> None:
        """One that was handed out has had its answer."""
        domain = self._leave(claimed)
        if self._aside.get(domain):
            self._ready.appendleft(self._aside[domain].popleft())
            self._wake()

    def take_now(self) -> Claimed | None:
        """The next one that may go; None when there is none at hand."""
        while self._ready:
            claimed = self._ready.popleft()
            domain = _domain(claimed)
            if not self._per_domain:
                return claimed
            if self._out[domain] < self._per_domain:
                self._out[domain] += 1
                return claimed
            self._aside[domain].append(claimed)
        return None

    async def take(self) -> Claimed | None:
        """The next one, waited for; None once closed."""
        while not self._closed:
            claimed = self.take_now()
            if claimed is not None:
                return claimed
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            await waiter
        return None

    def empty(self) -> Iterator[Claimed]:
        """All that are waiting, taken out."""
        for some in (self._ready, *self._aside.values()):
            while some:
                yield some.popleft()

    def close(self) -> None:
        """Nobody is to wait any more."""
        self._closed = True
        self._wake()

    def _leave(self, claimed: Claimed) -> str:
        domain = _domain(claimed) if self._per_domain else ""
        if self._per_domain:
            self._out[domain] -= 1
        return domain

    def _wake(self) -> None:
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)


def _domain(claimed: Claimed) -> str:
    return claimed.to_address.rpartition("@")[2].lower()
