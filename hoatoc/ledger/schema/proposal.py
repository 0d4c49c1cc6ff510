"""A second pair of eyes: issuing proposed by one account, and decided by another."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from hoatoc.ledger.schema.base import Base, Id
from hoatoc.ledger.types import word


class ProposalState(StrEnum):
    """The life of a proposal."""

    WAITING = "waiting"  #: Chờ duyệt: nobody has decided yet.
    APPROVED = "approved"  #: Approved, and issued by that.
    REFUSED = "refused"  #: Refused, with a reason.
    WITHDRAWN = "withdrawn"  #: Taken back by the account that had proposed it.
    OUTDATED = "outdated"  #: The file has changed since: what was proposed is there no more.


class Proposal(Base):
    """That `proposed_by` wants the draft `key` issued as it was then: `content_hash` pins the content and everyone it
    reaches. `decided_at` is NEVER while it waits."""

    __tablename__ = "proposal"
    __table_args__ = (Index("ix_proposal_key", "key"), Index("ix_proposal_state", "state"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str]
    title: Mapped[str]
    content_hash: Mapped[str]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    state: Mapped[ProposalState] = mapped_column(word(ProposalState))
    decided_by: Mapped[str]
    decided_at: Mapped[datetime]
    reason: Mapped[str]
