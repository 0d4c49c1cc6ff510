"""Under the supervisor the listener takes in what comes back, and a pass is started for it."""

import os
import shutil
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings
from sqlalchemy import select

from hoatoc.ledger.engine import open_ledger
from hoatoc.ledger.schema import InboxMail, Receipt
from tests.flows.conftest import MANY
from tests.flows.controlroom import ControlRoom, deployment_of, eventually, start
from tests.flows.test_supervisor import _SUPERVISOR, _told
from tests.unit.test_mail_incoming import reply
from tests.worlds.mailserver import MailServer
from tests.worlds.ports import free_port


@dataclass(frozen=True)
class Standing:
    """A second installation that listens for what comes back."""

    process: "subprocess.Popen[bytes]"
    inbox: int
    home: Path

    def receipts(self) -> list[str]:
        """The outcomes of the inbox, and the channels of the receipts."""
        ledger = open_ledger(f"sqlite:///{self.home}/ledger.db")
        try:
            with ledger.read() as session:
                return [*session.scalars(select(InboxMail.outcome)), *session.scalars(select(Receipt.channel))]
        finally:
            ledger.close()


@pytest.fixture
def standing(control_room: ControlRoom, mail: MailServer, tmp_path: Path) -> Iterator[Standing]:
    (tmp_path / "prefect").mkdir()
    shutil.copy(control_room.here.settings.home / "fresh.db", tmp_path / "prefect" / "prefect.db")
    inbox = free_port()
    env = {
        **os.environ, "HOATOC_HOME": str(tmp_path), "HOATOC_DATABASE_URL": "",
        "HOATOC_DIRECTIVES": str(control_room.here.settings.directives / "tinh-mau"),
        "HOATOC_SMTP_URL": f"smtp://127.0.0.1:{mail.relay.port}", "HOATOC_INBOX_URL": f"smtp://127.0.0.1:{inbox}",
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-c", _SUPERVISOR], env=env, cwd=tmp_path, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    yield Standing(process, inbox, tmp_path)
    process.kill()  # what it has started ends with it
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


@pytest.mark.slow
def test_a_reply_to_a_signed_address_becomes_a_receipt_by_a_pass_of_its_own(
    control_room: ControlRoom, standing: Standing, mail: MailServer
) -> None:
    addresses = _told(standing.process)
    with temporary_settings({PREFECT_API_URL: f"{addresses['prefect']}/api"}):
        start(deployment_of(control_room.here.settings.directives, MANY), issue=True)
    eventually(lambda: len(mail.kept), lambda came: came >= 2)
    sent = mail.kept[0]
    assert "+" in sent.sender
    with smtplib.SMTP("127.0.0.1", standing.inbox, timeout=60) as client:
        client.sendmail("an@mau.example", [sent.sender], reply("Đã nhận."))
    eventually(standing.receipts, lambda found: found == ["receipt", "mail"])
    assert sent.sender not in (standing.home / "logs" / "inbound.log").read_text(encoding="utf-8")
