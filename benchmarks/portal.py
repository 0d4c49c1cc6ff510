"""The portal under load: durable acknowledgements on PostgreSQL by one worker, beside the same server's bare hello.

`python -m benchmarks.portal`; needs wrk (`apt-get install wrk`)."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy import func, select

from benchmarks.rollout import ISSUED, prepare
from benchmarks.steady import Steady, post_steadily
from deployments.ports import listen, port_of
from hoatoc import clock
from hoatoc.keyring import open_keyring
from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import Addressee, Directive, Receipt
from hoatoc.links import Links
from hoatoc.rollout.dispatch import dispatch
from tests.worlds.postgresql import running_server

_KEY = "k" * 48
_FORM = "ho-ten=V%C4%83n+th%C6%B0&chuc-vu=V%C4%83n+th%C6%B0"
_SECONDS, _CONNECTIONS, _A_SECOND = 5, 64, 500
#: Seconds of acknowledgements as fast as they go in: each unit has but one.
_AT_ONCE = 3
_LUA = """
local paths, at = {}, 0
for line in io.lines("%(paths)s") do paths[#paths + 1] = line end
request = function()
  at = at %% #paths + 1
  return wrk.format("POST", paths[at], {["Content-Type"] = "application/x-www-form-urlencoded"}, "%(form)s")
end
"""


@dataclass(frozen=True)
class Measured:
    """Answers a second of hello, of a unit's page and of acknowledgements; and the steady stream of these."""

    hello: float
    page: float
    acknowledged: float
    steady: Steady


def measure(units: int = 12000) -> Measured:
    """Measure on a ledger of so many units; raises AssertionError unless every answered receipt is in the ledger."""
    durable = ("listen_addresses=", "max_connections=100")
    with tempfile.TemporaryDirectory() as home, running_server(durable) as server:
        server.create_template()
        url = server.url(server.template)
        ledger, directive_id = prepare(url, units)
        with ledger.write() as session:
            clock.simulate(session, ISSUED)
            dispatch(session, session.get_one(Directive, directive_id), ISSUED)
        paths = _paths(ledger, Path(home))
        with _serving(["benchmarks.hello:hello"], {}) as hello:
            bare = _wrk(hello)
        settings = {"HOME": home, "DATABASE_URL": url, "SECRET_KEY": _KEY}
        with _serving(["--factory", "portal.app:serve_app"], settings) as portal:
            steady = post_steadily(portal, paths[: _A_SECOND * 6], _FORM, a_second=_A_SECOND)
            _require_durable(ledger, steady.statuses.get(303, 0))
            rest = paths[_A_SECOND * 6 :]
            acknowledged = _wrk(portal, seconds=_AT_ONCE, script=_script(Path(home), rest))
            # Whoever presses twice is answered for less: none may have.
            assert acknowledged.answers <= len(rest), "too few units for so fast a portal"
            _require_durable(ledger, steady.statuses.get(303, 0) + acknowledged.answers)
            # The last: when the load tool stops, the pages that it has asked for are still made.
            page = _wrk(portal + paths[0].removesuffix("/nhan"))
        ledger.close()
    return Measured(bare.a_second, page.a_second, acknowledged.a_second, steady)


def _paths(ledger: Ledger, home: Path) -> list[str]:
    links = Links(open_keyring(home, _KEY), "")
    with ledger.read() as session:
        ids = session.scalars(select(Addressee.id).order_by(Addressee.id)).all()
    return [f"{links.unit(each, 0)}/nhan" for each in ids]


def _require_durable(ledger: Ledger, answered: int) -> None:
    with ledger.read() as session:
        kept = session.scalar(select(func.count(Receipt.id))) or 0
    # When the load tool stops, what it has sent is still recorded; it does not wait for the answer.
    assert answered <= kept <= answered + _CONNECTIONS, f"{answered} were answered, {kept} are in the ledger"


@contextmanager
def _serving(app: Sequence[str], settings: dict[str, str]) -> Iterator[str]:
    with listen(8120) as listener:  # closed again: uvicorn takes it by number
        port = port_of(listener)
    command = [sys.executable, "-m", "uvicorn", *app, "--port", str(port), "--no-access-log", "--log-level", "warning"]
    environment = {**os.environ, **{f"HOATOC_{name}": value for name, value in settings.items()}}
    server = subprocess.Popen(command, env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        while not _answers(url):
            assert server.poll() is None, "the server has ended"
            time.sleep(0.05)
        yield url
    finally:
        server.terminate()
        server.wait()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health").status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def _script(folder: Path, paths: Sequence[str]) -> Path:
    listed, script = folder / "paths", folder / "post.lua"
    listed.write_text("\n".join(paths))
    script.write_text(_LUA % {"paths": listed, "form": _FORM})
    return script


@dataclass(frozen=True)
class _Loaded:
    """What the load tool has seen."""

    answers: int
    a_second: float


def _wrk(url: str, *, seconds: int = _SECONDS, script: Path | None = None) -> _Loaded:
    command = ["wrk", "-t1", f"-c{_CONNECTIONS}", f"-d{seconds}s", *(["-s", str(script)] if script else []), url]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "Non-2xx" not in said, said
    [a_second] = re.findall(r"Requests/sec:\s+([\d.]+)", said)
    [answers] = re.findall(r"(\d+) requests in", said)
    return _Loaded(int(answers), float(a_second))


def main() -> None:
    """Measure and print."""
    found = measure()
    print(
        json.dumps(
            {
                "hello_per_second": round(found.hello), "page_per_second": round(found.page),
                "acknowledged_per_second": round(found.acknowledged),
                "page_to_hello": round(found.page / found.hello, 3),
                "acknowledged_to_hello": round(found.acknowledged / found.hello, 3),
                "steady_per_second": _A_SECOND, "steady_statuses": found.steady.statuses,
                "steady_p50_ms": round(found.steady.at(0.5) * 1000, 1),
                "steady_p99_ms": round(found.steady.at(0.99) * 1000, 1), "load": os.getloadavg()[0],
            },
            indent=2,
        )
    )  # fmt: skip


if __name__ == "__main__":
    main()
