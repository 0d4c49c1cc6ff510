"""The examinations of `hoatoc doctor`: database, mail server, Prefect, clock, disk, keys, and the engine's own work.

None of them changes anything, and one that cannot be made is a finding like any other."""

import asyncio
import os
import shutil
import socket
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
from aiosmtplib import SMTPAuthenticationError, SMTPException
from sqlalchemy import text

from hoatoc import clock, keyring
from hoatoc.accounts.province import province_of
from hoatoc.doctor.configured import configured, inbox_at
from hoatoc.doctor.finding import Finding, Health, safely
from hoatoc.installation import running
from hoatoc.ledger.engine import Ledger, file_of, open_ledger
from hoatoc.ledger.revision import require_current
from hoatoc.localtime import short
from hoatoc.mail.relay import read_relay
from hoatoc.phrase import Phrase
from hoatoc.refusals import way_in
from hoatoc.rollout import auditor
from hoatoc.settings import Settings

_LEDGER, _KEYS, _CLOCK = Phrase("sổ cái"), Phrase("khóa"), Phrase("đồng hồ")
_DISK, _MAIL, _ENGINE = Phrase("đĩa"), Phrase("máy chủ thư"), Phrase("bộ máy")
_INBOX, _SIGN_ON = Phrase("hộp thư đến"), Phrase("đăng nhập của tỉnh")
_SECONDS = 5.0
#: A clock further off than this stamps receipts on the wrong side of a deadline.
_SKEW = timedelta(seconds=5)
_LEAST_FREE = 1 << 30
_FEW_FREE = 5 << 30


def examine(settings: Settings) -> list[Finding]:
    """Every finding, in the order an administrator would look; without a ledger, what stands around it."""
    return list(dict.fromkeys(_examine(settings)))  # what a setting is ill with is seen twice


def _examine(settings: Settings) -> list[Finding]:
    found = safely(_LEDGER, lambda: _file(settings))
    if found:
        return [*found, *_around(settings)]
    ledger = open_ledger(settings.ledger_url)
    try:
        found = safely(_LEDGER, lambda: _ledger(ledger))
        if found[0].health is Health.ILL:
            return [*found, *_around(settings)]
        found += safely(_KEYS, lambda: _keys(settings, ledger))
        found += safely(_CLOCK, lambda: _clock(ledger))
        return [*found, *_around(settings), *safely(_ENGINE, lambda: _engine(ledger))]
    finally:
        ledger.close()


def _file(settings: Settings) -> list[Finding]:
    """Why the ledger is not even opened: on SQLite, opening one that is missing would make it."""
    file = file_of(settings.ledger_url)
    if file is None or os.path.isfile(file):  # noqa: PTH113  # False where we may not look, too
        return []
    if os.path.lexists(file):
        mend = Phrase("HOATOC_DATABASE_URL phải là đường dẫn của một tệp")
        return [Finding(_LEDGER, Health.ILL, Phrase("%(file)s không phải là tệp", file=file), mend)]
    place = next(part for part in file.absolute().parents if os.path.lexists(part))
    if not os.access(place, os.R_OK | os.X_OK):
        return [Finding(_LEDGER, Health.ILL, Phrase("không vào được %(place)s", place=place), way_in(place))]
    return [Finding(_LEDGER, Health.ILL, Phrase("chưa có %(file)s", file=file), Phrase("chạy `hoatoc init`"))]


def _around(settings: Settings) -> Iterator[Finding]:
    """What stands around the ledger."""
    yield from configured(settings)
    yield from safely(_INBOX, lambda: _inbox(settings))
    yield from safely(_SIGN_ON, lambda: _sign_on(settings))
    yield from safely(_DISK, lambda: _disk(settings))
    yield from safely(_MAIL, lambda: _mail(settings))
    yield from safely("Prefect", lambda: _prefect(settings))


def _ledger(ledger: Ledger) -> list[Finding]:
    require_current(ledger)
    with ledger.read() as session:
        if ledger.engine.dialect.name == "sqlite":
            told = str(session.scalar(text("PRAGMA quick_check(1)")))
            if told != "ok":
                return [Finding(_LEDGER, Health.ILL, told, Phrase("dừng dịch vụ, phục hồi từ bản sao lưu gần nhất"))]
    return [Finding(_LEDGER, Health.WELL, ledger.engine.url.render_as_string())]


