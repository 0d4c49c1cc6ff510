"""What of a trial's letters goes to the desk: a few of each kind, since a hundred alike show it no more."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from hoatoc.ledger.schema import Notice, NoticeState

#: So many letters of one kind that one pass has written are sent.
MOST = 3
#: Why the others are not.
ENOUGH = "chạy thử: đã đủ thư mẫu loại này"


class Sample(NamedTuple):
    """How many letters of a trial went to the desk, and how many alike did not."""

    sent: int
    spared: int


def spared(session: Session, directive_id: int, due: Sequence[Row[Any]]) -> list[int]:
    """The ids of those notices among `due` of a trial that the desk is spared. What was tried before is of the
    sample; of the others the first, the last and those between are taken, since units alike stand together."""
    kind = (Notice.template, Notice.step, Notice.written_at)
    tried = select(*kind, func.count()).where(Notice.directive_id == directive_id, Notice.attempts > 0).group_by(*kind)
    taken = {tuple(of): count for *of, count in session.execute(tried)}
    waiting: dict[tuple[Any, ...], list[int]] = {}
    for notice in due:
        if not notice.attempts:
            waiting.setdefault((notice.template, notice.step, notice.written_at), []).append(notice.id)
    return [id_ for of, alike in waiting.items() for id_ in _beyond(alike, MOST - taken.get(of, 0))]


def _beyond(alike: Sequence[int], room: int) -> list[int]:
    chosen = {alike[place * (len(alike) - 1) // max(room - 1, 1)] for place in range(room)}
    return [id_ for id_ in alike if id_ not in chosen]


def counted(session: Session, directive_id: int) -> Sample:
    """How many letters of a trial were sent, and how many the desk was spared."""
    mine = select(func.count()).select_from(Notice).where(Notice.directive_id == directive_id)
    sent = session.scalar(mine.where(Notice.state == NoticeState.SENT)) or 0
    return Sample(sent, session.scalar(mine.where(Notice.reason == ENOUGH)) or 0)
