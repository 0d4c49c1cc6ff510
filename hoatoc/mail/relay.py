"""The mail server: HOATOC_SMTP_URL read once, connections opened by aiosmtplib."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import aiosmtplib

from hoatoc.errors import SettingsError

_TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True)
class Relay:
    """How to reach the mail server. `tls` is "" (none), "starttls" or "tls" from the first byte."""

    host: str
    port: int
    username: str | None = None
    password: str | None = None
    tls: str = ""

    async def connect(self) -> aiosmtplib.SMTP:
        """A connection that is greeted, secured and logged in. Raises aiosmtplib.SMTPException or OSError."""
        client = aiosmtplib.SMTP(
            hostname=self.host, port=self.port, username=self.username, password=self.password,
            use_tls=self.tls == "tls", start_tls=self.tls == "starttls", timeout=_TIMEOUT_SECONDS,
        )  # fmt: skip
        await client.connect()
        if client.is_ehlo_or_helo_needed:
            await client.ehlo()
        return client


def read_relay(url: str) -> Relay:
    """The relay behind `smtp://[user:password@]host[:port]`, `smtp+starttls://…` or `smtps://…`.

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
        tls={"smtp": "", "smtp+starttls": "starttls", "smtps": "tls"}[parts.scheme],
    )  # fmt: skip
