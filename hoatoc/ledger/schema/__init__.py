"""The tables, one noun a file. Importing this package loads them all into `Base.metadata`."""

from hoatoc.ledger.schema.account import Account, ApiToken, FailedSignIn, Role, SignIn, SignInLink
from hoatoc.ledger.schema.addressee import Addressee, Assignment
from hoatoc.ledger.schema.base import Base, table
from hoatoc.ledger.schema.call import Call, CallResult
from hoatoc.ledger.schema.clock import SimulatedClock
from hoatoc.ledger.schema.coverage import CoverageEntry
from hoatoc.ledger.schema.directive import ALIVE, Directive, DirectiveState, Obligation
from hoatoc.ledger.schema.duty import LIVE, Duty, DutyKind, DutyState
from hoatoc.ledger.schema.event import Event
from hoatoc.ledger.schema.extension import ExtensionRequest, ExtensionState
from hoatoc.ledger.schema.fulfilment import Fulfilment
from hoatoc.ledger.schema.inbox import InboxKind, InboxMail, InboxState
from hoatoc.ledger.schema.meta import Meta
from hoatoc.ledger.schema.notice import Notice, NoticeDuty, NoticeState
from hoatoc.ledger.schema.office import Office, Post, Unit
from hoatoc.ledger.schema.original import Original
from hoatoc.ledger.schema.period import Period, PeriodState
from hoatoc.ledger.schema.permission import PermissionRequest, PermissionState
from hoatoc.ledger.schema.proposal import Proposal, ProposalState
from hoatoc.ledger.schema.receipt import Receipt
from hoatoc.ledger.schema.reopening import Reopening
from hoatoc.ledger.schema.report import Attachment, Erratum, Report, Revision, UnsentReport
from hoatoc.ledger.schema.rollup import Rollup
from hoatoc.ledger.schema.roster import Roster
from hoatoc.ledger.schema.specialist import Specialist
from hoatoc.ledger.schema.summary import Summary
from hoatoc.ledger.schema.turn import Turn, WakeUp

__all__ = [
    "ALIVE",
    "LIVE",
    "Account",
    "Addressee",
    "ApiToken",
    "Assignment",
    "Attachment",
    "Base",
    "Call",
    "CallResult",
    "CoverageEntry",
    "Directive",
    "DirectiveState",
    "Duty",
    "DutyKind",
    "DutyState",
    "Erratum",
    "Event",
    "ExtensionRequest",
    "ExtensionState",
    "FailedSignIn",
    "Fulfilment",
    "InboxKind",
    "InboxMail",
    "InboxState",
    "Meta",
    "Notice",
    "NoticeDuty",
    "NoticeState",
    "Obligation",
    "Office",
    "Original",
    "Period",
    "PeriodState",
    "PermissionRequest",
    "PermissionState",
    "Post",
    "Proposal",
    "ProposalState",
    "Receipt",
    "Reopening",
    "Report",
    "Revision",
    "Role",
    "Rollup",
    "Roster",
    "SignIn",
    "SignInLink",
    "SimulatedClock",
    "Specialist",
    "Summary",
    "Turn",
    "Unit",
    "UnsentReport",
    "WakeUp",
    "table",
]
