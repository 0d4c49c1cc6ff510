"""Where two things that people and clocks do meet in one directive."""

from datetime import timedelta
from typing import Any

import pytest

from hoatoc import clock
from hoatoc.errors import HoatocError, SubmissionRefused
from hoatoc.ledger.schema import Addressee, Directive, Duty, DutyKind, DutyState, Period, Summary
from hoatoc.localtime import NEVER
from hoatoc.rollout import bulletin, course, fulfilment, grace, life, missing, record, relief, requests, statistics
from hoatoc.rollout.amend import Amended, amend
from hoatoc.rollout.statistics import Progress, Selection
from tests.conftest import Issue
from tests.worlds.lives import eventful_office
from tests.worlds.mailserver import MailServer, Manner
from tests.worlds.offices import Files, small_office
from tests.worlds.rollouts import DUE, FREEZE, ISSUED, LOCK, RECEIPT_DUE, SLOT, TICK, World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def do(world: World, work: Any, *given: Any, at: Any = None) -> Any:
    """What the desk does about the directive, now."""
    with world.ledger.write() as session:
        directive = session.get_one(Directive, world.directive_id)
        return work(session, directive, *given, reason="có lý do", by="desk", now=at or clock.read(session))


def amended(world: World, files: Files, at: Any = None) -> Amended:
    made: Amended = do(world, amend, *files.read(), at=at)
    return made


def relieve(world: World, duty: Duty, work: Any, *given: Any, **options: Any) -> Any:
    """What the desk does about one duty, now."""
    with world.ledger.write() as session:
        found = relief.duty_of(session, duty.id)
        return work(session, found, *given, reason="có lý do", by="desk", now=clock.read(session), **options)


def test_a_pass_whose_clock_is_behind_the_one_it_was_issued_by_sends_it_once(world: World) -> None:
    world.at(ISSUED)
    with world.ledger.write() as session:  # issued on a machine that is a second ahead
        for addressee in session.query(Addressee):
            addressee.named_at = ISSUED + timedelta(seconds=1)
        session.get_one(Directive, world.directive_id).issued_at = ISSUED + timedelta(seconds=1)
    world.run()
    world.go(ISSUED + timedelta(seconds=1))
    world.go(ISSUED + timedelta(seconds=2))
    assert len(world.notices(template="dispatch", state="sent")) == 5
    assert len(world.all(Duty, Duty.kind == DutyKind.RECEIPT)) == 5


def test_another_time_to_acknowledge_holds_for_what_is_open(world: World) -> None:
    world.run()
    world.acknowledge("so-1")
    files = small_office()
    files.directive["regime"]["receipt"]["within"] = "30h"
    world.at(ISSUED + HOUR)
    assert amended(world, files).moved == 4
    assert world.duty("so-0").due_at == ISSUED + timedelta(hours=30)
    assert world.duty("so-1").due_at == RECEIPT_DUE
    world.run()
    world.follow(RECEIPT_DUE + TICK)
    assert not [
        one for one in world.notices(step="press") if one.recipient == "so-0" and "xác nhận" in str(one.context)
    ]


def test_less_time_makes_nobody_late_that_was_in_time_when_it_was_asked(world: World) -> None:
    world.run()
    files = small_office()
    files.directive["regime"]["receipt"]["within"] = "2h"
    world.at(ISSUED + 3 * HOUR)
    amended(world, files)
    assert world.duty("so-0").due_at == RECEIPT_DUE


def begun_by_one(issue_in: Issue) -> tuple[World, Files]:
    """A directive that asks for a first action within three hours, which one unit has acknowledged; and its files."""
    files = small_office()
    files.directive["regime"]["first_action"] = {"within": "3h"}
    world = issue_in(files.read())
    world.run()
    world.acknowledge("so-0")
    return world, files


def test_a_first_action_that_is_asked_for_no_more_is_owed_no_more(issue_in: Issue) -> None:
    world, _ = begun_by_one(issue_in)
    amended(world, small_office())
    (duty,) = world.all(Duty, Duty.kind == DutyKind.FIRST_ACTION)
    assert duty.state is DutyState.WITHDRAWN


def test_who_is_given_anothers_first_action_owes_none_of_its_own(issue_in: Issue) -> None:
    world, _ = begun_by_one(issue_in)
    (duty,) = world.all(Duty, Duty.kind == DutyKind.FIRST_ACTION)
    relieve(world, duty, relief.reassign, "so-1")
    world.acknowledge("so-1")
    owed = world.all(Duty, Duty.kind == DutyKind.FIRST_ACTION, Duty.state == DutyState.OPEN)
    assert [duty.addressee_id for duty in owed] == [world.addressee("so-1").id]


