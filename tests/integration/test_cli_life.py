"""The command line, from words typed to what is printed and written: the life of a directive and of a duty."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from hoatoc import clock
from hoatoc.cli import app
from hoatoc.cli.console import out
from hoatoc.errors import ChangedMeanwhile, HoatocError
from hoatoc.installation import initialise
from hoatoc.ledger.schema import Addressee, Directive, Duty, Notice
from hoatoc.settings import read_settings
from tests.worlds.ledgers import Ledgers
from tests.worlds.mailserver import MailServer
from tests.worlds.offices import KEY, small_office
from tests.worlds.rollouts import ISSUED, RECEIPT_DUE

Run = Callable[..., str]
REASON = ("--reason", "có lý do", "--by", "Chánh Văn phòng")


class Home:
    """An installation as the command line finds it: by its environment."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.files = folder, small_office()
        self.here = initialise(read_settings())
        self.at(ISSUED)

    def at(self, moment: Any) -> None:
        """Move the clock."""
        with self.here.ledger.write() as session:
            clock.simulate(session, moment)

    def duty(self, key: str) -> Duty:
        """The receipt duty of a unit."""
        return self.one(Duty, Duty.addressee_id == self.one(Addressee, Addressee.key == key).id, Duty.slot == "")

    def one(self, table: Any, *where: Any) -> Any:
        """The newest row."""
        with self.here.ledger.read() as session:
            return session.query(table).filter(*where).order_by(table.id.desc()).first()


