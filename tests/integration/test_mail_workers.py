"""Several senders on one outbox: nothing is lost when one is killed, and nothing goes twice but what was in flight."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from hoatoc.ledger.schema import Directive, NoticeState
from hoatoc.rollout.dispatch import dispatch
from tests.worlds.ledgers import Ledgers
from tests.worlds.mailserver import MailServer
from tests.worlds.offices import small_office
from tests.worlds.postgresql import Server
from tests.worlds.rollouts import ISSUED, World, issued

_MANY = 1600
#: How many a worker holds at most: so few that none can have taken them all before the last has begun.
_HELD = 200
_WORKER = """
import asyncio, sys
from hoatoc.ledger.engine import open_ledger
from hoatoc.mail import deliver as delivery
from hoatoc.mail.relay import Relay
from tests.worlds.rollouts import ISSUED, LINKS

delivery.BATCH, delivery._MOST, delivery._TOGETHER = 100, int(sys.argv[4]), 50
ledger = open_ledger(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
relay = Relay("127.0.0.1", int(sys.argv[3]))
done = asyncio.run(delivery.deliver(ledger, int(sys.argv[2]), now=ISSUED, relay=relay, links=LINKS))
print(done.sent, done.in_doubt, flush=True)
"""


@pytest.mark.postgresql
@pytest.mark.slow
def test_a_killed_sender_loses_nothing_and_repeats_at_most_what_it_had_in_flight(
    postgresql: Server, tmp_path: Path, mail: MailServer
) -> None:
    ledgers = Ledgers("postgresql", tmp_path, postgresql)
    workers: list[subprocess.Popen[str]] = []
    try:
        url = ledgers.url()
        world = issued(ledgers.open_at(url), mail.relay, small_office(departments=_MANY).read())
        with world.ledger.write() as session:
            written = dispatch(session, session.get_one(Directive, world.directive_id), ISSUED).notices
        workers += [_worker(url, world, mail) for _ in range(3)]
        for worker in workers:
            _go(worker)
        _until(lambda: len(mail.kept) > _MANY // 4)
        workers[0].kill()
        workers[0].wait()
        told = [_told(worker) for worker in workers[1:]]
        workers.append(_worker(url, world, mail))
        _go(workers[-1])
        told.append(_told(workers[-1]))
        _check(world, mail, written, told)
    finally:
        for worker in workers:
            _end(worker)
        ledgers.close()


def _check(world: World, mail: MailServer, written: int, told: list[tuple[int, int]]) -> None:
    assert {notice.state for notice in world.notices()} == {NoticeState.SENT}
    assert len(world.notices()) == written
    copies = Counter(kept.message_id for kept in mail.kept)
    assert set(copies) == {notice.message_id for notice in world.notices()}
    repeated = sum(count - 1 for count in copies.values())
    in_doubt = sum(doubts for _, doubts in told)
    assert repeated <= in_doubt <= _HELD
    assert max(copies.values()) <= 2
    contents: dict[str, set[bytes]] = {}
    for kept in mail.kept:
        contents.setdefault(kept.message_id, set()).add(kept.content)
    assert all(len(bytes_) == 1 for bytes_ in contents.values())
    assert len(world.events("notice_sent")) == written
    assert sum(sent for sent, _ in told) <= written
    assert [sent > 0 for sent, _ in told[:2]] == [True, True]  # they shared the work


def _worker(url: str, world: World, mail: MailServer) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", _WORKER, url, str(world.directive_id), str(mail.relay.port), str(_HELD)]
    worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    return worker


def _go(worker: "subprocess.Popen[str]") -> None:
    assert worker.stdin is not None
    worker.stdin.write("\n")
    worker.stdin.flush()


def _told(worker: "subprocess.Popen[str]") -> tuple[int, int]:
    """How many it has sent, and how many of them had been in doubt."""
    assert worker.stdout is not None
    sent, in_doubt = worker.stdout.readline().split()
    _end(worker)
    return int(sent), int(in_doubt)


def _end(worker: "subprocess.Popen[str]") -> None:
    worker.kill()
    worker.wait()
    for pipe in (worker.stdin, worker.stdout):
        assert pipe is not None
        pipe.close()


def _until(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + 120
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.01)
