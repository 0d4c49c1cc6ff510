"""Every command in English, over an office that has written nothing with a Vietnamese letter in it."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

import hoatoc.installation as installations
from hoatoc import clock
from hoatoc.cli import app
from hoatoc.cli.console import out
from hoatoc.format.slug import plain
from hoatoc.ledger.schema import Addressee, Duty
from hoatoc.settings import read_settings
from tests.unit.test_cli_words import VIETNAMESE
from tests.worlds.ledgers import Ledgers
from tests.worlds.mailserver import MailServer
from tests.worlds.offices import KEY, Files, small_office
from tests.worlds.rollouts import ISSUED, RECEIPT_DUE

#: They start servers, or print what the format says of itself, which is in Vietnamese.
UNTYPED = {("serve",), ("demo",), ("schema",)}
#: A document's title, the subject of a letter and whom it goes to stay in the language of the office.
_OWN = re.compile(r"Bàn trực|1-CV/TU,? ngày [\d/]+(: \d/\d đơn vị đã báo cáo)?")
REASON = ("--reason", "water", "--by", "Lan")


def unaccented(written: Any) -> Any:
    """What an office has written, without its diacritics; keys and enumerations have none."""
    if isinstance(written, dict):
        return {key: unaccented(value) for key, value in written.items()}
    if isinstance(written, list):
        return [unaccented(value) for value in written]
    return plain(written) if isinstance(written, str) and VIETNAMESE & set(written.casefold()) else written


class Desk:
    """Somebody at the command line who reads no Vietnamese. `said` holds what was printed, by command."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.said = folder, dict[tuple[str, ...], str]()
        self.here = installations.initialise(read_settings())

    def at(self, moment: Any) -> None:
        with self.here.ledger.write() as session:
            clock.simulate(session, moment)

    def types(self, *words: object, code: int = 0) -> None:
        line = [str(word) for word in words]
        done = CliRunner().invoke(app, line)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code in (0, code), done.output
        self.said[tuple(line)] = done.output

    def duty(self, key: str) -> int:
        with self.here.ledger.read() as session:
            mine = session.query(Duty).join(Addressee, Addressee.id == Duty.addressee_id)
            return int(mine.filter(Addressee.key == key, Duty.slot == "").order_by(Duty.id.desc()).first().id)


@pytest.fixture
def desk(sqlite_ledgers: Ledgers, mail: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    for name, value in {
        "HOME": tmp_path / "home", "DIRECTIVES": tmp_path / "directives", "DATABASE_URL": sqlite_ledgers.url(),
        "SMTP_URL": f"smtp://127.0.0.1:{mail.relay.port}",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"HOATOC_{name}", str(value))
    monkeypatch.setattr("hoatoc.cli.words._language", lambda: "en")
    monkeypatch.setattr(out, "width", 200)
    opened: list[Any] = []
    real = installations.open_installation
    monkeypatch.setattr(installations, "open_installation", lambda: opened.append(real()) or opened[-1])
    files = small_office()
    plain_ = Files(*(unaccented(part) for part in (files.office, files.units, files.form, files.directive)))
    desk = Desk(plain_.write(tmp_path / "directives"))
    desk.at(ISSUED)
    yield desk
    for here in (*opened, desk.here):
        here.ledger.close()


def every_command(found: typer.Typer, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for group in found.registered_groups:
        assert group.typer_instance is not None
        yield from every_command(group.typer_instance, (*before, str(group.name)))
    for command in found.registered_commands:
        assert command.callback is not None
        yield (*before, command.name or command.callback.__name__.replace("_", "-"))


def before_the_issue(desk: Desk) -> None:
    for words in (
        ("init",), ("check",), ("plan", KEY), ("issue", KEY, "--trial"), ("untry", f"{KEY}~thu-1"), ("rehearse", KEY),
        ("units", "list"), ("units", "export", "tinh-mau", desk.folder.parent / "units.xlsx"),
        ("units", "import", "tinh-mau", desk.folder.parent / "units.xlsx"), ("keys", "list"),
    ):  # fmt: skip
        desk.types(*words)
    desk.types("doctor", code=1)


def accounts(desk: Desk) -> None:
    desk.types("account", "add", "lan", "--name", "Lan", "--role", "desk", "--generate")
    for words in (
        ("password", "lan", "--generate"), ("link", "lan"), ("token", "lan"), ("tokens", "lan"),
        ("revoke-token", "lan", 1), ("tokens", "lan"), ("disable", "lan"), ("list",), ("enable", "lan"),
    ):  # fmt: skip
        desk.types("account", *words)


def duties(desk: Desk) -> None:
    first, second = desk.duty("so-0"), desk.duty("so-1")
    desk.types("duty", "extend", first, "--until", "2021-11-30T09:00", *REASON)
    desk.types("duty", "return", second, *REASON)
    desk.types("why", second)
    desk.types("duty", "reopen", second, *REASON)
    desk.types("duty", "reassign", second, "ubnd-tinh", *REASON)
    desk.types("duty", "waive", first, *REASON)
    desk.types("why", first)


def lives(desk: Desk) -> None:
    path = desk.folder / "1-cv.yaml"
    written = path.read_text(encoding="utf-8")
    path.write_text(written.replace("within: 20h", "within: 30h").replace("16:00", "15:00"), encoding="utf-8")
    desk.types("amend", KEY, *REASON)
    desk.types("lineage", KEY)
    for command in ("suspend", "resume", "end"):
        desk.types(command, KEY, *REASON)
    for number in (2, 3, 4):
        path.with_name(f"{number}-cv.yaml").write_text(written.replace("number: 1", f"number: {number}"))
        desk.types("issue", f"tinh-mau/{number}-cv")
    desk.types("recall", "tinh-mau/2-cv", *REASON)
    desk.types("replace", "tinh-mau/3-cv", "tinh-mau/4-cv", *REASON)


def test_no_command_leaves_a_vietnamese_word(desk: Desk) -> None:
    before_the_issue(desk)
    accounts(desk)
    desk.types("issue", KEY, "--by", "Lan")
    desk.types("pass", KEY)
    desk.at(RECEIPT_DUE + timedelta(hours=30))
    desk.types("pass", KEY)
    desk.types("status")
    desk.types("status", KEY)
    desk.types("roster-links", KEY)
    duties(desk)
    lives(desk)
    desk.types("backup", desk.folder / "backup.db")
    desk.types("keys", "retire", desk.said["keys", "list"].split()[0])
    desk.here.ledger.close()
    desk.types("restore", desk.folder / "backup.db")
    untyped = {words for words in every_command(app) if not any(line[: len(words)] == words for line in desk.said)}
    assert untyped == UNTYPED
    left = {
        (line[0], row) for line, told in desk.said.items() for row in told.splitlines()
        if VIETNAMESE & set(_OWN.sub("", row).casefold())
    }  # fmt: skip
    assert left == set()
