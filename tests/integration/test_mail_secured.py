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
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from aiosmtplib import SMTPException

from hoatoc.mail.relay import read_relay
from hoatoc.rollout.answers import Outcome
from tests.integration.test_mail_wire import FIVE, Sent, send
from tests.worlds.certificates import Certificate, make_certificate
from tests.worlds.ports import free_port
from tests.worlds.scripted import Script

USER, PASSWORD = "vanthu", "mật:khẩu/@1"


@dataclass
class Submission:
    """A submission server (RFC 6409): STARTTLS, then AUTH, then mail."""

    kept: list[tuple[str, bool, bool]] = field(default_factory=list)  # recipient, secured, logged in
    tried: list[tuple[str, bool]] = field(default_factory=list)  # user, secured

    def authenticate(self, _server: SMTP, session: Session, _envelope: Envelope, _how: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.tried.append((data.login.decode(), session.ssl is not None))
        good = (data.login.decode(), data.password.decode()) == (USER, PASSWORD)
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


def sent(port: int, scheme: str, *, password: str = PASSWORD, ca: Path | None = None) -> Sent:
    query = f"?ca={quote(str(ca))}" if ca else ""
    relay = read_relay(f"{scheme}://{USER}:{quote(password, safe='')}@127.0.0.1:{port}{query}")
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
