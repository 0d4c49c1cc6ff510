"""A directive under every hand at once, and what must hold of its ledger whatever they do."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc import clock, process
from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import (
    LIVE,
    Addressee,
    Directive,
    DirectiveState,
    Duty,
    DutyKind,
    DutyState,
    Event,
    Notice,
    NoticeDuty,
    NoticeState,
    Period,
    PeriodState,
    Summary,
)
from hoatoc.localtime import NEVER, local_date
from hoatoc.rollout import answers, books, claims, snapshot, waking
from hoatoc.rollout.aggregate import aggregate
from hoatoc.rollout.answers import Answer, Outcome
from hoatoc.rollout.claims import Claimed
from hoatoc.rollout.collect import collect
from hoatoc.rollout.dispatch import dispatch
from hoatoc.rollout.escalate import escalate
from hoatoc.rollout.explanation import explained_id
from hoatoc.rollout.issue import issue
from hoatoc.rollout.periods import first_day
from tests.worlds.offices import Files, small_office
from tests.worlds.rollouts import ISSUED

_OWNER = process.holder()
PRESSING = frozenset({"reminder", "escalation_digest", "explanation_request"})
_STEPS = (dispatch, collect, escalate, aggregate)
_STATE_EVENTS = {f"duty_{state.value}": state for state in DutyState} | {"duty_opened": DutyState.OPEN}


def eventful_office() -> Files:
    """A small office that asks for everything: receipts, first actions, reports, a task, explanations; not urgent, with
    quiet hours and a cap."""
    files = small_office(districts=2, departments=2, members=1)
    files.office["pressing"] = {"quiet": {"since": "21:00", "until": "06:30"}, "most_a_day": 3}
    text, regime = files.directive["text"], files.directive["regime"]
    text["urgency"] = None
    text["obligations"].append({
        "clause": "2", "quote": "thành lập chốt", "kind": "one_off_deadline",
        "bearer": {"kind": "role_holder", "text": ["thủ trưởng"]}, "timing": {"type": "none"},
    })  # fmt: skip
    regime["tasks"] = [{"clause": "2", "who": {"groups": ["so"]}, "due": {"within": "30h", "source": "office"}}]
    regime["first_action"], regime["explanation"] = {"within": "3h"}, {"within": "12h"}
    ladder = regime["ladder"]
    ladder["receipt"].append({"step": "explain", "at": "4h"})
    ladder["task"] = [{"step": "remind", "at": "-2h"}, {"step": "press", "at": "1h", "counted": "working"}]
    ladder["first_action"] = ladder["explanation"] = [{"step": "press", "at": "0m"}, {"step": "leadership", "at": "2h"}]
    return files


@dataclass
class Life:
    """One directive on its way, its mail answered in memory: nothing is sent, everything is recorded."""

    ledger: Ledger
    directive_id: int = 0
    up: bool = True
    dead: set[str] = field(default_factory=set)
    sent: Counter[str] = field(default_factory=Counter)

    def begin(self, files: Files) -> None:
        """Issue the directive of `files`."""
        folder, draft = files.read()
        with self.ledger.write() as session:
            clock.simulate(session, ISSUED)
            self.directive_id = issue(session, folder, draft, now=ISSUED, by="desk").id

    @property
    def now(self) -> datetime:
        """The simulated clock."""
        with self.ledger.read() as session:
            return clock.read(session)

    def at(self, moment: datetime) -> None:
        """Move the clock."""
        with self.ledger.write() as session:
            clock.simulate(session, moment)

    def wake_at(self) -> datetime:
        """When the ledger wants the next pass."""
        with self.ledger.read() as session:
            return waking.next_at(session, session.get_one(Directive, self.directive_id))

    def run(self) -> int:
        """One pass; how many things it did."""
        now, did = self.now, 0
        for step in _STEPS:
            with self.ledger.write() as session:
                done = step(session, session.get_one(Directive, self.directive_id), now)
                did += sum(count for count in vars(done).values() if isinstance(count, int))
        return did + self._deliver(now)

    def _deliver(self, now: datetime) -> int:
        with self.ledger.write() as session:
            directive = session.get_one(Directive, self.directive_id)
            claim = claims.claim(session, directive, now=now, kid="k1", limit=500, owner=_OWNER)
            presses_nobody_unfairly(session, claim.notices)
            told = [self._answer(notice) for notice in claim.notices]
            answers.record(session, self.directive_id, told, now, owner=_OWNER)
        return len(claim.notices) + claim.skipped

    def _answer(self, notice: Claimed) -> Answer:
        if not self.up:
            return Answer(notice.id, Outcome.NO_SERVER, 421, "no server")
        if notice.to_address in self.dead:
            return Answer(notice.id, Outcome.REFUSED, 550, "5.1.1 No such mailbox")
        self.sent[notice.message_id] += 1
        return Answer(notice.id, Outcome.ACCEPTED, 250, "2.0.0 OK")


def presses_nobody_unfairly(session: Session, claimed: Sequence[Claimed]) -> None:
    """A pressing letter speaks of what is still owed by someone who can be reached, and of nothing else."""
    for notice in (notice for notice in claimed if notice.template in PRESSING):
        owing = session.execute(
            select(Duty, Addressee)
            .join(NoticeDuty, NoticeDuty.duty_id == Duty.id)
            .join(Addressee, Addressee.id == Duty.addressee_id)
            .where(NoticeDuty.notice_id == notice.id, Duty.state == DutyState.OPEN, Addressee.unreachable_at == NEVER)
        ).all()  # fmt: skip
        if notice.template == "escalation_digest":
            lines = [line for unit in notice.context["units"] for line in unit["duties"]]
            assert {unit["name"] for unit in notice.context["units"]} == {addressee.name for _, addressee in owing}
        else:
            lines = notice.context["duties"]
        assert len(lines) == len(owing) > 0, notice


def holds(life: Life, *, passed: bool) -> None:
    """What must hold of the ledger now; `passed` says that a pass has just run."""
    with life.ledger.read() as session:
        directive = session.get_one(Directive, life.directive_id)
        now, duties = clock.read(session), session.scalars(select(Duty).order_by(Duty.id)).all()
        _books_balance(session, directive, duties, now)
        _nothing_is_owed_twice(duties)
        _every_live_duty_comes_up(directive, duties)
        _periods_go_on(session, directive, now)
        _every_change_has_its_event(session, directive, duties)
        wake = waking.next_wake(session, directive)
        assert not passed or wake.at > now, wake
        assert all(count == 1 for count in life.sent.values())


def _books_balance(session: Session, directive: Directive, duties: Sequence[Duty], now: datetime) -> None:
    by_subject = books.by_subject(session, directive.id, now)
    assert all(book.balance() for book in by_subject.values())
    assert books.total(by_subject).expected == sum(duty.state is not DutyState.WITHDRAWN for duty in duties)
    for summary in session.scalars(select(Summary)):
        counted = summary.content["books"]
        assert counted["expected"] == sum(value for name, value in counted.items() if name != "expected")
        assert summary.data_hash == snapshot.digest(summary.content)


def _nothing_is_owed_twice(duties: Sequence[Duty]) -> None:
    """One thing is owed once by one addressee; who is let off explains nothing of it."""
    live = [duty for duty in duties if duty.state in LIVE]
    owed = Counter((duty.addressee_id, duty.kind, duty.subject, duty.slot) for duty in live)
    assert all(count == 1 for count in owed.values()), owed
    let_off = {duty.id for duty in duties if duty.state in (DutyState.WAIVED, DutyState.WITHDRAWN)}
    explained = {explained_id(duty.subject) for duty in live if duty.kind is DutyKind.EXPLANATION}
    assert not explained & let_off


def _every_live_duty_comes_up(directive: Directive, duties: Sequence[Duty]) -> None:
    """An open duty has a next instant, or has climbed its ladder, or its directive is over."""
    snap = snapshot.of(directive)
    goes_on = directive.state in (DirectiveState.RUNNING, DirectiveState.SUSPENDED)
    for duty in duties:
        climb = snap.ladder(duty.kind)
        if duty.state is not DutyState.OPEN or not goes_on:
            assert duty.next_at == NEVER, (duty.id, duty.state)
            continue
        rung = climb.instant(duty.step, duty.due_at)
        resumed = directive.resumed_at if directive.resumed_at < NEVER else rung
        stands_still = directive.state is DirectiveState.SUSPENDED
        assert stands_still or duty.next_at in (rung, max(rung, resumed)), (duty.id, duty.next_at, rung)
    if not goes_on and directive.state is not DirectiveState.ENDED:
        assert not [duty.id for duty in duties if duty.state in (DutyState.OPEN, DutyState.RETURNED)]


def _periods_go_on(session: Session, directive: Directive, now: datetime) -> None:
    """While a directive runs, the next period of each report is a row, until its last day."""
    of_it = select(Period).where(Period.directive_id == directive.id)
    periods = session.scalars(of_it.order_by(Period.local_date)).all()
    if directive.state is not DirectiveState.RUNNING:
        assert directive.state is DirectiveState.SUSPENDED or all(one.state is PeriodState.LOCKED for one in periods)
        return
    for rule in snapshot.of(directive).content.regime.reports:
        planned = [one for one in periods if one.subject == rule.clause and one.state is PeriodState.PLANNED]
        newest = periods[-1].local_date if periods else local_date(directive.issued_at, directive.zone)
        reached = max(newest, first_day(rule, now, directive.zone) - timedelta(days=1))
        assert len(planned) == 1 or (rule.last is not None and reached >= rule.last - timedelta(days=1)), rule.last


def _every_change_has_its_event(session: Session, directive: Directive, duties: Sequence[Duty]) -> None:
    newest: dict[str, Any] = {}
    kinds: dict[str, Counter[str]] = {}
    for event in session.execute(select(Event.subject, Event.kind).order_by(Event.id)):
        if event.kind in _STATE_EVENTS or event.kind.startswith("directive_"):
            newest[event.subject] = event.kind
        kinds.setdefault(event.subject, Counter())[event.kind] += 1
    for duty in duties:
        subject = f"duty:{duty.id}"
        assert kinds[subject]["duty_opened"] == 1
        assert _STATE_EVENTS[newest[subject]] is duty.state
    begun = {"directive_issued", "directive_amended", "directive_running"}
    running = directive.state is DirectiveState.RUNNING
    assert newest[f"directive:{directive.id}"] in (begun if running else {f"directive_{directive.state.value}"})
    for id_, state, address in session.execute(select(Notice.id, Notice.state, Notice.to_address)):
        noted = kinds[f"notice:{id_}"]
        assert noted["notice_written"] == 1
        assert noted["notice_sent"] == (state is NoticeState.SENT)
        assert noted["notice_skipped"] == (state is NoticeState.SKIPPED)
        assert noted["notice_refused"] == (state is NoticeState.UNDELIVERABLE and bool(address))
