"""Drives the demonstration: advances the simulated clock, starts the runs on Prefect, and lets the people act.

It keeps no state of its own: killed at any point, it carries on from the ledger and the mails that were kept."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol
from uuid import UUID

from hoatoc import clock
from hoatoc.demo.acting import Actors
from hoatoc.demo.persona import HOURS, Manner, Persona
from hoatoc.demo.postbag import Postbag
from hoatoc.errors import HoatocError
from hoatoc.installation import Installation
from hoatoc.ledger.schema import Directive
from hoatoc.localtime import following_day, instant, local, local_date
from hoatoc.phrase import Phrase
from hoatoc.rollout import waking
from hoatoc.rollout.reference import directive_of

KEY = "kien-giang/13-cv-bcd"
ZONE = "Asia/Ho_Chi_Minh"
#: The day the directive was signed, at the hour the office issues it; and the five days of reports after it.
ISSUED = instant(date(2021, 11, 23), time(16, 0), ZONE)
FIRST_DAY, DAYS = date(2021, 11, 24), 5
END = instant(following_day(FIRST_DAY, DAYS - 1), time(17, 0), ZONE)
_RUN_SECONDS = 60.0


class Runs(Protocol):
    """How the driver starts a run on Prefect and learns what became of it."""

    async def start(self, *, cause: str, issue: bool) -> UUID:
        """Start a run; its id."""

    async def state(self, run_id: UUID) -> tuple[bool, str, str]:
        """Whether it has ended, its state's name, and its message."""


@dataclass
class Driver:
    """One demonstration under way. `tell` is told the ledger's time and what happens, for the progress bar."""

    here: Installation
    runs: Runs
    postbag: Postbag
    actors: Actors
    people: list[Persona]
    tell: Callable[[datetime, str], None]
    started: int = 0

    def play(self) -> None:
        """Play from wherever the ledger stands until the last day's summary is sent."""
        now = self._begin()
        agenda = _agenda(now)
        upcoming = next(agenda, None)
        while True:
            wake = self._next_wake()
            if wake.at > END and (upcoming is None or upcoming > END):
                break
            if upcoming is None or wake.at <= upcoming:
                now = self._advance(max(now, wake.at))
                self._run(now, wake.cause)
            else:
                now = self._advance(max(now, upcoming))
                self._act(now)
                upcoming = next(agenda, None)
        self._advance(max(now, END))

    def _begin(self) -> datetime:
        with self.here.ledger.write() as session:
            if not clock.is_simulated(session):
                clock.simulate(session, ISSUED)
            now = clock.read(session)
            issued = session.query(Directive).filter_by(key=KEY).one_or_none()
        if issued is None:
            self._run(now, "ban hành", issue=True)
        else:
            self.postbag.hand_out()
        return now

    def _next_wake(self) -> waking.Wake:
        with self.here.ledger.read() as session:
            return waking.next_wake(session, directive_of(session, KEY))

    def _advance(self, to: datetime) -> datetime:
        with self.here.ledger.write() as session:
            clock.simulate(session, to)
        return to

    def _run(self, now: datetime, cause: str, *, issue: bool = False) -> None:
        self.tell(now, cause)
        asyncio.run(self._run_to_end(cause, issue))
        self.started += 1
        self.postbag.hand_out()

    async def _run_to_end(self, cause: str, issue: bool) -> None:
        run_id = await self.runs.start(cause=cause, issue=issue)
        deadline = asyncio.get_running_loop().time() + _RUN_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            ended, name, message = await self.runs.state(run_id)
            if ended and name == "Completed":
                return
            if ended:
                raise HoatocError(
                    Phrase("lượt chạy kết thúc ở trạng thái %(name)s: %(message)s", name=name, message=message),
                    hint="xem Prefect UI và logs/",
                )
            await asyncio.sleep(0.15)
        raise HoatocError(
            Phrase("lượt chạy chưa xong sau %(seconds)s giây", seconds=f"{_RUN_SECONDS:.0f}"),
            hint="xem logs/worker.log",
        )

    def _act(self, now: datetime) -> None:
        hour = local(now, ZONE).time()
        manners = {manner for manner, hours in HOURS.items() if hour in hours}
        self.tell(now, "các đơn vị mở thư, xác nhận, báo cáo")
        self.actors.act([person for person in self.people if person.manner in manners], _today(now, manners))


def _today(now: datetime, manners: set[Manner]) -> date:
    """The day whose report people have in mind: the prompt look at today's in the morning."""
    return local_date(now, ZONE) if manners else FIRST_DAY


def _agenda(since: datetime) -> Iterator[datetime]:
    """The instants from `since` on (itself included) at which someone looks at the mail."""
    hours = sorted({hour for hours in HOURS.values() for hour in hours})
    day = local_date(since, ZONE)
    while True:
        for hour in hours:
            at = instant(day, hour, ZONE)
            if at >= since:
                yield at
        day = following_day(day)
        if instant(day, time(0), ZONE) > END + timedelta(days=1):
            return
