"""`python -m benchmarks.peers [--messages N] [--rounds N]`: the alternatives and ours in one run, medians."""

import argparse
import json
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import building
from benchmarks.peers.job import ADDRESS, LINK, NAME, NUMBER
from benchmarks.rollout import prepare, roll_out
from benchmarks.sink import program, smtp_sink, smtp_source, wait_for
from hoatoc.mail.relay import Relay
from tests.worlds.postgresql import Server, running_server

HERE = Path(__file__).parent
PYTHON = HERE.parent.parent / ".venv-peers" / "bin" / "python"
RESULTS = HERE.parent / "peers.json"
_DURABLE = ("listen_addresses=", "max_connections=80")
#: What is run, what it is called, and the part of all messages it is asked to send.
PEERS = {
    "by_dramatiq": ("dramatiq + Redis", 1.0), "by_post_office": ("django-post-office", 1.0), "by_dbos": ("DBOS", 1.0),
    "by_prefect": ("Prefect, a task each (few)", 0.05),
}  # fmt: skip


def main() -> None:
    """Measure, and tell."""
    told = _arguments()
    ways = [(name, given) for name in PEERS for given in (False, True)]
    rates: dict[str, list[float]] = {"limit": [], "ours": [], **{_way(*way): [] for way in ways}}
    with tempfile.TemporaryDirectory() as folder, running_server(_DURABLE) as server, smtp_sink() as port:
        (Path(folder) / "letter.eml").write_bytes(_letter())
        for number in range(told.rounds):
            seconds = smtp_source(port, messages=told.messages, octets=building.octets_of_a_notice())
            rates["limit"].append(told.messages / seconds)
            rates["ours"].append(_ours(_database(server, f"ours_{number}"), told.messages, port))
            for name, given in ways:
                way, count = _way(name, given), int(told.messages * PEERS[name][1])
                url = _database(server, f"{way}_{number}")
                rates[way].append(_peer(name, url, count, port, Path(folder) / f"{way}_{number}", given=given))
    _tell({name: median(found) for name, found in rates.items()}, told.messages, told.rounds)


def _way(name: str, given: bool) -> str:
    return f"{name}_given" if given else name


def _letter() -> bytes:
    """Our message, with marks where the parts of the recipient go."""
    composer, [one, _] = building.notices(2)
    marked = one._replace(to_name=NAME.decode(), to_address=ADDRESS.decode(), message_id=f"<{NUMBER.decode()}@x>")
    message = composer.compose(marked, eight_bit=True).message
    link = composer._link(marked).encode()
    return message.replace(link, LINK)


def _ours(url: str, messages: int, port: int) -> float:
    ledger, directive_id = prepare(url, messages)
    try:
        return messages / roll_out(ledger, directive_id, messages, Relay("127.0.0.1", port)).whole
    finally:
        ledger.close()


def _peer(name: str, url: str, messages: int, port: int, folder: Path, *, given: bool) -> float:
    folder.mkdir(exist_ok=True)
    (folder / "letter.eml").write_bytes((folder.parent / "letter.eml").read_bytes())
    with _redis(folder) as redis:
        done = subprocess.run(
            [PYTHON, HERE / f"{name}.py", "--port", str(port), "--database", url, "--messages", str(messages),
             "--redis", str(redis), "--folder", folder, *(["--given"] if given else [])],
            check=False, capture_output=True, text=True,
        )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{name}: {done.stderr}")
    [seconds] = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("seconds ")]
    return messages / float(seconds)


@contextmanager
def _redis(folder: Path) -> Iterator[int]:
    """Debian's Redis as it would keep a queue: every second to disk."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [program("redis-server", "redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--dir", folder,
               "--appendonly", "yes"]  # fmt: skip
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def _database(server: Server, name: str) -> str:
    server._run(f"CREATE DATABASE {name}")
    return server.url(name)


def _tell(rates: dict[str, float], messages: int, rounds: int) -> None:
    ours, own, given = rates["ours"], _best(rates, given=False), _best(rates, given=True)
    print(f"{messages} messages, medians of {rounds} rounds\n\n{'':44}{'messages/s':>12}{'ours is':>10}")
    called = {"limit": "postfix smtp-source (C; nothing recorded)", "ours": "hoatoc, PostgreSQL", **_called()}
    for way, words in called.items():
        print(f"{words:44}{rates[way]:12,.0f}{ours / rates[way]:9.1f}×")
    print(f"\nours is {ours / own:.1f} times the best of them, {ours / given:.1f} when they build as we do\n{RESULTS}")
    bars: list[dict[str, Any]] = [
        {"name": f"{words}: record, send, mark", "short": words, "rate": rates[way], "ours": False}
        for way, words in _called().items()
    ]
    found = {"messages": messages, "rounds": rounds, "limit": rates["limit"], "ours": ours, "bars": bars}
    RESULTS.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n")


def _called() -> dict[str, str]:
    return {
        _way(name, given): f"{words}{', given our builder' if given else ''}"
        for name, (words, _) in PEERS.items()
        for given in (False, True)
    }


def _best(rates: dict[str, float], *, given: bool) -> float:
    return max(rates[_way(name, given)] for name in PEERS)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("--messages", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
