"""Lives of directives, made up by Hypothesis: units, two people at the desk, outages and a mail server that goes down.
Whatever they do, and in whatever order, the ledger holds together and presses nobody unfairly."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from hoatoc import clock
from hoatoc.errors import ChangedMeanwhile, HoatocError
from hoatoc.ledger.schema import Addressee, Directive, DirectiveState, Duty, DutyKind, DutyState, Event
from hoatoc.localtime import NEVER
from hoatoc.rollout import explanation, first_action, fulfilment, life, relief, submission, why
from hoatoc.rollout.acknowledge import acknowledge
from hoatoc.rollout.amend import amend
from hoatoc.rollout.issue import issue
from tests.worlds.ledgers import Ledgers
from tests.worlds.lives import Life, eventful_office, holds
from tests.worlds.offices import Files
from tests.worlds.rollouts import FIGURES

UNITS = ("huyen-0", "huyen-1", "so-0", "so-1", "ban-chap-hanh/uv-0", "ubnd-tinh")
WHY = {"reason": "có lý do", "by": "desk"}
LIVE = (DirectiveState.RUNNING, DirectiveState.SUSPENDED)
units, picks = st.sampled_from(UNITS), st.integers(0, 999)

#: What an amendment may change, each by itself.
CHANGES: dict[str, Callable[[Files], object]] = {
    "cutoff 15": lambda files: files.directive["regime"]["reports"][0].update(cutoff="15:00"),
    "cutoff 16": lambda files: files.directive["regime"]["reports"][0].update(cutoff="16:00"),
    "cutoff 9": lambda files: files.directive["regime"]["reports"][0].update(cutoff="09:00"),
    "last": lambda files: files.directive["regime"]["reports"][0].update(last="2021-11-25"),
    "no last": lambda files: files.directive["regime"]["reports"][0].pop("last", None),
    "without so-0": lambda files: files.unit("so-0").update(groups=[]),
    "with so-0": lambda files: files.unit("so-0").update(groups=["so"]),
    "with ubnd": lambda files: files.unit("ubnd-tinh").update(groups=["huyen"]),
    "without ubnd": lambda files: files.unit("ubnd-tinh").update(groups=[]),
    "task later": lambda files: files.directive["regime"]["tasks"][0]["due"].update(within="50h"),
    "task of districts": lambda files: files.directive["regime"]["tasks"][0].update(who={"groups": ["huyen"]}),
    "task of departments": lambda files: files.directive["regime"]["tasks"][0].update(who={"groups": ["so"]}),
    "receipts later": lambda files: files.directive["regime"]["receipt"].update(within="40h"),
    "receipts sooner": lambda files: files.directive["regime"]["receipt"].update(within="5h"),
    "no first action": lambda files: files.directive["regime"].update(first_action=None),
    "first action": lambda files: files.directive["regime"].update(first_action={"within": "6h"}),
    "no explanation": lambda files: files.directive["regime"]["ladder"].update(
        receipt=[{"step": "remind", "at": "-1h"}, {"step": "leadership", "at": "6h"}]
    ),
}  # fmt: skip


class Lives(RuleBasedStateMachine):
    """One made-up life."""

    def __init__(self, ledgers: Ledgers) -> None:
        super().__init__()
        self.life = Life(ledgers.open())
        self.files = eventful_office()
        self.passed = False

    @initialize()
    def begin(self) -> None:
        self.life.begin(self.files)

    # The engine.

    @rule()
    def wakes(self) -> None:
        wake = self.life.wake_at()
        if wake < NEVER:
            self.life.at(max(wake, self.life.now))
        self.runs()

    @rule()
    def runs(self) -> None:
        self.life.run()
        self.passed = True
        assert self.life.run() == 0, "a second pass at the same instant found something to do"

    @rule(hours=st.integers(1, 60))
    def is_out(self, hours: int) -> None:
        self._wait(timedelta(hours=hours))

    @rule(minutes=st.integers(1, 300))
    def time_goes_by(self, minutes: int) -> None:
        self._wait(timedelta(minutes=minutes))

    @rule()
    def mail_server_goes_down_or_comes_back(self) -> None:
        self.life.up = not self.life.up

    @rule(key=st.sampled_from(["huyen-1", "so-1"]))
    def a_mailbox_dies(self, key: str) -> None:
        self.life.dead.add(f"{key}@mau.example")

    # The units.

    @rule(key=units)
    def acknowledges(self, key: str) -> None:
        self._as_unit(key, lambda session, unit, now: acknowledge(
            session, unit, now=now, by_name="An", by_title="Văn thư", channel="portal"
        ))  # fmt: skip

    @rule(key=units, pick=picks)
    def reports(self, key: str, pick: int) -> None:
        def report(session: Any, unit: Addressee, now: Any) -> None:
            slots = self._slots(session, unit)
            if slots:
                duty, period = submission.lock(session, unit, slots[pick % len(slots)])
                submission.submit(session, unit, duty, period, FIGURES, now=now, by_name="An", channel="portal")

        self._as_unit(key, report)

    @rule(key=units)
    def says_what_it_has_begun(self, key: str) -> None:
        self._as_unit(key, lambda session, unit, now: first_action.act(
            session, unit, "Đã họp.", now=now, by_name="An", channel="portal"
        ))  # fmt: skip

    @rule(key=units, kind=st.sampled_from([DutyKind.TASK, DutyKind.EXPLANATION]))
    def does_or_explains(self, key: str, kind: DutyKind) -> None:
        def work(session: Any, unit: Addressee, now: Any) -> None:
            do = fulfilment.fulfil if kind is DutyKind.TASK else explanation.explain
            owed = select(Duty.id).where(Duty.addressee_id == unit.id, Duty.kind == kind, Duty.state == DutyState.OPEN)
            id_ = session.scalar(owed.limit(1))
            if id_ is not None:
                do(session, unit, id_, "Đã làm.", now=now, by_name="An", channel="portal")

        self._as_unit(key, work)

    @rule(pick=picks)
    def sends_back(self, pick: int) -> None:
        def work(session: Any, duty: Duty, now: Any) -> None:
            unit = session.get_one(Addressee, duty.addressee_id)
            relief.send_back(session, unit, duty, reason="gửi nhầm", by_name="An", channel="portal", now=now)

        self._about(pick, work)

    # The desk.

    @rule(pick=picks, hours=st.integers(1, 50))
    def extends(self, pick: int, hours: int) -> None:
        self._about(pick, lambda session, duty, now: relief.extend(
            session, duty, now + timedelta(hours=hours), now=now, **WHY
        ))  # fmt: skip

    @rule(pick=picks)
    def waives(self, pick: int) -> None:
        self._about(pick, lambda session, duty, now: relief.waive(session, duty, now=now, **WHY))

    @rule(pick=picks)
    def gives_back(self, pick: int) -> None:
        self._about(
            pick, lambda session, duty, now: relief.reopen(session, duty, now=now, **WHY), state=DutyState.RETURNED
        )

    @rule(pick=picks, to=st.sampled_from(["so-0", "so-1", "ubnd-tinh", "huyen-0"]), lasting=st.booleans())
    def reassigns(self, pick: int, to: str, lasting: bool) -> None:
        self._about(
            pick, lambda session, duty, now: relief.reassign(session, duty, to, now=now, lasting=lasting, **WHY)
        )

    @rule(changes=st.lists(st.sampled_from(sorted(CHANGES)), min_size=1, max_size=3))
    def amends(self, changes: list[str]) -> None:
        files = deepcopy(self.files)
        for change in changes:
            CHANGES[change](files)
        folder, draft = files.read()
        if self._at_desk(lambda session, directive, now: amend(session, directive, folder, draft, now=now, **WHY)):
            self.files = files

    @rule()
    def stands_still_or_goes_on(self) -> None:
        def work(session: Any, directive: Directive, now: Any) -> None:
            running = directive.state is DirectiveState.RUNNING
            (life.suspend if running else life.resume)(session, directive, now=now, **WHY)

        self._at_desk(work)

    @precondition(lambda self: self.passed and self.life.now.hour > 20)
    @rule(work=st.sampled_from([life.end, life.recall]))
    def is_over(self, work: Any) -> None:
        self._at_desk(lambda session, directive, now: work(session, directive, now=now, **WHY))

    @precondition(lambda self: self.passed and self.life.now.hour > 20)
    @rule()
    def is_replaced(self) -> None:
        files = deepcopy(self.files)
        files.directive["text"] |= {"number": 2, "code": "2-CV/TU"}
        folder, draft = files.read()

        def work(session: Any, directive: Directive, now: Any) -> None:
            other = issue(session, folder, replace(draft, key="tinh-mau/2-cv"), now=now, by="desk")
            life.replace(session, directive, other, now=now, **WHY)

        self._at_desk(work)

    @rule(pick=picks)
    def two_want_the_same_and_the_second_looks_again(self, pick: int) -> None:
        with self.life.ledger.read() as session:
            duty = self._pick(session, pick, DutyState.OPEN)
            seen = (duty.id, duty.version) if duty is not None else None
        if seen is None:
            return
        self._about_id(seen[0], lambda session, duty, now: relief.waive(session, duty, now=now, **WHY))
        with pytest.raises(ChangedMeanwhile), self.life.ledger.write() as session:
            relief.duty_of(session, *seen)

    # What must hold.

    @invariant()
    def the_ledger_holds_together(self) -> None:
        if self.life.directive_id:
            holds(self.life, passed=self.passed)
            self.passed = False

    def teardown(self) -> None:
        if not self.life.directive_id:
            return
        self.life.up = True
        until = self.life.now + timedelta(days=3)
        for _ in range(300):
            wake = self.life.wake_at()
            if wake > until:
                break
            self.life.at(max(wake, self.life.now))
            self.life.run()
        else:
            raise AssertionError(f"the ledger asks for a pass at {wake} again and again")
        holds(self.life, passed=True)
        with self.life.ledger.read() as session:
            for duty in session.scalars(select(Duty)):
                story = why.story(session, duty)
                assert story.lines
                assert story.to_come

    # How it is done.

    def _wait(self, span: timedelta) -> None:
        self.life.at(self.life.now + span)

    def _slots(self, session: Any, unit: Addressee) -> list[str]:
        owed = select(Duty.slot).where(Duty.addressee_id == unit.id, Duty.kind == DutyKind.REPORT)
        return sorted(set(session.scalars(owed)))

    def _pick(self, session: Any, pick: int, state: DutyState) -> Duty | None:
        found = session.scalars(select(Duty).where(Duty.state == state).order_by(Duty.id)).all()
        return found[pick % len(found)] if found else None

    def _as_unit(self, key: str, work: Callable[..., object]) -> bool:
        def act(session: Any, directive: Directive, now: Any) -> None:
            unit = session.scalar(select(Addressee).where(Addressee.directive_id == directive.id, Addressee.key == key))
            if unit is not None:
                work(session, unit, now)

        return self._at_desk(act)

    def _about(self, pick: int, work: Callable[..., object], state: DutyState = DutyState.OPEN) -> None:
        def act(session: Any, _directive: Directive, now: Any) -> None:
            duty = self._pick(session, pick, state)
            if duty is not None:
                work(session, relief.duty_of(session, duty.id), now)

        self._at_desk(act)

    def _about_id(self, duty_id: int, work: Callable[..., object]) -> None:
        self._at_desk(lambda session, _directive, now: work(session, relief.duty_of(session, duty_id), now))

    def _at_desk(self, work: Callable[..., object]) -> bool:
        """Do `work` in a transaction of its own; what is refused is refused in words, and leaves nothing behind."""
        before = self._events()
        try:
            with self.life.ledger.write() as session:
                work(session, session.get_one(Directive, self.life.directive_id), clock.read(session))
        except HoatocError:
            assert self._events() == before
            return False
        return True

    def _events(self) -> int:
        with self.life.ledger.read() as session:
            return len(session.scalars(select(Event.id)).all())


@pytest.mark.slow
def test_whatever_is_done_to_a_directive_its_ledger_holds_together(sqlite_ledgers: Ledgers) -> None:
    run_state_machine_as_test(
        lambda: Lives(sqlite_ledgers), settings=settings(max_examples=25, stateful_step_count=25)
    )  # fmt: skip
