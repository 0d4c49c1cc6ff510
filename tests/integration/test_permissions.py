"""Permissions: the request finds its way up the tree, and the answer is owed by a time."""

from datetime import date, timedelta
from typing import Any

import pytest

from hoatoc import clock
from hoatoc.errors import NotFound, SubmissionRefused
from hoatoc.ledger.schema import (
    Addressee,
    Directive,
    Duty,
    DutyKind,
    DutyState,
    NoticeState,
    PermissionRequest,
    PermissionState,
)
from hoatoc.localtime import NEVER
from hoatoc.rollout import books, life, permissions, relief
from hoatoc.rollout.amend import amend
from tests.conftest import Issue
from tests.worlds.duties import answer, ask, decider_of
from tests.worlds.mailserver import MailServer
from tests.worlds.offices import Files, small_office
from tests.worlds.rollouts import ISSUED, TICK, World

ANSWER_BY = ISSUED + timedelta(hours=24)
EDGES = [(-TICK, DutyState.MET), (timedelta(), DutyState.MET), (TICK, DutyState.MET_LATE)]


def with_permission() -> Files:
    """Everyone asks permission to leave the province; answers are owed within 24 hours."""
    files = small_office()
    top = {"groups": ["huyen", "so"], "units": ["ubnd-tinh", "tinh-uy"], "members_of": ["ban-chap-hanh"]}
    files.directive["text"]["obligations"].append({
        "clause": "2", "quote": "ra khỏi tỉnh phải xin phép", "kind": "permission_approval",
        "bearer": {"kind": "person_group", "text": ["cán bộ"]}, "timing": {"type": "on_event", "trigger": "mỗi lần đi"},
    })  # fmt: skip
    files.directive["regime"]["addressees"].append({"line": None, "who": {"units": ["ubnd-tinh", "tinh-uy"]}})
    files.directive["regime"]["permissions"] = [
        {"clause": "2", "who": top, "matter": "ra khỏi tỉnh", "answer_within": "24h"}
    ]  # fmt: skip
    files.directive["regime"]["ladder"]["decision"] = [
        {"step": "remind", "at": "-1h"}, {"step": "press", "at": "0m"}, {"step": "leadership", "at": "4h"},
    ]  # fmt: skip
    return files


@pytest.fixture
def journey(issue_in: Issue) -> World:
    """The directive, dispatched."""
    return started(issue_in, with_permission())


def started(issue_in: Issue, files: Files) -> World:
    world = issue_in(files.read())
    world.run()
    return world


def decision(world: World, request: PermissionRequest) -> Duty:
    return world.all(Duty, Duty.id == request.duty_id)[0]


@pytest.mark.parametrize(
    ("asker", "for_head", "decider"),
    [
        ("so-0", False, "so-0/head"),
        ("so-0", True, "ubnd-tinh/head"),
        ("huyen-1", True, "tinh-uy/head"),
        ("ban-chap-hanh/uv-0", False, "tinh-uy/head"),
        ("ban-chap-hanh/uv-0", True, "tinh-uy/head"),
        ("ubnd-tinh", True, "tinh-uy/head"),  # at the top of the State's tree
        ("tinh-uy", False, "tinh-uy/head"),
    ],
)
def test_a_request_goes_to_the_head_and_for_a_head_to_the_level_above(
    journey: World, asker: str, for_head: bool, decider: str
) -> None:
    assert decider_of(journey, ask(journey, asker, "2", for_head=for_head)) == decider


def test_a_vacant_head_is_stood_in_for_by_the_acting_deputy(issue_in: Issue) -> None:
    files = with_permission()
    files.unit("ubnd-tinh")["posts"][0] = {"role": "deputy", "title": "Quyền Chủ tịch", "acting": True}
    world = started(issue_in, files)
    assert decider_of(world, ask(world, "so-0", "2", for_head=True)) == "ubnd-tinh/deputy"


def test_without_a_head_or_anyone_acting_the_level_above_decides(issue_in: Issue) -> None:
    files = with_permission()
    files.unit("so-0")["posts"][0] = {"role": "deputy", "title": "Phó Giám đốc"}
    world = started(issue_in, files)
    assert decider_of(world, ask(world, "so-0", "2")) == "ubnd-tinh/head"


