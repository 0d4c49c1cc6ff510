"""How long a unit's link opens, and what taking one back does, on both databases."""

import re
from datetime import timedelta

import pytest

from hoatoc import clock
from hoatoc.errors import ChangedMeanwhile, HoatocError, TokenError
from hoatoc.ledger.schema import Addressee, Directive, Event
from hoatoc.rollout import access, life
from hoatoc.rollout.views import addressee_of
from tests.worlds.mailserver import MailServer
from tests.worlds.rollouts import ISSUED, TICK, World

LASTS = timedelta(days=90)


def unit(world: World) -> Addressee:
    return next(each for each in world.all(Addressee) if each.key == "so-0")


def revoke(world: World, generation: int = 0, reason: str = "lọt ra ngoài") -> None:
    with world.ledger.write() as session:
        addressee = session.get_one(Addressee, unit(world).id)
        now = clock.read(session)
        access.revoke(session, addressee, generation=generation, reason=reason, by="account:lan", now=now)


def opens(world: World) -> bool:
    with world.ledger.read() as session:
        addressee = session.get_one(Addressee, unit(world).id)
        try:
            access.require_open(session, addressee, lasts=LASTS, now=clock.read(session))
        except TokenError:
            return False
    return True


@pytest.mark.parametrize("way", [life.end, life.recall])
def test_a_link_opens_until_some_time_after_the_end(world: World, way: object) -> None:
    world.run()
    world.at(ISSUED + timedelta(days=400))
    assert opens(world), "while the directive lives, its links do"
    with world.ledger.write() as session:
        directive = session.get_one(Directive, world.directive_id)
        way(session, directive, reason="xong", by="desk", now=clock.read(session), version=None)  # type: ignore[operator]  # one of the two
    world.at(ISSUED + timedelta(days=400) + LASTS - TICK)
    assert opens(world)
    world.at(ISSUED + timedelta(days=400) + LASTS)
    assert not opens(world)


def test_a_link_that_is_taken_back_opens_nothing_and_the_new_one_is_mailed(world: World, mail: MailServer) -> None:
    world.run()
    before = len(mail.kept)
    revoke(world)
    world.run()
    assert len(mail.kept) == before + 1
    with world.ledger.read() as session:
        with pytest.raises(TokenError):
            addressee_of(session, unit(world).id, 0)
        assert addressee_of(session, unit(world).id, 1).key == "so-0"
    text = mail.kept[before].message.get_body(("plain",)).get_content()
    [link] = set(re.findall(r"http://portal\.example/v/\S+", text))
    assert world.links.read_unit(link.rpartition("/")[2]) == (unit(world).id, 1)
    [event] = [event for event in world.all(Event) if event.kind == "link_revoked"]
    assert (event.actor, event.detail["reason"]) == ("account:lan", "lọt ra ngoài")


def test_a_change_is_told_to_each_unit_with_a_link_that_opens(world: World, mail: MailServer) -> None:
    world.run()
    revoke(world)
    world.run()
    before = len(mail.kept)
    with world.ledger.write() as session:
        directive = session.get_one(Directive, world.directive_id)
        life.end(session, directive, reason="xong", by="desk", now=clock.read(session), version=None)
    world.run()
    texts = [kept.text for kept in mail.kept[before:]]
    read = [world.links.read_unit(link) for text in texts for link in set(re.findall(r"/v/([^/\s]+)", text))]
    assert sorted(read) == [(each.id, int(each.key == "so-0")) for each in world.all(Addressee)]


def test_what_the_unit_owes_next_comes_with_the_new_link(world: World, mail: MailServer) -> None:
    world.run()
    before = len(mail.kept)
    revoke(world)
    world.follow(ISSUED + timedelta(days=2))
    texts = [kept.message.get_body(("plain",)).get_content() for kept in mail.kept[before:]]
    read = [world.links.read_unit(link.partition("/")[0]) for text in texts for link in re.findall(r"/v/(\S+)", text)]
    assert {generation for addressee_id, generation in read if addressee_id == unit(world).id} == {1}
    assert {generation for addressee_id, generation in read if addressee_id != unit(world).id} == {0}


def test_two_at_the_desk_take_a_link_back_once(world: World) -> None:
    revoke(world)
    with pytest.raises(ChangedMeanwhile):
        revoke(world, generation=0)
    revoke(world, generation=1)
    assert unit(world).link_generation == 2


def test_a_link_is_not_taken_back_without_a_reason(world: World) -> None:
    with pytest.raises(HoatocError, match="lý do"):
        revoke(world, reason=" ")
    assert unit(world).link_generation == 0
