"""HOATOC_SMTP_URL, read."""

import pytest

from hoatoc.errors import SettingsError
from hoatoc.mail.relay import Relay, read_relay


@pytest.mark.parametrize(
    ("url", "relay"),
    [
        ("smtp://mail.vn", Relay("mail.vn", 25)), ("smtp://127.0.0.1:8925", Relay("127.0.0.1", 8925)),
        ("smtps://mail.vn", Relay("mail.vn", 465, tls="tls")),
        ("smtp://mail.vn?connections=2&per_domain=1&timeout=5",
         Relay("mail.vn", 25, connections=2, per_domain=1, timeout=5.0)),
        ("smtp+starttls://van%40thu:m%3At@mail.vn", Relay("mail.vn", 587, "van@thu", "m:t", "starttls")),
    ],
)  # fmt: skip
def test_a_mail_servers_url_is_read(url: str, relay: Relay) -> None:
    assert read_relay(url) == relay


@pytest.mark.parametrize(
    "url", ["", "mail.vn", "http://mail.vn", "smtp://", "smtp://mail.vn:x", "smtp://mail.vn:99999"]
)
def test_what_is_no_mail_server_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_relay(url)
    assert "smtp+starttls://" in caught.value.hint