def leaders(files: Files, *keys: str) -> None:
    files.office["leadership"] = [{"unit": "tinh-uy", "post": key} for key in keys]


def test_nobody_decides_for_himself(issue_in: Issue) -> None:
    files = with_permission()
    files.unit("tinh-uy")["posts"].append({"role": "deputy", "title": "Phó Bí thư Thường trực"})
    leaders(files, "head", "deputy")
    world = started(issue_in, files)
    assert decider_of(world, ask(world, "tinh-uy", "2", for_head=True)) == "tinh-uy/deputy"


def test_a_leader_whose_term_is_over_decides_nothing(issue_in: Issue) -> None:
    files = with_permission()
    files.unit("tinh-uy")["posts"][0]["until"] = "2021-11-22"
    files.unit("tinh-uy")["posts"].append({"role": "deputy", "title": "Phó Bí thư"})
    leaders(files, "head", "deputy")
    world = started(issue_in, files)
    assert decider_of(world, ask(world, "ubnd-tinh", "2", for_head=True)) == "tinh-uy/deputy"


def test_where_nobody_can_decide_the_request_is_refused_and_leaves_nothing(issue_in: Issue) -> None:
    files = with_permission()
    files.unit("tinh-uy")["posts"][0]["until"] = "2021-11-22"
    world = started(issue_in, files)
    with pytest.raises(SubmissionRefused, match="thẩm quyền"):
        ask(world, "ubnd-tinh", "2", for_head=True)
    assert world.all(PermissionRequest) == []


def test_only_those_whom_the_rule_names_may_ask(issue_in: Issue) -> None:
    files = with_permission()
    files.directive["regime"]["permissions"][0]["who"] = {"groups": ["so"], "without": ["so-1"]}
    world = started(issue_in, files)
    assert ask(world, "so-0", "2").state is PermissionState.ASKED
    for key in ("so-1", "huyen-0", "ban-chap-hanh/uv-0", "so-0/head"):
        with pytest.raises(NotFound):
            ask(world, key, "2")
    with pytest.raises(NotFound):
        ask(world, "so-0", "1")


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"person": " "}, {"person"}),
        ({"purpose": "", "asked_by": ""}, {"purpose", "asked_by"}),
        ({"person": "x" * 121, "purpose": "x" * 1001}, {"person", "purpose"}),
        ({"last_day": date(2021, 11, 23)}, {"last_day"}),
        ({"first_day": date(2021, 11, 22)}, {"first_day"}),
    ],
)
def test_a_request_that_does_not_stand_names_what_is_wrong(journey: World, said: Any, wrong: set[str]) -> None:
    with pytest.raises(SubmissionRefused) as refused:
        ask(journey, "so-0", "2", **said)
    assert set(refused.value.problems) == wrong
    assert journey.all(PermissionRequest) == []


def test_one_may_ask_for_the_very_day(journey: World) -> None:
    today = date(2021, 11, 23)
    assert ask(journey, "so-0", "2", first_day=today, last_day=today).first_day == today


def test_the_answer_is_a_duty_of_the_decider_with_its_own_due_time(journey: World) -> None:
    first, second = ask(journey, "so-0", "2"), ask(journey, "so-0", "2", person="Trần Minh")
    assert [decision(journey, request).slot for request in (first, second)] == ["1", "2"]
    assert decision(journey, first).due_at == ANSWER_BY
    (decider,) = journey.all(Addressee, Addressee.decides)
    assert (decider.key, decider.unreachable_at) == ("so-0/head", NEVER)
    with journey.ledger.read() as session:
        found = books.by_subject(session, journey.directive_id, journey.now)
    assert {key: book.expected for key, book in found.items() if key[0] == "decision"} == {
        ("decision", "2", "1"): 1, ("decision", "2", "2"): 1,
    }  # fmt: skip


@pytest.mark.parametrize(("off", "state"), EDGES)
def test_an_answer_is_on_time_up_to_and_at_its_due_time(journey: World, off: timedelta, state: DutyState) -> None:
    request = ask(journey, "so-0", "2")
    journey.at(ANSWER_BY + off)
    answered = answer(journey, request, granted=True)
    assert decision(journey, request).state is state
    assert (answered.state, answered.answered_at) == (PermissionState.GRANTED, ANSWER_BY + off)


