"""What time it is: the simulated clock of the ledger when it has one, machine time otherwise."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from hoatoc.ledger.schema import SimulatedClock


def machine_now() -> datetime:
    """Machine time, aware UTC: what leases and time-outs are counted in."""
    return datetime.now(UTC)


def read(session: Session) -> datetime:
    """Now, as this ledger lives it (aware, UTC)."""
    return look(session)[0]


def look(session: Session) -> tuple[datetime, bool]:
    """The same, and whether a simulated clock says so."""
    simulated = session.get(SimulatedClock, 1)
    return (simulated.now, True) if simulated else (machine_now(), False)


def is_simulated(session: Session) -> bool:
    """Whether this ledger lives on a simulated clock."""
    return session.get(SimulatedClock, 1) is not None


def simulate(session: Session, now: datetime) -> None:
    """Set the simulated clock to `now`. It never goes back: ValueError if asked to."""
    clock = session.get(SimulatedClock, 1)
    if clock is None:
        session.add(SimulatedClock(id=1, now=now))
    elif now < clock.now:
        raise ValueError(f"the simulated clock stands at {clock.now} and does not go back to {now}")
    else:
        clock.now = now
