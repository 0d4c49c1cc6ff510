"""What a run costs Prefect, and what it does when there is nothing to do. In this process, on both databases."""

from tests.flows.conftest import MakeOffice
from tests.flows.controlroom import STEPS, step_names


def test_a_run_has_the_five_steps_as_task_runs(make_office: MakeOffice) -> None:
    office = make_office(simulated=True, units=10)

    run_id = office.run(issue=True)

    assert len(office.mail.kept) == 10
    assert step_names(run_id) == STEPS


def test_a_second_run_at_the_same_instant_sends_nothing(make_office: MakeOffice) -> None:
    office = make_office(simulated=True)
    office.run(issue=True)
    before = len(office.mail.kept)

    again = office.run()

    assert before == 4
    assert len(office.mail.kept) == before
    assert step_names(again) == STEPS
