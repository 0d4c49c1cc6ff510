"""A pass killed in the middle, and carried on by another process."""

import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

from hoatoc.clock import machine_now
from hoatoc.ledger.schema import NoticeState, Turn
from tests.worlds.ledgers import Ledgers
from tests.worlds.mailserver import MailServer
from tests.worlds.offices import small_office
from tests.worlds.rollouts import World, issued

_PASS = """
import sys
from hoatoc.ledger.engine import open_ledger
from hoatoc.mail import deliver
from hoatoc.mail.relay import Relay
from hoatoc.passing import make_pass
from tests.worlds.rollouts import LINKS
deliver.BATCH, deliver._MOST, deliver._TOGETHER = 6, int(sys.argv[4]), 3
done = make_pass(open_ledger(sys.argv[1]), int(sys.argv[2]), relay=Relay("127.0.0.1", int(sys.argv[3])), links=LINKS)
print(len(done), sum(passed.delivered.sent for passed in done))
"""
#: How many notices may be claimed without a recorded answer.
IN_FLIGHT = 12


def start(url: str, world: World) -> "subprocess.Popen[str]":
    words = [sys.executable, "-c", _PASS, url, str(world.directive_id), str(world.relay.port), str(IN_FLIGHT)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


def wait_for(mail: MailServer, count: int) -> None:
    until = time.monotonic() + 60
    while len(mail.kept) < count:
        assert time.monotonic() < until, f"only {len(mail.kept)} messages came"
        time.sleep(0.002)


@pytest.mark.slow
@pytest.mark.parametrize("after", [1, 10, 25])
def test_a_pass_killed_while_sending_loses_nothing_and_repeats_only_what_was_in_flight(
    ledgers: Ledgers, mail: MailServer, after: int
) -> None:
    url = ledgers.url()
    world = issued(ledgers.open_at(url), mail.relay, small_office(departments=28).read())
    mail.seconds = 0.02
    with start(url, world) as killed:
        wait_for(mail, after)
        killed.send_signal(signal.SIGKILL)
    assert world.all(Turn)[0].holder != ""
    with start(url, world) as next_one:
        out, _ = next_one.communicate(timeout=60)
    assert out.split()[0] == "1"
    assert {notice.state for notice in world.notices()} == {NoticeState.SENT}
    times = Counter(kept.message_id for kept in mail.kept)
    assert set(times) == {notice.message_id for notice in world.notices()}
    repeated = [message_id for message_id, count in times.items() if count > 1]
    assert len(repeated) <= IN_FLIGHT
    for message_id in repeated:
        copies = {kept.content for kept in mail.kept if kept.message_id == message_id}
        assert len(copies) == 1


@pytest.mark.slow
def test_passes_of_two_processes_at_once_send_everything_once(ledgers: Ledgers, mail: MailServer) -> None:
    url = ledgers.url()
    world = issued(ledgers.open_at(url), mail.relay, small_office(departments=28).read())
    mail.seconds = 0.02
    with start(url, world) as one, start(url, world) as other:
        told = [process.communicate(timeout=60)[0].split() for process in (one, other)]
    assert sum(int(sent) for _, sent in told) == len(mail.kept) == 31
    assert len({kept.message_id for kept in mail.kept}) == 31
    assert world.all(Turn)[0].expires_at > machine_now()
