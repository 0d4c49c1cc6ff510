"""Tells units that something has changed: the directive, or what they owe. One notice a unit and change."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import Addressee, Directive, Notice
from hoatoc.localtime import local_date
from hoatoc.rollout import outbox, snapshot
from hoatoc.rollout.command import ChainOfCommand
from hoatoc.rollout.contents import CHANGE


def announce(
    session: Session, directive: Directive, addressees: Sequence[Addressee], *, what: str, headline: str,
    lines: Sequence[str], reason: str, now: datetime, duties: Sequence[int] = (),
) -> int:  # fmt: skip
    """Write each of `addressees` a notice at `now` (aware, UTC): `headline` ("Gia hạn"), what it means in `lines`, and
    why. `what` names the change in the notice's key. How many were written; who cannot be reached is among them, as
    an undeliverable one for the desk."""
    snap = snapshot.of(directive)
    chain = ChainOfCommand(session, directive.office_id, local_date(now, directive.zone), snap.office.leadership)
    occurrence = _occurrence(session, directive, what, now)
    notices = [
        outbox.Written(
            template=CHANGE, step=what, to=chain.door(addressee), occurrence=occurrence, due_at=now,
            reason=f"{headline.lower()}: {reason}", duties=tuple(duties), addressee_id=addressee.id,
            context={
                "headline": headline, "lines": list(lines), "why": reason,
                "link": {"generation": addressee.link_generation, "kid": ""},
            },
        )
        for addressee in addressees
    ]  # fmt: skip
    return len(outbox.write(session, directive.id, notices, now=now, domain=snap.office.sender.partition("@")[2]))


def _occurrence(session: Session, directive: Directive, what: str, now: datetime) -> str:
    """`now`, told apart from the same change at the very same instant."""
    before = session.scalar(
        select(func.count(Notice.id)).where(
            Notice.directive_id == directive.id, Notice.template == CHANGE, Notice.step == what,
            Notice.occurrence.startswith(now.isoformat()),
        )
    )  # fmt: skip
    return f"{now.isoformat()}/{before}" if before else now.isoformat()
