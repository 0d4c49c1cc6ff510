"""When pressing waits, what it spares, what it asks for in the end, and how the engine watches itself."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hoatoc import clock
from hoatoc.doctor.examine import _engine, examine
from hoatoc.doctor.finding import Health
from hoatoc.errors import NotFound, SubmissionRefused
from hoatoc.installation import initialise
from hoatoc.ledger.schema import Addressee, Duty, DutyKind, DutyState, Notice, NoticeState, Receipt, WakeUp
from hoatoc.localtime import DEFAULT_ZONE, local
from hoatoc.rollout import auditor, explanation, first_action, summons
from hoatoc.settings import Settings
from tests.conftest import Issue
from tests.worlds.mailserver import MailServer
from tests.worlds.offices import Files, small_office
from tests.worlds.rollouts import DUE, ISSUED, RECEIPT_DUE, SLOT, TICK, World

HOUR = timedelta(hours=1)


def office(**changes: Any) -> Files:
    """An office whose document is not urgent, with these settings of its own."""
    files = small_office(members=0)
    files.directive["text"]["urgency"] = None
    files.office.update(changes)
    return files


def ladder(files: Files, kind: str, *rungs: dict[str, str]) -> Files:
    files.directive["regime"]["ladder"][kind] = list(rungs)
    return files


def sent(world: World, template: str = "reminder") -> list[str]:
    """When notices went out, on the wall clock."""
    found = world.all(Notice, Notice.template == template, Notice.state == NoticeState.SENT)
    return sorted({local(notice.settled_at, DEFAULT_ZONE).strftime("%d/%m %H:%M") for notice in found})


def as_unit(world: World, key: str, work: Any, *given: Any) -> Any:
    with world.ledger.write() as session:
        addressee = session.get_one(Addressee, world.addressee(key).id)
        return work(session, addressee, *given, now=clock.read(session), by_name="An", channel="portal")


def test_a_rung_in_working_time_waits_for_the_office_to_open(issue_in: Issue) -> None:
    files = ladder(ladder(office(), "report"), "receipt", {"step": "press", "at": "1h", "counted": "working"})
    files.directive["regime"]["receipt"]["within"] = "90h"  # Saturday 27/11, 10:00
    world = issue_in(files.read())
    world.run()
    world.follow(ISSUED + timedelta(days=6))
    assert sent(world) == ["29/11 08:30"]


def test_a_flash_document_does_not_wait(issue_in: Issue) -> None:
    files = ladder(ladder(office(), "report"), "receipt", {"step": "press", "at": "1h", "counted": "working"})
    files.directive["text"]["urgency"] = "HỎA TỐC"
    files.directive["regime"]["receipt"]["within"] = "90h"
    world = issue_in(files.read())
    world.run()
    world.follow(ISSUED + timedelta(days=6))
    assert sent(world)[0] == "27/11 11:00"


def test_the_acknowledgement_itself_may_be_due_in_working_time(issue_in: Issue) -> None:
    files = office()
    files.directive["regime"]["receipt"] = {"within": "8h", "counted": "working"}
    world = issue_in(files.read())
    world.run()
    assert local(world.duty("so-0").due_at, DEFAULT_ZONE).strftime("%d/%m %H:%M") == "24/11 16:30"


def test_an_office_s_own_ladder_stands_in_by_urgency(issue_in: Issue) -> None:
    files = office(ladders={"thường": {"receipt": [{"step": "press", "at": "5h"}]}})
    files.directive["regime"]["ladder"] = None
    world = issue_in(files.read())
    world.run()
    assert world.duty("so-0").next_at == RECEIPT_DUE + 5 * HOUR
    assert world.duty("so-0", SLOT).step == 0


def test_in_quiet_hours_pressing_waits_for_the_morning_in_one_letter(issue_in: Issue, mail: MailServer) -> None:
    files = office(pressing={"quiet": {"since": "21:00", "until": "06:30"}})
    files.directive["regime"]["receipt"]["within"] = "6h"  # 22:00
    world = issue_in(files.read())
    world.run()
    mail.kept.clear()
    world.follow(RECEIPT_DUE)
    assert sent(world) == ["24/11 06:30"]
    assert sent(world, "escalation_digest") == ["24/11 06:30"]
    assert [notice for notice in world.notices(step="press") if "giờ nghỉ" in notice.reason]


def test_what_is_held_up_into_the_quiet_hours_waits_for_their_end(issue_in: Issue, mail: MailServer) -> None:
    files = ladder(office(pressing={"quiet": {"since": "21:00", "until": "06:30"}}), "report")
    ladder(files, "receipt", {"step": "press", "at": "0m"})
    files.directive["regime"]["receipt"]["within"] = "299m"  # 20:59
    world = issue_in(files.read())
    world.run()
    mail.stop()
    world.go(ISSUED + timedelta(minutes=299))
    mail.start()
    world.follow(ISSUED + 15 * HOUR)
    assert sent(world) == ["24/11 06:30"]
    assert {notice.reason for notice in world.notices(step="press")} == {
        "đến nấc đôn đốc, mốc 23/11 20:59; chờ hết giờ nghỉ"
    }


def test_two_steps_that_waited_for_the_same_morning_are_one_letter(issue_in: Issue, mail: MailServer) -> None:
    files = office(pressing={"quiet": {"since": "21:00", "until": "06:30"}})
    files.directive["regime"]["receipt"]["within"] = "6h"  # 22:00, reminded at 21:00
    for post in files.unit("so-0")["posts"]:
        post["mail"] = "mot-nguoi@mau.example"
    world = issue_in(files.read())
    world.run()
    mail.kept.clear()
    world.follow(ISSUED + 15 * HOUR)
    assert len(mail.to("mot-nguoi@mau.example")) == 1
    lower, higher = world.notices(template="reminder", recipient="so-0")
    assert (lower.step, lower.state, lower.reason) == ("remind", NoticeState.SKIPPED, "gộp vào thư nấc đôn đốc")
    assert (higher.step, higher.state) == ("press", NoticeState.SENT)
    assert higher.reason.endswith("gộp nấc nhắc")
    with world.ledger.read() as session:
        figure = auditor.promptness(session, since=ISSUED, now=world.now)
    assert figure.share == 1.0


def test_who_is_asked_to_explain_at_night_is_asked_in_the_morning(issue_in: Issue) -> None:
    files = office(pressing={"quiet": {"since": "21:00", "until": "06:30"}, "explain_within": "12h"})
    ladder(files, "receipt", {"step": "explain", "at": "0m"})
    files.directive["regime"]["receipt"]["within"] = "6h"
    world = issue_in(files.read())
    world.run()
    world.follow(ISSUED + 15 * HOUR)
    assert sent(world, "explanation_request") == ["24/11 06:30"]


def test_who_has_acknowledged_by_the_morning_is_not_pressed(issue_in: Issue) -> None:
    files = office(pressing={"quiet": {"since": "21:00", "until": "06:30"}})
    files.directive["regime"]["receipt"]["within"] = "6h"
    world = issue_in(files.read())
    world.run()
    world.follow(ISSUED + 10 * HOUR)
    for key in ("huyen-0", "huyen-1", "so-0", "so-1"):
        world.acknowledge(key)
    world.follow(ISSUED + 16 * HOUR)
    assert not sent(world)


def test_over_the_cap_a_mailbox_waits_for_the_next_morning(issue_in: Issue, mail: MailServer) -> None:
    files = office(pressing={"most_a_day": 1})
    for name in ("receipt", "report"):
        ladder(files, name, {"step": "leadership", "at": "0m"}, {"step": "leadership", "at": "1h"})
    world = issue_in(files.read())
    world.run()
    mail.kept.clear()
    world.follow(DUE + timedelta(days=1) - TICK)
    digests = [
        notice for notice in world.notices(template="escalation_digest") if notice.to_address.startswith("head.tinh-uy")
    ]
    assert len([notice for notice in digests if notice.state is NoticeState.SENT]) == 2
    assert any("đã nhận đủ 1 thư" in notice.reason for notice in digests)
    assert sent(world, "escalation_digest") == ["24/11 12:00", "25/11 07:00"]


def test_after_an_outage_one_letter_a_mailbox_in_order_with_its_reason(world: World) -> None:
    world.run()
    world.go(RECEIPT_DUE + 3 * HOUR)
    digests = list(world.notices(template="escalation_digest"))
    assert len({notice.to_address for notice in digests}) == len(digests)
    (member,) = [notice for notice in world.notices(template="reminder") if "uv-0" in notice.to_address]
    assert member.step == "press"
    assert "gộp nấc nhắc" in member.reason
    assert "vì hệ thống ngừng" in member.reason
    events = [event for event in world.events("duty_escalated") if event.detail["steps"][:2] == ["remind", "press"]]
    assert events
    assert all("late_since" in event.detail for event in events)


def explained(issue_in: Issue, **changes: Any) -> World:
    files = ladder(small_office(), "receipt", {"step": "press", "at": "0m"}, {"step": "explain", "at": "2h"})
    files.directive["regime"]["explanation"] = {"within": "24h"}
    files.directive["regime"]["ladder"]["explanation"] = [{"step": "leadership", "at": "0m"}]
    world = issue_in(files.read())
    world.run()
    for key in ("huyen-0", "huyen-1", "so-1", "ban-chap-hanh/uv-0"):
        world.acknowledge(key)
    world.follow(RECEIPT_DUE + 2 * HOUR)
    return world


def test_an_explanation_is_asked_of_the_head_with_the_facts(issue_in: Issue, mail: MailServer) -> None:
    world = explained(issue_in)
    (duty,) = world.all(Duty, Duty.kind == DutyKind.EXPLANATION)
    assert duty.due_at == RECEIPT_DUE + 26 * HOUR
    letter = mail.to("head.so-0@mau.example")[-1]
    assert "giải trình" in str(letter.message["Subject"])
    assert "Đến nay chưa thực hiện" in letter.text
    assert "- Xác nhận đã nhận văn bản Hạn của việc: 12 giờ 00" in " ".join(letter.text.split())
    assert "Đã đôn đốc: 12 giờ 00, ngày 24/11/2021" in " ".join(letter.text.split())


def test_an_explanation_is_a_duty_and_presses_again(issue_in: Issue) -> None:
    world = explained(issue_in)
    (duty,) = world.all(Duty, Duty.kind == DutyKind.EXPLANATION)
    with pytest.raises(SubmissionRefused):
        as_unit(world, "so-0", explanation.explain, duty.id, " ")
    with pytest.raises(NotFound):
        as_unit(world, "so-1", explanation.explain, duty.id, "không phải của tôi")
    world.follow(duty.due_at)
    assert [notice for notice in world.notices(step="leadership") if "Sở 0" in str(notice.context)]
    world.at(duty.due_at + HOUR)
    as_unit(world, "so-0", explanation.explain, duty.id, "Văn thư nghỉ ốm, đã cử người thay.")
    assert world.all(Duty, Duty.id == duty.id)[0].state is DutyState.MET_LATE
    assert len(world.all(Duty, Duty.kind == DutyKind.EXPLANATION)) == 1


def acting(issue_in: Issue, *rungs: dict[str, str]) -> World:
    files = ladder(small_office(), "first_action", *(rungs or ({"step": "press", "at": "0m"},)))
    files.directive["regime"]["first_action"] = {"within": "2h"}
    world = issue_in(files.read())
    world.run()
    return world


def test_acknowledged_is_not_done(issue_in: Issue, mail: MailServer) -> None:
    world = acting(issue_in)
    world.acknowledge("so-0")
    (duty,) = world.all(Duty, Duty.kind == DutyKind.FIRST_ACTION)
    assert duty.due_at == ISSUED + 2 * HOUR
    world.follow(ISSUED + 2 * HOUR)
    assert "triển khai" in mail.to("head.so-0@mau.example")[-1].text
    as_unit(world, "so-0", first_action.act, "Đã họp quán triệt, phân công.")
    assert world.all(Duty, Duty.id == duty.id)[0].state is DutyState.MET
    assert {receipt.code for receipt in world.all(Receipt)} == {"03", "05"}
    with pytest.raises(NotFound):
        as_unit(world, "so-0", first_action.act, "lần nữa")


def test_a_rung_that_lies_before_the_acknowledgement_is_not_climbed(issue_in: Issue) -> None:
    rungs = {"step": "remind", "at": "-3h"}, {"step": "press", "at": "0m"}
    world = acting(issue_in, *rungs)
    world.acknowledge("so-0")
    world.follow(ISSUED + 2 * HOUR)
    (letter,) = world.notices(recipient="so-0", template="reminder")
    assert (letter.step, letter.reason) == ("press", "đến nấc đôn đốc, mốc 23/11 18:00")


def test_what_an_acknowledgement_opens_is_pressed_before_the_pass_that_was_asked_for(issue_in: Issue) -> None:
    world = acting(issue_in)
    with world.ledger.write() as session:
        wake = session.get_one(WakeUp, world.directive_id)
        wake.generation, wake.due_at = 1, RECEIPT_DUE
    world.acknowledge("so-0")
    due = ISSUED + 2 * HOUR
    with world.ledger.read() as session:
        assert summons.summoned(session, due - TICK) == []
        assert [item.cause for item in summons.summoned(session, due)] == ["đến nấc"]


def test_who_reports_has_plainly_begun(issue_in: Issue) -> None:
    world = acting(issue_in)
    world.acknowledge("so-0")
    world.report("so-0")
    world.report("so-1")
    (duty,) = world.all(Duty, Duty.kind == DutyKind.FIRST_ACTION)
    assert duty.state is DutyState.MET


def test_the_auditor_finds_a_step_that_was_missed_and_says_so(world: World) -> None:
    world.run()
    due = RECEIPT_DUE - HOUR
    with world.ledger.write() as session:
        assert auditor.overdue(session, now=due + auditor.MISSED) == []
        (found,) = auditor.overdue(session, now=due + auditor.MISSED + TICK)
        auditor.note(session, [found], now=due + auditor.MISSED)
        assert not auditor.is_well(session, now=due + auditor.MISSED + TICK)
    assert (found.cause, found.since) == ("nhắc", due)
    assert world.events("step_missed")[0].detail["cause"] == "nhắc"
    world.go(due + HOUR)
    with world.ledger.read() as session:
        assert auditor.is_well(session, now=due + HOUR)


def test_the_engine_s_own_figure_counts_what_left_within_ten_seconds(world: World) -> None:
    world.run()
    world.go(RECEIPT_DUE - HOUR + auditor.PROMPT)
    world.go(RECEIPT_DUE + auditor.PROMPT + TICK)
    with world.ledger.read() as session:
        figure = auditor.promptness(session, since=ISSUED - TICK, now=world.now)
    assert (figure.notices, figure.prompt, figure.cause) == (15, 10, auditor.Wait.TURN)
    assert figure.spoken().startswith("66,7%")


@pytest.mark.parametrize(
    ("written", "settled", "mend"),
    [
        (auditor.PROMPT + TICK, auditor.PROMPT + TICK, "thêm worker"),
        (auditor.MISSED + TICK, auditor.MISSED + TICK, "đã dừng"),
        (timedelta(seconds=1), auditor.PROMPT + TICK, "máy chủ thư nhận chậm"),
        (timedelta(), auditor.PROMPT, ""),
    ],
)
def test_the_doctor_names_what_late_mail_waited_for(
    world: World, written: timedelta, settled: timedelta, mend: str
) -> None:
    world.run()
    world.go(RECEIPT_DUE - HOUR)
    with world.ledger.write() as session:
        for notice in session.query(Notice).filter(Notice.state == NoticeState.SENT):
            notice.written_at, notice.settled_at = notice.due_at + written, notice.due_at + settled
    [found] = [finding for finding in _engine(world.ledger) if finding.what == "thư kịp giờ"]
    assert found.health is (Health.WARNING if mend else Health.WELL)
    assert mend in found.mend
    assert bool(mend) == bool(found.mend)


def test_a_doctor_says_what_is_wrong_and_how_to_mend_it_and_changes_nothing(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", database_url="", smtp_url="smtp://127.0.0.1:1", secret_key="")
    found = {finding.what: finding for finding in examine(settings)}
    assert found["sổ cái"].health is Health.ILL
    assert "hoatoc init" in found["sổ cái"].mend
    assert not settings.home.exists()
    initialise(settings).ledger.close()
    found = {finding.what: finding for finding in examine(settings)}
    assert found["sổ cái"].health is found["khóa"].health is found["bộ máy"].health is Health.WELL
    assert found["máy chủ thư"].health is found["Prefect"].health is Health.ILL
    assert all(finding.mend for finding in found.values() if finding.health is not Health.WELL)
    (settings.home / "keys").chmod(0o644)
    assert {finding.what: finding for finding in examine(settings)}["khóa"].health is Health.WARNING
