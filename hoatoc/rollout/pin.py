"""What a proposal to issue is for: the content, and everyone it reaches, under one hash."""

from datetime import datetime

from hoatoc.format.folder import Draft, OfficeFolder
from hoatoc.localtime import local_date
from hoatoc.rollout import snapshot
from hoatoc.rollout.resolve import resolve


def content_hash(folder: OfficeFolder, draft: Draft, now: datetime) -> str:
    """SHA-256 over what would be issued at `now` (aware, UTC): the snapshot, and who bears what. Another mailbox or
    telephone number changes nothing; another addressee does."""
    resolved = resolve(draft.content, folder.units, local_date(now, folder.office.zone))
    reached = [[item.target.key, item.target.name, item.line, *item.clauses] for item in resolved]
    return snapshot.digest({"snapshot": snapshot.take(folder, draft), "reached": reached})