def _keys(settings: Settings, ledger: Ledger) -> list[Finding]:
    ring = keyring.open_keyring(settings.home, settings.secret_key)
    with ledger.read() as session:
        keyring.require(session, ring)
    file = keyring.file_in(settings.home)
    kept = [*([] if settings.secret_key else [file]), *([Path(ledger.file)] if ledger.file else [])]
    if open_to_others := [path for path in kept if stat.S_IMODE(path.stat().st_mode) & 0o077]:
        paths = " ".join(map(str, open_to_others))
        return [
            Finding(_KEYS, Health.WARNING, Phrase("%(path)s người khác đọc được", path=paths), f"chmod 600 {paths}")
        ]
    return [
        Finding(_KEYS, Health.WELL, Phrase("%(count)s khóa, ký bằng %(kid)s", count=len(ring.keys), kid=ring.newest))
    ]


def _disk(settings: Settings) -> list[Finding]:
    folder = next(path for path in (settings.home, *settings.home.resolve().parents) if path.exists())
    free = shutil.disk_usage(folder).free
    seen = Phrase("còn %(free)s GB ở %(home)s", free=f"{free / (1 << 30):.1f}", home=settings.home)
    if free < _LEAST_FREE:
        return [Finding(_DISK, Health.ILL, seen, Phrase("dọn đĩa ngay: sổ cái không ghi được khi đĩa đầy"))]
    if free < _FEW_FREE:
        return [Finding(_DISK, Health.WARNING, seen, Phrase("dọn bớt, hoặc chuyển HOATOC_HOME sang đĩa lớn hơn"))]
    return [Finding(_DISK, Health.WELL, seen)]


def _clock(ledger: Ledger) -> list[Finding]:
    """On PostgreSQL two machines' clocks are held against each other; a simulated clock is told."""
    with ledger.read() as session:
        if clock.is_simulated(session):
            now = clock.read(session)
            return [
                Finding(
                    _CLOCK,
                    Health.WARNING,
                    Phrase("mô phỏng: %(now)s", now=now.isoformat()),
                    Phrase("sổ thật không có đồng hồ này"),
                )
            ]
        if ledger.engine.dialect.name != "postgresql":
            return [Finding(_CLOCK, Health.WELL, f"{clock.machine_now().isoformat(timespec='seconds')}")]
        before = clock.machine_now()
        theirs = session.scalar(text("SELECT clock_timestamp()"))
        middle = before + (clock.machine_now() - before) / 2
    assert theirs is not None
    skew = abs(theirs - middle)
    if skew > _SKEW:
        seen = Phrase("máy này và máy cơ sở dữ liệu lệch %(seconds)s giây", seconds=f"{skew.total_seconds():.0f}")
        return [Finding(_CLOCK, Health.ILL, seen, Phrase("bật đồng bộ giờ (timedatectl set-ntp true) trên cả hai máy"))]
    return [
        Finding(
            _CLOCK,
            Health.WELL,
            Phrase("lệch %(seconds)s giây với máy cơ sở dữ liệu", seconds=f"{skew.total_seconds():.1f}"),
        )
    ]


