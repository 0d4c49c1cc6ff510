"""What a real server writes into its log opens nothing."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from hoatoc import keyring
from hoatoc.accounts import register, signin
from hoatoc.clock import machine_now
from hoatoc.ledger.engine import open_ledger
from hoatoc.ledger.schema import Role
from hoatoc.links import Links
from portal.redaction import redacted
from tests.portal.place import FIGURES, ISSUED, SIGNED, Place, issue_at


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/v/k1.4.0~abc", "/v/…"),
        ("/v/k1.4.0~abc/bao-cao/2021-11-24?x=k1.4.0~abc", "/v/…/bao-cao/2021-11-24?…"),
        ("/ds/k1.4.x~abc", "/ds/…"),
        ("/vao/secret", "/vao/…"),
        ("/vao?toi=/ban", "/vao?…"),
        ("/vao/tinh/ve?code=secret&state=secret", "/vao/tinh/ve?…"),
        ("/ban/vb/1", "/ban/vb/1"),
        ("/static/hoatoc.css", "/static/hoatoc.css"),
    ],
)
def test_a_path_is_logged_without_what_opens_it(path: str, said: str) -> None:
    assert redacted(path) == said


@pytest.mark.slow
def test_a_served_portal_logs_neither_links_nor_cookies_nor_passwords(tmp_path: Path) -> None:
    made = issue_at(tmp_path / "ledger.db", ISSUED)
    ring = keyring.open_keyring(tmp_path, "z" * 48)
    place = Place(made.ledger, Links(ring, "http://portal.example"))
    now = machine_now()
    with place.ledger.write() as session:
        lan = register.add(session, "lan", name="Lan", role=Role.DESK, password="", now=now, by="test")
        link = signin.make_link(session, lan, now=now, by="test")
    log = tmp_path / "log"
    with log.open("wb") as out:
        settings = {"HOME": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/ledger.db", "SECRET_KEY": "z" * 48}
        server = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "--factory", "portal.app:serve_app", "--port", "0"],
            stdout=out, stderr=subprocess.STDOUT,
            env={**os.environ, **{f"HOATOC_{name}": value for name, value in settings.items()}},
        )  # fmt: skip
    try:
        url = _address(log, server)
        unit = place.link("Sở Y tế")
        with httpx.Client(base_url=url) as client:
            assert client.get(unit).status_code == 200
            assert client.post(f"{unit}/bao-cao/2021-11-24", data=FIGURES | SIGNED).status_code == 303
            assert client.get(f"{unit}x").status_code == 404
            assert client.post("/vao", data={"ten": "lan", "mat-khau": "guess-guess-guess"}).status_code == 422
            assert client.post(f"/vao/{link}").status_code == 303
            assert client.get("/ban").status_code == 200
            cookie = client.cookies["hoatoc"]
    finally:
        server.terminate()
        server.wait()
        place.ledger.close()
    said = log.read_text()
    assert '"POST /v/…/bao-cao/2021-11-24 HTTP/1.1" 303' in said
    assert '"POST /vao/… HTTP/1.1" 303' in said
    for secret in (unit.removeprefix("/v/"), link, cookie, "guess-guess-guess", "z" * 48):
        assert secret not in said


def test_an_error_of_the_database_tells_no_values(tmp_path: Path) -> None:
    ledger = open_ledger(f"sqlite:///{tmp_path}/empty.db")
    with pytest.raises(Exception, match="no such table") as caught, ledger.write() as session:
        register.find(session, "what-somebody-typed")
    ledger.close()
    assert "what-somebody-typed" not in str(caught.value)


def _address(log: Path, server: "subprocess.Popen[bytes]") -> str:
    deadline = time.monotonic() + 60
    while not (found := re.search(r"running on (http://[\d.:]+)", log.read_text())):
        assert server.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)
    return found[1]
