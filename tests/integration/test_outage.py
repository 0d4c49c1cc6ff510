"""That mail does not leave is seen at the desk, which nobody could tell by mail."""

from dataclasses import replace
from datetime import timedelta

from hoatoc.ledger.schema import Directive
from hoatoc.rollout import life
from hoatoc.rollout.contents import CHANGE
from hoatoc.rollout.outage import Outage, outage
from tests.worlds.mailserver import MailServer, Manner
from tests.worlds.rollouts import ISSUED, World

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def seen(world: World) -> Outage | None:
    with world.ledger.read() as session:
        return outage(session, world.now)


def down(world: World) -> World:
    """The same world whose mail server nobody has started."""
    world.relay = replace(world.relay, port=1)
    return world


def test_a_server_that_is_not_there_is_an_outage_once_it_is_no_hiccup_until_the_mail_has_left(
    world: World, mail: MailServer
) -> None:
    down(world).go(ISSUED)
    letters = len(world.notices())
    assert letters > 1
    assert seen(world.at(ISSUED + 4 * MINUTE)) is None
    told = seen(world.at(ISSUED + 6 * MINUTE))
    assert told is not None
    assert (told.letters, told.since) == (letters, ISSUED)
    assert "không nối được máy chủ thư" in told.words
    world.relay = mail.relay
    world.follow(ISSUED + 30 * MINUTE)
    assert len(mail.kept) == letters
    assert seen(world) is None


def test_that_a_directive_has_ended_waits_for_the_server_too_and_is_seen(world: World) -> None:
    world.go(ISSUED)
    down(world).at(ISSUED + HOUR)
    with world.ledger.write() as session:
        directive = session.get_one(Directive, world.directive_id)
        life.end(session, directive, reason="xong", by="desk", now=world.now)
    world.run()
    told = seen(world.at(world.now + 6 * MINUTE))
    assert told is not None
    assert (told.letters, told.since) == (len(world.notices(template=CHANGE)), ISSUED + HOUR)


def test_where_all_goes_well_there_is_none(world: World, mail: MailServer) -> None:
    world.go(ISSUED)
    assert seen(world.at(ISSUED + timedelta(hours=2))) is None


def test_what_a_mailbox_puts_off_is_no_outage(world: World, mail: MailServer) -> None:
    mail.treat("so-0@mau.example", Manner.GREYLIST)
    world.go(ISSUED)
    assert seen(world.at(ISSUED + 10 * MINUTE)) is None
