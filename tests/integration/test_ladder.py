"""Who is pressed, at which step, by how many letters."""

from datetime import datetime, timedelta

import pytest

from hoatoc.ledger.schema import Directive, Duty, DutyKind, NoticeState
from hoatoc.rollout.escalate import escalate
from tests.conftest import Issue
from tests.worlds.mailserver import MailServer, Manner
from tests.worlds.offices import small_office
from tests.worlds.rollouts import DUE, FREEZE, ISSUED, LOCK, NEXT_SLOT, RECEIPT_DUE, SLOT, TICK, World

ALL = ("huyen-0", "huyen-1", "so-0", "so-1", "ban-chap-hanh/uv-0")


def acknowledged(world: World) -> World:
    world.run()
    for key in ALL:
        world.acknowledge(key)
    return world


def recipients(world: World, step: str) -> list[str]:
    return sorted(notice.to_address for notice in world.notices(step=step))


def test_a_reminder_goes_to_the_focal_point_of_each_that_owes_and_to_nobody_else(world: World) -> None:
    acknowledged(world).report("so-0")
    world.go(DUE - timedelta(hours=1))
    assert recipients(world, "remind") == [
        "focal.huyen-0@mau.example", "focal.huyen-1@mau.example", "focal.so-1@mau.example",
    ]  # fmt: skip


def test_pressing_goes_to_the_head(world: World) -> None:
    acknowledged(world).report("so-0")
    world.go(DUE)
    assert recipients(world, "press") == [
        "head.huyen-0@mau.example", "head.huyen-1@mau.example", "head.so-1@mau.example",
    ]  # fmt: skip


def test_a_member_is_pressed_in_person(world: World) -> None:
    world.run()
    world.go(RECEIPT_DUE - timedelta(hours=1))
    assert "uv-0@mau.example" in recipients(world, "remind")


def test_a_superior_gets_one_digest_and_none_where_it_is_the_leadership_itself(world: World, mail: MailServer) -> None:
    acknowledged(world).go(DUE + timedelta(minutes=30))
    assert recipients(world, "superior") == ["head.ubnd-tinh@mau.example"]
    (digest,) = mail.to("head.ubnd-tinh@mau.example")
    assert "Sở 0" in digest.text
    assert "Sở 1" in digest.text
    assert "Huyện ủy" not in digest.text


def test_nobody_is_their_own_superior(issue_in: Issue, mail: MailServer) -> None:
    files = small_office(members=0)
    files.unit("so-0")["posts"][0]["mail"] = "head.ubnd-tinh@mau.example"  # one person heads both
    world = issue_in(files.read())
    world.run()
    world.follow(RECEIPT_DUE + timedelta(minutes=30))
    (digest,) = mail.to("head.ubnd-tinh@mau.example")[1:]
    assert "Sở 1" in digest.text
    assert "Sở 0" not in digest.text


def test_the_leadership_gets_one_list_of_all(world: World, mail: MailServer) -> None:
    acknowledged(world).go(DUE + timedelta(minutes=30))
    world.go(DUE + timedelta(hours=1))
    assert recipients(world, "leadership") == ["head.tinh-uy@mau.example"]
    (digest,) = mail.to("head.tinh-uy@mau.example")
    assert all(name in digest.text for name in ("Sở 0", "Sở 1", "Huyện ủy 0", "Huyện ủy 1"))


def test_a_vacant_head_is_stood_in_for_by_the_acting_deputy(issue_in: Issue) -> None:
    files = small_office()
    for key in ("ubnd-tinh", "so-0"):
        files.unit(key)["posts"][0] = {
            "role": "deputy", "title": "Quyền", "mail": f"quyen.{key}@mau.example", "acting": True,
        }  # fmt: skip
    world = acknowledged(issue_in(files.read()))
    world.go(DUE + timedelta(minutes=30))
    assert "quyen.so-0@mau.example" in recipients(world, "press")
    assert recipients(world, "superior") == ["quyen.ubnd-tinh@mau.example"]


def test_a_deputy_who_does_not_act_stands_in_for_nobody(issue_in: Issue) -> None:
    files = small_office()
    files.unit("so-0")["posts"][0] = {"role": "deputy", "title": "Phó", "mail": "pho@mau.example"}
    world = acknowledged(issue_in(files.read()))
    world.go(DUE)
    assert "so-0@mau.example" in recipients(world, "press")


