"""The engine watches itself: what it should have done and has not, and how promptly its mail goes out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import Directive, Notice, NoticeState
from hoatoc.phrase import Phrase
from hoatoc.rollout import history, waking

#: A step later than this is not slow any more but missed.
MISSED = timedelta(minutes=5)
#: A notice on the wire within this of being due went out promptly (GOV.UK Notify publishes the same figure of itself).
PROMPT = timedelta(seconds=10)
#: The figure is kept over this window.
WINDOW = timedelta(days=7)
#: What is expected of it.
GOOD_SHARE = 0.95


@dataclass(frozen=True)
class Overdue:
    """A directive whose next pass was missed: what for, and since when."""

    directive_id: int
    key: str
    zone: str
    since: datetime
    cause: str


class Wait(StrEnum):
    """What a notice waited for that left late."""

    ENGINE = "engine"  #: It was written so late that its step had been missed: nothing ran.
    TURN = "turn"  #: It was written late.
    MAIL = "mail"  #: It was written in time, and taken late by the mail server.


@dataclass(frozen=True)
class Promptness:
    """How many notices went out, how many of them within `PROMPT` of being due, and what most of the others waited
    for; None where there are none."""

    notices: int
    prompt: int
    cause: Wait | None = None

    @property
    def share(self) -> float:
        """The share of the prompt, from 0 to 1; 1 where none went out."""
        return self.prompt / self.notices if self.notices else 1.0

    def spoken(self) -> str:
        """The figure in words."""
        share = f"{self.share:.1%}".replace(".", ",")
        return Phrase(
            "%(share)s trong %(count)s thư ra khỏi máy trong vòng %(seconds)s giây từ khi đến hạn",
            share=share, count=self.notices, seconds=PROMPT.seconds,
        )  # fmt: skip


def overdue(session: Session, *, now: datetime, after: timedelta = MISSED) -> list[Overdue]:
    """The directives for which something should have been done more than `after` before `now` (aware, UTC); trials
    are not watched."""
    found = []
    for directive in session.scalars(select(Directive).where(Directive.trial.is_(False)).order_by(Directive.id)):
        wake = waking.next_wake(session, directive)
        if wake.at < now - after:
            found.append(Overdue(directive.id, directive.key, directive.zone, wake.at, wake.cause))
    return found


def note(session: Session, found: Sequence[Overdue], *, now: datetime) -> None:
    """Leave an event for each missed step: that it was found at `now`, and is being put right."""
    for item in found:
        history.note(
            session, item.directive_id, at=now, kind="step_missed", subject=f"directive:{item.directive_id}",
            cause=item.cause, since=item.since.isoformat(),
        )  # fmt: skip


def promptness(session: Session, *, since: datetime, now: datetime) -> Promptness:
    """The engine's own figure over the notices of all directives but trials that left after `since` and by `now`
    (aware, UTC) at their first attempt: how many they were, how many left within `PROMPT` of the instant they were due,
    and what most of the others waited for."""
    rows = session.execute(
        select(Notice.due_at, Notice.written_at, Notice.settled_at)
        .join(Directive, Directive.id == Notice.directive_id)
        .where(
            Notice.state == NoticeState.SENT,
            Notice.settled_at > since,
            Notice.settled_at <= now,
            Notice.attempts == 1,
            Directive.trial.is_(False),
        )
    ).tuples()
    waits = Counter(_wait(*row) for row in rows)
    prompt = waits.pop(None, 0)
    most = max(waits, key=waits.__getitem__, default=None)
    return Promptness(prompt + waits.total(), prompt, most)


def _wait(due_at: datetime, written_at: datetime, settled_at: datetime) -> Wait | None:
    """What a notice waited for; None when it left in time."""
    if settled_at - due_at <= PROMPT:
        return None
    if written_at - due_at > MISSED:
        return Wait.ENGINE
    return Wait.TURN if written_at - due_at > settled_at - written_at else Wait.MAIL


def is_well(session: Session, *, now: datetime) -> bool:
    """Whether nothing is missed: what the heartbeat asks before it says that all is well."""
    return not overdue(session, now=now)
