"""The commands about accounts, as typed into a shell, and the link that the demonstration prints."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hoatoc.accounts import signin, tokens
from hoatoc.accounts.password import is_right
from hoatoc.cli import app
from hoatoc.cli.demonstration import way_in
from hoatoc.clock import machine_now
from hoatoc.errors import LedgerError, NotFound, TokenError
from hoatoc.installation import Installation, initialise, open_installation
from hoatoc.ledger.schema import Account, ApiToken, Event, Role
from hoatoc.settings import Settings


@pytest.fixture
def here(cheap_passwords: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """A fresh installation, which the commands find by its settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOATOC_HOME", str(tmp_path / "home"))
    return initialise(Settings())


def run(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, ["account", *words], input=typed)


def one(here: Installation, login: str) -> Account:
    with here.ledger.read() as session:
        return session.query(Account).filter_by(login=login).one()


def test_an_account_is_added_with_a_password_typed_or_made(here: Installation) -> None:
    assert run("add", "lan", "--name", "Lê Thị Lan", "--role", "desk", typed="một mật khẩu dài\n").exit_code == 0
    assert is_right(one(here, "lan").password_hash, "một mật khẩu dài")
    said = run("add", "minh", "--name", "Minh", "--role", "auditor", "--generate").stdout
    assert is_right(one(here, "minh").password_hash, said.split()[-1])
    assert run("add", "hoa", "--name", "Hoa", "--role", "leadership", "--no-password").exit_code == 0
    assert one(here, "hoa").password_hash == ""
    told = json.loads(run("list", "--json").stdout)
    assert [(each["login"], each["role"], each["disabled"]) for each in told] == [
        ("hoa", "leadership", False), ("lan", "desk", False), ("minh", "auditor", False),
    ]  # fmt: skip
    here.ledger.close()


@pytest.mark.parametrize(
    ("words", "typed"),
    [
        (("add", "lan", "--name", "Lan", "--role", "desk"), ""),
        (("add", "lan", "--name", "Lan", "--role", "desk"), "ngắn\n"),
        (("add", "lan", "--name", "Lan", "--role", "king"), "một mật khẩu dài\n"),
        (("add", "Lan Lê", "--name", "Lan", "--role", "desk"), "một mật khẩu dài\n"),
        (("disable", "nobody"), ""),
        (("link", "nobody"), ""),
        (("password", "nobody", "--generate"), ""),
    ],
)
def test_what_cannot_be_leaves_nothing(here: Installation, words: tuple[str, ...], typed: str) -> None:
    assert run(*words, typed=typed).exit_code != 0
    with here.ledger.read() as session:
        assert session.query(Account).count() == 0
        assert session.query(Event).count() == 0
    here.ledger.close()


def test_a_link_is_printed_alone_and_signs_in_once(here: Installation) -> None:
    run("add", "lan", "--name", "Lan", "--role", "desk", "--no-password")
    url = run("link", "lan").stdout.strip()
    assert url.startswith("http://127.0.0.1:8020/vao/")
    with here.ledger.write() as session:
        assert signin.by_link(session, url.rpartition("/")[2], now=machine_now()).login == "lan"
    run("disable", "lan")
    assert run("link", "lan").exit_code == 1
    run("enable", "lan")
    assert run("link", "lan").exit_code == 0
    assert run("password", "lan", typed="một mật khẩu khác\n").exit_code == 0
    assert is_right(one(here, "lan").password_hash, "một mật khẩu khác")
    here.ledger.close()


def test_the_demonstrations_link_signs_in_to_the_desk_again_and_again(here: Installation) -> None:
    first, second = (way_in(here).rpartition("/")[2] for _ in range(2))
    with here.ledger.write() as session:
        for secret in (first, first, second):
            assert signin.by_link(session, secret, now=machine_now()).role is Role.DESK
    here.ledger.close()


def test_a_key_that_got_out_can_be_taken_out_of_the_ring_for_good(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    [stolen] = here.ring.keys
    link = here.links.unit(1, 0).rpartition("/")[2]
    monkeypatch.setenv("HOATOC_SECRET_KEY", "n" * 48)
    with pytest.raises(LedgerError, match=stolen):
        open_installation()
    assert f"{stolen}  thiếu" in CliRunner().invoke(app, ["keys", "list"]).stdout
    assert CliRunner().invoke(app, ["keys", "retire", "nobody"]).exit_code == 1
    assert CliRunner().invoke(app, ["keys", "retire", stolen]).exit_code == 0
    after = open_installation()
    with pytest.raises(TokenError):
        after.links.read_unit(link)
    with after.ledger.read() as session:
        assert [event.kind for event in session.query(Event)] == ["key_retired"]
    after.ledger.close()
    here.ledger.close()


def test_a_token_is_printed_once_and_only_its_hash_is_kept(here: Installation) -> None:
    run("add", "lan", "--name", "Lan", "--role", "auditor", "--no-password")
    made = run("token", "lan", "--note", "bảng điện tử", "--days", "30")
    secret = made.stdout.strip()
    assert (made.exit_code, secret.startswith(tokens.MARK)) == (0, True)
    with here.ledger.read() as session:
        [kept] = session.query(ApiToken).all()
        found = tokens.read(session, secret, now=machine_now())
        assert found is not None
        assert tokens.read(session, secret, now=kept.expires_at) is None
    assert (found.login, (kept.expires_at - kept.created_at).days) == ("lan", 30)
    assert secret not in str(vars(kept))
    assert "bảng điện tử" in run("tokens", "lan").stdout
    assert run("revoke-token", "lan", str(kept.id)).exit_code == 0
    assert "đã thu hồi" in run("tokens", "lan").stdout
    with here.ledger.read() as session:
        assert tokens.read(session, secret, now=machine_now()) is None
        told = [event.kind for event in session.query(Event).order_by(Event.id)]
    assert told == ["account_added", "api_token_made", "api_token_revoked"]
    here.ledger.close()


def test_a_token_is_made_for_an_account_that_is_there_and_open(here: Installation) -> None:
    run("add", "lan", "--name", "Lan", "--role", "auditor", "--no-password")
    assert "chưa có mã API" in run("tokens", "lan").stdout
    assert isinstance(run("token", "hoa").exception, NotFound)
    assert isinstance(run("revoke-token", "lan", "1").exception, NotFound)
    assert run("token", "lan", "--days", "731").exit_code == 2
    run("disable", "lan")
    assert "đã khóa" in str(run("token", "lan").exception)
    here.ledger.close()