@pytest.mark.parametrize(("step", "after"), [("remind", -1), ("press", 0), ("leadership", 4)])
@pytest.mark.parametrize(("off", "written"), [(-TICK, False), (timedelta(), True)])
def test_the_decider_is_pressed_by_the_ladder_of_decisions(
    journey: World, step: str, after: int, off: timedelta, written: bool
) -> None:
    request = ask(journey, "so-0", "2")
    moment = ANSWER_BY + timedelta(hours=after)
    for earlier in range(24 + after):
        journey.go(ISSUED + timedelta(hours=earlier))
    journey.go(moment + off)
    told = [notice for notice in journey.notices(step=step) if notice.due_at == moment]
    mine = {"leadership": "head.tinh-uy@mau.example"}.get(step, "head.so-0@mau.example")
    assert (mine in [notice.to_address for notice in told]) is written
    assert decision(journey, request).state is DutyState.OPEN


def test_the_decider_is_written_to_at_once_and_the_asker_gets_the_answer(journey: World, mail: MailServer) -> None:
    request = ask(journey, "so-0", "2", purpose="Dự họp tại Cần Thơ")
    journey.run()
    (asked,) = mail.to("head.so-0@mau.example")
    assert "Dự họp tại Cần Thơ" in asked.text
    assert "http://portal.example/v/" in asked.text
    mail.kept.clear()
    answer(journey, request, granted=False, reason="Đang có dịch")
    journey.run()
    (answered,) = mail.to("so-0@mau.example")
    assert "KHÔNG ĐỒNG Ý" in answered.text
    assert "Đang có dịch" in answered.text


def test_a_request_answered_before_its_mail_left_is_not_sent(journey: World, mail: MailServer) -> None:
    answer(journey, ask(journey, "so-0", "2"), granted=True)
    journey.run()
    assert mail.to("head.so-0@mau.example") == []
    (notice,) = journey.notices(template="permission_request")
    assert notice.state is NoticeState.SKIPPED


def test_a_decider_without_a_mailbox_is_phoned_and_not_pressed(issue_in: Issue) -> None:
    files = with_permission()
    files.unit("so-0")["mail"] = None
    files.unit("so-0")["posts"][0]["mail"] = None
    world = started(issue_in, files)
    ask(world, "so-0", "2")
    (notice,) = world.notices(template="permission_request")
    assert notice.state is NoticeState.UNDELIVERABLE
    world.go(ANSWER_BY)
    assert not [notice for notice in world.notices(step="press") if notice.recipient == "so-0/head"]


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_refusal_needs_its_reason_and_a_grant_does_not(journey: World, reason: str) -> None:
    request = ask(journey, "so-0", "2")
    with pytest.raises(SubmissionRefused) as refused:
        answer(journey, request, granted=False, reason=reason)
    assert set(refused.value.problems) == {"reason"}
    assert answer(journey, request, granted=True, reason=reason).state is PermissionState.GRANTED


def test_an_answer_stands(journey: World) -> None:
    request = ask(journey, "so-0", "2")
    answer(journey, request, granted=True)
    with pytest.raises(SubmissionRefused, match="đã được trả lời"):
        answer(journey, request, granted=False, reason="đổi ý")
    (kept,) = journey.all(PermissionRequest)
    assert (kept.state, kept.reason) == (PermissionState.GRANTED, "")
    assert len(journey.notices(template="permission_answer")) == 1
    assert [event.subject for event in journey.events("permission_granted")] == [f"permission:{request.id}"]


def test_nobody_else_answers(journey: World) -> None:
    request = ask(journey, "so-0", "2")
    with journey.ledger.write() as session, pytest.raises(NotFound):
        permissions.answer(
            session, journey.addressee("so-1"), request.id, granted=True, reason="", now=journey.now, by_name="Ai đó"
        )


