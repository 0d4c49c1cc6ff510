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
from tests.worlds.rollouts import DUE, FREEZE, NEXT_SLOT, SLOT, World, issued

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
    """So many units in `DISTRICTS` districts, each with a report of two days; one in twenty is missing on the second."""
    ids = {"directive": world.directive_id, "n": reports, "m": DISTRICTS, "due": DUE, "next": DUE + timedelta(days=1)}
    days = {"p1": period_id(session, world, SLOT), "p2": period_id(session, world, NEXT_SLOT)}
    figures = ", ".join(f"'{key}', (i * {index + 7}) % 1000" for index, key in enumerate(FIGURES))
    for statement in (
        "INSERT INTO unit (office_id, key, name, short, tree, kind, parent_key, groups, mail, phone, valid_from, "
        "valid_to) SELECT 1, 'd' || i, 'Huyện ' || i, '', 'state', 'huyện', 'ubnd-tinh', '[]', '', '', '2000-01-01', "
        "'9999-01-01' FROM generate_series(1, :m) i",
        "INSERT INTO unit (office_id, key, name, short, tree, kind, parent_key, groups, mail, phone, valid_from, "
        "valid_to) SELECT 1, 'x' || i, 'Xã ' || i, '', 'state', 'xã', 'd' || (1 + i % :m), '[]', '', '', '2000-01-01', "
        "'9999-01-01' FROM generate_series(1, :n) i",
        "INSERT INTO addressee (directive_id, key, unit_id, name, line, unreachable_at, link_generation) "
        "SELECT :directive, key, id, name, '', '9999-12-30Z', 0 FROM unit WHERE key ~ '^x[0-9]'",
        *(
            f"INSERT INTO duty (directive_id, subject, addressee_id, slot, generation, kind, period_id, state, "
            f"opened_at, due_at, met_at, step, next_at) SELECT :directive, '1', a.id, p.slot, 0, 'report', p.id, "
            f"CASE WHEN p.id = :p2 AND a.id % 20 = 0 THEN 'open' ELSE 'met' END, p.opens_at, p.due_at, p.due_at, 0, "
            f"'9999-12-30Z' FROM addressee a, period p WHERE a.key ~ '^x[0-9]' AND p.id = :{day}"
            for day in days
        ),
        f"INSERT INTO report (duty_id, period_id, addressee_id, first_at, on_time, revision, revised_at, figures, "
        f"warnings, explanation, erratum) SELECT id, period_id, addressee_id, due_at, true, 1, due_at, "
        f"jsonb_build_object({figures}), '[]', '', 'none' FROM (SELECT *, id AS i FROM duty WHERE kind = 'report' AND "
        f"state = 'met' AND period_id IS NOT NULL AND addressee_id IN (SELECT id FROM addressee WHERE key ~ '^x')) d",
    ):
        session.execute(text(statement), {**ids, **days})


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
        typed = {key: "5" for key in FIGURES}
        submission.submit(session, addressee, duty, period, typed, now=period.due_at, by_name="An", channel="portal")

    return timed(world.ledger, work, times=30)[0]


def a_year(session: Session, world: World) -> None:
    """A year of earlier duties and reports for the unit that submits."""
    figures = ", ".join(f"'{key}', 5" for key in FIGURES)
    for statement in (
        "INSERT INTO period (directive_id, subject, slot, local_date, zone, opens_at, due_at, freeze_at, lock_at, state, "
        "next_at) SELECT directive_id, subject, (local_date - i)::text || '/P1D', local_date - i, zone, opens_at, "
        "due_at - i * interval '1 day', freeze_at, lock_at, 'locked', '9999-12-30Z' FROM period, "
        "generate_series(2, 366) i WHERE slot = :s AND directive_id = :d",
        "INSERT INTO duty (directive_id, subject, addressee_id, slot, generation, kind, period_id, state, opened_at, "
        "due_at, met_at, step, next_at) SELECT p.directive_id, '1', a.id, p.slot, 0, 'report', p.id, 'met', opens_at, "
        "due_at, due_at, 0, '9999-12-30Z' FROM period p, addressee a WHERE p.state = 'locked' AND a.key = 'so-0' AND "
        "a.directive_id = :d AND p.directive_id = :d AND NOT EXISTS (SELECT FROM duty d WHERE d.period_id = p.id AND "
        "d.addressee_id = a.id)",
        f"INSERT INTO report (duty_id, period_id, addressee_id, first_at, on_time, revision, revised_at, figures, "
        f"warnings, explanation, erratum) SELECT d.id, d.period_id, d.addressee_id, d.due_at, true, 1, d.due_at, "
        f"jsonb_build_object({figures}), '[]', '', 'none' FROM duty d JOIN addressee a ON a.id = d.addressee_id WHERE "
        f"a.key = 'so-0' AND d.kind = 'report' AND d.state = 'met' AND NOT EXISTS (SELECT FROM report r WHERE "
        f"r.duty_id = d.id)",
    ):
        session.execute(text(statement), {"d": world.directive_id, "s": NEXT_SLOT})


def main(reports: int = 100_000) -> None:
    """Measure and print."""
    with running_server() as server:
        server.create_template()
        ledger = open_ledger(server.url(server.template))
        migrate(ledger)
        world = issued(ledger, Relay("127.0.0.1", 1), office().read())
        world.run()
        world.follow(FREEZE)
        with ledger.write() as session:
            fill(session, world, reports)
            before, period = period_id(session, world, SLOT), period_id(session, world, NEXT_SLOT)
        world.at(DUE + timedelta(hours=3)).run()
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