@pytest.fixture
def home(ledgers: Ledgers, mail: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    for name, value in {
        "HOME": tmp_path / "home", "DIRECTIVES": tmp_path / "directives", "DATABASE_URL": ledgers.url(),
        "SMTP_URL": f"smtp://127.0.0.1:{mail.relay.port}",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"HOATOC_{name}", str(value))
    made = Home(small_office().write(tmp_path / "directives"))
    yield made
    made.here.ledger.close()


@pytest.fixture
def run(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    opened: list[Any] = []
    import hoatoc.installation as installations

    real = installations.open_installation

    def open_installation() -> Any:
        opened.append(real())
        return opened[-1]

    monkeypatch.setattr(installations, "open_installation", open_installation)

    def typed(*words: object) -> str:
        done = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=True)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.output

    typed("issue", KEY)
    typed("pass", KEY)
    yield typed
    for here in opened:
        here.ledger.close()


def status(run: Run) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(run("status", KEY, "--json"))
    return told


def test_a_directive_stands_still_and_goes_on(home: Home, run: Run) -> None:
    seen = status(run)
    told = run("suspend", KEY, *REASON, "--version", seen["version"])
    assert "1-CV/TU" in told
    assert f"hoatoc pass {KEY}" in told
    assert (status(run)["state"], status(run)["version"]) == ("suspended", seen["version"] + 1)
    home.at(ISSUED + timedelta(hours=5))
    run("resume", KEY, *REASON)
    assert home.duty("so-0").due_at == RECEIPT_DUE + timedelta(hours=5)
    assert home.one(Notice, Notice.step == "running").context["why"] == "có lý do"


def test_whoever_looked_too_early_is_told_to_look_again(run: Run) -> None:
    seen = status(run)["version"]
    run("suspend", KEY, *REASON, "--version", seen)
    with pytest.raises(ChangedMeanwhile):
        run("end", KEY, *REASON, "--version", seen)
    assert status(run)["state"] == "suspended"


@pytest.mark.parametrize(("command", "state"), [("end", "ended"), ("recall", "recalled")])
def test_a_directive_comes_to_its_end(run: Run, command: str, state: str) -> None:
    run(command, KEY, *REASON)
    assert status(run)["state"] == state
    assert status(run)["duties"]["open"] == 0


def test_a_directive_is_replaced_by_one_that_runs(home: Home, run: Run) -> None:
    with pytest.raises(HoatocError, match="chưa được ban hành"):
        run("replace", KEY, "tinh-mau/2-cv", *REASON)
    text = home.files.directive["text"] | {"number": 2, "code": "2-CV/TU"}
    written = yaml.safe_dump({**home.files.directive, "text": text}, allow_unicode=True, sort_keys=False)
    (home.folder / "2-cv.yaml").write_text(written, encoding="utf-8")
    run("issue", "tinh-mau/2-cv")
    run("replace", KEY, "tinh-mau/2-cv", *REASON)
    assert home.one(Directive, Directive.key == KEY).state.value == "replaced"


def test_an_amendment_to_what_it_is_is_refused(home: Home, run: Run) -> None:
    seen = status(run)["version"]
    with pytest.raises(HoatocError, match="không có gì thay đổi"):
        run("amend", KEY, *REASON)
    assert status(run)["version"] == seen
    path = home.folder / "units.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("so-0@mau", "moi.so-0@mau"), encoding="utf-8")
    told = run("amend", KEY, *REASON)
    assert "chỉ danh bạ được cập nhật" in told
    assert "Thư báo thay đổi" not in told


def test_an_amendment_follows_the_file_and_says_what_it_did(home: Home, run: Run) -> None:
    path = home.folder / "1-cv.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("within: 20h", "within: 30h"), encoding="utf-8")
    told = run("amend", KEY, *REASON)
    assert "→" in told
    assert "Thêm 0 nơi nhận, bớt 0" in told


def test_a_day_that_is_given_as_the_new_time_is_all_of_it(home: Home, run: Run) -> None:
    first = home.duty("so-0")
    said = run("duty", "extend", first.id, "--until", "2021-11-26", *REASON)
    assert f"Việc số {first.id}: đang mở, hạn 24 giờ 00, ngày 26/11/2021." in said
    assert home.duty("so-0").due_at.isoformat() == "2021-11-26T17:00:00+00:00"
    assert "hạn 09 giờ 00, ngày 27/11/2021" in run("duty", "extend", first.id, "--until", "2021-11-27T09:00", *REASON)


def test_the_status_of_one_directive_numbers_what_is_not_done(home: Home, run: Run) -> None:
    first = home.duty("so-0")
    told = run("status", KEY, "--all")
    assert re.search(rf"{first.id} .*Xác nhận đã nhận .*Sở 0 .*còn hạn", told)
    assert "Việc chưa xong" not in run("status")
    run("duty", "waive", first.id, *REASON)
    assert not re.search(rf" {first.id} .*Xác nhận đã nhận .*Sở 0 ", run("status", KEY, "--all"))
    live = {item["number"]: item for item in json.loads(run("status", KEY, "--json"))["live"]}
    assert first.id not in live
    assert live[home.duty("so-1").id]["addressee"] == "Sở 1"


def test_the_status_names_first_what_somebody_has_to_look_at(
    home: Home, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(out, "width", 200)
    with home.here.ledger.write() as session:
        session.query(Addressee).filter(Addressee.key == "so-0").one().unreachable_at = ISSUED
    told = run("status", KEY)
    assert re.search(r"Sở 0 .*không liên lạc được", told)
    assert "Sở 1" not in told
    assert "đang mở" not in told
    count = len(status(run)["live"])
    assert f"Chưa xong: {count} việc, trong đó {count - told.count('không liên lạc được │')} còn hạn" in told
    home.at(RECEIPT_DUE + timedelta(minutes=1))
    run("duty", "return", home.duty("huyen-0").id, *REASON)
    told = run("status", KEY)
    assert re.search(r"Sở 1 .*quá hạn", told)
    assert re.search(r"Huyện ủy 0 .*bị trả lại", told)


def test_the_status_leaves_reports_of_locked_periods_to_the_books(
    home: Home, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(out, "width", 200)
    home.at(RECEIPT_DUE + timedelta(days=9))
    run("pass", KEY)
    closed = {item["number"] for item in status(run)["live"] if item["closed"]}
    short, whole = run("status", KEY), run("status", KEY, "--all")
    assert closed
    assert not closed & numbers(short)
    assert closed <= numbers(whole)
    assert len(re.findall(r"^│ Báo cáo ngày", short, re.MULTILINE)) == 7
    assert len(re.findall(r"^│ Báo cáo ngày", whole, re.MULTILINE)) > 7


def numbers(told: str) -> set[int]:
    """The duties that a status numbers."""
    return {int(number) for number in re.findall(r"^│ +(\d+) ", told, re.MULTILINE)}


def test_a_duty_is_extended_waived_returned_given_back_and_passed_on(home: Home, run: Run) -> None:
    first, second = home.duty("so-0"), home.duty("so-1")
    assert "đang mở" in run("duty", "extend", first.id, "--until", "2021-11-26T09:00", *REASON)
    assert home.duty("so-0").due_at.isoformat() == "2021-11-26T02:00:00+00:00"
    assert "được miễn" in run("duty", "waive", first.id, *REASON)
    assert "bị trả lại" in run("duty", "return", second.id, *REASON)
    assert "đang mở" in run("duty", "reopen", second.id, *REASON)
    assert "Việc nối tiếp: số" in run("duty", "reassign", second.id, "ubnd-tinh", *REASON)
    assert home.duty("so-1").state.value == "withdrawn"
    with pytest.raises(ChangedMeanwhile):
        run("duty", "waive", second.id, *REASON, "--version", second.version)
    with pytest.raises(HoatocError, match="không phải là thời điểm"):
        run("duty", "extend", home.duty("ubnd-tinh").id, "--until", "mai", *REASON)


def test_why_tells_the_story_of_a_duty(home: Home, run: Run) -> None:
    duty = home.duty("so-0")
    told = run("why", duty.id)
    for words in ("Xác nhận đã nhận văn bản", "Sở 0", "Ban hành văn bản", "gửi văn bản tới Sở 0: đã gửi", "Nấc tiếp"):
        assert words in told
    data = json.loads(run("why", duty.id, "--json"))
    assert (data["id"], data["version"], data["state"]) == (duty.id, duty.version, "đang mở")
    with pytest.raises(HoatocError, match="không có việc số 999"):
        run("why", 999)


def test_a_story_and_a_refusal_are_english_by_setting(home: Home, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    duty = home.duty("so-0")
    home.at(RECEIPT_DUE + timedelta(hours=30))
    run("pass", KEY)
    monkeypatch.setattr("hoatoc.cli.words._language", lambda: "en")
    told = run("why", duty.id)
    for words in ("Acknowledge receipt", "open; due ", "Directive issued", "Letter (dispatch) to Sở 0: sent",
                  "Climbed the ladder", "rung: ", " on 24/11/2021"):  # fmt: skip
        assert words in told, told
    assert json.loads(run("why", duty.id, "--json"))["state"] == "open"
    assert "Duty" in run("duty", "waive", duty.id, *REASON)
