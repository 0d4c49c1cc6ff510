"""One pass over a directive, outside Prefect: the same five steps, under the same turn."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hoatoc import clock
from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import Directive
from hoatoc.links import Links
from hoatoc.mail.deliver import Delivered, deliver
from hoatoc.mail.relay import Relay
from hoatoc.rollout.aggregate import Aggregated, aggregate
from hoatoc.rollout.collect import Collected, collect
from hoatoc.rollout.dispatch import Dispatched, dispatch
from hoatoc.rollout.escalate import Escalated, escalate
from hoatoc.rollout.turn import take_turn


@dataclass(frozen=True)
class Passed:
    """What one pass did."""

    now: datetime
    dispatched: Dispatched
    collected: Collected
    escalated: Escalated
    aggregated: Aggregated
    delivered: Delivered


def make_pass(ledger: Ledger, directive_id: int, *, relay: Relay, links: Links) -> list[Passed]:
    """Pass over a running directive, once, and again for each pass that was wished for meanwhile; an empty list when
    another pass is at it, which will then look once more."""
    with take_turn(ledger, directive_id) as mine:
        done: list[Passed] = []
        while mine is not None and mine.again():
            done.append(_once(ledger, directive_id, relay, links))
        return done


def _once(ledger: Ledger, directive_id: int, relay: Relay, links: Links) -> Passed:
    with ledger.read() as session:
        now = clock.read(session)
    steps = (_step(ledger, directive_id, now, work) for work in (dispatch, collect, escalate, aggregate))
    dispatched, collected, escalated, aggregated = steps
    delivered = asyncio.run(deliver(ledger, directive_id, now=now, relay=relay, links=links))
    return Passed(now, dispatched, collected, escalated, aggregated, delivered)


def _step(ledger: Ledger, directive_id: int, now: datetime, work: Callable[[Session, Directive, datetime], Any]) -> Any:
    with ledger.write() as session:
        return work(session, session.get_one(Directive, directive_id), now)
