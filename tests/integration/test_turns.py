"""One pass at a time for each directive."""

import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import update

from hoatoc import process
from hoatoc.clock import machine_now
from hoatoc.errors import HoatocError
from hoatoc.ledger.schema import Turn
from hoatoc.passing import Passed
from hoatoc.rollout.turn import TurnLost, take_turn
from tests.worlds.mailserver import MailServer
from tests.worlds.rollouts import RECEIPT_DUE, World


def held_by(world: World, holder: str, seconds: float) -> None:
    with world.ledger.write() as session:
        session.execute(update(Turn).values(holder=holder, expires_at=machine_now() + timedelta(seconds=seconds)))


def test_a_second_pass_leaves_a_wish_and_the_first_looks_once_more(world: World) -> None:
    with take_turn(world.ledger, world.directive_id) as mine:
        assert mine is not None
        assert mine.again()
        assert world.run() == []
        assert world.run() == []
        assert mine.again()
        assert not mine.again()
    assert len(world.run()) == 1


def test_a_turn_is_given_up_at_the_end_and_when_the_pass_fails(world: World) -> None:
    with pytest.raises(ZeroDivisionError), take_turn(world.ledger, world.directive_id):
        raise ZeroDivisionError
    assert world.all(Turn)[0].holder == ""
    assert len(world.run()) == 1


def test_passes_at_once_send_everything_once(world: World, mail: MailServer) -> None:
    world.run()
    mail.kept.clear()
    mail.seconds = 0.05
    world.at(RECEIPT_DUE)
    done: list[list[Passed]] = []
    barrier = threading.Barrier(4)

    def press() -> None:
        barrier.wait()
        done.append(world.run())

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 4
    assert sum(passed.delivered.sent for passes in done for passed in passes) == len(mail.kept)
    assert len({kept.message_id for kept in mail.kept}) == len(mail.kept) == len(world.notices()) - 5


def test_a_living_holder_keeps_its_turn(world: World) -> None:
    held_by(world, f"{process.this_process()}#other", 60)
    assert world.run() == []
    assert world.all(Turn)[0].wishes == 1


def test_a_holder_whose_lease_is_over_loses_its_turn(world: World) -> None:
    held_by(world, "elsewhere/boot/1/1#x", -1)
    assert len(world.run()) == 1


def test_a_holder_elsewhere_keeps_its_turn_while_its_lease_runs(world: World) -> None:
    held_by(world, "elsewhere/boot/1/1#x", 60)
    assert world.run() == []


def test_the_turn_of_a_dead_process_is_taken_over_at_once(world: World) -> None:
    host, boot, _, _ = process.this_process().split("/")
    held_by(world, f"{host}/{boot}/{2**22 + 1}/1#x", 60)
    assert len(world.run()) == 1


def test_a_pass_that_slept_past_its_lease_stops(world: World) -> None:
    with pytest.raises(TurnLost), take_turn(world.ledger, world.directive_id) as mine:  # noqa: PT012  # so is life
        assert mine is not None
        assert mine.again()
        held_by(world, "elsewhere/boot/1/1#x", 60)
        assert not mine.renew()
        mine.again()
    assert world.all(Turn)[0].holder == "elsewhere/boot/1/1#x"


def test_a_lease_is_renewed_while_the_pass_works(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hoatoc.rollout.turn._RENEW_EVERY", 0.02)
    with take_turn(world.ledger, world.directive_id):
        before = world.all(Turn)[0].expires_at
        until = time.monotonic() + 30
        while world.all(Turn)[0].expires_at == before and time.monotonic() < until:
            time.sleep(0.01)
        assert world.all(Turn)[0].expires_at > before


def test_a_directive_that_is_not_there_is_told(world: World) -> None:
    with pytest.raises(HoatocError, match="999"), take_turn(world.ledger, 999):
        pass
