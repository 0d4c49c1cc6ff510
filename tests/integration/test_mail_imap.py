"""Mail fetched from a real IMAP server: what is ours comes in once, what is not stays as it was."""

import imaplib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import quote

import pytest
from imap_tools import MailboxLoginError

from hoatoc.ledger.schema import InboxMail, NoticeState
from hoatoc.mail.imap import Mailbox, read_mailbox
from hoatoc.mail.inbound import Inbox
from tests.integration.test_mail_inbound import BOUNCE, address_of
from tests.unit.test_mail_incoming import reply
from tests.worlds.certificates import Certificate, make_certificate
from tests.worlds.dovecot import PASSWORD, USER, Dovecot, running_dovecot
from tests.worlds.ledgers import Ledgers
from tests.worlds.mailserver import MailServer
from tests.worlds.rollouts import ISSUED, LINKS, World, issued

ARRIVED = datetime(2021, 11, 23, 10, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def dovecot(certificate: Certificate) -> Iterator[Dovecot]:
    with running_dovecot(certificate) as server:
        yield server


@pytest.fixture
def sent(sqlite_ledgers: Ledgers, mail: MailServer) -> World:
    world = issued(sqlite_ledgers.open(), replace(mail.relay, signed_returns=True))
    world.go(ISSUED)
    return world


def mailbox(server: Dovecot, scheme: str = "imap", password: str = PASSWORD, folder: str = "") -> Mailbox:
    port = server.imaps if scheme == "imaps" else server.imap
    return read_mailbox(f"{scheme}://{USER}:{quote(password, safe='')}@127.0.0.1:{port}{folder}")


def inbox(world: World, wanted: list[str] | None = None) -> Inbox:
    return Inbox(world.ledger, LINKS.ring, (wanted if wanted is not None else []).append)


def delivered(content: bytes, to: str, **headers: str) -> bytes:
    """A mail as it lies in the mailbox it was forwarded to."""
    told = {"Delivered-To": to, "Received": f"from a by b; {format_datetime(ARRIVED)}", **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items()).encode()
    return head + b"\r\n".join(content.splitlines())


def test_what_is_ours_is_taken_in_and_marked_seen_and_the_rest_is_left(
    sent: World, mail: MailServer, dovecot: Dovecot
) -> None:
    dovecot.put(delivered(reply("đã nhận"), address_of(mail, "so-0")))
    dovecot.put(delivered(reply("thư riêng"), "vptu@mau.example"))
    dovecot.put(delivered(reply("giả"), "vptu+aaaaaaaaaaaaaaaaaaaaaaaa@mau.example"))
    wanted: list[str] = []
    assert mailbox(dovecot).fetch(inbox(sent, wanted)) == 1
    assert wanted == ["tinh-mau/1-cv"]
    assert dovecot.seen() == 1
    assert mailbox(dovecot).fetch(inbox(sent, wanted)) == 0
    sent.run()
    assert [row.outcome for row in sent.all(InboxMail)] == ["receipt"]
    assert sent.books("receipt", "").on_time == 1


def test_a_bounce_in_the_mailbox_finds_its_notice(sent: World, mail: MailServer, dovecot: Dovecot) -> None:
    dovecot.put(delivered(BOUNCE, address_of(mail, "so-0"), **{"Return-Path": "<>"}))
    assert mailbox(dovecot).fetch(inbox(sent)) == 1
    sent.run()
    [notice] = sent.notices(template="dispatch", recipient="so-0")
    assert notice.state is NoticeState.UNDELIVERABLE


def test_a_mail_counts_from_when_our_server_had_it(
    sent: World, mail: MailServer, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hoatoc.clock.look", lambda _session: (ARRIVED + timedelta(minutes=1), False))
    dovecot.put(delivered(reply("đã nhận"), address_of(mail, "so-0")))
    mailbox(dovecot).fetch(inbox(sent))
    assert [row.received_at for row in sent.all(InboxMail)] == [ARRIVED]


def test_a_mail_whose_flag_could_not_be_set_is_taken_in_once(sent: World, mail: MailServer, dovecot: Dovecot) -> None:
    dovecot.put(delivered(reply("đã nhận"), address_of(mail, "so-0")))
    mailbox(dovecot).fetch(inbox(sent))
    with dovecot.opened() as client:
        client.store("1", "-FLAGS", r"\Seen")
    assert mailbox(dovecot).fetch(inbox(sent)) == 1
    assert len(sent.all(InboxMail)) == 1


def test_a_folder_of_the_mailbox_can_be_read(sent: World, mail: MailServer, dovecot: Dovecot) -> None:
    with dovecot.opened() as client:
        client.create("Tra-loi")
    dovecot.put(delivered(reply("đã nhận"), address_of(mail, "so-0")), folder="Tra-loi")
    assert mailbox(dovecot).fetch(inbox(sent)) == 0
    assert mailbox(dovecot, folder="/Tra-loi").fetch(inbox(sent)) == 1


@pytest.mark.parametrize("scheme", ["imaps", "imap+starttls"])
def test_a_secured_mailbox_is_read_where_its_certificate_is_known(
    sent: World, mail: MailServer, dovecot: Dovecot, certificate: Certificate, scheme: str
) -> None:  # fmt: skip
    dovecot.put(delivered(reply("đã nhận"), address_of(mail, "so-0")))
    with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        mailbox(dovecot, scheme).fetch(inbox(sent))
    assert sent.all(InboxMail) == []
    assert replace(mailbox(dovecot, scheme), ca=str(certificate.chain)).fetch(inbox(sent)) == 1


def test_a_wrong_password_is_told(sent: World, dovecot: Dovecot) -> None:
    with pytest.raises((MailboxLoginError, imaplib.IMAP4.error)):
        mailbox(dovecot, password="sai").fetch(inbox(sent))


def test_the_password_may_hold_what_a_url_escapes() -> None:
    read = read_mailbox("imaps://van%20thu:a%2Fb%40c@mail.mau.example/Tra%20loi?ca=/etc/tinh.pem")
    assert (read.username, read.password, read.folder, read.port) == ("van thu", "a/b@c", "Tra loi", 993)
    assert read.ca == "/etc/tinh.pem"
