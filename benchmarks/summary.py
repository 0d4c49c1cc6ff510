"""The day's summary over 100,000 reports of 10 figures, beside the bare SQL that gives the same numbers; and a unit's
submission on its first day and after a year.

    python -m benchmarks.summary [--reports 100000]

PostgreSQL, a throw-away server as the tests use. Half of the time of a summary is adding up, so the bare SQL is what a
careful person would write by hand for the same page: totals, books, sums by district, changes since the day before."""

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from hoatoc.ledger.engine import Ledger, open_ledger
from hoatoc.ledger.migrate import migrate
from hoatoc.ledger.schema import Addressee, Directive, Period
from hoatoc.mail.relay import Relay
from hoatoc.rollout import rollups, snapshot, submission, summaries
from tests.worlds.offices import Files, small_office
from tests.worlds.postgresql import running_server
from tests.worlds.rollouts import FREEZE, NEXT_SLOT, SLOT, World, issued

FIGURES = [f"f{number}" for number in range(10)]
DISTRICTS = 1000


def office() -> Files:
    """A province whose form has ten figures."""
    files = small_office(districts=1, departments=1, members=0)
    files.form["fields"] = [{"key": key, "label": key, "type": "count", "unusual": False} for key in FIGURES]
    files.form["checks"] = []
    files.directive["regime"]["summary"] = None
    return files


def fill(session: Session, world: World, reports: int) -> None:
    """So many units in `DISTRICTS` districts, each with a report of two days; on the second 5% are missing."""
    figures = ", ".join(f"'{key}', (i * {index + 7}) % 1000" for index, key in enumerate(FIGURES))
    first, second = period_id(session, world, SLOT), period_id(session, world, NEXT_SLOT)
    copy(session, "unit", "key = 'so-0'", f"generate_series(1, {DISTRICTS}) i", key="'d' || i", name="'Huyện ' || i")
    copy(session, "unit", "key = 'so-0'", f"generate_series(1, {reports}) i", key="'x' || i", name="'Xã ' || i",
         parent_key=f"'d' || (1 + i % {DISTRICTS})")  # fmt: skip
    copy(session, "addressee", "key = 'so-0'", "unit u WHERE u.key ~ '^x'", key="u.key", name="u.name", unit_id="u.id")
    for period in (first, second):
        missing = "a.id % 20 = 0" if period == second else "false"
        copy(session, "duty", f"period_id = {period} AND addressee_id = (SELECT id FROM addressee WHERE key = 'so-0')",
             "addressee a WHERE a.key ~ '^x'", addressee_id="a.id", next_at="'9999-12-30Z'",
             state=f"CASE WHEN {missing} THEN 'open' ELSE 'met' END")  # fmt: skip
        session.execute(text(
            "INSERT INTO report (duty_id, period_id, addressee_id, first_at, on_time, revision, revised_at, figures, "
            f"warnings, explanation, erratum) SELECT d.id, period_id, addressee_id, due_at, true, 1, due_at, "
            f"jsonb_build_object({figures}), '[]', '', 'none' FROM (SELECT *, id AS i FROM duty) d "
            f"WHERE period_id = {period} AND state = 'met'"
        ))  # fmt: skip


def copy(session: Session, table: str, which: str, over: str, **columns: str) -> None:
    """Copies of one row, one for each row of `over`, with other values in some columns."""
    changed = ", ".join(f"'{name}', {value}" for name, value in columns.items())
    session.execute(text(
        f"INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, one.row || jsonb_build_object('id', "
        f"nextval('{table}_id_seq'), {changed}))).* FROM (SELECT to_jsonb(t) AS row FROM {table} t WHERE {which} "
        f"LIMIT 1) one, {over}"
    ))  # fmt: skip


def period_id(session: Session, world: World, slot: str) -> int:
    """The id of a period."""
    return int(session.scalar(text("SELECT id FROM period WHERE slot = :s AND directive_id = :d"),
                              {"s": slot, "d": world.directive_id}) or 0)  # fmt: skip


def bare(session: Session, before: int, period: int) -> list[Any]:
    """The same numbers by hand."""
    sums = ", ".join(f"sum((r.figures ->> '{key}')::bigint), count(r.figures ->> '{key}')" for key in FIGURES)
    books = "d.state, d.due_at < now()"
    changes = ", ".join(f"sum((n.figures ->> '{key}')::bigint - (t.figures ->> '{key}')::bigint)" for key in FIGURES)
    statements = (
        f"SELECT {sums} FROM report r WHERE period_id = :p",
        f"SELECT {books}, count(*) FROM duty d WHERE period_id = :p GROUP BY 1, 2",
        f"SELECT u.parent_key, {sums} FROM report r JOIN addressee a ON a.id = r.addressee_id "
        f"JOIN unit u ON u.id = a.unit_id WHERE period_id = :p GROUP BY 1",
        f"SELECT {changes} FROM report n JOIN report t ON t.addressee_id = n.addressee_id "
        f"WHERE n.period_id = :p AND t.period_id = :b",
        "SELECT a.key, a.name FROM duty d JOIN addressee a ON a.id = d.addressee_id "
        "WHERE period_id = :p AND state = 'open'",
    )
    return [session.execute(text(statement), {"p": period, "b": before}).all() for statement in statements]


