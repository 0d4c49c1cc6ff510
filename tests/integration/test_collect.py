"""What comes back by mail."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from hoatoc.ledger.schema import Directive, InboxKind, InboxMail, InboxState, NoticeState, Post, Unit
from hoatoc.localtime import NEVER
from hoatoc.rollout import messages, readdress, snapshot
from hoatoc.rollout.collect import collect
from hoatoc.rollout.escalate import escalate
from tests.worlds.rollouts import DUE, ISSUED, RECEIPT_DUE, World

LATER = ISSUED + timedelta(hours=1)


def arrives(
    world: World, kind: InboxKind, body: str, *, template: str = "dispatch", at: datetime = LATER, bounced: str = "",
    attached: Sequence[str] = (),
) -> None:  # fmt: skip
    notice = next(n for n in world.notices(template=template) if "so-0" in n.to_address)
    with world.ledger.write() as session:
        session.add(
            InboxMail(
                directive_id=world.directive_id, notice_id=notice.id, fingerprint=f"{kind}{body}{at}", kind=kind,
                received_at=at, sender="vanthu@so-0.example", body=body, bounced=bounced, state=InboxState.NEW,
                outcome="",
                attached=[{"name": name, "kind": "application/octet-stream", "octets": 9} for name in attached],
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


@pytest.mark.parametrize("bounced", ["so-0@mau.example", "SO-0@Mau.example"])
def test_a_bounce_that_names_the_address_its_notice_went_to_counts(world: World, bounced: str) -> None:
    world.run()
    arrives(world, InboxKind.BOUNCE, "550", bounced=bounced)
    assert world.go(LATER).collected.bounces == 1
    assert world.addressee("so-0").unreachable_at == LATER


def test_a_bounce_of_an_address_the_mail_was_sent_on_to_is_left_to_the_desk(world: World) -> None:
    world.run()
    arrives(world, InboxKind.BOUNCE, "550", bounced="rieng@noi-khac.example")
    collected = world.go(LATER).collected
    assert (collected.bounces, collected.messages) == (0, 1)
    assert [mail.outcome for mail in world.all(InboxMail)] == ["message"]
    assert {notice.state for notice in world.notices(template="dispatch")} == {NoticeState.SENT}
    assert world.addressee("so-0").unreachable_at == NEVER


def test_a_trials_mail_goes_to_the_desk_and_so_does_its_bounce_name_the_desk(world: World) -> None:
    world.run()
    with world.ledger.write() as session:
        directive = session.get_one(Directive, world.directive_id)
        directive.trial = True
        desk = snapshot.of(directive).office.desk
    arrives(world, InboxKind.BOUNCE, "550", bounced=desk)
    assert world.go(LATER).collected.bounces == 1
    assert world.addressee("so-0").unreachable_at == LATER


def test_a_late_bounce_of_the_old_address_says_nothing_of_the_corrected_one(world: World) -> None:
    world.run()
    arrives(world, InboxKind.BOUNCE, "550", bounced="so-0@mau.example")
    world.go(LATER)
    with world.ledger.write() as session:
        office = session.get_one(Directive, world.directive_id).office_id
        before = readdress.mailboxes(session, office, LATER.date())
        session.execute(update(Unit).where(Unit.key == "so-0").values(mail="moi@mau.example"))
        assert readdress.follow(session, office, before, now=LATER, by="account:truc") == 1
    world.go(LATER + timedelta(minutes=1))
    [notice] = world.notices(template="dispatch", recipient="so-0")
    assert (notice.state, notice.to_address) == (NoticeState.SENT, "moi@mau.example")
    with world.ledger.write() as session:
        first = session.scalars(select(InboxMail)).one()
        session.add(
            InboxMail(
                directive_id=first.directive_id, notice_id=notice.id, fingerprint="again", kind=InboxKind.BOUNCE,
                received_at=world.now, sender="", body="550", bounced=first.bounced, state=InboxState.NEW, outcome="",
            )
        )  # fmt: skip
    world.go(LATER + timedelta(minutes=2))
    [notice] = world.notices(template="dispatch", recipient="so-0")
    assert notice.state is NoticeState.SENT
    assert world.addressee("so-0").unreachable_at == NEVER
    assert [mail.outcome for mail in world.all(InboxMail)] == ["bounce", "outdated"]


def test_a_bounce_that_comes_after_the_mailbox_was_corrected_sends_the_document_to_the_new_one(world: World) -> None:
    world.run()
    with world.ledger.write() as session:
        session.execute(update(Unit).where(Unit.key == "so-0").values(mail="moi@mau.example"))
    arrives(world, InboxKind.BOUNCE, "550", bounced="so-0@mau.example")
    world.go(LATER)
    [notice] = world.notices(template="dispatch", recipient="so-0")
    assert (notice.state, notice.to_address) == (NoticeState.SENT, "moi@mau.example")
    assert world.addressee("so-0").unreachable_at == NEVER
    assert [event.detail["address"] for event in world.events("notice_readdressed")] == ["moi@mau.example"]


def test_another_mailbox_of_the_focal_point_does_not_mend_the_one_at_which_the_document_arrives(world: World) -> None:
    world.run()
    world.at(RECEIPT_DUE - timedelta(hours=1))
    with world.ledger.write() as session:
        directive = session.get_one(Directive, world.directive_id)
        escalate(session, directive, world.now)  # the reminder waits
    arrives(world, InboxKind.BOUNCE, "550")
    with world.ledger.write() as session:
        directive = session.get_one(Directive, world.directive_id)
        collect(session, directive, world.now)
        before = readdress.mailboxes(session, directive.office_id, LATER.date())
        session.execute(update(Post).where(Post.mail == "focal.so-0@mau.example").values(mail="moi@mau.example"))
        assert readdress.follow(session, directive.office_id, before, now=LATER, by="account:truc") == 1
    assert world.addressee("so-0").unreachable_at < NEVER


@pytest.mark.parametrize(("body", "attached"), [("Đã nhận. Xin lùi hạn.", []), ("Đã nhận.", ["ke-hoach.docx"])])
def test_a_receipt_that_says_or_brings_more_is_read_at_the_desk_too(
    world: World, body: str, attached: list[str]
) -> None:
    world.run()
    arrives(world, InboxKind.REPLY, body, attached=attached)
    collected = world.go(LATER).collected
    assert (collected.receipts, collected.messages) == (1, 1)
    assert world.duty("so-0").state == "met"
    with world.ledger.read() as session:
        assert [one.mail.body for one in messages.waiting(session, LATER, limit=9)] == [body]


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
