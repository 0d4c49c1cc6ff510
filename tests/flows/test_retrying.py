"""Prefect tries a step again when a moment later may have mended it, and never for a mistake of the data."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from typing import Any

import pytest
from prefect import flow
from prefect.states import exception_to_failed_state
from sqlalchemy.exc import OperationalError

from hoatoc.errors import HoatocError, NotFound
from hoatoc.ledger import engine
from hoatoc.rollout.dispatch import Dispatched
from tasks import steps
from tasks.retrying import RETRIES, may_have_passed
from tests.flows.conftest import MakeOffice
from tests.worlds.ledgers import Ledgers
from tests.worlds.offices import KEY

_ANY: Any = None


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (OperationalError("UPDATE duty …", {}, sqlite3.OperationalError("database is locked")), True),
        (OSError(28, "No space left on device"), True),
        (ConnectionResetError(104, "Connection reset by peer"), True),
        (TimeoutError(), True),
        (NotFound("'x/y' chưa được ban hành"), False),
        (HoatocError("lượt chạy đã chuyển cho tiến trình khác"), False),
        (ValueError("naive time refused"), False),
        (KeyError("regime"), False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_only_what_may_pass_by_itself_is_tried_again(error: Exception, again: bool) -> None:
    state = asyncio.run(exception_to_failed_state(error))

    assert may_have_passed(_ANY, _ANY, state) is again


@flow(name="một bước")
def _one_step(now: Any) -> Dispatched:
    return steps.dispatch(KEY, now)


@pytest.fixture
def ledgers(sqlite_ledgers: Ledgers) -> Ledgers:
    """SQLite alone: it is its lock that is held here."""
    return sqlite_ledgers


@pytest.mark.slow
def test_a_step_that_finds_the_ledger_locked_is_run_again(
    make_office: MakeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_BUSY_SECONDS", 0.5)
    office = make_office(simulated=True)
    office.run(issue=True)
    attempts: list[str] = []
    monkeypatch.setattr(steps, "_in_ledger", _counting(steps._in_ledger, attempts))
    holder = sqlite3.connect(office.here.ledger.engine.url.database or "", check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    release = threading.Timer(1.5, holder.rollback)
    release.start()

    done = _one_step(office.next_wake().at)

    release.join()
    holder.close()
    assert attempts == ["OperationalError", "done"]
    assert done.duties == 0


def test_a_mistake_of_the_data_is_not_tried_again(make_office: MakeOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    office = make_office(simulated=True)
    office.run(issue=True)
    attempts: list[str] = []

    def refuse(*_: Any) -> Any:
        attempts.append("refused")
        raise NotFound("không có đơn vị này")

    monkeypatch.setattr(steps, "dispatch_duties", refuse)

    with pytest.raises(NotFound, match="không có đơn vị này"):
        _one_step(office.next_wake().at)

    assert attempts == ["refused"]


def _counting(work: Callable[..., Any], attempts: list[str]) -> Callable[..., Any]:
    def counted(*args: Any) -> Any:
        try:
            done = work(*args)
        except Exception as error:
            attempts.append(type(error).__name__)
            raise
        attempts.append("done")
        return done

    return counted


def test_a_step_is_tried_five_times_at_most() -> None:
    assert RETRIES == 4
    assert {step.retries for step in (steps.dispatch, steps.collect, steps.escalate, steps.aggregate)} == {RETRIES}
    assert steps.deliver.retries == RETRIES
