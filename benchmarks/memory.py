"""`python -m benchmarks.memory COUNT`: deliver COUNT notices, and print the peak memory of this process in MiB."""

import asyncio
import resource
import subprocess
import sys
import tempfile

from benchmarks.rollout import ISSUED, LINKS, prepare
from benchmarks.sink import smtp_sink
from hoatoc.ledger.schema import Directive
from hoatoc.mail.deliver import deliver
from hoatoc.mail.relay import Relay
from hoatoc.rollout import outbox
from hoatoc.rollout.command import Mailbox
from hoatoc.rollout.dispatch import dispatch

_AT_A_TIME = 1000


def peak(count: int) -> float:
    """The peak memory in MiB of a fresh process that delivers so many notices."""
    done = subprocess.run([sys.executable, "-m", "benchmarks.memory", str(count)], check=True, capture_output=True)
    return float(done.stdout)


def main() -> None:
    """Fill an outbox piece by piece, deliver it, and tell."""
    count = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder, smtp_sink() as port:
        ledger, directive_id = prepare(f"sqlite:///{folder}/ledger.db", 2)
        with ledger.write() as session:
            dispatch(session, session.get_one(Directive, directive_id), ISSUED)
        for start in range(0, count, _AT_A_TIME):
            some = [_notice(number) for number in range(start, min(start + _AT_A_TIME, count))]
            with ledger.write() as session:
                outbox.write(session, directive_id, some, now=ISSUED, domain="mau.example")
        asyncio.run(deliver(ledger, directive_id, now=ISSUED, relay=Relay("127.0.0.1", port), links=LINKS))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _notice(number: int) -> outbox.Written:
    to = Mailbox(f"xa-{number}", f"Ủy ban nhân dân xã số {number}", f"xa-{number}@mau.example")
    return outbox.Written(
        template="dispatch", step="bench", to=to, occurrence="", due_at=ISSUED, reason="đo", duties=(1,), addressee_id=1
    )


if __name__ == "__main__":
    main()
