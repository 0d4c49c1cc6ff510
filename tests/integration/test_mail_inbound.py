"""Mail that comes back: to a signed address it counts once; to any other it changes nothing."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import InboxMail, InboxState, NoticeState
from hoatoc.localtime import NEVER
from hoatoc.mail import verp
from hoatoc.mail.inbound import Inbox, start_listener
from tests.unit.test_mail_hostile import nested
from tests.unit.test_mail_incoming import DSN, reply
from tests.worlds.mailserver import MailServer
from tests.worlds.ports import free_port
from tests.worlds.rollouts import ISSUED, LINKS, World, issued

BOUNCE, DELAY = (DSN.format(action=action, status="5.1.1").encode() for action in ("failed", "delayed"))


@pytest.fixture
def sent(ledger: Ledger, mail: MailServer) -> World:
    """The small office's directive, sent with signed return addresses."""
    world = issued(ledger, replace(mail.relay, signed_returns=True))
    world.go(ISSUED)
    return world


def address_of(mail: MailServer, key: str) -> str:
    [kept] = mail.to(f"{key}@mau.example")
    assert verp.read(LINKS.ring, kept.sender) is not None
    assert kept.message["Reply-To"].addresses[0].addr_spec == kept.sender
    return kept.sender


@contextmanager
def listening(world: World, wanted: list[str]) -> Iterator[smtplib.SMTP]:
    port = free_port()
    controller = start_listener(Inbox(world.ledger, LINKS.ring, wanted.append), host="127.0.0.1", port=port)
    try:
        with smtplib.SMTP("127.0.0.1", port) as client:
            yield client
    finally:
        controller.stop()


def come_back(world: World, address: str, content: bytes, sender: str = "an@mau.example") -> list[str]:
    wanted: list[str] = []
    with listening(world, wanted) as client:
        client.sendmail(sender, [address], content)
    return wanted


def test_a_permanent_bounce_makes_the_notice_undeliverable_and_its_addressee_unreachable(
    sent: World, mail: MailServer
) -> None:
    assert come_back(sent, address_of(mail, "so-0"), BOUNCE, sender="") == ["tinh-mau/1-cv"]
    sent.run()
    [notice] = sent.notices(template="dispatch", recipient="so-0")
    assert (notice.state, notice.answer_text) == (NoticeState.UNDELIVERABLE, "5.1.1 smtp; 550 5.1.1 unknown")
    assert sent.addressee("so-0").unreachable_at < NEVER
    assert sent.addressee("so-1").unreachable_at == NEVER


def test_a_delay_and_a_vacation_note_change_nothing(sent: World, mail: MailServer) -> None:
    come_back(sent, address_of(mail, "so-0"), DELAY, sender="")
    come_back(sent, address_of(mail, "so-1"), reply("đã nhận", Auto_Submitted="auto-replied"))
    sent.run()
    assert [row.outcome for row in sent.all(InboxMail)] == ["delay", "auto"]
    assert sent.books("receipt", "").on_time == 0
    assert {notice.state for notice in sent.notices(template="dispatch")} == {NoticeState.SENT}


def test_a_reply_that_says_received_is_a_receipt_as_of_its_arrival(sent: World, mail: MailServer) -> None:
    come_back(sent, address_of(mail, "so-0"), reply("Đã nhận.\n> Kính gửi"))
    sent.at(ISSUED + timedelta(hours=3)).run()
    assert sent.duty("so-0").met_at == ISSUED
    assert sent.books("receipt", "").on_time == 1


def test_free_words_go_to_the_desk(sent: World, mail: MailServer) -> None:
    come_back(sent, address_of(mail, "so-0"), reply("Đơn vị xin lùi hạn."))
    sent.run()
    [row] = sent.all(InboxMail)
    assert (row.state, row.outcome, row.body) == (InboxState.APPLIED, "message", "Đơn vị xin lùi hạn.")


def test_the_original_of_what_a_person_wrote_is_kept_as_it_came(sent: World, mail: MailServer) -> None:
    written = reply("Gửi kèm.").replace(b"\n", b"\r\n")
    come_back(sent, address_of(mail, "so-0"), written)
    come_back(sent, address_of(mail, "so-1"), BOUNCE, sender="")
    with sent.ledger.read() as session:
        assert session.scalars(select(InboxMail.original).order_by(InboxMail.id)).all() == [written, None]


def test_what_cannot_be_read_is_at_the_desk_as_it_came(sent: World, mail: MailServer) -> None:
    deep = nested(1000).replace(b"\n", b"\r\n")
    assert come_back(sent, address_of(mail, "so-0"), deep) == ["tinh-mau/1-cv"]
    sent.run()
    with sent.ledger.read() as session:
        row = session.execute(select(InboxMail.outcome, InboxMail.subject, InboxMail.body, InboxMail.original)).one()
    assert tuple(row) == ("message", "Re: 13", "", deep)


def test_a_mail_that_the_ledger_does_not_take_stays_with_the_server_that_brings_it(
    sent: World, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr(Inbox, "_write", broken)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        come_back(sent, address_of(mail, "so-0"), reply("đã nhận"))
    assert refused.value.smtp_code == 451


def test_the_same_mail_twice_counts_once(sent: World, mail: MailServer) -> None:
    address = address_of(mail, "so-0")
    assert come_back(sent, address, reply("đã nhận")) == ["tinh-mau/1-cv"]
    assert come_back(sent, address, reply("đã nhận")) == []
    assert len(sent.all(InboxMail)) == 1


def test_two_mails_that_a_broken_program_gives_one_number_both_count(sent: World, mail: MailServer) -> None:
    address = address_of(mail, "so-0")
    for said in ("đã nhận", "xin hỏi thêm", "xin hỏi thêm"):
        come_back(sent, address, reply(said))
    sent.run()
    assert [row.outcome for row in sent.all(InboxMail)] == ["receipt", "message"]


@pytest.mark.parametrize(
    "forged", ["vptu@mau.example", "vptu+aaaaaaaaaaaaaaaaaaaaaaaa@mau.example", "vptu+@mau.example"]
)
def test_an_unsigned_or_forged_address_is_refused_and_changes_nothing(sent: World, forged: str) -> None:
    wanted: list[str] = []
    with listening(sent, wanted) as client, pytest.raises(smtplib.SMTPRecipientsRefused):
        client.sendmail("", [forged], BOUNCE)
    assert (wanted, sent.all(InboxMail)) == ([], [])


def test_a_mail_about_a_notice_that_the_ledger_has_lost_is_given_back(sent: World) -> None:
    lost = verp.token(LINKS.ring, 10**6)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        come_back(sent, f"vptu+{lost}@mau.example", reply("đã nhận"))
    assert refused.value.smtp_code == 550
    assert sent.all(InboxMail) == []


def test_mail_that_waits_wants_a_pass(sent: World, mail: MailServer) -> None:
    assert sent.next_at() > ISSUED
    come_back(sent, address_of(mail, "so-0"), reply("đã nhận"))
    assert sent.next_at() <= ISSUED
    sent.run()
    assert sent.next_at() > ISSUED


def test_without_a_listener_mail_goes_out_with_the_plain_sender(world: World, mail: MailServer) -> None:
    world.go(ISSUED)
    assert {kept.sender for kept in mail.kept} == {"vptu@mau.example"}
    assert mail.kept[0].message["Reply-To"].addresses[0].addr_spec == "desk@mau.example"
