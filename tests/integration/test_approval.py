"""Where the office wants it, two people issue: one proposes, another approves what the first has seen."""

from typing import Any

import pytest
from sqlalchemy import select

from hoatoc.errors import ChangedMeanwhile, HoatocError
from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import Addressee, Directive, Event, Proposal, ProposalState
from hoatoc.rollout import approval, trial
from hoatoc.rollout.amend import Amended, amend
from hoatoc.rollout.issue import NotApproved, issue
from tests.worlds.offices import KEY, Files, small_office
from tests.worlds.rollouts import ISSUED

AN, BINH = "account:an", "account:binh"


def careful(**changes: Any) -> Files:
    """An office that wants two pairs of eyes."""
    files = small_office()
    files.office["approval"] = "two"
    files.directive["regime"] |= changes
    return files


def propose(ledger: Ledger, files: Files, by: str = AN) -> Proposal:
    with ledger.write() as session:
        return approval.propose(session, *files.read(), now=ISSUED, by=by)


def approve(ledger: Ledger, proposal: Proposal, files: Files, by: str = BINH) -> Directive:
    with ledger.write() as session:
        return approval.approve(session, approval.find(session, proposal.id), *files.read(), now=ISSUED, by=by)


def refuse(ledger: Ledger, proposal: Proposal, reason: str, by: str = BINH) -> None:
    with ledger.write() as session:
        approval.refuse(session, approval.find(session, proposal.id), reason=reason, now=ISSUED, by=by)


def stands(ledger: Ledger) -> list[tuple[ProposalState, str, str]]:
    with ledger.read() as session:
        return [
            (row.state, row.decided_by, row.reason) for row in session.scalars(select(Proposal).order_by(Proposal.id))
        ]


def issued(ledger: Ledger) -> list[str]:
    with ledger.read() as session:
        return list(session.scalars(select(Directive.key)))


def test_one_person_alone_issues_nothing(ledger: Ledger) -> None:
    files = careful()
    with pytest.raises(NotApproved) as refused, ledger.write() as session:
        issue(session, *files.read(), now=ISSUED, by=AN)
    assert refused.value.hint
    proposal = propose(ledger, files)
    with pytest.raises(NotApproved), ledger.write() as session:
        issue(session, *files.read(), now=ISSUED, by=AN)
    with pytest.raises(approval.SamePerson):
        approve(ledger, proposal, files, by=AN)
    assert issued(ledger) == []
    assert stands(ledger) == [(ProposalState.WAITING, "", "")]


def test_another_person_issues_what_was_proposed(ledger: Ledger) -> None:
    files = careful()
    directive = approve(ledger, propose(ledger, files), files)
    assert (directive.key, directive.issued_by) == (KEY, BINH)
    assert stands(ledger) == [(ProposalState.APPROVED, BINH, "")]
    with ledger.read() as session:
        told = session.execute(
            select(Event.kind, Event.actor).where(Event.directive_id.is_(None)).order_by(Event.id)
        ).all()
    assert [tuple(row) for row in told] == [("issue_proposed", AN), ("issue_approved", BINH)]
    with ledger.write() as session:  # as from the command line, once it is approved
        assert issue(session, *files.read(), now=ISSUED, by=AN).id == directive.id


@pytest.mark.parametrize("change", ["text", "form", "units", "office"])
def test_a_changed_file_needs_a_new_proposal(ledger: Ledger, change: str) -> None:
    proposal = propose(ledger, careful())
    changed = careful()
    if change == "text":
        changed.directive["regime"]["receipt"]["within"] = "10h"
    elif change == "form":
        changed.form["title"] = "Báo cáo khác"
    elif change == "units":
        changed.unit("so-1")["groups"] = []
    else:
        changed.office["phone"] = "0297 3 812 345"
    with pytest.raises(ChangedMeanwhile):
        approve(ledger, proposal, changed)
    again = propose(ledger, changed)
    assert again.id != proposal.id
    assert [state for state, _, _ in stands(ledger)] == [ProposalState.OUTDATED, ProposalState.WAITING]
    approve(ledger, again, changed)
    assert issued(ledger) == [KEY]


def test_another_mailbox_is_the_same_content(ledger: Ledger) -> None:
    proposal = propose(ledger, careful())
    changed = careful()
    changed.unit("so-1")["mail"] = "moi.so-1@mau.example"
    approve(ledger, proposal, changed)
    assert issued(ledger) == [KEY]


def test_a_refusal_has_a_reason_and_stands(ledger: Ledger) -> None:
    files = careful()
    proposal = propose(ledger, files)
    with pytest.raises(HoatocError, match="chưa ghi lý do"):
        refuse(ledger, proposal, " ")
    refuse(ledger, proposal, "sai giờ chốt")
    assert stands(ledger) == [(ProposalState.REFUSED, BINH, "sai giờ chốt")]
    with pytest.raises(ChangedMeanwhile):
        approve(ledger, proposal, files, by="account:chi")
    assert propose(ledger, files).id != proposal.id


def test_who_proposed_takes_it_back(ledger: Ledger) -> None:
    files = careful()
    proposal = propose(ledger, files)
    assert propose(ledger, files).id == proposal.id  # a second press makes no second proposal
    refuse(ledger, proposal, "", by=AN)
    assert stands(ledger) == [(ProposalState.WITHDRAWN, AN, "")]


def test_a_trial_needs_no_second_pair_of_eyes(ledger: Ledger) -> None:
    with ledger.write() as session:
        assert trial.begin(session, *careful().read(), now=ISSUED, by=AN).trial


def amended(ledger: Ledger, files: Files) -> Amended:
    with ledger.write() as session:
        directive = session.scalars(select(Directive)).one()
        return amend(session, directive, *files.read(), reason="sửa", by=AN, now=ISSUED)


def running(ledger: Ledger) -> tuple[str, list[str]]:
    """What runs, and whom it is for."""
    with ledger.read() as session:
        keys = session.scalars(select(Addressee.key).order_by(Addressee.key))
        return session.scalars(select(Directive.snapshot_hash)).one(), list(keys)


@pytest.mark.parametrize("change", ["text", "units"])
def test_one_person_alone_amends_nothing(ledger: Ledger, change: str) -> None:
    approve(ledger, propose(ledger, careful()), careful())
    changed = careful()
    if change == "text":
        changed.directive["regime"]["receipt"]["within"] = "10h"
    else:
        changed.unit("so-1")["groups"] = []
    before = running(ledger)
    with pytest.raises(NotApproved):
        amended(ledger, changed)
    proposal = propose(ledger, changed)
    with pytest.raises(NotApproved):
        amended(ledger, changed)
    with pytest.raises(approval.SamePerson):
        approve(ledger, proposal, changed, by=AN)
    assert approve(ledger, proposal, changed).issued_by == BINH
    assert running(ledger) == before  # approving amends nothing yet
    done = amended(ledger, changed)
    assert done != Amended()
    assert (done.removed, done.unapproved) == ([] if change == "text" else ["Sở 1"], False)


def test_amending_to_what_it_is_needs_nobody(ledger: Ledger) -> None:
    approve(ledger, propose(ledger, careful()), careful())
    changed = careful()
    changed.unit("so-1")["mail"] = "moi.so-1@mau.example"
    assert amended(ledger, changed) == Amended()