def test_another_time_for_the_first_action_holds_for_what_is_open(issue_in: Issue) -> None:
    world, files = begun_by_one(issue_in)
    files.directive["regime"]["first_action"] = {"within": "5h"}
    amended(world, files)
    (duty,) = world.all(Duty, Duty.kind == DutyKind.FIRST_ACTION)
    assert duty.due_at == ISSUED + 5 * HOUR


def test_a_figure_keeps_its_kind_while_its_report_goes_on(world: World) -> None:
    world.run()
    world.report("so-0", ghi_chu="không có gì")
    files = small_office()
    files.form["fields"][3].update(type="count")
    with pytest.raises(HoatocError, match="ghi_chu"):
        amended(world, files)


def test_who_acts_while_it_stands_still_is_in_time(world: World) -> None:
    world.run()
    world.at(RECEIPT_DUE - HOUR)
    do(world, life.suspend)
    world.at(RECEIPT_DUE + HOUR)
    world.acknowledge("so-0")
    assert world.duty("so-0").state is DutyState.MET
    assert world.books("receipt", "").missing == 0
    world.at(DUE + HOUR)
    assert world.report("so-0").on_time
    assert world.duty("so-0", SLOT).state is DutyState.MET


def test_what_fell_due_while_it_stood_still_is_not_missing_once_it_ends(world: World) -> None:
    world.run()
    world.at(RECEIPT_DUE - HOUR)
    do(world, life.suspend)
    world.at(RECEIPT_DUE + DAY)
    do(world, life.end)
    assert world.books("receipt", "").missing == 0
    assert world.books().missing == 0


def test_a_report_taken_in_by_grace_after_the_end_is_told(world: World) -> None:
    world.run()
    world.follow(FREEZE)
    with world.ledger.write() as session:
        duty = session.get_one(Duty, world.duty("so-0", SLOT).id)
        period = session.get_one(Period, duty.period_id)
        grace.reopen(session, duty, period, until=LOCK + DAY, now=FREEZE, by="desk", by_name="An", reason="bão")
    world.at(FREEZE + HOUR)
    do(world, life.end)
    world.at(FREEZE + 2 * HOUR)
    world.report("so-0")
    world.follow(LOCK + 2 * DAY)
    editions = world.all(Summary, Summary.period_id == world.period().id)
    assert [len(one.content["errata"]) for one in editions] == [0, 1]


def test_a_mailbox_mended_in_the_file_and_taken_in_by_an_amendment_is_written_to_at_once(
    world: World, mail: MailServer
) -> None:
    mail.treat("so-0@mau.example", Manner.UNKNOWN)
    world.run()
    assert world.addressee("so-0").unreachable_at < NEVER
    files = small_office()
    files.unit("so-0")["mail"] = "so-0.moi@mau.example"
    amended(world, files)
    assert world.addressee("so-0").unreachable_at == NEVER
    world.run()
    assert mail.to("so-0.moi@mau.example")


def test_a_report_passed_on_with_more_time_than_its_period_has_is_taken_in(world: World) -> None:
    world.run()
    made = relieve(world, world.duty("so-0", SLOT), relief.reassign, "ubnd-tinh", due_at=LOCK + DAY)
    world.follow(LOCK + HOUR)
    assert world.report("ubnd-tinh").on_time
    assert world.all(Duty, Duty.id == made.id)[0].state is DutyState.MET


def test_who_is_told_of_a_report_only_now_is_not_reminded_of_it_with_the_news(issue_in: Issue) -> None:
    files = small_office()
    files.directive["regime"]["reports"] = []
    files.directive["regime"]["summary"] = None
    world = issue_in(files.read())
    world.run()
    world.at(DUE - HOUR / 2)
    amended(world, small_office())
    world.run()
    assert not [one for one in world.notices(step="remind") if "Báo cáo ngày 24/11/2021" in str(one.context)]
    assert world.duty("so-0", SLOT).step == 1


def test_a_body_outside_both_trees_owes_no_explanation(issue_in: Issue) -> None:
    files = eventful_office()
    files.directive["regime"]["ladder"]["receipt"][-1]["at"] = "1h"
    files.unit("so-0").update(tree="outside", parent=None)
    world = issue_in(files.read())
    world.run()
    world.follow(RECEIPT_DUE + 2 * HOUR)
    asked = world.all(Duty, Duty.kind == DutyKind.EXPLANATION)
    assert asked
    assert world.addressee("so-0").id not in {duty.addressee_id for duty in asked}


