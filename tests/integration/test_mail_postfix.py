"""Through a real relay and back: postfix takes the mail, passes it on, and its bounces find their notices."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from hoatoc.ledger.schema import InboxMail, NoticeState
from hoatoc.localtime import NEVER
from hoatoc.mail.inbound import Inbox, start_listener
from hoatoc.mail.relay import Relay
from tests.worlds.ledgers import Ledgers
from tests.worlds.mailserver import MailServer, Manner
from tests.worlds.offices import small_office
from tests.worlds.ports import free_port
from tests.worlds.postfix import Postfix, running_postfix
from tests.worlds.rollouts import ISSUED, LINKS, World, issued

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="postfix starts as root only")
DEPARTMENTS = 60


@dataclass
class Way:
    """The world, the relay it sends through, and the server behind it."""

    world: World
    relay: Postfix
    behind: MailServer


@pytest.fixture
def way(sqlite_ledgers: Ledgers, mail: MailServer) -> Iterator[Way]:
    inbox = free_port()
    with running_postfix(sink=mail.relay.port, inbox=inbox) as relay:
        office = small_office(departments=DEPARTMENTS).read()
        world = issued(sqlite_ledgers.open(), replace(Relay("127.0.0.1", relay.port), signed_returns=True), office)
        listener = start_listener(Inbox(world.ledger, LINKS.ring, lambda _key: None), host="127.0.0.1", port=inbox)
        try:
            yield Way(world, relay, mail)
        finally:
            listener.stop()


def until(way: Way, happened: Callable[[], bool]) -> None:
    end = time.monotonic() + 90
    while not happened():
        assert time.monotonic() < end, way.relay.log()[-3000:]
        time.sleep(0.05)


def test_every_mail_goes_through_the_relay_whole_and_once(way: Way) -> None:
    (done,) = way.world.at(ISSUED).run()
    count = DEPARTMENTS + 3
    assert (done.delivered.sent, done.delivered.down) == (count, "")
    until(way, lambda: len(way.behind.kept) >= count)
    assert {kept.message_id for kept in way.behind.kept} == {notice.message_id for notice in way.world.notices()}
    assert len(way.behind.kept) == count
    for kept in way.behind.kept:
        assert [part.get_content_type() for part in kept.message.iter_parts()] == ["text/plain", "text/html"]
        assert "Kính gửi: " in kept.text
    assert way.relay.log().count("disconnect from") <= 4 + 1  # connections are kept; the first is the fixture's own


def test_a_mailbox_that_the_last_server_refuses_comes_back_as_a_bounce(way: Way) -> None:
    way.behind.treat("so-0@mau.example", Manner.UNKNOWN)
    way.world.at(ISSUED).run()
    assert {notice.state for notice in way.world.notices()} == {NoticeState.SENT}  # the relay has taken them all
    until(way, lambda: bool(way.world.all(InboxMail)))
    way.world.run()
    [notice] = way.world.notices(template="dispatch", recipient="so-0")
    assert notice.state is NoticeState.UNDELIVERABLE
    assert "5.1.1" in notice.answer_text
    assert way.world.addressee("so-0").unreachable_at < NEVER
    assert way.world.addressee("so-1").unreachable_at == NEVER
