"""Keeps an edition of a period's summary, and puts it in the outbox for its readers."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import Directive, Period, Summary
from hoatoc.localtime import local_date
from hoatoc.rollout import history, outbox, snapshot, summaries
from hoatoc.rollout.command import ChainOfCommand
from hoatoc.rollout.rollups import Node

FIRST = 1
_OCCURRENCE = re.compile(r"(.+)/([^/]+/[A-Z][^/]*)(?:/(\d+))?")


def keep(
    session: Session, directive: Directive, snap: snapshot.Snapshot, period: Period, nodes: Sequence[Node],
    now: datetime,
) -> Summary:  # fmt: skip
    """Keep what the ledger says of `period` at `now` (aware, UTC) as its next edition, and write to its readers.
    `nodes` is its roll-up."""
    last = session.scalar(
        select(Summary).where(Summary.period_id == period.id).order_by(Summary.edition.desc()).limit(1)
    )
    edition = FIRST if last is None else last.edition + 1
    content = summaries.compile_summary(session, directive, snap, period, nodes, now)
    content["edition"] = edition
    if last is not None:
        # The table of roll-ups holds the first edition's.
        content |= {"replaces": _replaced(last), "rollup": [node.plain() for node in nodes]}
    summary = Summary(
        directive_id=directive.id, period_id=period.id, edition=edition, frozen_at=now, content=content,
        data_hash=snapshot.digest(content),
    )  # fmt: skip
    session.add(summary)
    session.flush()
    history.note(
        session, directive.id, at=now, kind="summary_frozen", subject=f"summary:{summary.id}", hash=summary.data_hash
    )
    _write(session, directive, snap, period, edition, now)
    return summary


def _replaced(last: Summary) -> dict[str, Any]:
    """What a later edition says of the one it takes the place of."""
    totals = {item["key"]: item["total"] for item in last.content["figures"]}
    return {"edition": last.edition, "frozen_at": last.frozen_at.isoformat(), "data_hash": last.data_hash,
            "totals": totals}  # fmt: skip


def occurrence(period: Period, edition: int) -> str:
    """What tells the notices of one edition from all others."""
    return f"{period.subject}/{period.slot}" + (f"/{edition}" if edition > FIRST else "")


def of_occurrence(session: Session, directive_id: int, said: str) -> Summary:
    """The summary that a notice of that occurrence carries."""
    found = _OCCURRENCE.fullmatch(said)
    assert found is not None, said
    subject, slot, later = found.groups()
    return session.scalars(
        select(Summary)
        .join(Period, Period.id == Summary.period_id)
        .where(
            Period.directive_id == directive_id, Period.subject == subject, Period.slot == slot,
            Summary.edition == (int(later) if later else FIRST),
        )
    ).one()  # fmt: skip


def _write(
    session: Session, directive: Directive, snap: snapshot.Snapshot, period: Period, edition: int, now: datetime
) -> None:
    rule = snap.content.regime.summary
    if rule is None:
        return
    chain = ChainOfCommand(session, directive.office_id, local_date(now, directive.zone), snap.office.leadership)
    readers = {mailbox.key: mailbox for mailbox in map(chain.post, (*rule.to, rule.through))}
    what = "chốt số liệu" if edition == FIRST else "điều chỉnh số liệu đã chốt"
    notices = [
        outbox.Written(
            template="daily_summary", step="summary", to=mailbox, occurrence=occurrence(period, edition),
            due_at=min(period.freeze_at, now) if edition == FIRST else now,
            reason=f"{what} ngày {period.local_date:%d/%m/%Y}",
        )
        for mailbox in readers.values()
    ]  # fmt: skip
    outbox.write(session, directive.id, notices, now=now, domain=snap.office.sender.partition("@")[2])
