"""Deliver: send what is in the outbox and record each answer, by group commit."""

import asyncio
import gc
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import TypeVar

from hoatoc import process
from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import Directive
from hoatoc.links import Links
from hoatoc.mail import login
from hoatoc.mail.compose import Composer
from hoatoc.mail.enclosure import Enclosure, file
from hoatoc.mail.letters import Letters
from hoatoc.mail.relay import Relay
from hoatoc.mail.verp import ReturnAddresses
from hoatoc.mail.wire import Wire
from hoatoc.rollout import answers, claims, originals, snapshot
from hoatoc.rollout.answers import Answer, Outcome
from hoatoc.rollout.snapshot import Snapshot

#: How many notices are claimed at once, and how many claimed ones may be without a recorded answer: no more than these
#: are in doubt after a crash.
BATCH = 500
_MOST = 2 * BATCH
#: Answers share a transaction: as soon as there are so many, or so many seconds after the first of them.
_TOGETHER, _PATIENCE = BATCH // 2, 0.025
_log = logging.getLogger(__name__)
T = TypeVar("T")
R = TypeVar("R")


@lru_cache(maxsize=1)
def _letters() -> Letters:
    """The templates, compiled once a process: that costs more than a small delivery."""
    return Letters()


def _original(ledger: Ledger, directive_id: int, sha256: str) -> Enclosure:
    with ledger.read() as session:
        found = originals.get(session, directive_id, sha256)
    return file(found.content, name=found.name, kind=found.kind)


@contextmanager
def _without_searching_what_was() -> Iterator[None]:
    """What the process had before is not searched for garbage: a delivery makes so many objects that all others would
    be gone through again and again, for a tenth of a second each time."""
    gc.freeze()
    try:
        yield
    finally:
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
    fact = login.fact_of(relay, links.ring)
    with ledger.read() as session:
        directive = session.get_one(Directive, directive_id)
        key, snap, trial = directive.key, snapshot.of(directive), directive.trial
        known = login.refused(session, fact)
    if known and not _may_log_in(ledger, directive_id, fact, now):
        return Delivered(sent=0, refused=0, deferred=0, skipped=0, down=login.refusal(relay, known.answer))
    returns = ReturnAddresses(links.ring, snap.office.sender) if relay.signed_returns else None
    enclose = partial(_original, ledger, directive_id)
    composer = Composer(key, snap, _letters(), links, returns, trial=trial, enclose=enclose)
    delivery = _Delivery(ledger, directive_id, snap, now, links.ring.newest)
    wire = Wire(relay, composer.compose, delivery.tell, delivery.stir)
    with _without_searching_what_was():
        try:
            await delivery.run(wire)
        except BaseException:
            await wire.abort()
            await delivery.leave()
            raise
        await wire.close()
    if wire.down or known:
        with ledger.write() as session:
            if wire.down:
                answers.postpone(session, directive_id, now)
            if wire.login_refused:
                login.refuse(session, fact, seen=known, answer=wire.login_refused, now=now)
            elif wire.connected:
                login.forget(session, fact)
    tally = delivery.tally
    return Delivered(
        sent=tally[Outcome.ACCEPTED], refused=tally[Outcome.REFUSED] + tally[Outcome.REJECTED],
        deferred=tally[Outcome.DEFERRED] + tally[Outcome.NO_SERVER], skipped=tally["skipped"], down=wire.down,
        in_doubt=tally["in_doubt"],
    )  # fmt: skip


def _may_log_in(ledger: Ledger, directive_id: int, fact: str, now: datetime) -> bool:
    """Whether the login that was refused is tried by this delivery; if not, its mail waits."""
    with ledger.write() as session:
        may = login.take_turn(session, fact, now)
        if not may:
            claims.put_off(session, directive_id, now)
    return may


