"""Mail fetched from a real IMAP server: what is ours comes in once, what is not stays as it was."""

import imaplib
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote

import pytest
from imap_tools import MailboxLoginError
from sqlalchemy import select

from deployments.inbound import _fetch_for_ever
from hoatoc.ledger.schema import InboxMail, NoticeState
from hoatoc.mail.imap import Mailbox, read_mailbox
from hoatoc.mail.inbound import Inbox
from tests.integration.test_mail_inbound import BOUNCE, address_of
from tests.unit.test_mail_hostile import nested
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


NO_BOUNDARY = (
    "From: a@spam.example\nContent-Type: multipart/mixed\nContent-Transfer-Encoding: 8bit\n\nxin chào\n".encode()
)
DEEP = [nested(250), nested(1000)]


@pytest.mark.parametrize("bad", [NO_BOUNDARY, *DEEP], ids=["no boundary", "250 deep", "1000 deep"])
@pytest.mark.parametrize("ours", [False, True])
def test_a_malformed_mail_holds_up_no_other(
    sent: World, mail: MailServer, dovecot: Dovecot, bad: bytes, ours: bool
) -> None:  # fmt: skip
    dovecot.put(delivered(bad, address_of(mail, "so-1") if ours else "vptu@mau.example"))
    dovecot.put(delivered(reply("đã nhận"), address_of(mail, "so-0")))
    assert mailbox(dovecot).fetch(inbox(sent)) == 1 + ours
    assert dovecot.seen() == 1 + ours


@pytest.mark.parametrize("received", ["Fri, 31 Dec 9999 23:59:59 -1200", "Fri, 31 Dec 9999 23:59:59 +0000", "hôm qua"])
def test_a_mail_from_the_future_counts_from_now(
    sent: World, mail: MailServer, dovecot: Dovecot, received: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hoatoc.clock.look", lambda _session: (ARRIVED, False))
    late = delivered(reply("đã nhận"), address_of(mail, "so-0"), Received=f"from a by b; {received}")
    dovecot.put(late)
    assert mailbox(dovecot).fetch(inbox(sent)) == 1
    assert [row.received_at for row in sent.all(InboxMail)] == [ARRIVED]


def test_a_mail_from_before_the_letter_it_answers_counts_from_that(
    sent: World, mail: MailServer, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hoatoc.clock.look", lambda _session: (ARRIVED, False))
    dovecot.put(
        delivered(reply("đã nhận"), address_of(mail, "so-0"), Received="from a by b; Thu, 1 Jan 1970 00:00:00 +0000")
    )
    assert mailbox(dovecot).fetch(inbox(sent)) == 1
    assert [row.received_at for row in sent.all(InboxMail)] == [ISSUED]


class Failing(Inbox):
    """An inbox that one mail cannot be taken into."""

    def take_in(self, address: str, content: bytes, **said: Any) -> bool:
        if b"poison" in content:
            raise RuntimeError("poison")
        return super().take_in(address, content, **said)


def test_a_mail_that_cannot_be_taken_in_stays_unseen_and_is_told_once(
    sent: World, mail: MailServer, dovecot: Dovecot, caplog: pytest.LogCaptureFixture
) -> None:
    failing, fetching = Failing(sent.ledger, LINKS.ring, lambda _key: None), mailbox(dovecot)
    dovecot.put(delivered(reply("poison"), address_of(mail, "so-1")))
    dovecot.put(delivered(reply("đã nhận"), address_of(mail, "so-0")))
    assert [fetching.fetch(failing) for _ in range(3)] == [1, 0, 0]
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("ERROR", "mail 1 is left unseen")
    ]
    assert dovecot.seen() == 1
    assert fetching.fetch(inbox(sent)) == 1
    assert dovecot.seen() == 2


def test_a_mail_that_breaks_the_line_comes_last_the_next_time(
    sent: World, mail: MailServer, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.put(delivered(reply("a"), address_of(mail, "so-1")))
    dovecot.put(delivered(reply("đã nhận"), address_of(mail, "so-0")))
    asked = imaplib.IMAP4.uid

    def breaking(client: imaplib.IMAP4, command: str, *args: str) -> Any:
        if (command, args[0]) == ("FETCH", "1"):
            raise imaplib.IMAP4.abort("the line is gone")
        return asked(client, command, *args)

    monkeypatch.setattr(imaplib.IMAP4, "uid", breaking)
    fetching = mailbox(dovecot)
    for _ in range(2):
        with pytest.raises(imaplib.IMAP4.abort):
            fetching.fetch(inbox(sent))
    assert len(sent.all(InboxMail)) == 1
    assert dovecot.seen() == 1


def test_what_is_not_ours_is_asked_for_once_and_its_body_never(
    sent: World, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.put(delivered(reply("thư riêng"), "vptu@mau.example"))
    asked: list[tuple[str, ...]] = []
    plain = imaplib.IMAP4.uid
    monkeypatch.setattr(imaplib.IMAP4, "uid", lambda client, *args: (asked.append(args), plain(client, *args))[1])
    fetching = mailbox(dovecot)
    for _ in range(2):
        fetching.fetch(inbox(sent))
    [fetched] = [args for args in asked if args[0] == "FETCH"]
    assert "BODY.PEEK[HEADER.FIELDS" in fetched[2]


def test_what_somebody_has_deleted_in_the_mailbox_is_not_expunged(
    sent: World, mail: MailServer, dovecot: Dovecot
) -> None:
    dovecot.put(delivered(reply("thư riêng"), "vptu@mau.example"))
    dovecot.put(delivered(reply("đã nhận"), address_of(mail, "so-0")))
    with dovecot.opened() as client:
        client.store("1", "+FLAGS", r"\Deleted")
    assert mailbox(dovecot).fetch(inbox(sent)) == 1
    with dovecot.opened() as client:
        assert client.search(None, "DELETED") == ("OK", [b"1"])


def test_the_original_is_what_the_server_has_octet_by_octet(sent: World, mail: MailServer, dovecot: Dovecot) -> None:
    came = delivered(b"Subject: =?x?q?=FF?=\n" + NO_BOUNDARY, address_of(mail, "so-0"))
    dovecot.put(came)
    mailbox(dovecot).fetch(inbox(sent))
    with sent.ledger.read() as session:
        assert session.scalars(select(InboxMail.original)).all() == [came]


def test_fetching_goes_on_whatever_happens(
    sent: World, mail: MailServer, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:  # fmt: skip
    dovecot.put(delivered(reply("đã nhận"), address_of(mail, "so-0")))
    fetching, ended, whole = mailbox(dovecot), threading.Event(), Mailbox.fetch
    troubles: list[Exception] = [RecursionError("deep"), RecursionError("deep"), KeyError("?")]

    def troubled(box: Mailbox, into: Inbox) -> int:
        if troubles:
            raise troubles.pop(0)
        ended.set()
        return whole(box, into)

    monkeypatch.setattr(Mailbox, "fetch", troubled)
    monkeypatch.setattr("deployments.inbound._FETCH_SECONDS", 0.01)
    _fetch_for_ever(fetching, inbox(sent), ended)
    assert len(sent.all(InboxMail)) == 1
    assert [bool(record.exc_info) for record in caplog.records] == [True, False, True]


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
