"""The ids of rows stand in links, return addresses, slips and histories: after a restore none is given a second time.

A backup does not know the ids that were given after it was made, and mail that carries them is out. So a restored
ledger goes on at the machine's clock, in milliseconds since 1970. It began at 1, and from one restore to the next it
gives fewer than an id a millisecond: all that it has ever given, before the backup, after it, and after every restore
before this one, is below."""

import sqlite3
from datetime import datetime

from sqlalchemy import Connection, text

_NUMBERED = "FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'"


def beyond(highest: int, now: datetime) -> int:
    """The id above which a restored ledger goes on at `now` (aware, machine time); `highest` is the last it knows of.
    Where that is above the clock, the clock stood wrong now or at a restore before."""
    clock = int(now.timestamp() * 1000)
    return clock if clock > highest else highest + clock


def skip_in_copy(copy: sqlite3.Connection, now: datetime) -> None:
    """Let every table of a ledger on SQLite go on above what was lost by `now`. Asks the file itself which tables
    number their rows: it may be of an older revision."""
    [highest] = copy.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence").fetchone()
    with copy:
        copy.execute("DELETE FROM sqlite_sequence")  # only tables that have had a row are in there
        copy.execute(f"INSERT INTO sqlite_sequence SELECT name, ? {_NUMBERED}", (beyond(highest, now),))


def skip_in_database(connection: Connection, now: datetime) -> None:
    """The same for a ledger on PostgreSQL, whose own tools restore it."""
    sequences = "FROM pg_sequences WHERE schemaname = current_schema()"
    highest = connection.scalar(text(f"SELECT max(last_value) {sequences}")) or 0
    named = "CAST(quote_ident(schemaname) || '.' || quote_ident(sequencename) AS regclass)"
    connection.execute(text(f"SELECT setval({named}, :above) {sequences}"), {"above": beyond(highest, now)})
