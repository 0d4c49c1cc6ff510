"""Notices that wait in the outbox and are not to go out after all, or not yet."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, true, update
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import Directive, Notice, NoticeState
from hoatoc.localtime import NEVER
from hoatoc.rollout import history


def drop(
    session: Session, directive: Directive, templates: Sequence[str], *, why: str, now: datetime,
    addressee_id: int | None = None,
) -> list[Notice]:  # fmt: skip
    """Skip what waits of `templates`, to everyone or to one addressee, because of `why`; the notices that were."""
    dropped = session.scalars(
        select(Notice).where(
            Notice.directive_id == directive.id, Notice.state == NoticeState.PENDING, Notice.template.in_(templates),
            Notice.addressee_id == addressee_id if addressee_id is not None else true(),
        )
    ).all()  # fmt: skip
    skip(session, directive.id, dropped, why=why, now=now)
    return list(dropped)


def skip(session: Session, directive_id: int, notices: Sequence[Notice], *, why: str, now: datetime) -> None:
    """Skip `notices`, which wait, because of `why`."""
    for notice in notices:
        notice.state, notice.reason, notice.settled_at = NoticeState.SKIPPED, why, now
        notice.next_attempt_at = NEVER
    session.flush()
    history.note_all(
        session, directive_id, at=now, kind="notice_skipped",
        subjects=[(f"notice:{notice.id}", {"reason": why}) for notice in notices],
    )  # fmt: skip


def hold(session: Session, directive: Directive, template: str) -> None:
    """Keep what waits of `template` until `release`."""
    _wait(session, directive, template, NEVER)


def release(session: Session, directive: Directive, template: str, now: datetime) -> None:
    """Let what was held of `template` go out from `now` on."""
    _wait(session, directive, template, now)


def _wait(session: Session, directive: Directive, template: str, until: datetime) -> None:
    session.execute(
        update(Notice)
        .where(
            Notice.directive_id == directive.id, Notice.state == NoticeState.PENDING, Notice.template == template
        )
        .values(next_attempt_at=until)
    )  # fmt: skip