def test_a_post_that_has_ended_is_not_written_to(issue_in: Issue) -> None:
    files = small_office()
    files.unit("so-0")["posts"][0]["until"] = "2021-11-23"
    world = acknowledged(issue_in(files.read()))
    world.go(DUE)
    assert "head.so-0@mau.example" not in recipients(world, "press")


def test_a_unit_that_ends_mid_flight_does_not_stop_the_others(issue_in: Issue) -> None:
    files = small_office()
    files.unit("so-0")["until"] = "2021-11-23"
    world = acknowledged(issue_in(files.read()))
    world.go(DUE)
    assert "head.so-1@mau.example" in recipients(world, "press")


def test_a_leader_whose_term_ends_mid_flight_does_not_stop_the_ladder(issue_in: Issue) -> None:
    files = small_office()
    files.unit("tinh-uy")["posts"][0]["until"] = "2021-11-23"
    world = acknowledged(issue_in(files.read()))
    world.go(DUE + timedelta(hours=1))
    assert "head.so-1@mau.example" in recipients(world, "press")
    assert recipients(world, "leadership")


def test_bodies_outside_both_trees_are_asked_and_never_pressed(issue_in: Issue) -> None:
    files = small_office()
    files.unit("so-0").update(tree="outside", parent=None)
    world = issue_in(files.read())
    world.run()
    world.go(DUE + timedelta(hours=1))
    assert not [notice for notice in world.notices(template="reminder") if "so-0" in notice.to_address]


def test_who_cannot_be_reached_is_pressed_by_nobody_and_named_in_no_digest(world: World, mail: MailServer) -> None:
    mail.treat("so-0@mau.example", Manner.UNKNOWN)
    world.run()
    world.follow(FREEZE)
    assert not [kept for kept in mail.kept if "so-0" in kept.recipient]
    digests = mail.to("head.ubnd-tinh@mau.example")
    assert [("Sở 0" in digest.text, "Sở 1" in digest.text) for digest in digests] == [(False, True)] * 2
    assert world.books().unreachable == 1
    assert world.books("receipt", "").unreachable == 1


def test_after_an_outage_each_mailbox_gets_one_letter_a_step(world: World, mail: MailServer) -> None:
    world.run()
    mail.kept.clear()
    world.go(DUE + timedelta(days=2, hours=1))
    by = [(notice.step, notice.recipient) for notice in world.notices() if notice.step != "dispatch"]
    pressed = [pair for pair in by if pair[0] != "summary"]
    assert len(pressed) == len(set(pressed))
    assert {step for step, _ in pressed} == {"remind", "press", "superior", "leadership"}
    late = [notice for notice in world.notices(step="press") if "so-0" in notice.to_address]
    assert [("ngừng" in notice.reason) for notice in late] == [True]


def test_without_an_outage_no_reason_speaks_of_one(world: World) -> None:
    world.run()
    world.follow(DUE + timedelta(days=2))
    assert not [notice for notice in world.notices() if "ngừng" in notice.reason]


def written_not_sent(world: World, moment: datetime) -> None:
    """The pass dies between writing its notices and sending them."""
    with world.at(moment).ledger.write() as session:
        escalate(session, session.get_one(Directive, world.directive_id), moment)


def test_who_has_reported_by_the_time_of_sending_is_not_pressed(world: World, mail: MailServer) -> None:
    acknowledged(world)
    written_not_sent(world, DUE - timedelta(hours=1))
    world.report("so-0")
    world.run()
    assert mail.to("focal.so-0@mau.example") == []
    assert len(mail.to("focal.so-1@mau.example")) == 1
    (skipped,) = world.notices(step="remind", to_address="focal.so-0@mau.example")
    assert skipped.state is NoticeState.SKIPPED
    assert skipped.reason == "không còn nợ việc nào"
    assert len(world.events("notice_skipped")) == 1


def test_who_reports_while_the_mail_server_is_down_is_not_pressed_when_it_is_back(
    world: World, mail: MailServer
) -> None:
    acknowledged(world)
    mail.stop()
    world.go(DUE - timedelta(hours=1))
    world.report("so-0")
    mail.start()
    world.follow(DUE - timedelta(minutes=50))
    assert mail.to("focal.so-0@mau.example") == []
    assert len(mail.to("focal.so-1@mau.example")) == 1


def test_a_digest_leaves_out_who_has_reported_meanwhile(world: World, mail: MailServer) -> None:
    acknowledged(world).go(DUE)
    written_not_sent(world, DUE + timedelta(minutes=30))
    world.report("so-0")
    world.run()
    (digest,) = mail.to("head.ubnd-tinh@mau.example")
    assert "Sở 1" in digest.text
    assert "Sở 0" not in digest.text


