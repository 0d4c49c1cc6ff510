"""The way to the mail server is secured and logged in where the office says so, and nothing is told before it is."""

import asyncio
import gc
import socket
import ssl
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from aiosmtplib import SMTPException

from hoatoc.clock import machine_now
from hoatoc.doctor.examine import examine
from hoatoc.doctor.finding import Health
from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import Meta, Notice, NoticeState
from hoatoc.mail import login
from hoatoc.mail.deliver import deliver
from hoatoc.mail.relay import Relay, read_relay
from hoatoc.rollout.answers import Outcome
from hoatoc.settings import Settings
from tests.integration.test_mail_wire import FIVE, Sent, send
from tests.worlds.certificates import Certificate, make_certificate
from tests.worlds.offices import small_office
from tests.worlds.ports import free_port
from tests.worlds.rollouts import ISSUED, World, issued
from tests.worlds.scripted import Script

USER, PASSWORD = "vanthu", "mật:khẩu/@1"


@dataclass
class Submission:
    """A submission server (RFC 6409): STARTTLS, then AUTH, then mail."""

    kept: list[tuple[str, bool, bool]] = field(default_factory=list)  # recipient, secured, logged in
    tried: list[tuple[str, bool]] = field(default_factory=list)  # user, secured
    password: str = PASSWORD

    def authenticate(self, _server: SMTP, session: Session, _envelope: Envelope, _how: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.tried.append((data.login.decode(), session.ssl is not None))
        good = (data.login.decode(), data.password.decode()) == (USER, self.password)
        return AuthResult(success=good, handled=good, message=None if good else "535 5.7.8 Bad credentials")

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.kept.append((envelope.rcpt_tos[0], session.ssl is not None, bool(session.authenticated)))
        return "250 2.0.0 OK"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@contextmanager
def listening(server: Submission, context: ssl.SSLContext | None) -> Iterator[int]:
    port = free_port()
    controller = Controller(
        server, hostname="127.0.0.1", port=port, tls_context=context, require_starttls=context is not None,
        authenticator=server.authenticate, auth_required=True, auth_require_tls=context is not None,
    )  # fmt: skip
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def relay_at(port: int, scheme: str, *, password: str = PASSWORD, ca: Path | None = None) -> Relay:
    query = f"?ca={quote(str(ca))}" if ca else ""
    return read_relay(f"{scheme}://{USER}:{quote(password, safe='')}@127.0.0.1:{port}{query}")


def sent(port: int, scheme: str, *, password: str = PASSWORD, ca: Path | None = None) -> Sent:
    relay = relay_at(port, scheme, password=password, ca=ca)
    told = {"username": relay.username, "password": relay.password, "tls": relay.tls, "ca": relay.ca}
    return asyncio.run(send(Script(port=port), FIVE, **told))


def test_mail_goes_out_secured_and_logged_in(certificate: Certificate) -> None:
    server = Submission()
    with listening(server, certificate.context()) as port:
        done = sent(port, "smtp+starttls", ca=certificate.chain)
    assert (done.outcomes, done.down) == ([Outcome.ACCEPTED] * 5, "")
    assert sorted(server.kept) == [(notice.to_address, True, True) for notice in FIVE]
    assert set(server.tried) == {(USER, True)}


def test_a_wrong_password_is_the_servers_and_no_mailbox_is_blamed(certificate: Certificate) -> None:
    server = Submission()
    with listening(server, certificate.context()) as port:
        done = sent(port, "smtp+starttls", password="sai", ca=certificate.chain)
    assert done.outcomes == [Outcome.NO_SERVER] * 5
    assert "5.7.8 Bad credentials" in done.down
    assert server.kept == []


@contextmanager
def locked_out(ledger: Ledger, certificate: Certificate, server: Submission) -> Iterator[World]:
    """The directive is issued, and its first pass has found that the password is wrong."""
    with listening(server, certificate.context()) as port:
        wrong = relay_at(port, "smtp+starttls", password="sai", ca=certificate.chain)
        world = issued(ledger, wrong)
        assert f"không cho {USER} đăng nhập" in world.run()[0].delivered.down
        yield world


def states(world: World) -> set[NoticeState]:
    return {notice.state for notice in world.notices()}


def test_a_wrong_password_is_tried_again_seldom_by_whatever_directive(ledger: Ledger, certificate: Certificate) -> None:
    server = Submission()
    with locked_out(ledger, certificate, server) as world:
        world.follow(ISSUED + timedelta(minutes=25))
        assert "535 5.7.8" in world.passes[-1].delivered.down
        assert len(server.tried) == 1
        world.follow(ISSUED + timedelta(minutes=40))
        assert len(server.tried) == 2
        world.follow(ISSUED + timedelta(hours=6))
        assert len(server.tried) == 5  # after half an hour, one, two, two
    assert states(world) == {NoticeState.PENDING}
    assert {notice.attempts for notice in world.notices(template="dispatch")} == {5}


def test_of_the_directives_whose_mail_is_due_at_one_time_one_tries_for_all(
    ledger: Ledger, certificate: Certificate
) -> None:
    server = Submission()
    files = small_office()
    files.directive["text"]["number"] = 2
    folder, draft = files.read()
    with locked_out(ledger, certificate, server) as world:
        other = issued(ledger, world.relay, (folder, replace(draft, key="tinh-mau/2-cv")), at=world.now)
        other.run()
        now = ISSUED + timedelta(minutes=31)

        async def both() -> list[str]:
            ids = (world.directive_id, other.directive_id)
            to = {"now": now, "relay": world.relay, "links": world.links}
            return [done.down for done in await asyncio.gather(*(deliver(ledger, id_, **to) for id_ in ids))]

        assert all("535 5.7.8" in down for down in asyncio.run(both()))
        assert len(server.tried) == 2
        world.follow(now + timedelta(minutes=59))
        assert len(server.tried) == 2
        world.follow(now + timedelta(minutes=66))
        assert len(server.tried) == 3


def test_a_mended_password_is_tried_at_once(ledger: Ledger, certificate: Certificate) -> None:
    server = Submission()
    with locked_out(ledger, certificate, server) as world:
        world.follow(ISSUED + timedelta(minutes=10))
        assert states(world) == {NoticeState.PENDING}
        world.relay = replace(world.relay, password=PASSWORD)
        world.follow(ISSUED + timedelta(minutes=15))
        assert states(world) == {NoticeState.SENT}
        assert len(server.kept) == 5


def test_a_login_that_succeeds_again_owes_nothing_to_its_past(ledger: Ledger, certificate: Certificate) -> None:
    server = Submission()
    with locked_out(ledger, certificate, server) as world:
        server.password = "sai"  # the account is as the setting has it, from now on
        with ledger.write() as session:
            login.forget(session)  # what a start of the service does
        world.follow(ISSUED + timedelta(minutes=5))
        assert states(world) == {NoticeState.SENT}
        assert [fact.name for fact in world.all(Meta) if fact.name.startswith("login:")] == []
    assert len(server.tried) == 2 + 3  # once in vain; then one connection, and three that followed


def test_what_a_dead_sender_has_left_waits_for_the_login_too(ledger: Ledger, certificate: Certificate) -> None:
    server = Submission()
    with locked_out(ledger, certificate, server) as world:
        with ledger.write() as session:
            notice = session.get_one(Notice, world.notices()[0].id)
            notice.state, notice.owner, notice.lease_until = NoticeState.SENDING, "elsewhere/boot/1/1", ISSUED
        world.go(ISSUED + timedelta(minutes=10))
        (left,) = world.notices(state=NoticeState.SENDING)
        assert left.lease_until > machine_now()
        world.relay = replace(world.relay, password=PASSWORD)
        world.go(ISSUED + timedelta(minutes=20))
        assert states(world) == {NoticeState.SENT, NoticeState.SENDING}


def test_of_a_login_the_ledger_keeps_neither_name_nor_password(ledger: Ledger, certificate: Certificate) -> None:
    with locked_out(ledger, certificate, Submission()) as world:
        (fact,) = (fact for fact in world.all(Meta) if fact.name.startswith("login:"))
    assert "sai" not in fact.name + fact.value


def test_the_doctor_says_whose_login_is_refused_and_how_to_mend_it(tmp_path: Path, certificate: Certificate) -> None:
    with listening(Submission(), certificate.context()) as port:
        url = f"smtp+starttls://{USER}:sai@127.0.0.1:{port}?ca={quote(str(certificate.chain))}"
        settings = Settings(home=tmp_path, database_url="", smtp_url=url, secret_key="")
        (seen,) = (finding for finding in examine(settings) if finding.what == "máy chủ thư")
    assert (seen.health, seen.seen) == (Health.ILL, f"không cho {USER} đăng nhập: 535 5.7.8 Bad credentials")
    assert "HOATOC_SMTP_URL" in seen.mend


def test_the_password_is_not_told_to_a_server_nobody_vouches_for(certificate: Certificate) -> None:
    server = Submission()
    with listening(server, certificate.context()) as port:
        done = sent(port, "smtp+starttls")
    assert done.outcomes == [Outcome.NO_SERVER] * 5
    assert "chứng thư của máy chủ không dùng được" in done.down
    assert server.tried == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_where_starttls_is_asked_for_a_server_without_it_gets_nothing() -> None:
    server = Submission()
    with listening(server, None) as port:
        done = sent(port, "smtp+starttls")
    assert done.outcomes == [Outcome.NO_SERVER] * 5
    assert (server.tried, server.kept) == ([], [])


@contextmanager
def silent_after(words: str, context: ssl.SSLContext) -> Iterator[int]:
    """A server, secured from the first byte, that has said its last with a reply that begins with `words`: it keeps the
    line open and never answers TLS's own farewell."""
    over = threading.Event()

    def serve() -> None:
        with context.wrap_socket(listener.accept()[0], server_side=True) as line, line.makefile("rw") as talk:
            talk.write("220 hello\r\n")
            talk.flush()
            for command in talk:
                reply = {"EHLO": "250 AUTH PLAIN", "AUTH": "535 5.7.8 no", "QUIT": "221 bye"}.get(command[:4], "250 ok")
                talk.write(f"{reply}\r\n")
                talk.flush()
                if reply.startswith(words):
                    break
            over.wait()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=serve)
        server.start()
        try:
            yield listener.getsockname()[1]
        finally:
            over.set()
            server.join()


@pytest.mark.parametrize("last", ["535", "221"])
def test_no_connection_outlives_its_use_though_the_server_says_no_farewell(certificate: Certificate, last: str) -> None:
    relay = read_relay(f"smtps://127.0.0.1?ca={quote(str(certificate.chain))}&timeout=5")
    user = USER if last == "535" else None

    async def use(port: int) -> None:
        here = replace(relay, port=port, username=user, password=PASSWORD)
        try:
            await (await here.connect()).quit()
        except SMTPException:
            assert last == "535"

    with silent_after(last, certificate.context()) as port, warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", ResourceWarning)
        asyncio.run(use(port))
        gc.collect()
    assert [str(one.message) for one in told] == []
