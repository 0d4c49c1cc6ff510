"""What can go wrong around an installation is told with a way out, and no password with it."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from deployments.children import Child
from deployments.ports import listen, port_of
from hoatoc.errors import HoatocError
from hoatoc.installation import alone_on, for_us_alone, initialise, running, running_file
from hoatoc.ledger.refusals import of_database
from hoatoc.process import this_process
from hoatoc.refusals import of_system
from hoatoc.settings import Settings, masked

Prepare = Callable[[Path, dict[str, str]], None]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of an installation that was made under a generous umask."""
    home = tmp_path_factory.mktemp("made") / "home"
    before = os.umask(0o022)
    try:
        initialise(Settings(home=home, database_url="", secret_key="")).ledger.close()
    finally:
        os.umask(before)
    return home


def run(folder: Path, *words: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HOATOC_")}
    environment |= {"HOATOC_HOME": str(folder / "home"), "COLUMNS": "300", **settings}
    command = [sys.executable, "-c", "from hoatoc.cli import main; main()", *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder, check=False)


def kept(home: Path) -> list[Path] | None:
    """The files of a home, but for the lock."""
    return sorted(set(home.rglob("*")) - {home / "serve.lock"}) if home.is_dir() else None


def nothing(_folder: Path, _settings: dict[str, str]) -> None:
    """The installation is in order."""


def no_home(folder: Path, _settings: dict[str, str]) -> None:
    shutil.rmtree(folder / "home")


def home_is_a_file(folder: Path, settings: dict[str, str]) -> None:
    no_home(folder, settings)
    (folder / "home").touch()


def not_a_database(folder: Path, settings: dict[str, str]) -> None:
    (folder / "notes").write_text("Đây là ghi chép, không phải cơ sở dữ liệu. " * 40)
    settings["HOATOC_DATABASE_URL"] = f"sqlite:///{folder / 'notes'}"


def a_folder(folder: Path, settings: dict[str, str]) -> None:
    settings["HOATOC_DATABASE_URL"] = f"sqlite:///{folder}"


def no_server(_folder: Path, settings: dict[str, str]) -> None:
    settings["HOATOC_DATABASE_URL"] = "postgresql://hoatoc:bimat@127.0.0.1:1/hoatoc"


def unreadable(_folder: Path, settings: dict[str, str]) -> None:
    settings["HOATOC_DATABASE_URL"] = "postgresq//hoatoc:bimat@127.0.0.1/hoatoc"


def newer(folder: Path, _settings: dict[str, str]) -> None:
    ledger = sqlite3.connect(folder / "home" / "ledger.db")
    ledger.execute("UPDATE alembic_version SET version_num = '9999'")
    ledger.commit()
    ledger.close()


def keys_gone(folder: Path, _settings: dict[str, str]) -> None:
    (folder / "home" / "keys").unlink()


def keys_spoilt(folder: Path, _settings: dict[str, str]) -> None:
    (folder / "home" / "keys").write_text("khóa\n")


@pytest.mark.parametrize(
    ("words", "prepare", "says", "hints"),
    [
        ("init", home_is_a_file, "không phải là thư mục", "đường dẫn khác"),
        ("init", not_a_database, "không phải là sổ cái", "HOATOC_DATABASE_URL"),
        ("init", a_folder, "là một thư mục", "HOATOC_DATABASE_URL"),
        ("init", no_server, "không mở được sổ cái", "máy chủ cơ sở dữ liệu"),
        ("init", unreadable, "không đọc được: ***@127.0.0.1/hoatoc", "ví dụ"),
        ("doctor", unreadable, "không đọc được: ***@127.0.0.1/hoatoc", "ví dụ"),
        ("init", newer, "không biết", "nâng cấp chương trình"),
        ("serve", newer, "không biết", "nâng cấp chương trình"),
        ("status", newer, "9999", "nâng cấp chương trình"),
        ("status", no_home, "chưa có", "hoatoc init"),
        ("keys list", no_home, "chưa có", "hoatoc init"),
        ("status", keys_gone, "chưa có tệp khóa", "bản sao lưu"),
        ("init", keys_gone, "thiếu khóa", "keys"),
        ("doctor", keys_gone, "chưa có tệp khóa", "bản sao lưu"),
        ("status", keys_spoilt, "không phải là tệp khóa", "bản sao lưu"),
        ("units export kien-giang nowhere/a.xlsx", nothing, "nowhere/a.xlsx: không có", "đường dẫn có thật"),
        ("units import kien-giang nowhere.xlsx", nothing, "nowhere.xlsx: không có", "đường dẫn có thật"),
        ("restore nowhere.db", nothing, "nowhere.db: không có", "đường dẫn có thật"),
        ("why 99999999999999999999", nothing, "9223372036854775807", "why --help"),
        ("duty waive 99999999999999999999 --reason x", nothing, "9223372036854775807", "duty waive --help"),
        ("serve --port 99999", nothing, "65535", "serve --help"),
    ],
)  # fmt: skip
def test_what_an_administrator_can_mend_is_no_traceback(
    made: Path, tmp_path: Path, words: str, prepare: Prepare, says: str, hints: str
) -> None:
    shutil.copytree(made, tmp_path / "home")
    settings: dict[str, str] = {}
    prepare(tmp_path, settings)
    before = kept(tmp_path / "home")
    done = run(tmp_path, *words.split(), **settings)
    told = done.stdout + done.stderr
    assert done.returncode in (1, 2)
    assert says in told
    assert hints in told
    assert "Traceback" not in told
    assert "bimat" not in told
    assert kept(tmp_path / "home") == before


def test_serve_judges_all_its_settings_before_it_starts_anything(tmp_path: Path) -> None:
    done = run(
        tmp_path, "serve", HOATOC_SMTP_URL="smpt://vanthu:bimat@mail", HOATOC_INBOX_URL="imp://x",
        HOATOC_OIDC_ISSUER="sso", HOATOC_PUBLIC_URL="hoatoc.tinh.example", HOATOC_HEARTBEAT_URL="watch",
        HOATOC_SMPT_URL="smtp://mail", HOATOC_DIRECTIVES=str(tmp_path / "nowhere"),
    )  # fmt: skip
    assert done.returncode == 1
    for words in (
        "không có biến HOATOC_SMPT_URL", "có phải ý là HOATOC_SMTP_URL?", "HOATOC_SMTP_URL không đọc được",
        "HOATOC_INBOX_URL không đọc được", "HOATOC_OIDC_ISSUER", "hoatoc.tinh.example", "HOATOC_HEARTBEAT_URL",
        f"không có thư mục {tmp_path / 'nowhere'}",
    ):  # fmt: skip
        assert words in done.stderr
    assert "bimat" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_what_is_made_is_for_its_owner_alone_whatever_the_umask(made: Path) -> None:
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (made, *made.iterdir())}
    assert modes == {"home": 0o700, "keys": 0o600, "ledger.db": 0o600}


