"""What somebody sets going in the ledger is started in Prefect at once, without the portal knowing of Prefect."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from deployments.starter import look
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


def begin(office: Office, how: Callable[..., Directive]) -> None:
    [folder] = office.folders
    with office.here.ledger.write() as session:
        how(session, folder, folder.drafts[KEY], now=clock.read(session), by="account:an")


def parameters(office: Office) -> list[dict[str, Any]]:
    return [run.parameters for run in office.scheduled()]


def test_an_issued_directive_is_started_once(make_office: MakeOffice) -> None:
    office = make_office(simulated=False)
    begin(office, issue)

    assert look(office.here) == [KEY]
    assert look(office.here) == []

    assert parameters(office) == [{"directive": KEY, "cause": "ban hành", "issue": False}]
    assert office.wake_up().generation == 1


def test_a_trial_runs_on_the_deployment_of_its_draft(make_office: MakeOffice) -> None:
    office = make_office(simulated=False)
    begin(office, trial.begin)

    assert look(office.here) == [TRIAL]

    assert parameters(office) == [{"directive": TRIAL, "cause": "chạy thử", "issue": False}]
    assert rollout(TRIAL, return_state=True).is_completed()
    assert {kept.recipient for kept in office.mail.kept} == {"desk@mau.example"}
    assert parameters(office)[1]["directive"] == TRIAL  # the pass has asked for the next one


def test_a_letter_that_a_person_has_caused_is_sent_at_once(make_office: MakeOffice) -> None:
    office = make_office(simulated=False)
    office.run(issue=True)
    assert look(office.here) == []  # everything has been sent, and what comes next was asked for
    with office.here.ledger.write() as session:
        now = clock.read(session)
        duty = session.scalars(select(Duty).order_by(Duty.id)).first()
        assert duty is not None
        extend(session, duty, duty.due_at + timedelta(hours=5), reason="mưa lũ", by="account:an", now=now)

    assert look(office.here) == [KEY]
    assert look(office.here) == []

    assert parameters(office)[-1]["cause"] == "có thư mới"


def test_nothing_is_started_on_a_simulated_clock(make_office: MakeOffice) -> None:
    office = make_office(simulated=True)
    begin(office, issue)

    assert look(office.here) == []
