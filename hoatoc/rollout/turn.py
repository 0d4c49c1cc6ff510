"""One pass at a time for each directive: a renewed lease row in the ledger, on machine time.

A pass that is refused leaves a wish; the holder, before it lets go, sees the wish and looks once more."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from hoatoc import process
from hoatoc.clock import machine_now
from hoatoc.errors import HoatocError
from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import Turn
from hoatoc.phrase import Phrase

LEASE = timedelta(seconds=60)
_RENEW_EVERY = 15.0


class TurnLost(HoatocError):
    """Another pass took over while this one slept past its lease: it must stop."""


class MyTurn:
    """The turn at a directive while it is ours."""

    def __init__(self, ledger: Ledger, directive_id: int, holder: str) -> None:
        self._ledger, self._directive_id, self._holder = ledger, directive_id, holder
        self._wishes_seen = -1

    def again(self) -> bool:
        """True the first time, and once more whenever another pass has wished for one meanwhile; then the turn is
        given up. Raises TurnLost when it is not ours any more."""
        with self._ledger.write() as session:
            row = session.scalar(select(Turn).where(Turn.directive_id == self._directive_id).with_for_update())
            if row is None or row.holder != self._holder:
                raise TurnLost("lượt chạy đã chuyển cho tiến trình khác")
            if row.wishes == self._wishes_seen:
                row.holder = ""
                return False
            self._wishes_seen = row.wishes
            return True

    def renew(self) -> bool:
        """Push the lease out; False when it is no longer ours."""
        with self._ledger.write() as session:
            return _set(session, self._directive_id, self._holder)

    def drop(self) -> None:
        """Give the turn up, if it is still ours."""
        with self._ledger.write() as session:
            session.execute(
                update(Turn)
                .where(Turn.directive_id == self._directive_id, Turn.holder == self._holder)
                .values(holder="")
            )


@contextmanager
def take_turn(ledger: Ledger, directive_id: int) -> Iterator[MyTurn | None]:
    """The turn at a directive, renewed until the block ends; None when another pass has it, to which a wish is left."""
    holder = process.holder()
    if not _take(ledger, directive_id, holder):
        yield None
        return
    mine = MyTurn(ledger, directive_id, holder)
    done = threading.Event()
    renewer = threading.Thread(target=_keep, args=(mine, done), daemon=True, name=f"turn-{directive_id}")
    renewer.start()
    try:
        yield mine
    finally:
        done.set()
        renewer.join()
        mine.drop()


def _take(ledger: Ledger, directive_id: int, holder: str) -> bool:
    with ledger.write() as session:
        row = session.scalar(select(Turn).where(Turn.directive_id == directive_id).with_for_update())
        if row is None:
            raise HoatocError(Phrase("văn bản %(number)s không có trong sổ cái", number=directive_id))
        free = row.holder == "" or row.expires_at < machine_now() or process.is_dead(row.holder)
        if not free:
            row.wishes += 1
            return False
        row.holder, row.expires_at = holder, machine_now() + LEASE
        return True


def _set(session: Session, directive_id: int, holder: str) -> bool:
    renewed = session.execute(
        update(Turn)
        .where(Turn.directive_id == directive_id, Turn.holder == holder)
        .values(expires_at=machine_now() + LEASE)
    )
    return bool(renewed.rowcount == 1)  # type: ignore[attr-defined]  # an UPDATE gives a CursorResult, which has it


def _keep(mine: MyTurn, done: threading.Event) -> None:
    while not done.wait(_RENEW_EVERY):
        try:
            if not mine.renew():
                return
        except SQLAlchemyError:  # the lease outlasts a database that is away for a moment
            continue
