"""Deliver: send what is in the outbox and record each answer, by group commit."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import Directive
from hoatoc.links import Links
from hoatoc.mail.compose import Composer
from hoatoc.mail.letters import Letters
from hoatoc.mail.relay import Relay
from hoatoc.mail.wire import Wire
from hoatoc.rollout import answers, claims, snapshot
from hoatoc.rollout.answers import Answer, Outcome

_BATCH = 500


@dataclass(frozen=True)
class Delivered:
    """What a delivery did, in notices; `down` says why the mail server could not be reached, '' when it could."""

    sent: int
    refused: int
    deferred: int
    skipped: int
    down: str


async def deliver(ledger: Ledger, directive_id: int, *, now: datetime, relay: Relay, links: Links) -> Delivered:
    """Send everything of a directive that is due at `now` (aware, UTC).

    This is the one part of the core that commits by itself: a claim before the wire, answers as the wire gives them."""
    with ledger.read() as session:
        directive = session.get_one(Directive, directive_id)
        composer = Composer(directive.key, snapshot.of(directive), Letters(), links)
    wire = Wire(relay, composer.compose)
    tally: Counter[str] = Counter()
    try:
        while not wire.down:
            claim = await asyncio.to_thread(_claim, ledger, directive_id, now, links.ring.newest)
            tally["skipped"] += claim.skipped
            if not claim.notices and not claim.skipped:
                break
            await _send_and_record(ledger, directive_id, wire, claim, now, tally)
    finally:
        await wire.close()
    if wire.down:
        with ledger.write() as session:
            answers.postpone(session, directive_id, now)
    return Delivered(
        sent=tally[Outcome.ACCEPTED], refused=tally[Outcome.REFUSED],
        deferred=tally[Outcome.DEFERRED] + tally[Outcome.NO_SERVER], skipped=tally["skipped"], down=wire.down,
    )  # fmt: skip


def _claim(ledger: Ledger, directive_id: int, now: datetime, kid: str) -> claims.Claim:
    with ledger.write() as session:
        directive = session.get_one(Directive, directive_id)
        return claims.claim(session, directive, now=now, kid=kid, limit=_BATCH)


async def _send_and_record(
    ledger: Ledger, directive_id: int, wire: Wire, claim: claims.Claim, now: datetime, tally: Counter[str]
) -> None:
    queue: asyncio.Queue[Answer | None] = asyncio.Queue()
    recorder = asyncio.create_task(_record_all(ledger, directive_id, queue, now, tally))
    try:
        await wire.send(claim.notices, queue)
    finally:
        await queue.put(None)
        await recorder


async def _record_all(
    ledger: Ledger, directive_id: int, queue: "asyncio.Queue[Answer | None]", now: datetime, tally: Counter[str]
) -> None:
    """Commit answers in groups: whatever has come in while the last group was being committed."""
    ended = False
    while not ended:
        group = [await queue.get()]
        while not queue.empty():
            group.append(queue.get_nowait())
        ended = None in group
        told = [answer for answer in group if answer is not None]
        if told:
            await asyncio.to_thread(_record, ledger, directive_id, told, now)
            tally.update(answer.outcome.value for answer in told)


def _record(ledger: Ledger, directive_id: int, told: list[Answer], now: datetime) -> None:
    with ledger.write() as session:
        answers.record(session, directive_id, told, now)
