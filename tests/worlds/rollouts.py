"""A rollout under test: a ledger in which a directive runs on a simulated clock, and what people do to it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import select

from hoatoc import clock
from hoatoc.format.folder import Draft, OfficeFolder
from hoatoc.keyring import Keyring
from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import Addressee, Base, Directive, Duty, Event, Notice, Period, Summary
from hoatoc.links import Links
from hoatoc.mail.relay import Relay
from hoatoc.passing import Passed, make_pass
from hoatoc.rollout import books, submission
from hoatoc.rollout.acknowledge import acknowledge
from hoatoc.rollout.issue import issue
from hoatoc.rollout.submission import Submitted
from hoatoc.rollout.waking import next_at
from tests.worlds.offices import kien_giang, small_office

ISSUED = datetime(2021, 11, 23, 9, tzinfo=UTC)  # 16:00 in Vietnam
RECEIPT_DUE = ISSUED + timedelta(hours=20)
DUE = datetime(2021, 11, 24, 9, tzinfo=UTC)  # the first report
FREEZE = DUE + timedelta(hours=2)
LOCK = DUE + timedelta(hours=24)
SLOT, NEXT_SLOT = "2021-11-24/P1D", "2021-11-25/P1D"
TICK = timedelta(microseconds=1)
LINKS = Links(Keyring({"k1": "x" * 48}), "http://portal.example")
FIGURES = {"moi": "2", "luy_ke": "3.884"}
T = TypeVar("T", bound=Base)


@dataclass
class World:
    """One directive on its way."""

    ledger: Ledger
    relay: Relay
    directive_id: int
    links: Links = LINKS
    passes: list[Passed] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        """The simulated clock."""
        with self.ledger.read() as session:
            return clock.read(session)

    def at(self, moment: datetime) -> "World":
        """Move the clock; nothing runs."""
        with self.ledger.write() as session:
            clock.simulate(session, moment)
        return self

    def run(self) -> list[Passed]:
        """One pass, now."""
        done = make_pass(self.ledger, self.directive_id, relay=self.relay, links=self.links)
        self.passes += done
        return done

    def go(self, moment: datetime) -> Passed:
        """Move the clock and pass once."""
        return self.at(moment).run()[0]

    def follow(self, until: datetime) -> int:
        """Wake at each instant the ledger asks for, up to `until`; how many passes that took."""
        passes = 0
        while (wake := self.next_at()) <= until:
            self.at(max(wake, self.now)).run()
            passes += 1
            assert passes < 500, f"the ledger asks for a pass at {wake} again and again"
        self.at(until)
        return passes

    def next_at(self) -> datetime:
        """When the next pass is wanted."""
        with self.ledger.read() as session:
            return next_at(session, session.get_one(Directive, self.directive_id))

    def acknowledge(self, key: str) -> None:
        """The unit `key` presses the button."""
        with self.ledger.write() as session:
            acknowledge(
                session,
                self.addressee(key),
                now=clock.read(session),
                by_name="An",
                by_title="Văn thư",
                channel="portal",
            )

    def report(self, key: str, slot: str = SLOT, **figures: str) -> Submitted:
        """The unit `key` reports for `slot`."""
        with self.ledger.write() as session:
            addressee = session.scalars(select(Addressee).where(Addressee.key == key)).one()
            duty, period = submission.lock(session, addressee, slot)
            return submission.submit(
                session, addressee, duty, period, {**FIGURES, **figures}, now=clock.read(session), by_name="An",
                channel="portal",
            )  # fmt: skip

    def addressee(self, key: str) -> Addressee:
        """The addressee `key`."""
        return self.all(Addressee, Addressee.key == key)[0]

    def duty(self, key: str, slot: str = "") -> Duty:
        """The duty of `key` for `slot`; its receipt when there is none."""
        return self.all(Duty, Duty.addressee_id == self.addressee(key).id, Duty.slot == slot)[0]

    def period(self, slot: str = SLOT) -> Period:
        """The period `slot`."""
        return self.all(Period, Period.slot == slot)[0]

    def summary(self, slot: str = SLOT) -> Summary:
        """The frozen summary of `slot`."""
        return self.all(Summary, Summary.period_id == self.period(slot).id)[0]

    def notices(self, **values: str) -> list[Notice]:
        """The notices whose columns have these values."""
        return self.all(Notice, *(getattr(Notice, name) == value for name, value in values.items()))

    def events(self, kind: str) -> list[Event]:
        """The events of one kind."""
        return self.all(Event, Event.kind == kind)

    def all(self, table: type[T], *where: Any) -> list[T]:
        """The rows of `table`, by their id."""
        with self.ledger.read() as session:
            return list(session.scalars(select(table).where(*where).order_by(*table.__table__.primary_key.columns)))

    def books(self, kind: str = "report", slot: str = SLOT) -> books.Books:
        """The books of one kind and slot."""
        with self.ledger.read() as session:
            found = books.by_subject(session, self.directive_id, clock.read(session))
        subject = "receipt" if kind == "receipt" else "1"
        return found.get((kind, subject, slot), books.Books())


def issued(
    ledger: Ledger, relay: Relay, made: tuple[OfficeFolder, Draft] | None = None, *, at: datetime = ISSUED
) -> World:
    """A world in which the directive has been issued at `at`, and no pass has run."""
    folder, draft = made or small_office().read()
    with ledger.write() as session:
        clock.simulate(session, at)
        directive_id = issue(session, folder, draft, now=at, by="desk").id
    return World(ledger, relay, directive_id)


def kien_giang_issued(ledger: Ledger, relay: Relay) -> World:
    """13-CV/BCĐ, issued."""
    return issued(ledger, relay, kien_giang())
