"""Prefect carries the control, the ledger the detail: thousands of units make no more task runs."""

import pytest

from tests.flows.conftest import MakeOffice
from tests.flows.controlroom import STEPS, step_names
from tests.worlds.ledgers import Ledgers


@pytest.fixture
def ledgers(sqlite_ledgers: Ledgers) -> Ledgers:
    """SQLite alone: it is Prefect that is looked at."""
    return sqlite_ledgers


@pytest.mark.slow
def test_two_thousand_units_make_no_more_task_runs_than_ten(make_office: MakeOffice) -> None:
    office = make_office(simulated=True, units=2000)

    run_id = office.run(issue=True)

    assert len(office.mail.kept) == 2000
    assert step_names(run_id) == STEPS
