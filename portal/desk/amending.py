"""What amending a directive would do: told before it is done, and to whoever is to approve it."""

from dataclasses import dataclass

from hoatoc import clock
from hoatoc.format.folder import find_draft
from hoatoc.ledger.schema import Directive
from hoatoc.rollout.amend import Amended, preview
from hoatoc.rollout.reference import draft_key
from portal.front import Front


@dataclass(frozen=True)
class Would:
    """What would follow; `differs` is False when the file is what runs already."""

    it: Amended
    differs: bool


def would(front: Front, directive_id: int, by: str) -> Would:
    """What `by` would do by amending now: done in earnest, and taken back before anybody sees it. Raises what
    `hoatoc.rollout.amend.preview` raises."""
    with front.ledger.write() as session:
        directive = session.get_one(Directive, directive_id)
        before = directive.snapshot_hash
        folder, draft = find_draft(front.folders.directives, draft_key(directive.key))
        done = preview(session, directive, folder, draft, reason="xem trước", by=by, now=clock.read(session))
        found = Would(done, differs=directive.snapshot_hash != before)
        session.rollback()
    return found
