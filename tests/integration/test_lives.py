"""The life of a directive and of its duties after the issue: what is open follows, and the history says why."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from hoatoc import clock
from hoatoc.errors import ChangedMeanwhile, HoatocError, InvalidTransition, NotFound
from hoatoc.ledger.schema import (
    Addressee,
    Directive,
    DirectiveState,
    Duty,
    DutyKind,
    DutyState,
    Notice,
    Period,
    Summary,
    Unit,
)
from hoatoc.localtime import NEVER
from hoatoc.rollout import life, periods, relief, why
from hoatoc.rollout.aggregate import aggregate
from hoatoc.rollout.amend import Amended, NothingChanged, amend
from hoatoc.rollout.issue import issue
from hoatoc.rollout.views import unit_page
from tests.conftest import Issue
from tests.worlds.ledgers import dump
from tests.worlds.mailserver import MailServer
from tests.worlds.offices import Files, small_office
from tests.worlds.rollouts import DUE, FREEZE, ISSUED, NEXT_SLOT, RECEIPT_DUE, SLOT, TICK, World

DAY = timedelta(days=1)


def do(world: World, work: Any, *given: Any, version: int | None = None, **options: Any) -> Any:
    """What the desk does about the directive, now."""
    with world.ledger.write() as session:
        directive = session.get_one(Directive, world.directive_id)
        rest = {"reason": "có lý do", "by": "desk", "now": clock.read(session), **options}
        return work(session, directive, *given, version=version, **rest)


def relieve(world: World, key: str, work: Any, *given: Any, slot: str = "", **options: Any) -> Any:
    """What the desk does about one duty, now."""
    with world.ledger.write() as session:
        duty = relief.duty_of(session, world.duty(key, slot).id)
        return work(session, duty, *given, reason="có lý do", by="desk", now=clock.read(session), **options)


def state(world: World) -> DirectiveState:
    return world.all(Directive)[0].state


def test_nothing_is_pressed_while_it_stands_still_and_time_is_given_back(world: World, mail: MailServer) -> None:
    world.run()
    world.at(RECEIPT_DUE - timedelta(hours=2))
    do(world, life.suspend)
    world.run()
    assert len([kept for kept in mail.kept if "tạm dừng" in str(kept.message["Subject"])]) == 5
    world.at(RECEIPT_DUE + DAY).run()
    assert not world.notices(template="reminder")
    do(world, life.resume)
    assert world.duty("so-0").due_at == RECEIPT_DUE + DAY + timedelta(hours=2)
    world.run()
    assert not world.notices(template="reminder")
    world.follow(RECEIPT_DUE + DAY + timedelta(hours=1))
    assert {notice.step for notice in world.notices(template="reminder")} == {"remind"}


def test_a_period_that_passed_while_it_stood_still_makes_nobody_late(world: World) -> None:
    world.run()
    world.at(ISSUED + timedelta(hours=1))
    do(world, life.suspend)
    world.at(DUE + 2 * DAY + timedelta(hours=1))
    do(world, life.resume)
    world.run()
    slots = {period.slot: period.state.value for period in world.all(Period)}
    assert slots[NEXT_SLOT] == "locked"
    assert not world.all(Duty, Duty.slot == NEXT_SLOT)
    assert slots["2021-11-27/P1D"] == "open"
    assert world.events("period_left_out")


def test_ending_withdraws_what_is_in_time_and_keeps_what_is_late(world: World) -> None:
    world.run()
    world.follow(DUE + TICK)
    do(world, life.end)
    late = world.duty("so-0", SLOT)
    assert (late.state, late.next_at) == (DutyState.OPEN, NEVER)
    assert {duty.state for duty in world.all(Duty, Duty.slot == NEXT_SLOT)} == {DutyState.WITHDRAWN}
    assert world.books().missing == 4
    world.run()
    assert world.next_at() == NEVER
    assert world.notices(template="reminder", state="sent")


@pytest.mark.parametrize("work", [life.recall, life.end])
def test_nothing_is_written_after_the_end_but_that_it_has_come(world: World, work: Any) -> None:
    world.run()
    do(world, work)
    world.run()
    before = len(world.all(Notice))
    world.at(FREEZE + 3 * DAY).run()
    assert len(world.all(Notice)) == before
    assert world.next_at() == NEVER


def _replaced(session: Any, directive: Directive, **said: Any) -> None:
    files = small_office()
    files.directive["text"]["number"] = 2
    folder, draft = files.read()
    other = issue(session, folder, replace(draft, key="tinh-mau/2-cv"), now=said["now"], by="desk")
    life.replace(session, directive, other, **said)


over = pytest.mark.parametrize("work", [life.end, _replaced])


def told(world: World) -> dict[str, int]:
    """The books of the only summary there is, without its zeros."""
    [summary] = world.all(Summary)
    assert summary.frozen_at == world.now
    return {column: count for column, count in summary.content["books"].items() if count}


@over
def test_what_was_reported_by_a_cut_off_that_has_passed_gets_its_last_summary(
    world: World, mail: MailServer, work: Any
) -> None:
    world.run()
    world.follow(DUE - TICK)
    world.report("so-0")
    world.follow(DUE + timedelta(hours=1))
    do(world, work)
    assert told(world) == {"expected": 4, "on_time": 1, "missing": 3}
    assert world.period().state.value == "locked"
    world.run()
    assert "1/4 đơn vị đã báo cáo, 3 chưa báo cáo" in str(mail.to("head.tinh-uy@mau.example")[-1].message["Subject"])


@over
def test_what_was_reported_before_the_cut_off_gets_one_too_and_blames_nobody(world: World, work: Any) -> None:
    world.run()
    world.at(ISSUED + timedelta(hours=1)).report("so-0")
    do(world, work)
    assert told(world) == {"expected": 4, "on_time": 1, "open": 3}


def test_time_that_stood_still_blames_nobody_in_the_last_summary(world: World) -> None:
    world.run()
    world.at(DUE - timedelta(hours=1)).report("so-0")
    do(world, life.suspend)
    world.at(DUE + timedelta(hours=1))
    do(world, life.end)
    assert told(world) == {"expected": 4, "on_time": 1, "open": 3}


@over
def test_a_period_for_which_nobody_has_reported_yet_gets_no_summary(world: World, work: Any) -> None:
    world.run()
    world.at(DUE - TICK)
    do(world, work)
    assert world.all(Summary) == []


@pytest.mark.parametrize("first", ["pass", "end"])
def test_a_directive_that_ends_while_a_pass_freezes_its_period_leaves_one_summary(
    world: World, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    if world.ledger.one_writer:
        pytest.skip("SQLite has one writer at a time")
    world.run()
    world.follow(DUE + timedelta(hours=1))
    world.at(FREEZE)
    works = {"pass": lambda: do(world, _aggregated), "end": lambda: do(world, life.end)}
    faster, lock_row = [works.pop(first)], periods.lock_row

    def lock_behind(session: Session, period_id: int) -> Period:
        while faster:
            faster.pop()()
        return lock_row(session, period_id)

    monkeypatch.setattr(periods, "lock_row", lock_behind)
    for work in works.values():
        work()
    assert told(world) == {"expected": 4, "missing": 4}
    assert len(world.events("summary_frozen")) == 1


def _aggregated(session: Session, directive: Directive, *, now: datetime, **_: Any) -> None:
    aggregate(session, directive, now)


def test_what_is_recalled_gets_no_summary(world: World) -> None:
    world.run()
    world.follow(DUE - TICK)
    world.report("so-0")
    world.follow(DUE + timedelta(hours=1))
    do(world, life.recall)
    assert world.all(Summary) == []


def test_recalling_withdraws_everything(world: World, mail: MailServer) -> None:
    world.run()
    do(world, life.recall)
    world.run()
    assert {duty.state for duty in world.all(Duty)} == {DutyState.WITHDRAWN}
    assert world.books("receipt", "").expected == 0
    assert "thu hồi" in str(mail.to("so-0@mau.example")[-1].message["Subject"])


def test_what_has_ended_does_not_move_any_more(world: World) -> None:
    do(world, life.end)
    with pytest.raises(InvalidTransition):
        do(world, life.suspend)


def test_of_two_at_the_desk_the_second_is_told_to_look_again(world: World) -> None:
    seen = world.all(Directive)[0].version
    do(world, life.suspend, version=seen)
    with pytest.raises(ChangedMeanwhile):
        do(world, life.end, version=seen)
    assert state(world) is DirectiveState.SUSPENDED
    world.run()
    duty = world.duty("so-0") if world.all(Duty) else None
    assert duty is None


def test_no_reason_no_change(world: World) -> None:
    with pytest.raises(HoatocError, match="lý do"):
        do(world, life.end, reason=" ")
    assert state(world) is DirectiveState.RUNNING


def test_an_extension_moves_the_ladder_and_is_told(world: World, mail: MailServer) -> None:
    world.run()
    world.at(RECEIPT_DUE - timedelta(minutes=90))
    relieve(world, "so-0", relief.extend, RECEIPT_DUE + DAY)
    world.run()
    assert "gia hạn" in str(mail.to("so-0@mau.example")[-1].message["Subject"])
    world.follow(RECEIPT_DUE + timedelta(hours=2))
    assert not [notice for notice in world.notices(template="reminder") if "so-0" in notice.recipient]
    world.at(RECEIPT_DUE + DAY).acknowledge("so-0")
    assert world.duty("so-0").state is DutyState.MET


def test_an_extension_to_midnight_is_told_as_the_end_of_its_day(world: World, mail: MailServer) -> None:
    world.run()
    relieve(world, "so-0", relief.extend, ISSUED + timedelta(hours=32))
    world.run()
    assert "Hạn mới: 24 giờ 00, ngày 24/11/2021." in mail.to("so-0@mau.example")[-1].text


def test_an_extension_into_the_past_is_refused(world: World) -> None:
    world.run()
    with pytest.raises(HoatocError, match="hạn mới"):
        relieve(world, "so-0", relief.extend, ISSUED)


def test_the_exempt_are_left_alone_and_counted(world: World) -> None:
    world.run()
    relieve(world, "so-0", relief.waive)
    world.follow(RECEIPT_DUE + timedelta(hours=2))
    assert not [notice for notice in world.notices(template="reminder") if "so-0" in notice.recipient]
    assert world.books("receipt", "").exempt == 1


def test_what_is_returned_waits_for_the_desk(world: World) -> None:
    world.run()
    with world.ledger.write() as session:
        addressee = session.get_one(Addressee, world.addressee("so-0").id)
        duty = relief.duty_of(session, world.duty("so-0").id)
        relief.send_back(session, addressee, duty, reason="gửi nhầm", by_name="An", channel="portal", now=world.now)
    assert {duty.state for duty in world.all(Duty, Duty.addressee_id == addressee.id)} == {DutyState.RETURNED}
    world.follow(RECEIPT_DUE)
    assert not [notice for notice in world.notices(template="reminder") if "so-0" in notice.recipient]
    relieve(world, "so-0", relief.reopen)
    assert world.duty("so-0").state is DutyState.OPEN
    world.follow(RECEIPT_DUE + timedelta(hours=2))
    assert "Sở 0" in str([notice.context for notice in world.notices(step="superior")])


def test_reassigning_withdraws_and_opens_a_successor(world: World, mail: MailServer) -> None:
    world.run()
    world.at(ISSUED + timedelta(hours=1))
    made = relieve(world, "so-0", relief.reassign, "ubnd-tinh", slot=SLOT)
    old = world.all(Duty, Duty.addressee_id == world.addressee("so-0").id, Duty.slot == SLOT)[0]
    assert (old.state, made.generation, made.due_at) == (DutyState.WITHDRAWN, 1, old.due_at)
    assert world.books().expected == 4
    world.run()
    told = [str(kept.message["Subject"]).split(": ")[-1] for kept in mail.kept]
    assert {"thôi giao việc", "giao việc"} <= set(told)


def test_a_report_that_was_passed_on_and_came_back_is_taken_in(world: World) -> None:
    world.run()
    relieve(world, "so-0", relief.reassign, "ubnd-tinh", slot=SLOT)
    relieve(world, "ubnd-tinh", relief.reassign, "so-0", slot=SLOT)
    world.run()
    assert world.report("so-0").on_time
    assert world.books().on_time == 1
    world.follow(DUE)
    assert not [notice for notice in world.notices(step="remind") if "Báo cáo" in str(notice.context)
                and notice.recipient == "so-0"]  # fmt: skip


def test_nobody_reports_twice_for_a_day(world: World) -> None:
    world.run()
    with pytest.raises(HoatocError, match="đã có việc này"):
        relieve(world, "so-0", relief.reassign, "so-1", slot=SLOT)
    assert world.books().expected == 4


def test_a_receipt_is_passed_on_with_the_document(world: World, mail: MailServer) -> None:
    world.run()
    world.at(ISSUED + timedelta(hours=3))
    made = relieve(world, "so-0", relief.reassign, "ubnd-tinh")
    world.run()
    (arrived,) = [kept for kept in mail.to("ubnd-tinh@mau.example") if "giao việc" not in str(kept.message["Subject"])]
    assert "xác nhận" in arrived.text.lower()
    assert world.duty("so-0").state is DutyState.WITHDRAWN
    assert made.due_at == ISSUED + timedelta(hours=23)
    world.acknowledge("ubnd-tinh")
    assert world.duty("ubnd-tinh").state is DutyState.MET
    assert world.run()[0].dispatched.notices == 0


def test_what_the_desk_has_given_to_another_unit_stays_there_when_the_directive_is_amended(world: World) -> None:
    world.run()
    made = relieve(world, "so-0", relief.reassign, "ubnd-tinh", slot=SLOT, lasting=True)
    done = amended(world, lambda files: files.directive["regime"]["reports"][0].update(cutoff="15:00"))
    assert (done.removed, done.withdrawn) == ([], 0)
    assert world.all(Duty, Duty.id == made.id)[0].state is DutyState.OPEN
    world.follow(DUE + TICK)
    assert {duty.slot for duty in world.all(Duty, Duty.addressee_id == world.addressee("so-0").id)} == {"", SLOT}
    assert world.duty("ubnd-tinh", NEXT_SLOT).state is DutyState.OPEN


def test_a_unit_named_again_is_sent_the_document_again_and_has_its_full_time(world: World, mail: MailServer) -> None:
    world.run()
    world.acknowledge("so-0")
    amended(world, lambda files: files.unit("so-0").update(groups=[]))
    world.run()
    assert "thôi giao" in str(mail.to("so-0@mau.example")[-1].message["Subject"])
    world.at(ISSUED + 2 * DAY)
    assert amended(world, lambda files: None).added == ["Sở 0"]
    assert world.next_at() <= world.now
    passed = world.run()[0]
    assert (passed.dispatched.duties, passed.dispatched.notices) >= (1, 1)
    again = world.all(Duty, Duty.addressee_id == world.addressee("so-0").id, Duty.generation == 1, Duty.slot == "")
    assert [(duty.state, duty.due_at) for duty in again] == [(DutyState.OPEN, ISSUED + 2 * DAY + timedelta(hours=20))]
    assert len([notice for notice in world.notices(template="dispatch") if notice.recipient == "so-0"]) == 2
    with world.ledger.read() as session:
        assert unit_page(session, world.addressee("so-0"), world.now).receipt is None
    world.acknowledge("so-0")
    assert world.all(Duty, Duty.id == again[0].id)[0].state is DutyState.MET
    assert world.run()[0].dispatched.notices == 0


def test_a_unit_taken_off_before_anything_was_sent_is_sent_nothing(world: World, mail: MailServer) -> None:
    amended(world, lambda files: files.unit("so-0").update(groups=[]))
    world.run()
    assert not mail.to("so-0@mau.example")
    assert not world.all(Duty, Duty.addressee_id == world.addressee("so-0").id)


def test_a_report_is_ended_by_its_last_day_and_never_dropped(world: World) -> None:
    world.run()
    with pytest.raises(HoatocError, match="không bỏ"):
        amended(world, lambda files: files.directive["regime"].update(reports=[]))
    last = "2021-11-24"
    amended(world, lambda files: files.directive["regime"]["reports"][0].update(last=last))
    world.follow(DUE + 2 * DAY)
    assert {duty.slot for duty in world.all(Duty)} == {"", SLOT}
    amended(world, lambda files: None)
    world.follow(DUE + 3 * DAY + TICK)
    assert {period.slot for period in world.all(Period)} >= {SLOT, "2021-11-27/P1D", "2021-11-28/P1D"}


def test_a_day_that_stood_still_is_followed_by_the_next(world: World) -> None:
    world.run()
    world.at(DUE - timedelta(hours=1))
    do(world, life.suspend)
    world.at(DUE + timedelta(hours=26))
    do(world, life.resume)
    world.run()
    assert {period.slot: period.state.value for period in world.all(Period)} == {
        SLOT: "locked", NEXT_SLOT: "locked", "2021-11-26/P1D": "open", "2021-11-27/P1D": "planned",
    }  # fmt: skip


def test_what_is_granted_past_the_lock_is_taken_in(world: World) -> None:
    world.run()
    world.at(DUE - timedelta(hours=1))
    relieve(world, "so-0", relief.extend, DUE + 3 * DAY, slot=SLOT)
    world.follow(DUE + 2 * DAY)
    assert world.period().state.value == "locked"
    assert world.report("so-0").on_time


def test_who_gave_the_document_back_owes_no_new_report_until_the_desk_decides(world: World) -> None:
    world.run()
    with world.ledger.write() as session:
        addressee = session.get_one(Addressee, world.addressee("so-0").id)
        duty = relief.duty_of(session, world.duty("so-0").id)
        relief.send_back(session, addressee, duty, reason="gửi nhầm", by_name="An", channel="portal", now=world.now)
    world.follow(DUE + TICK)
    assert world.duty("so-0", NEXT_SLOT).state is DutyState.RETURNED
    relieve(world, "so-0", relief.reopen)
    assert {duty.state for duty in world.all(Duty, Duty.addressee_id == addressee.id)} == {DutyState.OPEN}


@pytest.mark.parametrize("work", [life.suspend, life.end])
def test_no_time_is_granted_under_what_does_not_run(world: World, work: Any) -> None:
    world.run()
    world.at(DUE + TICK)
    do(world, work)
    with pytest.raises(HoatocError, match="không chạy"):
        relieve(world, "so-0", relief.extend, DUE + DAY, slot=SLOT)


def test_who_acknowledges_what_was_recalled_owes_no_first_action(issue_in: Issue) -> None:
    files = small_office()
    files.directive["regime"]["first_action"] = {"within": "2h"}
    world = issue_in(files.read())
    world.run()
    do(world, life.recall)
    world.acknowledge("so-0")
    assert not world.all(Duty, Duty.kind == DutyKind.FIRST_ACTION)


def test_a_rung_that_passed_while_it_stood_still_is_not_blamed_on_the_engine(world: World) -> None:
    world.run()
    world.follow(RECEIPT_DUE)
    do(world, life.suspend)
    world.at(RECEIPT_DUE + DAY)
    do(world, life.resume)
    world.run()
    (digest,) = world.notices(template="escalation_digest", step="leadership")
    assert "hệ thống ngừng" not in digest.reason
    assert digest.due_at == RECEIPT_DUE + DAY


def test_reassigning_to_a_unit_that_was_not_addressed_sends_it_the_document(world: World, mail: MailServer) -> None:
    world.run()
    relieve(world, "so-0", relief.reassign, "ubnd-tinh", slot=SLOT)
    world.run()
    assert len(mail.to("ubnd-tinh@mau.example")) == 2
    assert world.duty("ubnd-tinh").kind is DutyKind.RECEIPT
    with pytest.raises(NotFound):
        relieve(world, "so-1", relief.reassign, "khong-co", slot=SLOT)


def amended(world: World, change: Any, **options: Any) -> Amended:
    files: Files = small_office()
    change(files)
    folder, draft = files.read()
    made: Amended = do(world, amend, folder, draft, **options)
    return made


def test_amending_to_what_it_is_is_refused_and_counts_as_no_change(world: World) -> None:
    world.run()
    before = dump(world.ledger)
    with pytest.raises(NothingChanged, match="không có gì thay đổi"):
        amended(world, lambda files: None)
    assert dump(world.ledger) == before


@pytest.mark.parametrize("field", ["name", "mail", "phone"])
def test_amending_takes_in_a_directory_that_was_written_by_hand(world: World, field: str) -> None:
    world.run()
    new = {"name": "Sở Mới", "mail": "moi@mau.example", "phone": "0297 1"}[field]
    assert amended(world, lambda files: files.unit("so-1").update({field: new})) == Amended()
    assert {getattr(unit, field) for unit in world.all(Unit) if unit.key == "so-1"} == {new}


def test_a_new_cutoff_holds_from_the_next_period(world: World, mail: MailServer) -> None:
    world.run()
    done = amended(world, lambda files: files.directive["regime"]["reports"][0].update(cutoff="15:00"))
    assert any("16:00" in line and "15:00" in line for line in done.changes)
    assert world.period(SLOT).due_at == DUE
    assert world.period(NEXT_SLOT).due_at == DUE + DAY - timedelta(hours=1)
    world.run()
    letter = mail.to("so-0@mau.example")[-1]
    assert "sửa đổi, bổ sung" in str(letter.message["Subject"])
    said = (
        "Khoản 1: giờ chốt báo cáo: 16:00 hằng ngày → 15:00 hằng ngày; "
        "kỳ ngày 24/11/2021 vẫn 16 giờ 00; áp dụng từ kỳ ngày 25/11/2021"
    )
    assert done.changes == [said]
    assert said in " ".join(letter.text.split())


def test_of_the_hours_of_a_report_only_those_are_told_who_owe_it(world: World) -> None:
    world.run()
    amended(world, lambda files: files.directive["regime"]["reports"][0].update(cutoff="15:00"))
    assert {notice.recipient for notice in world.notices(step="amended")} == {"huyen-0", "huyen-1", "so-0", "so-1"}


def test_each_is_told_of_an_amendment_what_concerns_it(world: World) -> None:
    world.run()
    amended(world, lambda files: (
        files.directive["regime"]["reports"][0].update(cutoff="15:00"),
        files.directive["regime"]["receipt"].update(within="21h"),
    ))  # fmt: skip
    lines = {notice.recipient: notice.context["lines"] for notice in world.notices(step="amended")}
    assert len(lines["so-0"]) == 2
    assert lines["ban-chap-hanh/uv-0"] == ["Hạn xác nhận đã nhận: 20 giờ sau khi ban hành → 21 giờ sau khi ban hành"]


def test_who_fills_in_a_form_that_was_changed_is_told_of_it_and_nobody_else(world: World) -> None:
    world.run()
    done = amended(world, lambda files: files.form.update(title="Báo cáo mới"))
    assert done.changes == ["Khoản 1: sửa biểu mẫu “Báo cáo mới”"]
    assert {notice.recipient for notice in world.notices(step="amended")} == {"huyen-0", "huyen-1", "so-0", "so-1"}


def test_what_concerns_the_office_alone_is_written_to_nobody(world: World) -> None:
    world.run()
    amended(world, lambda files: files.directive["regime"].update(
        decided_by="Phòng khác", summary={**files.directive["regime"]["summary"], "to": [{"unit": "ubnd-tinh"}]}
    ))  # fmt: skip
    assert len(world.events("directive_amended")) == 1
    assert world.notices(step="amended") == []


def test_a_report_that_passes_to_another_of_those_named_is_told(world: World) -> None:
    world.run()
    amended(world, lambda files: files.directive["regime"]["reports"][0].update(who={"groups": ["huyen"]}))
    assert {str(notice.context["lines"]) for notice in world.notices(step="amended")} == {
        "['Danh sách đơn vị thực hiện được cập nhật.']"
    }


def test_once_the_open_period_is_past_its_cutoff_only_the_next_is_spoken_of(world: World) -> None:
    world.run()
    world.follow(DUE + TICK)
    done = amended(world, lambda files: files.directive["regime"]["reports"][0].update(lock="23h"))
    assert done.changes == [
        "Khoản 1: chốt tổng hợp, khóa nhận: 2 giờ và 1 ngày sau giờ chốt → 2 giờ và 23 giờ sau giờ chốt; "
        "áp dụng từ kỳ ngày 26/11/2021"
    ]


def test_units_that_come_get_the_document_and_units_that_go_owe_nothing(world: World) -> None:
    world.run()
    done = amended(
        world, lambda files: (files.unit("so-0").update(groups=[]), files.unit("ubnd-tinh").update(groups=["so"]))
    )
    assert (done.added, done.removed, done.withdrawn) == (["UBND tỉnh"], ["Sở 0"], 2)
    world.run()
    assert world.duty("ubnd-tinh").state is DutyState.OPEN
    world.follow(DUE + DAY)
    assert world.duty("ubnd-tinh", "2021-11-26/P1D").kind is DutyKind.REPORT


def test_a_new_ladder_presses_from_its_next_rung(world: World) -> None:
    world.run()
    amended(world, lambda files: files.directive["regime"]["ladder"].update(receipt=[{"step": "press", "at": "3h"}]))
    assert world.duty("so-0").next_at == RECEIPT_DUE + timedelta(hours=3)


def test_another_document_is_no_amendment(world: World) -> None:
    with pytest.raises(HoatocError, match="số, ký hiệu"):
        amended(world, lambda files: files.directive["text"].update(number=2, code="2-CV/TU"))


def test_a_story_says_who_was_told_who_was_not_and_why(world: World) -> None:
    world.run()
    world.follow(RECEIPT_DUE)
    relieve(world, "so-0", relief.extend, RECEIPT_DUE + DAY)
    world.run()
    with world.ledger.read() as session:
        told = why.story(session, session.get_one(Duty, world.duty("so-0").id))
    text = "\n".join(f"{line.what} {line.why}" for line in told.lines)
    for words in ("Ban hành văn bản", "Mở việc", "Thư nhắc tới Đầu mối Sở 0: đã gửi", "Lên nấc đôn đốc", "Gia hạn"):
        assert words in text
    assert "Nấc tiếp theo: nhắc" in told.to_come
    assert [line.at for line in told.lines] == sorted(line.at for line in told.lines)
