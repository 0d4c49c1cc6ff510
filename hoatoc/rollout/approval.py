"""A second pair of eyes (hai người): one account proposes to issue or amend, another approves or refuses it.

A proposal pins what was seen: when the file, the forms, the office or the addressees change, it is outdated, and the
new content wants a proposal of its own."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hoatoc.errors import ChangedMeanwhile, HoatocError, NotFound
from hoatoc.format.directive import title
from hoatoc.format.folder import Draft, OfficeFolder
from hoatoc.ledger.schema import Directive, Proposal, ProposalState
from hoatoc.localtime import NEVER
from hoatoc.phrase import Phrase
from hoatoc.rollout import history
from hoatoc.rollout.issue import issue, one_at_a_time
from hoatoc.rollout.pin import content_hash


class SamePerson(HoatocError):
    """The one who proposed cannot be the one who approves."""


def propose(session: Session, folder: OfficeFolder, draft: Draft, *, now: datetime, by: str) -> Proposal:
    """Propose at `now` (aware, UTC) that `draft` take effect as it stands. Proposing the same content again gives the
    proposal that waits; one of an older content becomes outdated."""
    one_at_a_time(session)
    pinned = content_hash(folder, draft, now)
    for earlier in waiting(session, draft.key):
        if earlier.content_hash == pinned:
            return earlier
        _settle(session, earlier, ProposalState.OUTDATED, now=now, by=by, reason="đề nghị lại với nội dung mới")
    proposal = Proposal(
        key=draft.key, title=title(draft.content.text), content_hash=pinned, proposed_by=by, proposed_at=now,
        state=ProposalState.WAITING, decided_by="", decided_at=NEVER, reason="",
    )  # fmt: skip
    session.add(proposal)
    session.flush()
    _note(session, proposal, "issue_proposed", at=now, actor=by)
    return proposal


def approve(
    session: Session, proposal: Proposal, folder: OfficeFolder, draft: Draft, *, now: datetime, by: str
) -> Directive:
    """Approve `proposal` at `now` (aware, UTC), and issue what it pins; a directive that runs is left as it is, for
    the desk to amend with a reason. Raises SamePerson, and ChangedMeanwhile when it has been decided or the content is
    another by now."""
    _require_waiting(proposal)
    if by == proposal.proposed_by:
        raise SamePerson(
            "người đề nghị không tự duyệt được", hint="nhờ lãnh đạo hoặc một cán bộ khác của văn phòng duyệt"
        )
    if content_hash(folder, draft, now) != proposal.content_hash:
        raise ChangedMeanwhile(Phrase("%(key)s: nội dung đã khác bản được đề nghị", key=draft.key))
    _settle(session, proposal, ProposalState.APPROVED, now=now, by=by, reason="")
    running = session.scalar(select(Directive).where(Directive.key == draft.key))
    return running or issue(session, folder, draft, now=now, by=by)


def refuse(session: Session, proposal: Proposal, *, reason: str, now: datetime, by: str) -> None:
    """Refuse `proposal` with a reason; the account that proposed it takes it back by that. Raises ChangedMeanwhile
    when it has been decided, HoatocError without a reason."""
    _require_waiting(proposal)
    own = by == proposal.proposed_by
    if not reason.strip() and not own:
        raise HoatocError("chưa ghi lý do", hint="người đề nghị cần biết phải sửa gì")
    _settle(session, proposal, ProposalState.WITHDRAWN if own else ProposalState.REFUSED, now=now, by=by, reason=reason)


def find(session: Session, proposal_id: int) -> Proposal:
    """The proposal of that id, locked for a decision. Raises NotFound."""
    found = session.scalar(select(Proposal).where(Proposal.id == proposal_id).with_for_update())
    if found is None:
        raise NotFound("không có đề nghị này", hint="mở lại trang ban hành")
    return found


def waiting(session: Session, key: str = "") -> Sequence[Proposal]:
    """The proposals that wait for a decision, of the draft `key` or of all, the oldest first."""
    found = select(Proposal).where(Proposal.state == ProposalState.WAITING).order_by(Proposal.id)
    return session.scalars(found.where(Proposal.key == key) if key else found).all()


def count(session: Session, *, but: str) -> int:
    """How many proposals wait that the account `but` has not made itself."""
    waits = (Proposal.state == ProposalState.WAITING, Proposal.proposed_by != but)
    return session.scalar(select(func.count()).select_from(Proposal).where(*waits)) or 0


def latest(session: Session, key: str) -> Proposal | None:
    """The newest proposal of the draft `key`, whatever came of it."""
    return session.scalar(select(Proposal).where(Proposal.key == key).order_by(Proposal.id.desc()).limit(1))


def _require_waiting(proposal: Proposal) -> None:
    if proposal.state is not ProposalState.WAITING:
        raise ChangedMeanwhile(Phrase("đề nghị ban hành %(title)s", title=proposal.title))


def _settle(session: Session, proposal: Proposal, state: ProposalState, *, now: datetime, by: str, reason: str) -> None:
    proposal.state, proposal.decided_by, proposal.decided_at, proposal.reason = state, by, now, reason
    session.flush()
    _note(session, proposal, f"issue_{state}", at=now, actor=by, reason=reason)


def _note(session: Session, proposal: Proposal, kind: str, *, at: datetime, actor: str, **detail: str) -> None:
    history.note(
        session, None, at=at, kind=kind, subject=f"proposal:{proposal.id}", actor=actor, key=proposal.key,
        content=proposal.content_hash, **detail,
    )  # fmt: skip
