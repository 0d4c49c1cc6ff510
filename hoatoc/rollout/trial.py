"""Trial mode (chạy thử): a draft rolls out in earnest, but every notice goes to the desk, and nothing of it counts.

A trial is a directive of its own, under a key of its own, so the document can be issued for real at any time. The
ledger forgets nothing: a trial that was taken away keeps its rows and its history, and is shown nowhere."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from hoatoc.errors import HoatocError, InvalidTransition
from hoatoc.format.directive import identity
from hoatoc.format.folder import Draft, OfficeFolder
from hoatoc.ledger.schema import (
    ALIVE,
    Addressee,
    Directive,
    DirectiveState,
    Duty,
    Notice,
    NoticeState,
    Period,
    PeriodState,
    Roster,
)
from hoatoc.localtime import NEVER
from hoatoc.phrase import Phrase
from hoatoc.rollout import history, issue, life, snapshot, states
from hoatoc.rollout.reference import TRIAL_MARK


class TrialUnderWay(HoatocError):
    """A trial of the same document runs with another content."""


def begin(session: Session, folder: OfficeFolder, draft: Draft, *, now: datetime, by: str) -> Directive:
    """Begin a trial of `draft` at `now` (aware, UTC). While a trial of the same content runs, it is given back.
    Raises TrialUnderWay when one of another content does."""
    issue.one_at_a_time(session)
    taken = snapshot.take(folder, draft)
    known = of(session, draft.key)
    running = next((trial for trial in known if trial.state in ALIVE), None)
    if running is not None:
        if running.snapshot_hash != snapshot.digest(taken):
            raise TrialUnderWay(
                Phrase("%(key)s: đang chạy thử với nội dung khác", key=draft.key),
                hint="bỏ lần chạy thử đó, rồi chạy thử lại",
            )
        return running
    number = 1 + (session.scalar(select(func.count()).select_from(Directive).where(_is_trial_of(draft.key))) or 0)
    mark = f"{TRIAL_MARK}{number}"
    name = issue.Name(f"{draft.key}{mark}", f"{identity(draft.content.text)}{mark}")
    return issue.write(session, folder, draft, name, taken, now=now, by=by, trial=True)


def of(session: Session, key: str) -> Sequence[Directive]:
    """The trials of the draft `key` that have not been taken away, the newest first."""
    return session.scalars(
        select(Directive)
        .where(_is_trial_of(key), Directive.state != DirectiveState.REMOVED)
        .order_by(Directive.id.desc())
    ).all()  # fmt: skip


def remove(session: Session, directive: Directive, *, by: str, now: datetime) -> None:
    """End a trial and take it away at `now` (aware, UTC): nothing of it goes out any more, its links open nothing,
    its lists of persons are deleted. Doing it again does nothing. Raises InvalidTransition for what is no trial."""
    if not directive.trial:
        raise InvalidTransition(
            directive.title, states.DIRECTIVES[directive.state], states.DIRECTIVES[DirectiveState.REMOVED]
        )
    if directive.state is DirectiveState.REMOVED:
        return
    life.touch(session, directive)
    directive.state = DirectiveState.REMOVED
    mine = {"synchronize_session": False}
    session.execute(
        update(Notice)
        .where(Notice.directive_id == directive.id, Notice.state == NoticeState.PENDING)
        .values(state=NoticeState.SKIPPED, reason="bỏ lần chạy thử", settled_at=now, next_attempt_at=NEVER)
        .execution_options(**mine)
    )
    session.execute(
        update(Duty).where(Duty.directive_id == directive.id).values(next_at=NEVER).execution_options(**mine)
    )
    session.execute(
        update(Period)
        .where(Period.directive_id == directive.id)
        .values(state=PeriodState.LOCKED, next_at=NEVER)
        .execution_options(**mine)
    )
    session.execute(
        update(Addressee)
        .where(Addressee.directive_id == directive.id)
        .values(link_generation=Addressee.link_generation + 1)
        .execution_options(**mine)
    )
    session.execute(
        update(Roster).where(Roster.directive_id == directive.id).values(rows=[], delete_at=NEVER)
        .execution_options(**mine)
    )  # fmt: skip
    session.expire_all()
    history.note(session, directive.id, at=now, kind="trial_removed", subject=f"directive:{directive.id}", actor=by)


def _is_trial_of(key: str) -> ColumnElement[bool]:
    return Directive.key.startswith(f"{key}{TRIAL_MARK}", autoescape=True)
