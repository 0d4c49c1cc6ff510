"""The next pass is scheduled in Prefect when the ledger wants it; the watchdog starts what was missed."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.deployments import run_deployment
from prefect.runtime import flow_run
from prefect.states import Cancelled

from flows.watchdog import watchdog
from hoatoc.clock import machine_now
from hoatoc.format.folder import find_draft
from hoatoc.localtime import local
from hoatoc.rollout import trial
from tasks import wakeups
from tests.flows.conftest import MakeOffice
from tests.worlds.offices import KEY
from tests.worlds.rollouts import RECEIPT_DUE

ZONE = "Asia/Ho_Chi_Minh"


def halfway_to(instant: datetime) -> datetime:
    """An instant before ``instant``, whatever the time of day at which the test runs."""
    now = machine_now()
    return now + (instant - now) / 2


def test_a_pass_schedules_one_run_when_something_next_falls_due(make_office: MakeOffice) -> None:
    office = make_office(simulated=False)

    office.run(issue=True)

    wake = office.next_wake()
    [run] = office.scheduled()
    assert run.state is not None
    assert run.state.is_scheduled()
    assert run.expected_start_time == wake.at
    assert run.name == f"hẹn {local(wake.at, ZONE):%H:%M · %d/%m} · {wake.cause}"
    assert run.parameters == {"directive": KEY, "cause": wake.cause}


def test_a_wake_ups_key_carries_its_generation(make_office: MakeOffice) -> None:
    office = make_office(simulated=False)

    office.run(issue=True)

    asked = office.wake_up()
    assert (asked.generation, asked.due_at) == (1, office.next_wake().at)
    key = office.scheduled()[0].idempotency_key or ""
    assert key.startswith(f"hoatoc-{office.directive_id()}-")
    assert key.endswith("-1")


def test_a_second_pass_asks_for_no_second_wake_up(make_office: MakeOffice) -> None:
    office = make_office(simulated=False)
    office.run(issue=True)

    office.run()

    assert len(office.scheduled()) == 1
    assert office.wake_up().generation == 1


def test_a_wake_up_moves_with_what_falls_due_earlier(make_office: MakeOffice) -> None:
    office = make_office(simulated=False)
    office.run(issue=True)
    earlier = halfway_to(office.next_wake().at)
    office.wake_at(earlier)

    office.run()

    assert [run.expected_start_time for run in office.scheduled()][1:] == [earlier]
    assert office.scheduled()[1].name == f"hẹn {local(earlier, ZONE):%H:%M · %d/%m} · nhắc"


def test_a_wake_up_stands_once_whatever_comes_between(make_office: MakeOffice) -> None:
    office = make_office(simulated=False)
    office.run(issue=True)
    later = office.next_wake().at
    for _ in range(2):
        office.wake_at(halfway_to(later))
        office.run()
        office.wake_at(later)
        office.run()

    assert [run.expected_start_time for run in office.scheduled()].count(later) == 1


def test_a_run_that_begins_early_waits_for_its_instant(
    make_office: MakeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = make_office(simulated=False)
    office.run(issue=True)
    at = machine_now() + timedelta(seconds=0.9)
    office.wake_at(at)
    monkeypatch.setitem(flow_run.FIELDS, "scheduled_start_time", lambda: at)

    office.run()

    assert office.next_wake().at > at  # what was due then has been done


def test_a_cancelled_wake_up_can_be_made_again(make_office: MakeOffice) -> None:
    office = make_office(simulated=False)
    office.run(issue=True)
    first, later = office.scheduled()[0], office.next_wake().at
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(first.id, Cancelled(), force=True)
    office.wake_at(halfway_to(later))
    office.run()
    office.wake_at(later)

    office.run()

    again = office.scheduled()[-1]
    assert again.id != first.id
    assert again.expected_start_time == first.expected_start_time == later
    assert (again.idempotency_key or "").endswith("-3")


def test_the_watchdog_starts_what_was_missed(make_office: MakeOffice) -> None:
    office = make_office(simulated=False)
    office.run(issue=True)
    office.wake_at(machine_now() - timedelta(minutes=2))

    watchdog()

    started = office.scheduled()[1:]
    assert [run.parameters for run in started] == [{"directive": KEY, "cause": "canh gác"}]


def test_one_that_prefect_knows_no_more_keeps_none_of_the_others_waiting(
    make_office: MakeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = make_office(simulated=False)
    office.run(issue=True)
    ago = machine_now() - timedelta(minutes=2)
    office.wake_at(ago)
    folder, draft = find_draft(office.here.settings.directives, KEY)
    with office.here.ledger.write() as session:
        key = trial.begin(session, folder, draft, now=ago, by="desk").key

    def start(name: str, **options: Any) -> Any:
        return run_deployment("mất/mất" if options["parameters"]["directive"] == KEY else name, **options)

    monkeypatch.setattr(wakeups, "run_deployment", start)
    watchdog()

    started = office.scheduled()[1:]
    assert [run.parameters["directive"] for run in started] == [key]


def test_the_watchdog_leaves_a_wake_up_that_is_about_to_run(make_office: MakeOffice) -> None:
    office = make_office(simulated=False)
    office.run(issue=True)
    office.wake_at(machine_now() - timedelta(seconds=20))

    watchdog()

    assert len(office.scheduled()) == 1


def test_the_watchdog_leaves_a_quiet_directive_alone(make_office: MakeOffice) -> None:
    office = make_office(simulated=False)
    office.run(issue=True)

    watchdog()

    assert len(office.scheduled()) == 1


def test_on_a_simulated_clock_nothing_is_scheduled(make_office: MakeOffice) -> None:
    office = make_office(simulated=True)
    office.run(issue=True)
    office.at(RECEIPT_DUE)

    watchdog()

    assert office.scheduled() == []
    assert office.wake_up().generation == 0
