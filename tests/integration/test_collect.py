"""What comes back by mail."""

from datetime import datetime, timedelta

import pytest

from hoatoc.ledger.schema import InboxKind, InboxMail, InboxState, NoticeState
from hoatoc.localtime import NEVER
from tests.worlds.rollouts import DUE, ISSUED, RECEIPT_DUE, World

LATER = ISSUED + timedelta(hours=1)


def arrives(world: World, kind: InboxKind, body: str, *, template: str = "dispatch", at: datetime = LATER) -> None:
    notice = next(n for n in world.notices(template=template) if "so-0" in n.to_address)
    with world.ledger.write() as session:
        session.add(
            InboxMail(
                directive_id=world.directive_id, notice_id=notice.id, fingerprint=f"{kind}{body}{at}", kind=kind,
                received_at=at, sender="vanthu@so-0.example", body=body, state=InboxState.NEW, outcome="",
            )
        )  # fmt: skip


def test_a_bounce_makes_its_notice_undeliverable_and_the_addressee_unreachable(world: World) -> None:
    world.run()
    arrives(world, InboxKind.BOUNCE, "550 no such user")
    done = world.go(LATER)
    assert done.collected.bounces == 1
    (notice,) = world.notices(template="dispatch", to_address="so-0@mau.example")
    assert (notice.state, notice.answer_text) == (NoticeState.UNDELIVERABLE, "550 no such user")
    assert world.addressee("so-0").unreachable_at == LATER
    assert world.books("receipt", "").unreachable == 1


def test_a_bounced_reminder_leaves_the_addressee_reachable(world: World) -> None:
    world.run()
    world.go(RECEIPT_DUE - timedelta(hours=1))
    arrives(world, InboxKind.BOUNCE, "x", template="reminder", at=RECEIPT_DUE)
    world.go(RECEIPT_DUE)
    assert world.addressee("so-0").unreachable_at == NEVER


def test_a_bounced_addressee_is_pressed_no_more(world: World) -> None:
    world.run()
    arrives(world, InboxKind.BOUNCE, "x")
    world.follow(LATER)
    world.run()
    world.follow(DUE + timedelta(hours=2))
    assert not [notice for notice in world.notices(template="reminder") if "so-0" in notice.to_address]


@pytest.mark.parametrize(("at", "state"), [(RECEIPT_DUE, "met"), (RECEIPT_DUE + timedelta(seconds=1), "met_late")])
def test_a_reply_is_a_receipt_and_counts_from_when_our_server_had_it(world: World, at: datetime, state: str) -> None:
    world.run()
    arrives(world, InboxKind.REPLY, "Đã nhận.\n> trích", at=at)
    done = world.go(RECEIPT_DUE + timedelta(hours=3))
    assert done.collected.receipts == 1
    assert world.duty("so-0").state == state
    assert world.duty("so-0").met_at == at


def test_any_other_mail_is_left_to_the_desk(world: World) -> None:
    world.run()
    arrives(world, InboxKind.REPLY, "Chúng tôi không mở được tệp")
    arrives(world, InboxKind.DELAY, "delayed")
    done = world.go(LATER)
    assert (done.collected.receipts, done.collected.messages) == (0, 1)
    assert world.duty("so-0").state == "open"
    assert sorted(mail.outcome for mail in world.all(InboxMail)) == ["delay", "message"]


def test_a_mail_is_taken_in_once(world: World) -> None:
    world.run()
    arrives(world, InboxKind.REPLY, "đã nhận")
    world.go(LATER)
    assert world.run()[0].collected.receipts == 0
    assert len(world.events("receipt_recorded")) == len(world.events("mail_collected")) == 1


def test_a_reply_that_arrives_in_the_same_pass_stops_the_reminder(world: World) -> None:
    world.run()
    arrives(world, InboxKind.REPLY, "đã nhận", at=RECEIPT_DUE - timedelta(hours=1))
    world.go(RECEIPT_DUE - timedelta(hours=1))
    assert not [notice for notice in world.notices(step="remind") if "so-0" in notice.to_address]