def whole_summary(session: Session, world: World, period: int) -> dict[str, Any]:
    """What freezing a period computes and keeps, but for the notices."""
    directive, row = session.get_one(Directive, world.directive_id), session.get_one(Period, period)
    snap, now = snapshot.of(directive), FREEZE + timedelta(days=1)
    nodes = rollups.compute(session, directive, row, snap.form_of("1"), now)
    rollups.freeze(session, row, nodes)
    return summaries.compile_summary(session, directive, snap, row, nodes, now)


def timed(ledger: Ledger, work: Callable[[Session], Any], times: int = 5) -> tuple[float, Any]:
    """The median of several runs, each in a transaction that is taken back, and the last answer."""
    taken, answer = [], None
    for _ in range(times):
        with Session(ledger.engine) as session:
            begun = time.perf_counter()
            answer = work(session)
            taken.append(time.perf_counter() - begun)
            session.rollback()
    return statistics.median(taken), answer


def submissions(world: World, slot: str) -> float:
    """The median time of a unit's submission, in a transaction that is taken back."""

    def work(session: Session) -> None:
        addressee = session.query(Addressee).filter_by(key="so-0", directive_id=world.directive_id).one()
        duty, period = submission.lock(session, addressee, slot)
        typed = dict.fromkeys(FIGURES, "5")
        submission.submit(session, addressee, duty, period, typed, now=period.due_at, by_name="An", channel="portal")

    return timed(world.ledger, work, times=30)[0]


def a_year(session: Session, world: World) -> None:
    """A year of earlier duties and reports for the unit that submits."""
    figures = ", ".join(f"'{key}', 5" for key in FIGURES)
    unit = int(session.scalar(text("SELECT id FROM addressee WHERE key = 'so-0'")) or 0)
    copy(session, "period", f"id = {period_id(session, world, NEXT_SLOT)}", "generate_series(2, 366) i",
         local_date="(DATE '2021-11-25' - i)::text", slot="(DATE '2021-11-25' - i)::text || '/P1D'",
         due_at="TIMESTAMPTZ '2021-11-25T09:00Z' - i * interval '1 day'", state="'locked'")  # fmt: skip
    copy(session, "duty", f"period_id = {period_id(session, world, NEXT_SLOT)} AND addressee_id = {unit}",
         "period p WHERE p.state = 'locked'", slot="p.slot", period_id="p.id", due_at="p.due_at",
         state="'met'")  # fmt: skip
    session.execute(text(
        "INSERT INTO report (duty_id, period_id, addressee_id, first_at, on_time, revision, revised_at, figures, "
        "warnings, explanation, erratum) SELECT d.id, period_id, addressee_id, due_at, true, 1, due_at, "
        f"jsonb_build_object({figures}), '[]', '', 'none' FROM duty d WHERE addressee_id = {unit} AND state = 'met' "
        "AND period_id IS NOT NULL"
    ))  # fmt: skip


def main(reports: int = 100_000) -> None:
    """Measure and print."""
    with running_server() as server:
        server.create_template()
        ledger = open_ledger(server.url(server.template))
        migrate(ledger)
        world = issued(ledger, Relay("127.0.0.1", 1), office().read())
        # Two periods of a small office, the first one frozen; then the units of a large one are put beside it.
        world.follow(FREEZE)
        with ledger.write() as session:
            fill(session, world, reports)
            before, period = period_id(session, world, SLOT), period_id(session, world, NEXT_SLOT)
        with ledger.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
        by_hand, answer = timed(ledger, lambda session: bare(session, before, period))
        ours, content = timed(ledger, lambda session: whole_summary(session, world, period))
        assert [row["total"] for row in content["figures"]] == list(map(int, answer[0][0][::2])), "the same numbers"
        print(f"{reports:,} reports × {len(FIGURES)} figures in {DISTRICTS} districts")
        print(f"  by hand          {by_hand * 1000:8.0f} ms")
        print(f"  the day's summary{ours * 1000:8.0f} ms   {ours / by_hand:.2f}×")
        first = submissions(world, NEXT_SLOT)
        with ledger.write() as session:
            a_year(session, world)
        with ledger.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
        later = submissions(world, NEXT_SLOT)
        print("a unit's submission, read, checked and kept")
        print(f"  the first day    {first * 1000:8.1f} ms")
        print(f"  after a year     {later * 1000:8.1f} ms   {later / first:.2f}×")
        ledger.close()


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--reports", type=int, default=100_000)
    main(options.parse_args().reports)
