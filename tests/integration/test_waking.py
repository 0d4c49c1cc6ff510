"""When the next pass is wanted: the plain minimum over all rows."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from hoatoc.ledger.schema import Directive, DirectiveState, Duty, Notice, NoticeState, Period
from hoatoc.localtime import NEVER
from hoatoc.rollout.waking import overdue
from tests.worlds.ledgers import Ledgers
from tests.worlds.mailserver import MailServer, Manner
from tests.worlds.rollouts import DUE, FREEZE, ISSUED, LOCK, NEXT_SLOT, RECEIPT_DUE, TICK, World, issued


def minimum(world: World) -> datetime:
    """The same by brute force."""
    moments = [duty.next_at for duty in world.all(Duty)] + [period.next_at for period in world.all(Period)]
    for notice in world.all(Notice):
        if notice.state is NoticeState.PENDING:
            moments.append(notice.next_attempt_at)
        if notice.state is NoticeState.SENDING:
            moments.append(notice.lease_until)
    return min(moments, default=NEVER)


@settings(max_examples=10)
@given(
    st.lists(st.sampled_from(["pass", "acknowledge", "report", "down", "up", "grey", "wait"]), max_size=12),
    st.lists(st.integers(1, 40 * 60), min_size=12, max_size=12),
)
def test_the_wake_up_is_the_minimum_over_all_rows(
    sqlite_ledgers: Ledgers, mail: MailServer, acts: list[str], minutes: list[int]
) -> None:
    world = issued(sqlite_ledgers.open(), mail.relay)
    world.run()
    for act, wait in zip(acts, minutes, strict=False):
        if act == "acknowledge":
            world.acknowledge("so-0")
        elif act == "report" and world.period().state == "open" and world.now <= LOCK:
            world.report("so-1")
        elif act == "down":
            mail.stop()
        elif act == "up" and mail._controller is None:
            mail.start()
        elif act == "grey":
            mail.treat("focal.so-1@mau.example", Manner.GREYLIST, times=1)
        else:
            world.at(world.now + timedelta(minutes=wait))
            if act == "pass":
                world.run()
        assert world.next_at() == minimum(world)
    if mail._controller is None:
        mail.start()


def test_a_day_wakes_at_each_of_its_instants_and_at_no_other(world: World) -> None:
    moments = []
    while world.now < LOCK:
        world.run()
        moments.append(world.now)
        world.at(world.next_at())
    hour, half = timedelta(hours=1), timedelta(minutes=30)
    receipt = [RECEIPT_DUE - hour, RECEIPT_DUE, RECEIPT_DUE + half, RECEIPT_DUE + hour]
    report = [DUE - hour, DUE, DUE + half, DUE + hour, FREEZE]
    assert moments == [ISSUED, *receipt, *report, DUE + timedelta(days=1) - hour]


def test_a_quiet_directive_waits_for_its_next_period_alone(world: World) -> None:
    world.run()
    for key in ("huyen-0", "huyen-1", "so-0", "so-1"):
        world.report(key)
    world.acknowledge("ban-chap-hanh/uv-0")
    assert world.next_at() == DUE == world.period(NEXT_SLOT).opens_at


def test_a_recalled_directive_wants_no_pass(world: World) -> None:
    world.run()
    with world.ledger.write() as session:
        session.get_one(Directive, world.directive_id).state = DirectiveState.RECALLED
    assert world.next_at() == NEVER


def test_a_directive_is_overdue_from_its_wake_up_on(world: World) -> None:
    world.run()
    wake = world.next_at()
    with world.ledger.read() as session:
        assert overdue(session, now=wake - TICK) == []
        assert [found.id for found in overdue(session, now=wake)] == [world.directive_id]
