"""What waits for the one who is signed in, as the navigation of every page counts it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from hoatoc import clock
from hoatoc.ledger.schema import Account, Role
from hoatoc.rollout import approval, messages, permissions, requests


@dataclass(frozen=True)
class Awaiting:
    """How many messages nobody has read, requests nobody has decided, and proposals that want a second person; 0 of
    what the account's role does not decide."""

    messages: int
    requests: int = 0
    proposals: int = 0


def awaiting(session: Session, account: Account) -> Awaiting:
    """What waits for `account`."""
    unread = messages.count(session)
    if account.role not in (Role.DESK, Role.LEADERSHIP):
        return Awaiting(unread)
    asked = requests.count(session) + len(permissions.before_leadership(session, clock.read(session)))
    if account.role is Role.DESK:
        asked += requests.count_returned(session)
    return Awaiting(unread, asked, approval.count(session, but=f"account:{account.login}"))
