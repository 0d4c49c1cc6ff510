"""The ladder of one kind of duty, in the time it is counted in: which rung falls due when."""

from dataclasses import dataclass
from datetime import datetime

from hoatoc.format.directive import DirectiveFile, urgency
from hoatoc.format.ladder import Ladder, Rung
from hoatoc.format.office import Office
from hoatoc.localtime import NEVER
from hoatoc.worktime import WorkingTime


@dataclass(frozen=True)
class Climb:
    """Rungs in the order they are climbed; `working` is the office's working time, None where the clock rules."""

    rungs: tuple[Rung, ...]
    working: WorkingTime | None = None

    def __len__(self) -> int:
        return len(self.rungs)

    def __getitem__(self, index: int) -> Rung:
        return self.rungs[index]

    def instant(self, step: int, due_at: datetime) -> datetime:
        """When rung number `step` of a duty due at `due_at` (aware) falls due (UTC); NEVER when the ladder is climbed.

        A rung never comes before the one below it, whatever each is counted in."""
        if step >= len(self.rungs):
            return NEVER
        return max(self._counted(rung, due_at) for rung in self.rungs[: step + 1])

    def ahead(self, due_at: datetime, now: datetime) -> int:
        """The first rung of a duty due at `due_at` that lies ahead of `now` (both aware); how many there are where none
        does."""
        return next((step for step in range(len(self)) if self.instant(step, due_at) > now), len(self))

    def begun(self, due_at: datetime, told_at: datetime) -> int:
        """The rung to begin with for a duty due at `due_at` of which its bearer is told at `told_at` (both aware): a
        reminder would come with the news itself. What comes at the due time or after it is never left out."""
        instants = (self.instant(step, due_at) for step in range(len(self)))
        return next((step for step, at in enumerate(instants) if at > told_at or at >= due_at), len(self))

    def _counted(self, rung: Rung, due_at: datetime) -> datetime:
        if rung.counted == "working" and self.working is not None:
            return self.working.add(due_at, rung.at)
        return due_at + rung.at


def ladder_of(office: Office, content: DirectiveFile) -> Ladder:
    """The ladder the regime decides on, or the office's own for the urgency of the document."""
    return content.regime.ladder or office.ladders.get(urgency(content.text)) or Ladder()


def climb(office: Office, content: DirectiveFile, kind: str, ladder: str) -> Climb:
    """How duties of `kind` are pressed: the rungs that the regime keeps under the name `ladder`.

    What the calendar's `ignored_by` and `ignored_for` name is counted by the clock."""
    rungs: tuple[Rung, ...] = getattr(ladder_of(office, content), ladder)
    return Climb(rungs, working_time(office, content, kind))


def receipt_due(office: Office, content: DirectiveFile, issued_at: datetime) -> datetime:
    """When the acknowledgement of a directive issued at `issued_at` (aware, UTC) falls due."""
    rule = content.regime.receipt
    working = working_time(office, content, "receipt") if rule.counted == "working" else None
    return working.add(issued_at, rule.within) if working else issued_at + rule.within


def working_time(office: Office, content: DirectiveFile, kind: str) -> WorkingTime | None:
    """The working time that duties of `kind` are counted in; None where the office lets the clock rule."""
    calendar = office.calendar
    if urgency(content.text) in calendar.ignored_by or kind in calendar.ignored_for:
        return None
    return WorkingTime(calendar, office.zone)
