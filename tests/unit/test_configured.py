"""What `hoatoc serve` and the doctor see in the settings before anything is started by them."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hoatoc.cli import app
from hoatoc.doctor.configured import configured, require_sound
from hoatoc.doctor.finding import Health
from hoatoc.errors import SettingsError
from hoatoc.settings import ROOT, Settings

SENDER = "vptu@tinhuy.kiengiang.example"


@pytest.fixture
def office(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "directives" / "kien-giang", tmp_path / "directives" / "kien-giang")
    return tmp_path / "directives"


@pytest.fixture(autouse=True)
def _no_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def found(**said: object) -> dict[str, tuple[Health, str]]:
    """What is not well, by what it is about."""
    findings = configured(Settings(**said))  # type: ignore[arg-type]  # a table of settings
    return {each.what: (each.health, each.seen) for each in findings if each.health is not Health.WELL}


def test_the_defaults_are_sound(office: Path) -> None:
    assert found(directives=office) == {}
    require_sound(configured(Settings(directives=office)))


@pytest.mark.parametrize(
    "url", ["hoatoc.tinh.gov.vn", "ftp://hoatoc.tinh.gov.vn", "https://", "http://máy:x", "http://[x"]
)
def test_a_public_url_is_a_web_address(office: Path, url: str) -> None:
    assert found(directives=office, public_url=url)["địa chỉ cổng"][0] is Health.ILL


def test_links_that_only_this_machine_opens_are_told_where_mail_goes_out(office: Path) -> None:
    health, seen = found(directives=office, smtp_url="smtp://mail.tinh.example")["địa chỉ cổng"]
    assert health is Health.WARNING
    assert "chỉ mở được trên máy này" in seen
    assert found(directives=office, smtp_url="smtp://mail.tinh.example", public_url="https://hoatoc.tinh.example") == {}


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("smtp_url", "smpt://mail.tinh.example", "máy chủ thư"),
        ("smtp_url", "smtp://mail.tinh.example?connection=4", "máy chủ thư"),
        ("inbox_url", "imap.tinh.example", "hộp thư đến"),
        ("inbox_url", "imaps://vptu:x@mail.tinh.example:993a", "hộp thư đến"),
        ("inbox_url", "smtp://127.0.0.1:port", "hộp thư đến"),
        ("oidc_issuer", "sso.tinh.example", "đăng nhập của tỉnh"),
        ("oidc_issuer", "https://sso.tinh.example", "đăng nhập của tỉnh"),
        ("heartbeat_url", "theo-doi.tinh.example", "nhịp tim"),
    ],
)
def test_a_setting_that_cannot_work_is_ill(office: Path, name: str, value: str, what: str) -> None:
    assert found(directives=office, **{name: value})[what][0] is Health.ILL
    with pytest.raises(SettingsError, match=what) as told:
        require_sound(configured(Settings(directives=office, **{name: value})))
    assert told.value.hint or name == "oidc_issuer"


def test_a_secret_of_a_sign_on_that_is_not_named_is_told(office: Path) -> None:
    assert found(directives=office, oidc_client_id="hoatoc")["đăng nhập của tỉnh"][0] is Health.WARNING


def test_a_sender_has_room_for_the_signed_return_address_up_to_39_octets(office: Path) -> None:
    file = office / "kien-giang" / "office.yaml"
    words = file.read_text(encoding="utf-8")
    assert SENDER in words
    for octets, inbox, health in ((39, "smtp://", None), (40, "", None), (40, "smtp://", Health.ILL)):
        file.write_text(words.replace(SENDER, f"{'v' * octets}@kien-giang.example"), encoding="utf-8")
        told = found(directives=office, inbox_url=inbox)
        assert told.get("cơ quan", (None, ""))[0] is health


def test_a_folder_of_offices_is_missing_empty_or_has_errors(office: Path, tmp_path: Path) -> None:
    assert found(directives=tmp_path / "nowhere")["cơ quan"] == (Health.ILL, f"không có thư mục {tmp_path / 'nowhere'}")
    (tmp_path / "empty").mkdir()
    assert found(directives=tmp_path / "empty")["cơ quan"][0] is Health.WARNING
    (office / "kien-giang" / "office.yaml").write_text("name: 1\n")
    assert found(directives=office)["cơ quan"][0] is Health.ILL


def test_a_name_that_is_none_of_ours_is_told_with_the_one_that_was_meant(
    office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOATOC_SMPT_URL", "smtp://mail.tinh.example")
    (tmp_path / ".env").write_text("HOATOC_QWERTY=1\nPREFECT_UI_URL=http://127.0.0.1\nHOATOC_LANG=vi\n")
    told = [each for each in configured(Settings(directives=office)) if each.what == "cài đặt"]
    assert [(each.health, each.seen, each.mend) for each in told] == [
        (Health.ILL, "không có biến HOATOC_QWERTY", "bỏ nó đi; xem .env.example"),
        (Health.ILL, "không có biến HOATOC_SMPT_URL", "có phải ý là HOATOC_SMTP_URL?"),
    ]


def test_every_setting_of_the_examples_is_one_of_ours(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for line in (ROOT / ".env.example").read_text(encoding="utf-8").splitlines():
        name, equals, value = line.removeprefix("#").partition("=")
        if equals and name.startswith("HOATOC_"):
            assert not value.partition(" #")[1], "systemd takes a comment for a part of the value"
            monkeypatch.setenv(name, value)
    assert "cài đặt" not in {each.what for each in configured(Settings(directives=office, link_days=1))}


def test_the_readme_names_every_command() -> None:
    """Groups by their own name."""
    table = (ROOT / "README.md").read_text(encoding="utf-8")
    names = [
        command.name or (command.callback.__name__ if command.callback else "") for command in app.registered_commands
    ]
    names += [group.name or "" for group in app.registered_groups]
    missing = {name for name in names if f"`hoatoc {name}" not in table and f"`{name}" not in table}
    assert missing == set()
    assert CliRunner().invoke(app, ["--help"]).exit_code == 0
