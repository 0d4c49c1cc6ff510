"""Bundles what one mailbox is to be told: many duties and steps that have passed, in one notice."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hoatoc.format.ladder import Step
from hoatoc.ledger.schema import Addressee, Duty
from hoatoc.localtime import short
from hoatoc.phrase import Joined, Phrase
from hoatoc.rollout import reasons, specialists
from hoatoc.rollout.command import Mailbox
from hoatoc.rollout.outbox import Written

#: The template of each step: the unit's own people get a letter, those above get a digest.
TEMPLATES = {
    Step.REMIND: "reminder",
    Step.PRESS: "reminder",
    Step.SUPERIOR: "escalation_digest",
    Step.LEADERSHIP: "escalation_digest",
    Step.EXPLAIN: "explanation_request",
}
#: What each rung is called.
STEP_NAMES = {
    Step.REMIND: "nhắc", Step.PRESS: "đôn đốc", Step.SUPERIOR: "báo cấp trên", Step.LEADERSHIP: "danh sách chậm",
    Step.EXPLAIN: "yêu cầu giải trình",
}  # fmt: skip
_OWN = frozenset({Step.REMIND, Step.PRESS})
_ORDER = list(Step)
#: What is done later than this after its time was held up by an outage, and is told and reckoned as such.
LATE = timedelta(minutes=5)


@dataclass
class Bundle:
    """What one mailbox is told in one notice: at the highest of its steps, about all the duties."""

    to: Mailbox
    step: Step
    window: datetime
    first_window: datetime
    addressee_id: int | None
    duties: list[int] = field(default_factory=list)
    folded: set[Step] = field(default_factory=set)

    def add(self, duty_id: int, window: datetime) -> None:
        """Another duty whose step fell due at `window`; the latest window is the notice's."""
        self.window, self.first_window = max(self.window, window), min(self.first_window, window)
        if duty_id not in self.duties:
            self.duties.append(duty_id)

    def fold(self, lower: "Bundle") -> None:
        """Take in what the same mailbox would have been told at a lower step."""
        self.folded |= {lower.step, *lower.folded}
        self.first_window = min(self.first_window, lower.first_window)
        self.duties += [duty for duty in lower.duties if duty not in self.duties]

    def written(self, now: datetime, zone: str) -> Written:
        """The notice, with the reason it is written for."""
        return Written(
            template=TEMPLATES[self.step], step=self.step, to=self.to, occurrence=self.window.isoformat(),
            due_at=self.window, reason=self._reason(now, zone), duties=tuple(self.duties),
            addressee_id=self.addressee_id,
        )  # fmt: skip

    def _reason(self, now: datetime, zone: str) -> str:
        said = [Phrase(reasons.STEP, step=STEP_NAMES[self.step], at=short(self.window, zone))]
        if self.folded:
            lower = ", ".join(STEP_NAMES[step] for step in _ORDER if step in self.folded)
            said.append(Phrase(reasons.FOLDED, steps=lower))
        if now - self.first_window > LATE:
            held_up = reasons.HELD_UP_SINCE if self.first_window < self.window else reasons.HELD_UP
            values = {"delay": spoken_delay(now - self.first_window), "at": short(self.first_window, zone)}
            said.append(Phrase(held_up, **values))
        return reasons.joined(*said)


class Bundles:
    """Everything that one pass has to say, by mailbox and step, in the order it was added."""

    def __init__(self) -> None:
        self._bundles: dict[tuple[Step, str], Bundle] = {}

    def add(self, step: Step, mailbox: Mailbox, window: datetime, duty: Duty, addressee: Addressee) -> None:
        """Say at `step` to `mailbox` that `addressee` has not met `duty`."""
        # A unit's own people are told about their unit alone, with its link; those above get one digest of all.
        own = step in _OWN
        # A specialist keeps a key of their own beneath it: the link in their letter is theirs.
        inside = f"/{mailbox.key}" if specialists.id_of(mailbox.key) else ""
        to = replace(mailbox, key=addressee.key + inside) if own else mailbox
        bundle = self._bundles.get((step, to.key))
        if bundle is None:
            bundle = Bundle(to, step, window, window, addressee.id if own else None)
            self._bundles[step, to.key] = bundle
        bundle.add(duty.id, window)

    def folded(self) -> list[Bundle]:
        """One bundle for each mailbox and subject: where several steps have come at once, which is after an outage
        or where two rungs are one person, only the highest speaks, and says what it took in."""
        kept: dict[tuple[int | None, str], Bundle] = {}
        for bundle in sorted(self._bundles.values(), key=lambda bundle: _ORDER.index(bundle.step), reverse=True):
            higher = kept.setdefault((bundle.addressee_id, bundle.to.address), bundle)
            if higher is not bundle:
                higher.fold(bundle)
        return sorted(kept.values(), key=lambda bundle: (bundle.window, _ORDER.index(bundle.step)))


def spoken_delay(delay: timedelta) -> str:
    """A delay as people say it: "2 giờ 30 phút", "1 ngày 4 giờ"."""
    minutes = int(delay.total_seconds() // 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [(days, "ngày"), (hours, "giờ"), (0 if days else minutes, "phút")]
    said = [Phrase(reasons.SPANS[unit], count=number) for number, unit in parts if number]
    return Joined(said or [Phrase(reasons.SPANS["phút"], count=0)], " ")