def test_a_unit_that_came_after_the_freeze_is_not_in_the_frozen_table(world: World) -> None:
    world.run()
    world.follow(FREEZE)
    world.at(FREEZE + HOUR)
    relieve(world, world.duty("so-0", SLOT), relief.reassign, "ubnd-tinh")
    with world.ledger.read() as session:
        directive, period = session.get_one(Directive, world.directive_id), session.get_one(Period, world.period().id)
        shown = {row.key: row.column for row in bulletin.read(session, directive, period, world.now).units}
    assert shown == {"huyen-0": "missing", "huyen-1": "missing", "so-0": "missing", "so-1": "missing"}


def test_how_long_a_unit_took_is_counted_from_when_it_was_asked_the_last_time(world: World) -> None:
    world.run()
    world.at(ISSUED + HOUR).acknowledge("so-0")
    files = small_office()
    files.unit("so-0").update(groups=[])
    amended(world, files)
    world.at(ISSUED + 5 * HOUR)
    amended(world, small_office())
    world.run()
    world.at(ISSUED + 7 * HOUR).acknowledge("so-0")
    with world.ledger.read() as session:
        found = record.read(session, record.find(session, "so-0"), world.now)
    assert found.mean_to_acknowledge == 2 * HOUR


def test_a_task_given_to_another_for_good_is_owed_once(issue_in: Issue) -> None:
    world = issue_in(eventful_office().read())
    world.run()
    world.at(ISSUED + HOUR)
    (task,) = world.all(Duty, Duty.kind == DutyKind.TASK, Duty.addressee_id == world.addressee("so-0").id)
    relieve(world, task, relief.reassign, "ubnd-tinh", lasting=True)
    world.run()
    mine = world.all(Duty, Duty.kind == DutyKind.TASK, Duty.addressee_id == world.addressee("ubnd-tinh").id)
    assert [duty.state for duty in mine] == [DutyState.OPEN]


def as_share(files: Files) -> Files:
    """`files` whose second clause asks for a share instead of a task."""
    text, regime = files.directive["text"], files.directive["regime"]
    text["obligations"][1]["kind"] = "coverage_target"
    [task] = regime.pop("tasks")
    regime["coverage"] = [{**task, "counted": "đã tiêm", "of": "phải tiêm", "target": 90}]
    return files


def of_clause(world: World, key: str, clause: str = "2") -> list[tuple[str, str]]:
    duties = world.all(Duty, Duty.addressee_id == world.addressee(key).id, Duty.subject == clause)
    return [(duty.kind.value, duty.state.value) for duty in duties]


def test_a_clause_that_asks_for_something_else_by_now_is_owed_as_that(issue_in: Issue) -> None:
    world = issue_in(eventful_office().read())
    world.run()
    world.at(ISSUED + HOUR)
    done = amended(world, as_share(eventful_office()))
    assert (done.withdrawn, done.opened) == (2, 2)
    assert of_clause(world, "so-0") == [("task", "withdrawn"), ("coverage", "open")]
    [withdrawn] = [event for event in world.events("duty_withdrawn") if event.subject == f"duty:{task_of(world).id}"]
    assert withdrawn.detail["reason"] == "có lý do"
    world.at(ISSUED + 2 * HOUR)
    amended(world, eventful_office())
    assert of_clause(world, "so-0") == [("task", "withdrawn"), ("coverage", "withdrawn"), ("task", "open")]
    world.follow(ISSUED + 2 * DAY)


def test_what_was_done_of_it_stays_done_and_the_other_is_owed_too(issue_in: Issue) -> None:
    world = issue_in(eventful_office().read())
    world.run()
    with world.ledger.write() as session:
        fulfilment.fulfil(
            session, world.addressee("so-0"), task_of(world).id, "Xong.", now=world.now, by_name="An", channel="portal"
        )
    amended(world, as_share(eventful_office()))
    assert of_clause(world, "so-0") == [("task", "met"), ("coverage", "open")]


def test_who_was_given_it_for_good_owes_what_it_is_now(issue_in: Issue) -> None:
    world = issue_in(eventful_office().read())
    world.run()
    world.at(ISSUED + HOUR)
    relieve(world, task_of(world), relief.reassign, "ubnd-tinh", lasting=True)
    world.run()
    amended(world, as_share(eventful_office()))
    world.run()
    assert of_clause(world, "so-0") == [("task", "withdrawn")]
    assert of_clause(world, "ubnd-tinh") == [("task", "withdrawn"), ("coverage", "open")]


