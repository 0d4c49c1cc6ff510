"""Our side: a directive dispatched to many units, end to end and durable, on a ledger that syncs to disk."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from hoatoc.keyring import Keyring
from hoatoc.ledger.engine import Ledger, open_ledger
from hoatoc.ledger.migrate import migrate
from hoatoc.ledger.schema import Directive
from hoatoc.links import Links
from hoatoc.mail.deliver import deliver
from hoatoc.mail.relay import Relay
from hoatoc.rollout.dispatch import dispatch
from hoatoc.rollout.issue import issue
from tests.worlds.offices import small_office

ISSUED = datetime(2021, 11, 23, 9, tzinfo=UTC)
LINKS = Links(Keyring({"k1": "x" * 48}), "http://portal.example")


@dataclass(frozen=True)
class Timed:
    """Seconds: to write duties and notices, and to send and mark them."""

    record: float
    send: float

    @property
    def whole(self) -> float:
        """From the issued directive to the last mark."""
        return self.record + self.send


def prepare(url: str, units: int) -> tuple[Ledger, int]:
    """A fresh ledger with a directive issued to so many units; nothing is dispatched."""
    ledger = open_ledger(url)
    migrate(ledger)
    folder, draft = small_office(districts=units // 2, departments=units - units // 2, members=0).read()
    with ledger.write() as session:
        return ledger, issue(session, folder, draft, now=ISSUED, by="bench").id


def roll_out(ledger: Ledger, directive_id: int, units: int, relay: Relay) -> Timed:
    """Dispatch and deliver; raises AssertionError unless every notice is sent and marked."""
    began = time.perf_counter()
    with ledger.write() as session:
        dispatch(session, session.get_one(Directive, directive_id), ISSUED)
    written = time.perf_counter()
    done = asyncio.run(deliver(ledger, directive_id, now=ISSUED, relay=relay, links=LINKS))
    ended = time.perf_counter()
    assert done.sent == units, done
    return Timed(written - began, ended - written)
