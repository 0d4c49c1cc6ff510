"""`python -m benchmarks [--messages N] [--rounds N] [--memory]`: every way in turn, several rounds, medians."""

import argparse
import json
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import building, memory, plain, report
from benchmarks.rollout import Timed, prepare, roll_out
from benchmarks.sink import smtp_sink, smtp_source
from hoatoc.mail.relay import Relay
from tests.worlds.postgresql import Server, running_server

#: As a province would run it: everything that is committed is on disk.
_DURABLE = ("listen_addresses=", "max_connections=50")
_PEERS = Path(__file__).parent / "peers.json"


def main() -> None:
    """Measure, and tell."""
    asked = _arguments()
    octets = building.octets_of_a_notice()
    seconds: dict[str, list[float]] = {"source": [], "plain": [], "sqlite": [], "postgresql": []}
    sending: dict[str, list[float]] = {"sqlite": [], "postgresql": []}
    composer, made = building.notices(asked.messages)
    messages = [(one.to_address, composer.compose(one, eight_bit=True).message) for one in made]
    with tempfile.TemporaryDirectory() as folder, running_server(_DURABLE) as server, smtp_sink() as port:
        for number in range(asked.rounds):
            seconds["source"].append(smtp_source(port, messages=asked.messages, octets=octets))
            seconds["plain"].append(plain.send_all(port, messages))
            for backend, url in (
                ("sqlite", f"sqlite:///{folder}/{number}.db"),
                ("postgresql", _database(server, number)),
            ):
                timed = _once(url, asked.messages, port)
                seconds[backend].append(timed.whole)
                sending[backend].append(timed.send)
    results: dict[str, Any] = {
        "messages": asked.messages, "octets": octets, "rounds": asked.rounds,
        "bars": [*_bars(seconds, sending, asked.messages), *_peers(asked.messages / median(seconds["source"]))],
        "building": building.seconds_a_notice(),
    }  # fmt: skip
    if asked.memory:
        results["memory"] = {f"{count:,}": memory.peak(count) for count in (10_000, 100_000)}
    report.write(results)


def _once(url: str, units: int, port: int) -> Timed:
    ledger, directive_id = prepare(url, units)
    try:
        return roll_out(ledger, directive_id, units, Relay("127.0.0.1", port))
    finally:
        ledger.close()


def _bars(seconds: dict[str, list[float]], sending: dict[str, list[float]], messages: int) -> list[dict[str, Any]]:
    def bar(name: str, short: str, took: list[float], *, ours: bool = False) -> dict[str, Any]:
        return {"name": name, "short": short, "rate": messages / median(took), "ours": ours}

    return [
        bar("postfix smtp-source ×4 (C; nothing recorded)", "smtp-source (C, no ledger)", seconds["source"]),
        bar("plain aiosmtplib ×4 (built beforehand; nothing recorded)", "aiosmtplib (no ledger)", seconds["plain"]),
        bar("hoatoc, SQLite: render, send, mark", "hoatoc, SQLite, from the outbox", sending["sqlite"], ours=True),
        bar("hoatoc, SQLite: record, render, send, mark", "hoatoc, SQLite, all of it", seconds["sqlite"], ours=True),
        bar("hoatoc, PostgreSQL: render, send, mark", "hoatoc, PostgreSQL, from the outbox",
            sending["postgresql"], ours=True),
        bar("hoatoc, PostgreSQL: record, render, send, mark", "hoatoc, PostgreSQL, all of it",
            seconds["postgresql"], ours=True),
    ]  # fmt: skip


def _peers(limit: float) -> list[dict[str, Any]]:
    """What `make bench-peers` has measured, when it has: as parts of the C limit of its own run, so that two runs on a
    noisy machine compare."""
    if not _PEERS.exists():
        return []
    found = json.loads(_PEERS.read_text())
    return [{**bar, "rate": bar["rate"] / found["limit"] * limit} for bar in found["bars"]]


def _database(server: Server, number: int) -> str:
    name = f"bench_{number}"
    server._run(f"CREATE DATABASE {name}")
    return server.url(name)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", action="store_true", help="also 10,000 against 100,000 recipients: some minutes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