class _Delivery:
    """Keeps the wire fed and the ledger told, at the same time: a transaction records the answers that have come in
    while the one before it was being committed, and another claims what is sent next."""

    def __init__(self, ledger: Ledger, directive_id: int, snap: Snapshot, now: datetime, kid: str) -> None:
        self._ledger, self._directive_id, self._snap, self._now, self._kid = ledger, directive_id, snap, now, kid
        # Of SQLite's writers the second would sleep, and look again from time to time.
        self._turn = asyncio.Semaphore(1 if ledger.one_writer else 2)
        self._owner, self._began = process.holder(), time.monotonic()
        self._told: list[Answer] = []
        self._unanswered = self._unrecorded = 0
        self._patience: asyncio.TimerHandle | None = None
        self._ripe = asyncio.Event()  # what was told is to be recorded now
        self._stirred = asyncio.Event()
        self._fed = False  # nothing more will be claimed
        self.tally: Counter[str] = Counter()

    def tell(self, answer: Answer) -> None:
        """Take an answer from the wire."""
        self._told.append(answer)
        self._unanswered -= 1
        if len(self._told) >= _TOGETHER or not self._unanswered:
            self._ripe.set()
        elif self._patience is None:
            self._patience = asyncio.get_running_loop().call_later(_PATIENCE, self._ripe.set)

    def stir(self) -> None:
        """Look again: something has happened on the wire."""
        self._stirred.set()

    async def run(self, wire: Wire) -> None:
        """Work until nothing is due any more, or the server is down, and every answer is recorded."""
        recording, renewing = asyncio.create_task(self._record()), asyncio.create_task(self._renew())
        recording.add_done_callback(lambda _: self.stir())
        try:
            await self._feed(wire, recording)
        finally:  # whatever has happened: what was told is recorded, or it would go twice
            self._fed = True
            self._ripe.set()
            renewing.cancel()
            await recording

    async def leave(self) -> None:
        """After a failure: record what has been told all the same, and leave the rest to the next delivery, which need
        not wait for a lease to end."""
        try:
            await asyncio.to_thread(self._settle)
        except Exception:  # noqa: BLE001  # the ledger is gone, most likely: what has failed before is what is told
            _log.exception("what was sent could not be recorded, and is in doubt")

    async def _feed(self, wire: Wire, recording: asyncio.Task[None]) -> None:
        more = True
        while (more or self._unanswered) and not recording.done():
            self._stirred.clear()
            wire.check()
            more = more and not wire.down
            room = _MOST - self._unrecorded
            # A second batch only once the server has answered: what is claimed for a dead one has been tried in vain.
            if more and (wire.waiting < BATCH <= 2 * room if wire.connected else not wire.unanswered):
                claim = await self._in_turn(self._claim, min(BATCH, room))
                self._unanswered += len(claim.notices)
                self._unrecorded += len(claim.notices)
                self.tally["skipped"] += claim.skipped
                self.tally["in_doubt"] += claim.in_doubt
                self.tally[Outcome.DEFERRED] += claim.deferred
                wire.feed(claim.notices)
                more = bool(claim.notices or claim.skipped or claim.deferred)
            elif more or self._unanswered:
                await self._stirred.wait()

    async def _record(self) -> None:
        while self._told or not self._fed:
            await self._ripe.wait()
            self._ripe.clear()
            if told := self._take():
                try:
                    await self._in_turn(self._mark, told)
                except BaseException:
                    self._told[:0] = told  # for `leave`
                    raise
                self._unrecorded -= len(told)
                self.tally.update(answer.outcome.value for answer in told)
                self._stirred.set()

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(claims.LEASE.total_seconds() / 3)
            try:
                await self._in_turn(self._keep, self._owner)
            except Exception:  # noqa: BLE001  # whatever it was, the next time may do, and the sending goes on
                _log.exception("the lease of what is being sent could not be renewed; trying again")

    async def _in_turn(self, work: Callable[[T], R], what: T) -> R:
        async with self._turn:
            return await asyncio.to_thread(work, what)

    def _take(self) -> list[Answer]:
        told, self._told = self._told, []
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        return told

    def _claim(self, most: int) -> claims.Claim:
        with self._ledger.write() as session:
            directive = session.get_one(Directive, self._directive_id)
            return claims.claim(
                session, directive, now=self._now, kid=self._kid, limit=most, owner=self._owner, snap=self._snap
            )

    def _keep(self, owner: str) -> None:
        with self._ledger.write() as session:
            claims.renew(session, self._directive_id, owner)

    def _mark(self, told: list[Answer]) -> None:
        with self._ledger.write() as session:
            answers.record(session, self._directive_id, told, self._at, owner=self._owner)

    def _settle(self) -> None:
        with self._ledger.write() as session:
            answers.record(session, self._directive_id, self._told, self._at, owner=self._owner)
            claims.give_up(session, self._directive_id, self._owner)

    @property
    def _at(self) -> datetime:
        """When an answer came, to the minute: a server that asks for five minutes' patience means from then on, not
        from when a long delivery began."""
        return self._now + timedelta(minutes=(time.monotonic() - self._began) // 60)