def _mail(settings: Settings) -> list[Finding]:
    url = settings.smtp_url or running(settings).get("smtp_url", "")
    if not url:
        return [Finding(_MAIL, Health.ILL, Phrase("chưa có máy chủ thư"), Phrase("đặt HOATOC_SMTP_URL"))]
    relay = read_relay(url)
    if not settings.smtp_url:
        seen = Phrase("hộp thư thử tại chỗ: không thư nào ra ngoài")
        return [Finding(_MAIL, Health.WARNING, seen, Phrase("đặt HOATOC_SMTP_URL khi dùng thật"))]

    async def greet() -> str:
        client = await asyncio.wait_for(relay.connect(), _SECONDS)
        answer = await client.noop()
        await client.quit()
        return f"{answer.code} {answer.message}"

    try:
        told = asyncio.run(greet())
    except SMTPAuthenticationError as error:
        mend = Phrase("sửa tên hoặc mật khẩu trong HOATOC_SMTP_URL rồi khởi động lại `hoatoc serve`; thư không mất")
        answer = f"{error.code} {error.message}"
        seen = Phrase("không cho %(user)s đăng nhập: %(answer)s", user=relay.username, answer=answer)
        return [Finding(_MAIL, Health.ILL, seen, mend)]
    except (SMTPException, OSError) as error:
        mend = Phrase("kiểm tra HOATOC_SMTP_URL, tường lửa và máy chủ thư; thư chờ trong hộp đi, không mất")
        return [Finding(_MAIL, Health.ILL, f"{relay.host}:{relay.port}: {error}", mend)]
    return [Finding(_MAIL, Health.WELL, f"{relay.host}:{relay.port}: {told}")]


def _inbox(settings: Settings) -> list[Finding]:
    """A mailbox is to answer; our own listener too, while `serve` runs."""
    url = settings.inbox_url
    if not url or (url.startswith("smtp:") and not running(settings)):
        return []
    host, port = inbox_at(url)
    try:
        socket.create_connection((host, port), _SECONDS).close()
    except OSError as error:
        mend = Phrase("kiểm tra HOATOC_INBOX_URL, tường lửa và máy chủ thư; thư đến chờ ở đó")
        return [Finding(_INBOX, Health.ILL, f"{host}:{port}: {error}", mend)]
    return [Finding(_INBOX, Health.WELL, f"{host}:{port}")]


def _sign_on(settings: Settings) -> list[Finding]:
    province = province_of(settings, settings.public_url)
    if province is None:
        return []
    province.begin()  # asks the provider where to go, and goes no further
    return [Finding(_SIGN_ON, Health.WELL, province.issuer)]


def _prefect(settings: Settings) -> list[Finding]:
    url = running(settings).get("prefect_api", "")
    if not url:
        seen = Phrase("`hoatoc serve` không chạy trên thư mục nhà này")
        return [Finding("Prefect", Health.ILL, seen, Phrase("chạy `hoatoc serve` (hoặc dịch vụ systemd của nó)"))]
    try:
        answer = httpx.get(f"{url}/health", timeout=_SECONDS)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        return [Finding("Prefect", Health.ILL, f"{url}: {error}", Phrase("khởi động lại `hoatoc serve`; xem logs/"))]
    return [Finding("Prefect", Health.WELL, url)]


#: What is done about letters that left late, by what most of them waited for.
_MENDS = {
    auditor.Wait.ENGINE: Phrase("máy hoặc `hoatoc serve` đã dừng: xem logs/ và lịch tắt máy"),
    auditor.Wait.TURN: Phrase("máy bận, các lượt phải chờ: thêm worker, hoặc một máy nhanh hơn"),
    auditor.Wait.MAIL: Phrase("máy chủ thư nhận chậm: hỏi người quản lý, hoặc tăng connections trong HOATOC_SMTP_URL"),
}  # fmt: skip


def _engine(ledger: Ledger) -> list[Finding]:
    with ledger.read() as session:
        now = clock.read(session)
        late = auditor.overdue(session, now=now)
        speed = auditor.promptness(session, since=now - auditor.WINDOW, now=now)
    found = [
        Finding(
            _ENGINE, Health.ILL, Phrase(
                "%(key)s: %(cause)s từ %(since)s chưa làm", key=item.key, cause=Phrase(item.cause),
                since=short(item.since, item.zone),
            ),
            Phrase(
                "xem `hoatoc serve` và worker có chạy không; `hoatoc pass %(key)s` làm ngay tại đây", key=item.key
            ),
        )
        for item in late
    ]  # fmt: skip
    if speed.notices:
        health = Health.WELL if speed.share >= auditor.GOOD_SHARE else Health.WARNING
        mend = _MENDS[speed.cause] if health is not Health.WELL and speed.cause else ""
        found.append(Finding(Phrase("thư kịp giờ"), health, speed.spoken(), mend))
    return found or [Finding(_ENGINE, Health.WELL, Phrase("không có việc nào trễ"))]