def test_threads_that_make_files_for_us_alone_at_the_same_time_leave_the_mask_as_it_was() -> None:
    before = os.umask(0o022)
    try:
        first, second = for_us_alone(), for_us_alone()
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)
        assert os.umask(0o077) == 0o077  # the second is still at it
        second.__exit__(None, None, None)
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)


def test_a_second_serve_on_one_home_is_refused_and_the_first_one_stays(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made, tmp_path / "home")
    running_file(tmp_path / "home").write_text("{}")
    with alone_on(tmp_path / "home"):
        for words in (["serve"], ["restore", str(made / "ledger.db")]):
            done = run(tmp_path, *words)
            assert done.returncode == 1
            assert "đang chạy trên" in done.stderr
    assert running_file(tmp_path / "home").exists()
    with alone_on(tmp_path / "home"):
        pass


def test_a_serve_that_was_killed_runs_no_more(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    host, boot, pid, _ = this_process().split("/")
    for process, lives in ((this_process(), True), (f"{host}/{boot}/{pid}/1", False)):
        running_file(tmp_path).write_text(f'{{"process": "{process}", "prefect_api": "http://127.0.0.1:1/api"}}')
        assert bool(running(settings)) is lives


def test_a_fixed_port_in_use_is_refused_and_no_port_lies_beyond_the_last() -> None:
    with listen(4800) as taken, pytest.raises(HoatocError, match=f"cổng {port_of(taken)} .* đang dùng"):
        listen(port_of(taken), fixed=True)
    with listen(65535), pytest.raises(HoatocError, match="65535–65535"):
        listen(65535)


def test_a_child_that_ended_for_want_of_room_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child = Child("server", [sys.executable, "-c", "raise SystemExit(3)"], {}, tmp_path / "logs" / "server.log")
    child.process.wait()
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: shutil._ntuple_diskusage(1 << 30, 1 << 30, 0))
    with pytest.raises(HoatocError, match=r"server đã dừng \(mã 3\): đĩa đầy") as told:
        child.check()
    assert "df -h" in told.value.hint
    child.stop()


def test_a_full_disk_is_told_as_one() -> None:
    full = OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))
    assert str(of_database(full, "/srv/ledger.db")) == "sổ cái /srv/ledger.db: đĩa đầy"
    assert str(of_system(OSError(28, "No space left on device", "/srv/a.xlsx"))) == "/srv/a.xlsx: đĩa đầy"


def test_the_home_of_somebody_else_is_opened_as_that_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: tmp_path.stat().st_uid + 1)
    told = of_system(PermissionError(13, "Permission denied", str(tmp_path / "home" / "keys")))
    assert str(told).endswith("keys: không có quyền")
    assert f"{tmp_path} là của người dùng {tmp_path.owner()}: chạy bằng người dùng đó (sudo -u" in told.hint


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("smtp+starttls://vanthu:mat@khau@mail.example:587?connections=4",
         "smtp+starttls://vanthu:***@mail.example:587?connections=4"),
        ("postgresql://hoatoc:a/b:c@db/hoatoc", "postgresql://hoatoc:***@db/hoatoc"),
        ("postgresql://db/hoatoc?user=hoatoc&password=x&sslmode=require",
         "postgresql://db/hoatoc?user=hoatoc&password=***&sslmode=require"),
        ("postgresq//hoatoc:bimat@db", "***@db"),
        ("smtp://127.0.0.1:8025", "smtp://127.0.0.1:8025"),
    ],
)  # fmt: skip
def test_a_password_is_in_nothing_that_is_shown(url: str, shown: str) -> None:
    assert masked(url) == shown