def test_who_presses_twice_asks_once(journey: World) -> None:
    assert ask(journey, "so-0", "2").id == ask(journey, "so-0", "2").id
    assert len(journey.all(PermissionRequest)) == 1
    assert len(journey.notices(template="permission_request")) == 1


def test_requests_are_counted(journey: World) -> None:
    asking = (("so-0", "An"), ("so-0", "Bình"), ("so-1", "An"), ("huyen-0", "An"))
    requests = [ask(journey, key, "2", person=person) for key, person in asking]
    answer(journey, requests[0], granted=True)
    answer(journey, requests[1], granted=True)
    answer(journey, requests[2], granted=False, reason="Đang có dịch")
    with journey.ledger.read() as session:
        counted = permissions.counts(session, session.get_one(Directive, journey.directive_id).id)
    assert counted == {"asked": 4, "granted": 2, "refused": 1, "waiting": 1}


def test_the_directive_is_not_sent_to_one_who_only_decides(journey: World, mail: MailServer) -> None:
    ask(journey, "so-0", "2")
    journey.run()
    (decider,) = journey.all(Addressee, Addressee.decides)
    assert journey.notices(template="dispatch", recipient="so-0/head") == []
    assert {duty.kind for duty in journey.all(Duty, Duty.addressee_id == decider.id)} == {DutyKind.DECISION}


def test_what_waits_for_the_leadership_is_told_apart(journey: World) -> None:
    request = ask(journey, "huyen-0", "2", for_head=True)
    ask(journey, "so-0", "2")
    with journey.ledger.read() as session:
        waiting = permissions.before_leadership(session, journey.now)
    assert [(found.id, asker.key, decider.key) for found, _, asker, decider in waiting] == [
        (request.id, "huyen-0", "tinh-uy/head")
    ]
    answer(journey, request, granted=True)
    with journey.ledger.read() as session:
        assert permissions.before_leadership(session, journey.now) == []


def test_an_answer_goes_out_though_its_rule_was_dropped_meanwhile(issue_in: Issue, mail: MailServer) -> None:
    files = with_permission()
    world = started(issue_in, files)
    answer(world, ask(world, "so-0", "2"), granted=True)
    del files.directive["regime"]["permissions"], files.directive["regime"]["ladder"]["decision"]
    with world.ledger.write() as session:
        directive = session.get_one(Directive, world.directive_id)
        amend(session, directive, *files.read(), reason="thôi cho phép", by="desk", now=world.now)
    world.run()
    [told] = [kept for kept in mail.to("so-0@mau.example") if "việc xin phép" in str(kept.message["Subject"])]
    assert "Lê Thị Hoa (khoản 2; Công tác tại Hà Nội)" in told.text


def relieved(world: World, request: PermissionRequest, work: Any, *given: Any) -> Any:
    """What the desk does about the answer that is owed."""
    with world.ledger.write() as session:
        duty = relief.duty_of(session, request.duty_id)
        return work(session, duty, *given, reason="đi vắng", by="desk", now=clock.read(session))


def test_an_answer_that_was_passed_on_is_given_by_who_has_it_now(journey: World) -> None:
    made = relieved(journey, ask(journey, "so-0", "2"), relief.reassign, "so-1")
    with journey.ledger.read() as session:
        assert permissions.of_duty(session, made.id)[3].key == "so-1"
    answered = answer(journey, journey.all(PermissionRequest)[0], granted=True)
    assert answered.state is PermissionState.GRANTED
    assert decision(journey, answered).state is DutyState.MET


def test_a_request_that_nobody_has_to_answer_any_more_waits_no_more_and_can_be_made_again(journey: World) -> None:
    request = ask(journey, "so-0", "2")
    relieved(journey, request, relief.waive)
    with journey.ledger.read() as session:
        assert permissions.counts(session, journey.directive_id)["waiting"] == 0
    assert ask(journey, "so-0", "2").id != request.id


@pytest.mark.parametrize("work", [life.end, life.recall])
def test_under_what_is_over_nothing_is_asked(journey: World, work: Any) -> None:
    with journey.ledger.write() as session:
        work(session, session.get_one(Directive, journey.directive_id), reason="hết", by="desk", now=journey.now)
    with pytest.raises(NotFound):
        ask(journey, "so-0", "2")
