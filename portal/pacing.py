"""How often one may try: signing in by address, links that do not open by address, codes of slips by account, and
writing by link.

Counted in this process's memory: a restart forgets, and each process counts for itself. What must not be forgotten,
wrong passwords by login, is in the ledger (hoatoc.accounts.lockout). A link that opens is never slowed down when it is
read, whatever its address has done: many units share one."""

import time
from collections import Counter

from fastapi import Request
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

_SIGN_INS = parse("40 per 5 minutes")
_WRONG_LINKS = parse("60 per minute")
_CHECKS = parse("40 per 5 minutes")
_WRITES_A_MINUTE = 240


class TooOften(Exception):
    """Somebody tries too often; what they sent was not looked at."""


class Minutes:
    """Counts by key over the last minute: this minute's, and of the last one what has not passed yet. For what happens
    all the time: the library's storage starts a thread and goes through all its keys with each count."""

    def __init__(self) -> None:
        self._minute, self._now, self._before = 0, Counter[str](), Counter[str]()

    def hit(self, key: str, most: int) -> bool:
        """Count one more at this moment; False when that is more than `most` within a minute."""
        minute, passed = divmod(time.monotonic(), 60)
        if minute != self._minute:
            self._before = self._now if minute == self._minute + 1 else Counter()
            self._minute, self._now = int(minute), Counter()
        self._now[key] += 1
        return self._now[key] + self._before[key] * (1 - passed / 60) <= most


class Pace:
    """The counters of one portal."""

    def __init__(self) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._writes = Minutes()

    def sign_in(self, address: str) -> None:
        """One more try to sign in from `address`. Raises TooOften."""
        self._hit(_SIGN_INS, "sign-in", address)

    def wrong_link(self, address: str) -> None:
        """One more link from `address` that does not open. Raises TooOften."""
        self._hit(_WRONG_LINKS, "wrong-link", address)

    def check(self, who: str) -> None:
        """One more code of a slip looked up by the account `who`, right or wrong. Raises TooOften."""
        self._hit(_CHECKS, "check", who)

    def write(self, token: str) -> None:
        """One more form sent by the link `token`, which nobody has looked at yet and may be long. Raises TooOften."""
        if not self._writes.hit(str(hash(token)), _WRITES_A_MINUTE):
            raise TooOften

    def _hit(self, limit: RateLimitItem, what: str, who: str) -> None:
        if not self._limiter.hit(limit, what, who):
            raise TooOften


def address_of(request: Request) -> str:
    """Where a request comes from; behind a proxy on this machine uvicorn has put in what the proxy says."""
    return request.client.host if request.client else ""