def test_a_clause_that_is_reported_on_may_ask_for_a_task_as_well(issue_in: Issue) -> None:
    world = issue_in(eventful_office().read())
    world.run()
    files = eventful_office()
    files.directive["text"]["obligations"][0]["kind"] = "one_off_deadline"
    files.directive["regime"]["tasks"].append({**files.directive["regime"]["tasks"][0], "clause": "1"})
    amended(world, files)
    assert of_clause(world, "so-0", "1") == [("report", "open"), ("task", "open")]


def task_of(world: World, key: str = "so-0") -> Duty:
    return world.all(Duty, Duty.kind == DutyKind.TASK, Duty.addressee_id == world.addressee(key).id)[0]


def test_who_is_let_off_owes_no_explanation_of_it(issue_in: Issue) -> None:
    files = eventful_office()
    files.directive["regime"]["ladder"]["receipt"][-1]["at"] = "1h"
    world = issue_in(files.read())
    world.run()
    world.follow(RECEIPT_DUE + 2 * HOUR)
    so = world.addressee("so-0").id
    (asked,) = world.all(Duty, Duty.kind == DutyKind.EXPLANATION, Duty.addressee_id == so)
    relieve(world, world.duty("so-0"), relief.waive)
    assert world.all(Duty, Duty.id == asked.id)[0].state is DutyState.WITHDRAWN


def test_what_the_desk_has_granted_stands_when_the_rule_moves(issue_in: Issue) -> None:
    files = eventful_office()
    world = issue_in(files.read())
    world.run()
    (task,) = world.all(Duty, Duty.kind == DutyKind.TASK, Duty.addressee_id == world.addressee("so-0").id)
    relieve(world, task, relief.extend, ISSUED + 60 * HOUR)
    files.directive["regime"]["tasks"][0]["due"]["within"] = "40h"
    amended(world, files)
    due = {duty.addressee_id: duty.due_at for duty in world.all(Duty, Duty.kind == DutyKind.TASK)}
    assert due[world.addressee("so-0").id] == ISSUED + 60 * HOUR
    assert due[world.addressee("so-1").id] == ISSUED + 40 * HOUR


@pytest.mark.parametrize("work", [life.end, life.recall])
def test_of_what_is_over_nobody_asks_for_more_time_that_nobody_would_decide_on(world: World, work: Any) -> None:
    world.run()
    world.follow(RECEIPT_DUE + TICK)
    do(world, work)
    with world.ledger.write() as session, pytest.raises(SubmissionRefused):
        requests.ask(
            session, world.addressee("so-0"), world.duty("so-0").id, world.now + DAY, reason="bão", by_name="An",
            now=world.now,
        )  # fmt: skip


def test_a_rung_that_was_left_out_is_no_rung_anybody_stands_at(issue_in: Issue) -> None:
    files = small_office()
    files.directive["regime"]["receipt"]["within"] = "30m"
    world = issue_in(files.read())
    world.run()
    assert world.duty("so-0").step == 1
    escalated = Selection(directive_id=world.directive_id, progress=Progress.ESCALATED)
    everything = Selection(directive_id=world.directive_id)
    with world.ledger.read() as session:
        assert course.ladder(session, session.get_one(Directive, world.directive_id)) == []
        assert statistics.cells(session, escalated, world.now).total == 0
        assert {name.step for group in missing.groups(session, everything, world.now) for name in group.names} == {0}
    world.follow(ISSUED + HOUR / 2)
    with world.ledger.read() as session:
        (stage,) = course.ladder(session, session.get_one(Directive, world.directive_id))
        assert (stage.step, len(stage.standing)) == ("press", 5)
        assert statistics.cells(session, escalated, world.now).total == 5


def test_who_is_late_again_after_more_time_was_given_explains_that(issue_in: Issue) -> None:
    files = eventful_office()
    files.directive["regime"]["ladder"]["receipt"][-1]["at"] = "1h"
    world = issue_in(files.read())
    world.run()
    world.follow(RECEIPT_DUE + 2 * HOUR)
    relieve(world, world.duty("so-0"), relief.extend, world.now + 3 * HOUR)
    world.follow(world.now + 6 * HOUR)
    so = world.addressee("so-0").id
    asked = world.all(Duty, Duty.kind == DutyKind.EXPLANATION, Duty.addressee_id == so)
    assert [(duty.generation, duty.state) for duty in asked] == [(0, DutyState.WITHDRAWN), (1, DutyState.OPEN)]
