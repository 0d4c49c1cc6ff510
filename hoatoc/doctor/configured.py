"""What the settings say, looked at before anything is started by them: `hoatoc serve` refuses what is ill."""

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

from hoatoc.accounts.province import province_of
from hoatoc.doctor.finding import Finding, Health, safely
from hoatoc.errors import FormatError, SettingsError
from hoatoc.format.folder import office_paths, read_office
from hoatoc.keyring import Keyring
from hoatoc.mail.imap import read_mailbox
from hoatoc.mail.inbound import listening_at
from hoatoc.mail.relay import read_relay
from hoatoc.mail.verp import ReturnAddresses
from hoatoc.phrase import Joined, Phrase
from hoatoc.settings import Settings, masked, unknown_names

_SETTINGS, _PORTAL, _OFFICES = Phrase("cài đặt"), Phrase("địa chỉ cổng"), Phrase("cơ quan")
_MAIL, _INBOX, _SIGN_ON = Phrase("máy chủ thư"), Phrase("hộp thư đến"), Phrase("đăng nhập của tỉnh")
_HEARTBEAT = Phrase("nhịp tim")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def configured(settings: Settings) -> list[Finding]:
    """What is wrong with the settings, and what wants looking at; nothing is asked of anyone but the folders here."""
    return [
        *_names(),
        *safely(_PORTAL, lambda: list(_portal(settings))),
        *safely(_MAIL, lambda: _relay(settings)),
        *safely(_INBOX, lambda: _inbox(settings)),
        *safely(_SIGN_ON, lambda: _sign_on(settings)),
        *safely(_HEARTBEAT, lambda: _heartbeat(settings)),
        *safely(_OFFICES, lambda: list(_offices(settings))),
    ]


def require_sound(found: list[Finding]) -> None:
    """Raise SettingsError when something of what was found is ill."""
    ill = [finding for finding in found if finding.health is Health.ILL]
    if ill:
        said = [Joined((finding.what, finding.seen), ": ") for finding in ill]
        raise SettingsError(Joined(said, "\n"), hint=Joined([finding.mend for finding in ill], "\n→ "))


def inbox_at(url: str) -> tuple[str, int]:
    """The host and port behind HOATOC_INBOX_URL: where mail is fetched, or listened for. Raises SettingsError."""
    try:
        if urlsplit(url).scheme == "smtp":
            return listening_at(url)
        mailbox = read_mailbox(url)
    except ValueError as error:
        raise SettingsError(
            "HOATOC_INBOX_URL không đọc được", hint="ví dụ: imaps://vanthu:matkhau@mail.tinh.gov.vn"
        ) from error
    return mailbox.host, mailbox.port


def _names() -> Iterator[Finding]:
    for name, likely in unknown_names().items():
        seen = Phrase("không có biến %(name)s", name=name)
        mend = Phrase("có phải ý là %(likely)s?", likely=likely) if likely else Phrase("bỏ nó đi; xem .env.example")
        yield Finding(_SETTINGS, Health.ILL, seen, mend)


def _portal(settings: Settings) -> Iterator[Finding]:
    if not _is_web(settings.public_url):
        seen = Phrase("HOATOC_PUBLIC_URL không phải là địa chỉ web: %(url)s", url=masked(settings.public_url))
        yield Finding(_PORTAL, Health.ILL, seen, Phrase("ví dụ https://hoatoc.tinh.gov.vn"))
    elif settings.smtp_url and urlsplit(settings.public_url).hostname in _LOOPBACK:
        seen = Phrase("thư đi thật, mà liên kết trong thư chỉ mở được trên máy này: %(url)s", url=settings.public_url)
        yield Finding(_PORTAL, Health.WARNING, seen, Phrase("đặt HOATOC_PUBLIC_URL là địa chỉ mà các đơn vị mở được"))
    else:
        yield Finding(_PORTAL, Health.WELL, settings.public_url)


def _relay(settings: Settings) -> list[Finding]:
    if settings.smtp_url:
        read_relay(settings.smtp_url)
    return []


def _inbox(settings: Settings) -> list[Finding]:
    if settings.inbox_url:
        inbox_at(settings.inbox_url)
    return []


def _sign_on(settings: Settings) -> list[Finding]:
    given = settings.oidc_client_id or settings.oidc_client_secret
    if given and not settings.oidc_issuer:
        seen = Phrase("có HOATOC_OIDC_CLIENT_ID hoặc HOATOC_OIDC_CLIENT_SECRET mà không có HOATOC_OIDC_ISSUER")
        return [Finding(_SIGN_ON, Health.WARNING, seen, Phrase("đặt HOATOC_OIDC_ISSUER, hoặc bỏ các biến kia"))]
    if settings.oidc_issuer and not _is_web(settings.oidc_issuer):
        raise SettingsError("HOATOC_OIDC_ISSUER phải là địa chỉ https", hint="ví dụ https://sso.tinh.example")
    province_of(settings, settings.public_url)
    return []


def _heartbeat(settings: Settings) -> list[Finding]:
    if settings.heartbeat_url and not _is_web(settings.heartbeat_url):
        seen = Phrase("HOATOC_HEARTBEAT_URL không phải là địa chỉ web: %(url)s", url=masked(settings.heartbeat_url))
        return [Finding(_HEARTBEAT, Health.ILL, seen, Phrase("ví dụ https://theo-doi.tinh.gov.vn/hoatoc"))]
    return []


def _offices(settings: Settings) -> Iterator[Finding]:
    """The folder of the offices, and of each office what its letters need."""
    place = settings.directives
    if not place.is_dir():
        seen = Phrase("không có thư mục %(folder)s", folder=place)
        mend = Phrase("tạo thư mục đó và chép cơ quan của mình vào, hoặc sửa HOATOC_DIRECTIVES")
        yield Finding(_OFFICES, Health.ILL, seen, mend)
        return
    paths = office_paths(place)
    if not paths:
        seen = Phrase("chưa có cơ quan nào trong %(folder)s", folder=place)
        mend = Phrase("mỗi cơ quan là một thư mục có office.yaml và units.yaml; chép một mẫu rồi sửa")
        yield Finding(_OFFICES, Health.WARNING, seen, mend)
    elif not os.access(place, os.W_OK):
        seen = Phrase("không ghi được vào %(folder)s: bản thảo và danh bạ sửa trên cổng không lưu được", folder=place)
        yield Finding(_OFFICES, Health.WARNING, seen, Phrase("giao thư mục đó cho người dùng chạy `hoatoc serve`"))
    else:
        yield Finding(_OFFICES, Health.WELL, Phrase("%(count)s cơ quan ở %(folder)s", count=len(paths), folder=place))
    for path in paths:
        try:
            office = read_office(path).office
        except FormatError as error:
            seen = Phrase("%(office)s: %(count)s lỗi", office=path.name, count=len(error.problems))
            yield Finding(_OFFICES, Health.ILL, seen, Phrase("xem từng lỗi: `hoatoc check %(path)s`", path=path))
            continue
        if settings.inbox_url:
            yield from safely(_OFFICES, lambda sender=office.sender: _carries(sender))  # type: ignore[misc]  # mypy infers no default


def _carries(sender: str) -> list[Finding]:
    """RFC 5321 leaves a sender's local part room for the signed return address up to 39 octets."""
    ReturnAddresses(Keyring({}), sender)
    return []


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False
