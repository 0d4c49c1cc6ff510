"""Plays a directive from its issue for a number of days: wakes when the ledger asks, lets the people act between."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc import clock, process
from hoatoc.errors import HoatocError, SubmissionRefused
from hoatoc.format.folder import Draft, OfficeFolder
from hoatoc.keyring import Keyring
from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import Addressee, Directive, Duty, DutyKind, DutyState, Notice, NoticeDuty
from hoatoc.links import Links
from hoatoc.localtime import local_date
from hoatoc.mail.compose import Composer
from hoatoc.mail.letters import Letters
from hoatoc.phrase import Phrase
from hoatoc.rehearsal.behaviour import Behaviour, Chance
from hoatoc.rehearsal.figures import Typist
from hoatoc.rehearsal.intake import Sheet, take_in
from hoatoc.rehearsal.mailworld import MailWorld
from hoatoc.rehearsal.people import Act, Agenda, Owes, Person
from hoatoc.rollout import answers, claims, duties, issue, snapshot, submission, waking
from hoatoc.rollout.acknowledge import acknowledge
from hoatoc.rollout.aggregate import aggregate
from hoatoc.rollout.answers import Outcome
from hoatoc.rollout.claims import Claimed
from hoatoc.rollout.collect import collect
from hoatoc.rollout.dispatch import dispatch
from hoatoc.rollout.escalate import escalate

_BATCH = 2000
_STEPS = (("dispatch", dispatch), ("collect", collect), ("escalate", escalate), ("aggregate", aggregate))
#: Who reads these is above the units: their letters are kept as they would have gone out.
_UPWARDS = frozenset({"daily_summary", "escalation_digest"})
_OWES = (Duty.id, Duty.addressee_id, Duty.kind, Duty.subject, Duty.slot, Duty.due_at)


@dataclass(frozen=True)
class Beat:
    """One pass that did something: when, why it was wanted, and what it did, by name."""

    at: datetime
    cause: str
    did: dict[str, int]


@dataclass(frozen=True)
class Kept:
    """A letter upwards, as it would have gone out."""

    at: datetime
    template: str
    step: str
    to: str
    message: bytes


@dataclass
class Play:
    """One rehearsal under way: what it was given, and what it has seen so far."""

    ledger: Ledger
    directive_id: int
    zone: str
    started: datetime
    ends: datetime
    people: list[Person]
    agenda: Agenda
    mail: MailWorld
    typists: dict[str, Typist]
    opens_first_actions: bool = False
    one_by_one: bool = False  # reports go through `submission.submit`, which takes minutes for a thousand units
    beats: list[Beat] = field(default_factory=list)
    letters: list[Kept] = field(default_factory=list)
    refused: int = 0
    _known_duty: int = 0
    _owner: str = field(default_factory=process.holder)
    _composer: Composer | None = None

    def run(self, tell: Callable[[datetime], None] = lambda _now: None) -> None:
        """Play until the end."""
        now, wake = self.started, None
        while True:
            if wake is None or not self._known(wake):
                with self.ledger.read() as session:
                    wake = waking.next_wake(session, session.get_one(Directive, self.directive_id))
            upcoming = min(wake.at, self.agenda.upcoming or wake.at)
            if upcoming > self.ends:
                break
            now = max(now, upcoming)
            if wake.at <= now:
                self._pass(now, wake.cause)
                wake = None
            else:
                self._act(now)
            tell(now)
        with self.ledger.write() as session:
            clock.simulate(session, self.ends)

    def _known(self, wake: waking.Wake) -> bool:
        """Whether the wake-up last asked for is the next one still. People who do what they owe only put it off, so it
        is asked for again when its time has come; but for a first action, which an acknowledgement opens."""
        upcoming = self.agenda.upcoming
        return not self.opens_first_actions and upcoming is not None and upcoming < wake.at

    def _pass(self, now: datetime, cause: str) -> None:
        did: dict[str, int] = {}
        for name, step in _STEPS:
            with self.ledger.write() as session:
                done = step(session, session.get_one(Directive, self.directive_id), now)
                did |= {f"{name}_{what}": count for what, count in vars(done).items() if isinstance(count, int)}
        self._learn(now)
        did |= self._deliver(now)
        counted = {name: count for name, count in did.items() if count}
        if not counted:
            raise HoatocError(
                Phrase("lượt diễn tập lúc %(now)s không làm được gì mà sổ cái vẫn đòi: %(cause)s", now=now, cause=cause)
            )
        self.beats.append(Beat(now, cause, counted))

    def _learn(self, now: datetime) -> None:
        with self.ledger.read() as session:
            self._learn_within(session, now)

    def _learn_within(self, session: Session, now: datetime) -> None:
        """Let the people know of every duty that has been opened since the last time."""
        rows = session.execute(
            select(*_OWES).where(Duty.directive_id == self.directive_id, Duty.id > self._known_duty).order_by(Duty.id)
        )
        for row in rows.all():
            self.agenda.learn(Owes(*row), now)
            self._known_duty = row.id

    def _deliver(self, now: datetime) -> dict[str, int]:
        counted = {"sent": 0, "refused": 0, "deferred": 0, "skipped": 0}
        while True:
            with self.ledger.write() as session:
                directive = session.get_one(Directive, self.directive_id)
                claim = claims.claim(
                    session, directive, now=now, kid=_LINKS.ring.newest, limit=_BATCH, owner=self._owner
                )
                counted["skipped"] += claim.skipped
                if not claim.notices and not claim.skipped:
                    return counted
                told = self._answered(session, directive, claim.notices, now)
                answers.record(session, self.directive_id, told, now, owner=self._owner)
            for outcome, name in _NAMES.items():
                counted[name] += sum(answer.outcome is outcome for answer in told)

    def _answered(
        self, session: Session, directive: Directive, claimed: list[Claimed], now: datetime
    ) -> list[answers.Answer]:
        ids = [notice.id for notice in claimed]
        rows = {row.id: row for row in session.scalars(select(Notice).where(Notice.id.in_(ids)))}
        told = self.mail.answer(claimed, rows)
        arrived = {answer.notice_id for answer in told if answer.outcome is Outcome.ACCEPTED}
        spoken = session.execute(
            select(NoticeDuty.notice_id, *_OWES).join(Duty, Duty.id == NoticeDuty.duty_id)
            .where(NoticeDuty.notice_id.in_(arrived), Duty.state == DutyState.OPEN)
            .order_by(NoticeDuty.notice_id, Duty.id)
        )  # fmt: skip
        for notice_id, *owes in spoken:
            self.agenda.receive(Owes(*owes), rows[notice_id].step, now)
        self._composer = self._composer or _composer(directive)
        for notice in claimed:
            row = rows[notice.id]
            if row.template in _UPWARDS and notice.id in arrived:
                message = self._composer.compose(notice, eight_bit=True).message
                self.letters.append(Kept(now, row.template, row.step, row.to_name, message))
        return told

    def _act(self, now: datetime) -> None:
        acts = list(self.agenda.due(now))
        reports = [act for act in acts if act.owes.kind is DutyKind.REPORT]
        with self.ledger.write() as session:
            for act in acts:
                if act.owes.kind is not DutyKind.REPORT:
                    self._do(session, act, now)
            if self.one_by_one:
                for act in reports:
                    self._report(session, act, now)
            else:
                self._report_all(session, reports, now)

    def _do(self, session: Session, act: Act, now: datetime) -> None:
        duty = session.get_one(Duty, act.owes.id)
        if duty.state is not DutyState.OPEN:
            return
        addressee = session.get_one(Addressee, duty.addressee_id)
        if duty.kind is DutyKind.RECEIPT:
            acknowledge(session, addressee, now=now, by_name="Văn thư", by_title="Văn thư", channel="portal")
        else:
            duties.meet(session, duty, at=now, actor=f"addressee:{addressee.key}")
        self._learn_within(session, now)

    def _report_all(self, session: Session, acts: list[Act], now: datetime) -> None:
        sheets = []
        for act in acts:
            if act.wrongly:  # no form takes a required figure left blank
                self.refused += 1
                self.agenda.again(act)
            else:
                sheets.append(Sheet(act.owes.id, self._typist(act).read(self._key(act), self._day(act))))
        self.refused += take_in(session, self.directive_id, sheets, now)

    def _report(self, session: Session, act: Act, now: datetime) -> None:
        addressee = session.get_one(Addressee, act.owes.addressee_id)
        duty, period = submission.lock(session, addressee, act.owes.slot)
        if duty.state is not DutyState.OPEN:
            return
        typist, key, day = self._typist(act), self._key(act), self._day(act)
        try:
            submission.submit(
                session, addressee, duty, period,
                typist.type_wrongly(key, day) if act.wrongly else typist.type(key, day),
                now=now, by_name="Đầu mối", channel="portal",
            )  # fmt: skip
        except SubmissionRefused:
            self.refused += 1
            if act.wrongly:  # a locked period stays closed: nobody tries that again
                self.agenda.again(act)

    def _typist(self, act: Act) -> Typist:
        return self.typists[act.owes.subject]

    def _key(self, act: Act) -> str:
        return self.agenda.people[act.owes.addressee_id].key

    def _day(self, act: Act) -> int:
        day = date.fromisoformat(act.owes.slot.partition("/")[0])
        return max(0, (day - local_date(self.started, self.zone)).days)


_NAMES = {Outcome.ACCEPTED: "sent", Outcome.REFUSED: "refused", Outcome.DEFERRED: "deferred"}
_LINKS = Links(Keyring({"rehears": "a rehearsal's links open nothing: " + "0" * 16}), "https://dien-tap.example")


def begin(
    ledger: Ledger, folder: OfficeFolder, draft: Draft, *, at: datetime, days: int, seed: int, behaviour: Behaviour,
    one_by_one: bool = False,
) -> Play:  # fmt: skip
    """Issue `draft` at `at` (aware, UTC) in an empty ledger and cast its people; `run` plays `days` days of it."""
    chance = Chance(seed)
    with ledger.write() as session:
        clock.simulate(session, at)
        directive = issue.issue(session, folder, draft, now=at, by="diễn tập")
        people = [
            Person(addressee.id, addressee.key, addressee.name, chance.manner(behaviour, addressee.key))
            for addressee in session.scalars(
                select(Addressee).where(Addressee.directive_id == directive.id).order_by(Addressee.id)
            )
        ]
        snap = snapshot.of(directive)
        typists = {rule.clause: Typist(snap.form_of(rule.clause), chance) for rule in draft.content.regime.reports}
        return Play(
            ledger=ledger, directive_id=directive.id, zone=directive.zone, started=at, ends=at + timedelta(days=days),
            people=people, agenda=Agenda(people, behaviour, chance, directive.zone),
            mail=MailWorld(people, behaviour, chance), typists=typists, one_by_one=one_by_one,
            opens_first_actions=draft.content.regime.first_action is not None,
        )  # fmt: skip


def _composer(directive: Directive) -> Composer:
    """A rehearsal shows its letters as text: nothing is drawn."""
    return Composer(directive.key, snapshot.of(directive), Letters(), _LINKS, draw=lambda _summary, _domain: ())