def test_a_duty_that_is_met_is_looked_at_no_more(world: World) -> None:
    acknowledged(world).report("so-0")
    world.follow(LOCK)
    told = [event for event in world.events("duty_escalated") if event.subject == f"duty:{world.duty('so-0', SLOT).id}"]
    assert told == []


@pytest.mark.parametrize("days", [0, 1])
def test_every_day_starts_its_own_ladder(world: World, days: int) -> None:
    acknowledged(world).follow(DUE + timedelta(days=days))
    assert len(world.notices(step="press", to_address="head.so-0@mau.example")) == days + 1


def test_a_directive_without_ladder_presses_nobody(issue_in: Issue, mail: MailServer) -> None:
    files = small_office()
    files.directive["regime"]["ladder"] = {}
    world = issue_in(files.read(), at=ISSUED)
    world.run()
    world.follow(FREEZE)
    assert world.notices(template="reminder") == world.notices(template="escalation_digest") == []
    assert mail.to("head.tinh-uy@mau.example")  # the summary


def test_nobody_is_late_with_what_the_engine_told_them_late(world: World) -> None:
    late = RECEIPT_DUE + timedelta(hours=2)
    world.go(late)  # nothing ran since the issue
    due = {duty.due_at for duty in world.all(Duty) if duty.kind is DutyKind.RECEIPT}
    assert due == {late + (RECEIPT_DUE - ISSUED)}
    assert {notice.step for notice in world.notices()} == {"dispatch"}


def test_no_reminder_comes_with_the_document_itself(issue_in: Issue) -> None:
    world = issue_in(small_office().read(), at=DUE - timedelta(minutes=35))
    world.run()
    world.follow(DUE - TICK)
    assert {notice.step for notice in world.notices()} == {"dispatch"}
    assert world.duty("so-0", SLOT).next_at == DUE
    world.follow(DUE)
    assert "head.so-0@mau.example" in recipients(world, "press")
    world.follow(DUE + timedelta(days=1) - timedelta(hours=1))
    assert "focal.so-0@mau.example" in recipients(world, "remind")  # of the next period, as ever


def test_no_reminder_of_what_is_owed_once_comes_with_the_document_itself(issue_in: Issue) -> None:
    files = small_office()
    regime = files.directive["regime"]
    regime["receipt"] = {"within": "30m"}
    regime["tasks"] = [{"clause": "2", "who": {"groups": ["so"]}, "due": {"within": "20m", "source": "office"}}]
    regime["ladder"]["task"] = regime["ladder"]["receipt"]
    files.directive["text"]["obligations"].append({
        "clause": "2", "quote": "thành lập chốt", "kind": "one_off_deadline",
        "bearer": {"kind": "role_holder", "text": ["thủ trưởng"]}, "timing": {"type": "none"},
    })  # fmt: skip
    world = issue_in(files.read())
    world.run()
    world.follow(ISSUED + timedelta(minutes=30))
    assert recipients(world, "remind") == []
    assert recipients(world, "press").count("head.so-0@mau.example") == 2  # the task, then the receipt


def test_a_reminder_at_the_opening_of_a_later_period_is_sent(issue_in: Issue) -> None:
    files = small_office()
    files.directive["regime"]["ladder"]["report"][0] = {"step": "remind", "at": "-24h"}
    world = issue_in(files.read())
    world.run()
    world.follow(DUE)
    assert "focal.so-0@mau.example" in recipients(world, "remind")
    assert world.duty("so-0", NEXT_SLOT).step == 1


def test_of_what_the_engine_told_late_nothing_is_left_out_but_the_reminder(world: World) -> None:
    world.go(DUE + timedelta(hours=2))  # nothing ran since the issue
    assert {notice.step for notice in world.notices()} >= {"dispatch", "press", "superior"}
    steps = {tuple(event.detail["steps"]) for event in world.events("duty_escalated")}
    assert steps == {("press", "superior", "leadership")}


def test_a_period_that_opened_late_leaves_no_step_out(world: World) -> None:
    acknowledged(world)
    world.go(DUE + timedelta(days=1, minutes=-30))  # the engine stood still for a day
    assert world.duty("so-0", NEXT_SLOT).step == 1
    assert ["remind"] in [event.detail["steps"] for event in world.events("duty_escalated")]
