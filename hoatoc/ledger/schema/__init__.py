"""The tables, one noun a file. Importing this package loads them all into `Base.metadata`."""

from hoatoc.ledger.schema.addressee import Addressee, Assignment
from hoatoc.ledger.schema.base import Base
from hoatoc.ledger.schema.clock import SimulatedClock
from hoatoc.ledger.schema.directive import Directive, DirectiveState, Obligation
from hoatoc.ledger.schema.duty import Duty, DutyKind, DutyState
from hoatoc.ledger.schema.event import Event
from hoatoc.ledger.schema.inbox import InboxKind, InboxMail, InboxState
from hoatoc.ledger.schema.meta import Meta
from hoatoc.ledger.schema.notice import Notice, NoticeDuty, NoticeState
from hoatoc.ledger.schema.office import Office, Post, Unit
from hoatoc.ledger.schema.period import Period, PeriodState
from hoatoc.ledger.schema.receipt import Receipt
from hoatoc.ledger.schema.report import Report, Revision
from hoatoc.ledger.schema.summary import Summary
from hoatoc.ledger.schema.turn import Turn, WakeUp

__all__ = [
    "Addressee",
    "Assignment",
    "Base",
    "Directive",
    "DirectiveState",
    "Duty",
    "DutyKind",
    "DutyState",
    "Event",
    "InboxKind",
    "InboxMail",
    "InboxState",
    "Meta",
    "Notice",
    "NoticeDuty",
    "NoticeState",
    "Obligation",
    "Office",
    "Period",
    "PeriodState",
    "Post",
    "Receipt",
    "Report",
    "Revision",
    "SimulatedClock",
    "Summary",
    "Turn",
    "Unit",
    "WakeUp",
]
