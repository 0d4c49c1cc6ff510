"""What a run costs Prefect, and what it does when there is nothing to do. In this process, on both databases."""

import pytest

from tests.flows.conftest import MakeOffice
from tests.flows.controlroom import STEPS, step_names


@pytest.mark.parametrize("units", [10, pytest.param(2000, marks=pytest.mark.slow)])
def test_a_run_has_as_many_task_runs_for_ten_units_as_for_two_thousand(make_office: MakeOffice, units: int) -> None:
    office = make_office(simulated=True, units=units)

    run_id = office.run(issue=True)

    assert len(office.mail.kept) == units
    assert step_names(run_id) == STEPS


def test_a_second_run_at_the_same_instant_sends_nothing(make_office: MakeOffice) -> None:
    office = make_office(simulated=True)
    office.run(issue=True)
    before = len(office.mail.kept)

    again = office.run()

    assert before == 4
    assert len(office.mail.kept) == before
    assert step_names(again) == STEPS
