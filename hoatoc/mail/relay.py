"""The mail server: HOATOC_SMTP_URL read once, connections opened by aiosmtplib."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import aiosmtplib

from hoatoc.errors import SettingsError
from hoatoc.phrase import Phrase

#: How long the server may take over one answer, in seconds.
_TIMEOUT_SECONDS = 60.0
#: How many times that long over a whole message: it may have to go through a slow line, and be searched for viruses.
#: Whoever hangs up too early sends it twice (RFC 5321, 4.5.3.2.6, asks for ten minutes).
_FOR_A_MESSAGE = 10
_CONNECTIONS = 4
#: The way to log in that does not tell the server the password; and its answer to a wrong one (RFC 4954, 6).
_BY_DIGEST, _WRONG = "cram-md5", 535


class _Client(aiosmtplib.SMTP):
    """aiosmtplib's connection; once closed it is gone, whether or not the server answers TLS's farewell. aiosmtplib
    leaves that to the event loop, which may end first."""

    def close(self) -> None:
        """Close the connection; TLS's farewell is said (RFC 8446, 6.1) and not waited for."""
        transport = self.transport
        super().close()
        if isinstance(transport, asyncio.Transport):
            transport.abort()


@dataclass(frozen=True)
class Relay:
    """How to reach the mail server. `tls` is "" (none), "starttls" or "tls" from the first byte; `ca` is the file of
    the authority its certificate is of, where that is not one the system knows.

    At most `connections` are open at a time, and at most `per_domain` messages to one domain are under way on them (0:
    no limit). `timeout` is how many seconds the server may take over one answer. With `signed_returns`, bounces and
    replies come back to signed addresses, which something must read."""

    host: str
    port: int
    username: str | None = None
    password: str | None = None
    tls: str = ""
    connections: int = _CONNECTIONS
    per_domain: int = 0
    timeout: float = _TIMEOUT_SECONDS
    ca: str | None = None
    signed_returns: bool = False

    @property
    def patience(self) -> float:
        """How many seconds the server may take over a whole message."""
        return _FOR_A_MESSAGE * self.timeout

    async def connect(self) -> aiosmtplib.SMTP:
        """A connection that is greeted, secured and logged in. Raises aiosmtplib.SMTPException or OSError."""
        client = _Client(
            hostname=self.host, port=self.port, use_tls=self.tls == "tls", start_tls=self.tls == "starttls",
            timeout=self.timeout, cert_bundle=self.ca,
        )  # fmt: skip
        await client.connect()
        try:
            if client.is_ehlo_or_helo_needed:
                await client.ehlo()
            if self.username is not None:
                await _log_in(client, self.username, self.password or "", secured=self.tls != "")
        except BaseException:  # cancelled, too: nobody else could close it
            client.close()
            raise
        return client


async def _log_in(client: _Client, username: str, password: str, *, secured: bool) -> None:
    """Log in by one of the ways the server offers; by those that tell it the password first where the line is secured.
    What such a way has refused is not tried by the next: each refusal brings the account nearer to being locked."""
    refusal: aiosmtplib.SMTPException | None = None
    ways = sorted(client.supported_auth_methods, key=lambda way: (way == _BY_DIGEST) is secured)
    for way in ways or [""]:  # without any, aiosmtplib says what is amiss
        client.server_auth_methods = [way]
        try:
            await client.login(username, password)
        except aiosmtplib.SMTPAuthenticationError as refused:
            refusal = refused
            if refused.code == _WRONG and way != _BY_DIGEST:  # which a server may offer and have no means to check
                break
        except aiosmtplib.SMTPServerDisconnected as gone:
            refusal = refusal or gone
            break
        else:
            return
    assert refusal is not None
    raise refusal


def read_relay(url: str) -> Relay:
    """The relay behind `smtp://[user:password@]host[:port]`, `smtp+starttls://…` or `smtps://…`, with
    `?connections=4&per_domain=2&timeout=60&ca=/path` where they differ from the defaults.

    Raises SettingsError."""
    parts = urlsplit(url)
    ports = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
    hint = "ví dụ: smtp+starttls://vanthu:matkhau@mail.tinh.gov.vn:587"
    try:
        port = parts.port
    except ValueError as error:
        raise SettingsError("HOATOC_SMTP_URL: cổng không phải là số", hint=hint) from error
    if parts.scheme not in ports or not parts.hostname:
        raise SettingsError("HOATOC_SMTP_URL không đọc được", hint=hint)
    return Relay(
        host=parts.hostname, port=port or ports[parts.scheme],
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        tls={"smtp": "", "smtp+starttls": "starttls", "smtps": "tls"}[parts.scheme], **_options(parts.query),
    )  # fmt: skip


def _options(query: str) -> dict[str, Any]:
    kinds: dict[str, Callable[[str], Any]] = {"connections": int, "per_domain": int, "timeout": float, "ca": str}
    found: dict[str, Any] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        try:
            found[name] = kinds[name](value)
        except (KeyError, ValueError) as error:
            raise SettingsError(
                Phrase("HOATOC_SMTP_URL: không dùng được %(name)s=%(value)s", name=name, value=value),
                hint=Phrase("sau dấu ? chỉ có: %(kinds)s", kinds=", ".join(kinds)),
            ) from error
    if found.get("connections", 1) < 1 or found.get("per_domain", 0) < 0 or found.get("timeout", 1) <= 0:
        raise SettingsError("HOATOC_SMTP_URL: connections, per_domain và timeout phải là số dương")
    return found
