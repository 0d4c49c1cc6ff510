"""`python -m benchmarks.memory URL`: dispatch and deliver what `URL` holds, and print the peak memory in MiB."""

import asyncio
import subprocess
import sys
import tempfile
from multiprocessing import get_context
from pathlib import Path

from sqlalchemy import insert, select

from benchmarks.rollout import ISSUED, LINKS, prepare
from benchmarks.sink import smtp_sink
from hoatoc.ledger.engine import open_ledger
from hoatoc.ledger.schema import Addressee, Assignment, Directive, Obligation, Unit
from hoatoc.mail.deliver import deliver
from hoatoc.mail.relay import Relay
from hoatoc.rollout.dispatch import dispatch

_AT_A_TIME = 1000


def peak(count: int) -> float:
    """The peak memory in MiB of a fresh process that dispatches a directive to `count` units and delivers it."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/ledger.db"
        filling = get_context("spawn").Process(target=fill, args=(url, count))  # what it takes is not counted
        filling.start()
        filling.join()
        done = subprocess.run([sys.executable, "-m", "benchmarks.memory", url], check=True, capture_output=True)
    return float(done.stdout)


def fill(url: str, count: int) -> None:
    """A fresh ledger at `url` with a directive issued to `count` units."""
    ledger, directive_id = prepare(url, 2)
    with ledger.write() as session:
        like = session.scalars(select(Unit).where(Unit.key == "so-0")).one()
        addressee = session.scalars(select(Addressee).where(Addressee.unit_id == like.id)).one()
        [obligation_id] = session.scalars(select(Obligation.id).where(Obligation.directive_id == directive_id))
        of_unit, of_addressee = _columns(like), _columns(addressee)
        for start in range(2, count, _AT_A_TIME):
            numbers = range(start, min(start + _AT_A_TIME, count))
            units = [{**of_unit, "key": f"xa-{number}", "mail": f"xa-{number}@mau.example"} for number in numbers]
            ids = session.scalars(insert(Unit).returning(Unit.id, sort_by_parameter_order=True), units).all()
            told = [{**of_addressee, "key": unit["key"], "unit_id": id_} for unit, id_ in zip(units, ids, strict=True)]
            found = session.scalars(insert(Addressee).returning(Addressee.id), told)
            bears = [{"obligation_id": obligation_id, "addressee_id": id_} for id_ in found]
            session.execute(insert(Assignment), bears)
    ledger.close()


def _columns(row: Unit | Addressee) -> dict[str, object]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns if column.key != "id"}


def _peak_of_this_process() -> float:
    # The kernel's other count, ru_maxrss, starts with what the parent had when it forked.
    status = Path("/proc/self/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024


def main() -> None:
    """Dispatch, deliver, and tell."""
    ledger = open_ledger(sys.argv[1])
    with ledger.write() as session:
        directive = session.scalars(select(Directive)).one()
        written = dispatch(session, directive, ISSUED).notices
    with smtp_sink() as port:
        done = asyncio.run(deliver(ledger, directive.id, now=ISSUED, relay=Relay("127.0.0.1", port), links=LINKS))
    ledger.close()
    assert done.sent == written, done
    print(_peak_of_this_process())


if __name__ == "__main__":
    main()
