"""What somebody sets going in the ledger is started in Prefect at once, without the portal knowing of Prefect."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from prefect.settings import PREFECT_API_URL
from sqlalchemy import select

from flows.rollout import rollout
from hoatoc import clock
from hoatoc.ledger.schema import Directive, Duty
from hoatoc.rollout import trial
from hoatoc.rollout.issue import issue
from hoatoc.rollout.relief import extend
from tests.flows.conftest import MakeOffice
from tests.flows.office import Office
from tests.worlds.offices import KEY

TRIAL = f"{KEY}~thu-1"
_LOOK = """
import json
from deployments.starter import look
from hoatoc.installation import open_installation

print(json.dumps(look(open_installation())))
"""


def begin(office: Office, how: Callable[..., Directive]) -> None:
    [folder] = office.folders
    with office.here.ledger.write() as session:
        how(session, folder, folder.drafts[KEY], now=clock.read(session), by="account:an")


def look() -> list[str]:
    """One look, in a process of its own, as the starter is one."""
    done = subprocess.run(
        [sys.executable, "-c", _LOOK], env={**os.environ, "PREFECT_API_URL": str(PREFECT_API_URL.value())},
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    keys: list[str] = json.loads(done.stdout.splitlines()[-1])
    return keys


def parameters(office: Office) -> list[dict[str, Any]]:
    return [run.parameters for run in office.scheduled()]


def test_an_issued_directive_is_started_once(make_office: MakeOffice) -> None:
    office = make_office(simulated=False)
    begin(office, issue)

    assert look() == [KEY]
    assert look() == []

    assert parameters(office) == [{"directive": KEY, "cause": "ban hành", "issue": False}]
    assert office.wake_up().generation == 1


def test_a_trial_runs_on_the_deployment_of_its_draft(make_office: MakeOffice) -> None:
    office = make_office(simulated=False)
    begin(office, trial.begin)

    assert look() == [TRIAL]

    assert parameters(office) == [{"directive": TRIAL, "cause": "chạy thử", "issue": False}]
    assert rollout(TRIAL, return_state=True).is_completed()
    assert {kept.recipient for kept in office.mail.kept} == {"desk@mau.example"}
    assert parameters(office)[1]["directive"] == TRIAL  # the pass has asked for the next one


def test_a_letter_that_a_person_has_caused_is_sent_at_once(make_office: MakeOffice) -> None:
    office = make_office(simulated=False)
    office.run(issue=True)
    assert look() == []  # everything has been sent, and what comes next was asked for
    with office.here.ledger.write() as session:
        now = clock.read(session)
        duty = session.scalars(select(Duty).order_by(Duty.id)).first()
        assert duty is not None
        extend(session, duty, duty.due_at + timedelta(hours=5), reason="mưa lũ", by="account:an", now=now)

    assert look() == [KEY]
    assert look() == []

    assert parameters(office)[-1]["cause"] == "có thư mới"


def test_nothing_is_started_on_a_simulated_clock(make_office: MakeOffice) -> None:
    office = make_office(simulated=True)
    begin(office, issue)

    assert look() == []
