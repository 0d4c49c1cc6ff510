"""Where each draft in an office's folder stands: new, proposed, tried, issued."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.errors import FormatError
from hoatoc.format.directive import title, urgency
from hoatoc.format.folder import Draft, OfficeFolder
from hoatoc.format.problem import Problem
from hoatoc.format.text import Urgency
from hoatoc.ledger.schema import Directive, Proposal, ProposalState
from hoatoc.rollout import approval, snapshot, trial


@dataclass(frozen=True)
class Standing:
    """One readable draft. `changed` says that its file is no longer what it was issued as."""

    key: str
    title: str
    subject: str
    urgency: Urgency
    issued: Directive | None
    changed: bool
    proposal: Proposal | None
    trials: Sequence[Directive]

    @property
    def waits(self) -> bool:
        """Whether a proposal to issue it waits for somebody."""
        return self.proposal is not None and self.proposal.state is ProposalState.WAITING


def standing(session: Session, folder: OfficeFolder, draft: Draft) -> Standing:
    """Where `draft` stands."""
    issued = session.scalar(select(Directive).where(Directive.key == draft.key))
    text = draft.content.text
    return Standing(
        key=draft.key, title=title(text), subject=text.subject or "", urgency=urgency(text), issued=issued,
        changed=issued is not None and issued.snapshot_hash != snapshot.digest(snapshot.take(folder, draft)),
        proposal=approval.latest(session, draft.key), trials=trial.of(session, draft.key),
    )  # fmt: skip


def standings(session: Session, folder: OfficeFolder) -> list[Standing]:
    """Where every readable draft of `folder` stands: first those not issued, then the issued, the newest first."""
    found = [standing(session, folder, draft) for draft in folder.drafts.values()]
    issued = [(item.issued.issued_at, item) for item in found if item.issued]
    newest_first = sorted(issued, key=lambda pair: pair[0], reverse=True)
    return [*(item for item in found if not item.issued), *(item for _, item in newest_first)]


def problems(error: FormatError) -> list[Problem]:
    """What is wrong with a file, place by place."""
    return [problem for problem in error.problems if isinstance(problem, Problem)]
