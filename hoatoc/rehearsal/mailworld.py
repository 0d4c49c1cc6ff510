"""The mail world of a rehearsal, in memory: what a mail server and the mailboxes behind it would have answered."""

from collections.abc import Sequence

from hoatoc.ledger.schema import Notice
from hoatoc.rehearsal.behaviour import Behaviour, Chance, Manner
from hoatoc.rehearsal.people import Person
from hoatoc.rollout.answers import Answer, Outcome
from hoatoc.rollout.claims import Claimed


class MailWorld:
    """Answers claimed notices: a dead unit's own mailboxes refuse for good, some first attempts are put off."""

    def __init__(self, people: list[Person], behaviour: Behaviour, chance: Chance) -> None:
        self._dead = {person.addressee_id for person in people if person.manner is Manner.DEAD}
        self._deferred, self._chance = behaviour.deferred, chance

    def answer(self, claimed: Sequence[Claimed], rows: dict[int, Notice]) -> list[Answer]:
        """The answer to each notice; `rows` are their ledger rows by id."""
        return [self._one(notice, rows[notice.id]) for notice in claimed]

    def _one(self, claimed: Claimed, row: Notice) -> Answer:
        if row.addressee_id in self._dead:
            return Answer(claimed.id, Outcome.REFUSED, 550, "5.1.1 No such mailbox")
        if claimed.attempts == 1 and self._chance.share("deferred", row.recipient, row.occurrence) < self._deferred:
            return Answer(claimed.id, Outcome.DEFERRED, 450, "4.2.0 Come back later")
        return Answer(claimed.id, Outcome.ACCEPTED, 250, "2.0.0 OK")
