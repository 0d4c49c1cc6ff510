"""The signed original of a directive: kept at the issue, sent with its notice, linked from each unit's page."""

from sqlalchemy.orm import Session

from hoatoc.errors import NotFound
from hoatoc.format.folder import Draft
from hoatoc.format.original import read_original
from hoatoc.ledger.schema import Directive, Original
from hoatoc.rollout.snapshot import Snapshot


def keep(session: Session, directive: Directive, draft: Draft) -> None:
    """Keep the original that goes with `draft`, under the name its snapshot has for it."""
    name = draft.content.text.original
    if name is None:
        return
    found = read_original(draft.source.path.parent, name)
    session.merge(
        Original(
            directive_id=directive.id, sha256=found.sha256, name=found.name, kind=found.kind, content=found.content
        )
    )
    session.flush()


def get(session: Session, directive_id: int, sha256: str) -> Original:
    """The original of that SHA-256. Raises NotFound."""
    found = session.get(Original, (directive_id, sha256))
    if found is None:
        raise NotFound("văn bản này không có bản ký đính kèm")
    return found


def enclosed(snap: Snapshot) -> dict[str, str] | None:
    """The name and SHA-256 of the original that goes with the notice of the directive; None where it has none, or the
    office sends none so large."""
    original = snap.original
    if original is None or original["octets"] > snap.office.attach_up_to * 1024:
        return None
    return {"name": original["name"], "sha256": original["sha256"]}
