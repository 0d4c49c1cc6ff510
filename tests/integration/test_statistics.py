"""The four cells: they add up for any selection, and nothing is counted twice or left out."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hoatoc import clock
from hoatoc.format.ladder import Step
from hoatoc.format.units import Tree
from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import (
    Addressee,
    Directive,
    Duty,
    DutyKind,
    DutyState,
    ExtensionRequest,
    Notice,
    NoticeDuty,
    NoticeState,
    Receipt,
    Unit,
)
from hoatoc.localtime import NEVER
from hoatoc.rollout import requests, statistics, trial
from hoatoc.rollout.statistics import Cells, Progress, Selection
from tests.worlds.mailserver import MailServer
from tests.worlds.offices import small_office
from tests.worlds.rollouts import DUE, ISSUED, World, issued

LIVE = (DutyState.OPEN, DutyState.RETURNED)


@pytest.fixture
def busy(ledger: Ledger, mail: MailServer) -> World:
    """A directive under way in two trees: its mail has gone out, two have acknowledged, one asks for more time."""
    world = issued(ledger, mail.relay, small_office(districts=3, departments=3).read())
    world.run()
    world.acknowledge("huyen-0")
    world.acknowledge("so-0")
    world.go(DUE - timedelta(hours=2))
    world.report("so-0")
    with ledger.write() as session:
        requests.ask(
            session, world.addressee("so-1"), world.duty("so-1", "2021-11-24/P1D").id, DUE + timedelta(days=1),
            reason="chờ số liệu", by_name="An", now=clock.read(session),
        )  # fmt: skip
    return world


def selections(directives: list[int], units: list[int]) -> st.SearchStrategy[Selection]:
    """Any selection that the board can ask for."""
    return st.builds(
        Selection, directive_id=st.none() | st.sampled_from(directives), tree=st.none() | st.sampled_from(Tree),
        urgency=st.none() | st.sampled_from(["hỏa tốc", "khẩn"]), progress=st.none() | st.sampled_from(Progress),
        unit_ids=st.none() | st.lists(st.sampled_from(units)).map(tuple),
    )  # fmt: skip


def by_hand(session: Session, selection: Selection, now: Any) -> Cells:
    """The same counted one by one in Python."""
    counted = dict.fromkeys(Cells.__dataclass_fields__, 0)
    rows = session.execute(
        select(Duty, Addressee, Unit, Directive)
        .join(Addressee, Addressee.id == Duty.addressee_id)
        .join(Unit, Unit.id == Addressee.unit_id)
        .join(Directive, Directive.id == Duty.directive_id)
    )
    arrived = {
        notice.addressee_id for notice in session.scalars(select(Notice))
        if notice.template == "dispatch" and notice.state is NoticeState.SENT
    }  # fmt: skip
    accepted = {receipt.addressee_id for receipt in session.scalars(select(Receipt)) if receipt.code == "03"}
    pressing = [notice.id for notice in session.scalars(select(Notice)) if notice.step in list(Step)]
    told = {link.duty_id for link in session.scalars(select(NoticeDuty)) if link.notice_id in pressing}
    asked = {request.duty_id for request in session.scalars(select(ExtensionRequest)) if request.state == "asked"}
    for duty, addressee, unit, directive in rows:
        live, dead = duty.state in LIVE, addressee.unreachable_at < NEVER
        at = {
            None: True,
            Progress.RECEIVED: addressee.id in arrived,
            Progress.ACKNOWLEDGED: addressee.id in accepted,
            Progress.REPORTED: duty.state in (DutyState.MET, DutyState.MET_LATE),
            Progress.LATE: live and not dead and duty.due_at < now,
            Progress.ESCALATED: live and duty.step > 0 and duty.id in told,
            Progress.UNREACHABLE: live and dead,
            Progress.RETURNED: duty.state is DutyState.RETURNED,
            Progress.ASKED: live and (duty.id in asked or duty.kind is DutyKind.DECISION),
        }[selection.progress]
        wanted = (
            at
            and duty.state is not DutyState.WITHDRAWN
            and not directive.trial
            and selection.directive_id in (None, directive.id)
            and selection.tree in (None, unit.tree)
            and selection.urgency in (None, directive.urgency)
            and (selection.unit_ids is None or unit.id in selection.unit_ids)
        )
        if wanted:
            counted[_cell(duty, dead, now)] += 1
    return Cells(**counted)


def _cell(duty: Duty, dead: bool, now: Any) -> str:
    settled = {
        DutyState.MET: "done_on_time", DutyState.MET_LATE: "done_late", DutyState.WAIVED: "exempt",
    }.get(duty.state)  # fmt: skip
    if settled:
        return settled
    if dead:
        return "unreachable"
    return "open_overdue" if duty.due_at < now else "open_in_time"


def test_the_cells_add_up_for_any_selection(busy: World) -> None:
    duties = [duty.id for duty in busy.all(Duty)]
    addressees = [addressee.id for addressee in busy.all(Addressee)]
    units = [unit.id for unit in busy.all(Unit)]
    any_time = st.integers(-40, 40).map(lambda hours: DUE + timedelta(hours=hours))

    @given(
        states=st.lists(st.sampled_from(DutyState), min_size=len(duties), max_size=len(duties)),
        steps=st.lists(st.integers(0, 4), min_size=len(duties), max_size=len(duties)),
        due=st.lists(any_time, min_size=len(duties), max_size=len(duties)),
        dead=st.sets(st.sampled_from(addressees)),
        selection=selections([busy.directive_id, busy.directive_id + 1], units),
        now=any_time,
    )
    def check(
        states: list[DutyState], steps: list[int], due: list[Any], dead: set[int], selection: Any, now: Any
    ) -> None:
        with busy.ledger.write() as session:
            for id_, state, step, due_at in zip(duties, states, steps, due, strict=True):
                session.execute(update(Duty).where(Duty.id == id_).values(state=state, step=step, due_at=due_at))
            session.execute(update(Addressee).values(unreachable_at=NEVER))
            session.execute(update(Addressee).where(Addressee.id.in_(dead)).values(unreachable_at=ISSUED))
            counted = statistics.cells(session, selection, now)
            assert counted == by_hand(session, selection, now)
            assert (
                counted.total == counted.done_on_time + counted.done_late + counted.open_in_time + counted.open_overdue
            )
            everything = len(session.scalars(statistics.chosen(selection, now, Duty.id)).all())
            assert counted.total + counted.apart == everything
            session.rollback()

    check()


def test_the_parts_of_a_selection_make_the_whole(busy: World) -> None:
    now = DUE + timedelta(hours=1)
    with busy.ledger.read() as session:
        whole = statistics.cells(session, Selection(), now)
        trees = [statistics.cells(session, Selection(tree=tree), now) for tree in Tree]
        units = [statistics.cells(session, Selection(unit_ids=(unit.id,)), now) for unit in busy.all(Unit)]
    assert whole.total > 0
    for parts in (trees, units):
        for name in Cells.__dataclass_fields__:
            assert sum(getattr(part, name) for part in parts) == getattr(whole, name)


def test_a_trial_is_in_no_cell(busy: World) -> None:
    with busy.ledger.write() as session:
        before = statistics.cells(session, Selection(), DUE)
        trial.begin(session, *small_office(districts=3, departments=3).read(), now=DUE, by="account:an")
        assert statistics.cells(session, Selection(), DUE) == before
