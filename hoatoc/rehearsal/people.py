"""The simulated people behind a directive's addressees: what makes them act, and when."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from hoatoc.ledger.schema import DutyKind
from hoatoc.localtime import following_day, instant, local, local_date
from hoatoc.rehearsal.behaviour import Behaviour, Chance, Manner

#: People act on whole ten minutes: so many sign on the same instant that one transaction takes them in.
_TICK = timedelta(minutes=10)
_MORNING = time(7, 30)


@dataclass(frozen=True)
class Person:
    """Who acts for one addressee."""

    addressee_id: int
    key: str
    name: str
    manner: Manner


@dataclass(frozen=True)
class Owes:
    """A duty as its bearer knows it."""

    id: int
    addressee_id: int
    kind: DutyKind
    subject: str
    slot: str
    due_at: datetime


@dataclass(frozen=True, order=True)
class Act:
    """What somebody is going to do at `at` (UTC)."""

    at: datetime
    duty_id: int
    wrongly: bool
    owes: Owes = field(compare=False)


class Agenda:
    """Everything the people are going to do, the earliest first."""

    def __init__(self, people: list[Person], behaviour: Behaviour, chance: Chance, zone: str) -> None:
        self.people = {person.addressee_id: person for person in people}
        self._awake, self._chance, self._zone = behaviour.awake, chance, zone
        self._acts: list[Act] = []

    @property
    def upcoming(self) -> datetime | None:
        """When somebody acts next."""
        return self._acts[0].at if self._acts else None

    def due(self, now: datetime) -> Iterator[Act]:
        """Take out every act up to `now`."""
        while self._acts and self._acts[0].at <= now:
            yield heapq.heappop(self._acts)

    def learn(self, owes: Owes, now: datetime) -> None:
        """A duty has been opened. The prompt keep the date of what they owe by themselves; for a document they wait
        until it is in their mail."""
        person = self.people[owes.addressee_id]
        if person.manner is Manner.NEXT_DAY:
            self._plan(owes, self._morning_after(owes))
        elif person.manner in (Manner.PROMPT, Manner.WRONG_FIRST) and owes.kind is not DutyKind.RECEIPT:
            before = timedelta(minutes=self._chance.between(75, 240, "early", owes.addressee_id, owes.slot, owes.kind))
            at = self._awakened(max(owes.due_at - before, now))
            wrongly = person.manner is Manner.WRONG_FIRST and owes.kind is DutyKind.REPORT
            self._plan(owes, at, wrongly=wrongly)

    def receive(self, owes: Owes, step: str, now: datetime) -> None:
        """A mail about a duty has arrived."""
        manner = self.people[owes.addressee_id].manner
        minutes = {
            ("dispatch", Manner.PROMPT): (5, 90), ("dispatch", Manner.WRONG_FIRST): (5, 120),
            ("remind", Manner.REMINDED): (5, 40), ("press", Manner.REMINDED): (5, 40), ("press", Manner.SLOW): (10, 90),
        }.get((step, manner))  # fmt: skip
        if minutes is not None:
            after = timedelta(minutes=self._chance.between(*minutes, step, owes.addressee_id, owes.kind, owes.slot))
            self._plan(owes, self._awakened(now + after))

    def again(self, act: Act) -> None:
        """The figures were refused: they are mended within the next quarter of an hour."""
        minutes = self._chance.between(5, 15, "mend", act.owes.addressee_id, act.owes.slot)
        self._plan(act.owes, act.at + timedelta(minutes=minutes))

    def _plan(self, owes: Owes, at: datetime, *, wrongly: bool = False) -> None:
        late = (at - datetime.min.replace(tzinfo=at.tzinfo)) % _TICK
        heapq.heappush(self._acts, Act(at + (_TICK - late if late else late), owes.id, wrongly, owes))

    def _awakened(self, at: datetime) -> datetime:
        hour = local(at, self._zone).time()
        if self._awake.since <= hour <= self._awake.until:
            return at
        day = local_date(at, self._zone)
        return instant(day if hour < self._awake.since else following_day(day), self._awake.since, self._zone)

    def _morning_after(self, owes: Owes) -> datetime:
        minutes = self._chance.between(0, 90, "morning", owes.addressee_id, owes.slot)
        day = following_day(local_date(owes.due_at, self._zone))
        return instant(day, _MORNING, self._zone) + timedelta(minutes=minutes)
