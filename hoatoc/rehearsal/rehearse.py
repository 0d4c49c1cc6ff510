"""One rehearsal from start to end."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time
from typing import Any

from hoatoc.format.folder import Draft, OfficeFolder
from hoatoc.format.office import Approval
from hoatoc.localtime import instant, local_date
from hoatoc.rehearsal.account import tell
from hoatoc.rehearsal.behaviour import Behaviour
from hoatoc.rehearsal.play import begin
from hoatoc.rehearsal.stage import throwaway_ledger

#: When an office sends out what was signed in the morning.
_ISSUED = time(8, 0)


def rehearse(
    folder: OfficeFolder, draft: Draft, *, at: datetime, days: int, seed: int = 1, behaviour: Behaviour | None = None,
    progress: Callable[[datetime], None] = lambda _now: None,
) -> dict[str, Any]:  # fmt: skip
    """The account of `days` days of `draft` issued at `at` (aware, UTC). Nothing real is read or written."""
    behaviour = behaviour or Behaviour()
    # A rehearsal issues nothing, so nobody has to approve it.
    folder = replace(folder, office=folder.office.model_copy(update={"approval": Approval.ONE}))
    with throwaway_ledger() as ledger:
        play = begin(ledger, folder, draft, at=at, days=days, seed=seed, behaviour=behaviour)
        play.run(progress)
        return tell(play, seed=seed, days=days, behaviour=behaviour)


def signing_morning(folder: OfficeFolder, draft: Draft, now: datetime) -> datetime:
    """8 o'clock of the day the document bears; of today where it bears none."""
    day = draft.content.text.date or local_date(now, folder.office.zone)
    return instant(day, _ISSUED, folder.office.zone)
