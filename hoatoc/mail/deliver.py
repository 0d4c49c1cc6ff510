"""Deliver: send what is in the outbox and record each answer, by group commit."""

import asyncio
import gc
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial

from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import Directive
from hoatoc.links import Links
from hoatoc.mail.compose import Composer
from hoatoc.mail.enclosure import Enclosure, file
from hoatoc.mail.letters import Letters
from hoatoc.mail.relay import Relay
from hoatoc.mail.verp import ReturnAddresses
from hoatoc.mail.wire import Wire
from hoatoc.rollout import answers, claims, originals, snapshot
from hoatoc.rollout.answers import Answer, Outcome
from hoatoc.rollout.snapshot import Snapshot

#: How many notices are claimed at once. What may be in doubt after a crash is at most twice as many.
BATCH = 500
#: Answers share a transaction: as soon as there are so many, or so many seconds after the first of them.
_TOGETHER, _PATIENCE = BATCH // 2, 0.025
#: Seconds after which a thread that waits for the interpreter is given it.
_HAND_OVER = 0.001


@lru_cache(maxsize=1)
def _letters() -> Letters:
    """The templates, compiled once a process: that costs more than a small delivery."""
    return Letters()


def _original(ledger: Ledger, directive_id: int, sha256: str) -> Enclosure:
    with ledger.read() as session:
        found = originals.get(session, directive_id, sha256)
    return file(found.content, name=found.name, kind=found.kind)


@contextmanager
def _tuned() -> Iterator[None]:
    """The process as a delivery wants it. What was there before is not searched for garbage meanwhile: a delivery
    makes so many objects that all others would be gone through again and again, for a tenth of a second each time. And
    the wire does not wait Python's usual 5 ms until the thread that claims and marks lets go of the interpreter."""
    usual = sys.getswitchinterval()
    gc.freeze()
    sys.setswitchinterval(_HAND_OVER)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
        gc.unfreeze()


@dataclass(frozen=True)
class Delivered:
    """What a delivery did, in notices; `down` says why the mail server could not be reached, '' when it could.

    `in_doubt` of them had been claimed by a sender that died, and went again under the same Message-ID."""

    sent: int
    refused: int
    deferred: int
    skipped: int
    down: str
    in_doubt: int = 0


async def deliver(ledger: Ledger, directive_id: int, *, now: datetime, relay: Relay, links: Links) -> Delivered:
    """Send everything of a directive that is due at `now` (aware, UTC).

    This is the one part of the core that commits by itself: a claim before the wire, answers as the wire gives them."""
    with ledger.read() as session:
        directive = session.get_one(Directive, directive_id)
        key, snap, trial = directive.key, snapshot.of(directive), directive.trial
    returns = ReturnAddresses(links.ring, snap.office.sender) if relay.signed_returns else None
    enclose = partial(_original, ledger, directive_id)
    composer = Composer(key, snap, _letters(), links, returns, trial=trial, enclose=enclose)
    delivery = _Delivery(ledger, directive_id, snap, now, links.ring.newest)
    wire = Wire(relay, composer.compose, delivery.tell, delivery.stir)
    with _tuned():
        try:
            await delivery.run(wire)
        except BaseException:
            await wire.abort()
            raise
        await wire.close()
    if wire.down:
        with ledger.write() as session:
            answers.postpone(session, directive_id, now)
    tally = delivery.tally
    return Delivered(
        sent=tally[Outcome.ACCEPTED], refused=tally[Outcome.REFUSED] + tally[Outcome.REJECTED],
        deferred=tally[Outcome.DEFERRED] + tally[Outcome.NO_SERVER], skipped=tally["skipped"], down=wire.down,
        in_doubt=tally["in_doubt"],
    )  # fmt: skip


class _Delivery:
    """Keeps the wire fed and the ledger told, in one transaction after another: each records the answers that have
    come in while the one before it was being committed, and claims the next batch when few are left."""

    def __init__(self, ledger: Ledger, directive_id: int, snap: Snapshot, now: datetime, kid: str) -> None:
        self._ledger, self._directive_id, self._snap, self._now, self._kid = ledger, directive_id, snap, now, kid
        self._told: list[Answer] = []
        self._unanswered = 0
        self._patience: asyncio.TimerHandle | None = None
        self._ripe = False  # whether what was told is to be recorded now
        self._stirred = asyncio.Event()
        self.tally: Counter[str] = Counter()

    def tell(self, answer: Answer) -> None:
        """Take an answer from the wire."""
        self._told.append(answer)
        self._unanswered -= 1
        if len(self._told) >= _TOGETHER or not self._unanswered:
            self._ripen()
        elif self._patience is None:
            self._patience = asyncio.get_running_loop().call_later(_PATIENCE, self._ripen)

    def stir(self) -> None:
        """Look again: something has happened on the wire."""
        self._stirred.set()

    async def run(self, wire: Wire) -> None:
        """Work until nothing is due any more, or the server is down, and every answer is recorded."""
        more = True
        while True:
            wire.check()
            more = more and not wire.down
            # A second batch only once the server has answered: what is claimed for a dead one has been tried in vain.
            wants = more and (wire.waiting < BATCH if wire.connected else not wire.unanswered)
            self._stirred.clear()
            if wants or self._ripe:
                told = self._take()
                claim = await asyncio.to_thread(self._settle, told, wants)
                self._count(told, claim)
                self._unanswered += len(claim.notices)
                wire.feed(claim.notices)
                more = more and (not wants or bool(claim.notices or claim.skipped))
            elif self._unanswered:
                await self._stirred.wait()
            else:
                return

    def _ripen(self) -> None:
        self._ripe = True
        self._stirred.set()

    def _take(self) -> list[Answer]:
        told, self._told, self._ripe = self._told, [], False
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        return told

    def _settle(self, told: list[Answer], wants: bool) -> claims.Claim:
        with self._ledger.write() as session:
            if told:
                answers.record(session, self._directive_id, told, self._now)
            if not wants:
                return claims.Claim([], 0)
            directive = session.get_one(Directive, self._directive_id)
            return claims.claim(session, directive, now=self._now, kid=self._kid, limit=BATCH, snap=self._snap)

    def _count(self, told: list[Answer], claim: claims.Claim) -> None:
        self.tally.update(answer.outcome.value for answer in told)
        self.tally["skipped"] += claim.skipped
        self.tally["in_doubt"] += claim.in_doubt
