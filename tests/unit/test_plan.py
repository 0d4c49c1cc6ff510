"""The plan tells what will happen if it is issued now, and warns of what somebody should have looked at."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from hoatoc.catalogue import CORE, LOCALE, catalogue
from hoatoc.localtime import local
from hoatoc.phrase import translated
from hoatoc.rollout.plan import plan
from tests.worlds.offices import Files, kien_giang, small_office
from tests.worlds.rollouts import DUE, ISSUED

ZONE = "Asia/Ho_Chi_Minh"


def laid(files: Files, now: datetime = ISSUED) -> dict[str, Any]:
    return plan(*files.read(), now)


def warned(files: Files, words: str, now: datetime = ISSUED) -> list[str]:
    return [warning for warning in laid(files, now)["warnings"] if words in warning]


def test_reports_are_laid_out_from_the_first_cutoff_that_lies_ahead() -> None:
    now = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)  # 16:30 in Vietnam, past the cut-off of that day
    made = plan(*kien_giang(), now)
    slots = [duty["slot"] for duty in made["duties"] if duty["kind"] == "report"]
    assert (slots[0], len(slots)) == ("2026-11-23/P1D", 5)
    assert all(datetime.fromisoformat(duty["due_at"]) > now for duty in made["duties"] if duty["kind"] == "report")
    assert all(datetime.fromisoformat(notice["at"]) >= now for notice in made["notices"])
    assert "Khoản kết.2: kỳ đầu ghi 24/11/2021 đã qua; kỳ đầu thật là 23/11/2026." in made["warnings"]


def test_a_report_whose_first_day_lies_ahead_begins_then_and_nobody_is_warned() -> None:
    files = small_office()
    assert next(duty["slot"] for duty in laid(files)["duties"] if duty["kind"] == "report") == "2021-11-24/P1D"
    assert warned(files, "kỳ đầu") == []


def test_a_report_whose_last_day_has_passed_opens_nothing() -> None:
    files = small_office()
    files.directive["regime"]["reports"][0]["last"] = "2021-11-25"
    now = DUE + timedelta(days=2)
    assert [duty for duty in laid(files, now)["duties"] if duty["kind"] == "report"] == []
    assert warned(files, "không mở kỳ nào", now) == ["Khoản 1: kỳ cuối 25/11/2021 đã qua; không mở kỳ nào."]


def test_a_deadline_nearer_than_its_reminder_is_warned_of_and_the_reminder_is_not_laid_out() -> None:
    files = small_office()
    now = DUE - timedelta(minutes=36)
    assert warned(files, "không kịp", now) == [
        "Khoản 1, kỳ đầu: hạn chỉ còn 36 phút; thư nhắc trước hạn 1 giờ không kịp gửi."
    ]
    first = [item for item in laid(files, now)["notices"] if item.get("of") == "1 2021-11-24"]
    assert [item["step"] for item in first] == ["press", "superior", "leadership", "summary"]
    assert warned(files, "không kịp", DUE - timedelta(minutes=61)) == []


@pytest.mark.parametrize(
    ("hour", "minute", "night"), [(21, 59, False), (22, 0, True), (2, 0, True), (5, 59, True), (6, 0, False)]
)
def test_a_receipt_that_falls_due_at_night_is_warned_of(hour: int, minute: int, night: bool) -> None:
    files = small_office()
    due_at = local(ISSUED, ZONE).replace(hour=hour, minute=minute)
    said = warned(files, "ban đêm", due_at.astimezone(UTC) - timedelta(hours=20))
    assert said == ([f"Hạn xác nhận đã nhận rơi vào ban đêm: {due_at:%H} giờ {minute:02}, ngày 23/11/2021."] * night)


def test_a_receipt_counted_in_working_time_is_never_due_at_night() -> None:
    files = small_office()
    files.directive["text"]["urgency"] = None
    files.directive["regime"]["receipt"] = {"within": "2h", "counted": "working"}
    night = datetime.combine(ISSUED.date(), time(16), UTC)  # 23:00 in Vietnam
    assert warned(files, "ban đêm", night) == []
    files.directive["text"]["urgency"] = "HOẢ TỐC"  # by the clock whatever the hour
    assert len(warned(files, "ban đêm", night)) == 1


def decided(files: Files) -> dict[str, str]:
    return {item["what"]: item["value"] for item in laid(files)["decisions"]}


@pytest.mark.parametrize(
    ("due", "says", "at"),
    [
        ({"date": "2021-12-03", "reading": "before", "hour": "17:00"}, "17:00 ngày 02/12/2021", "2021-12-02T17:00"),
        ({"date": "2021-12-03", "reading": "through", "hour": "17:00"}, "17:00 ngày 03/12/2021", "2021-12-03T17:00"),
        ({"date": "2021-12-03", "reading": "before"}, "trước ngày 03/12/2021", "2021-12-03T00:00"),
        ({"date": "2021-12-03", "reading": "through"}, "hết ngày 03/12/2021", "2021-12-04T00:00"),
        ({"date": "2021-12-04", "reading": "through", "roll": True}, "hết ngày 06/12/2021", "2021-12-07T00:00"),
        ({"date": "2021-12-05", "reading": "before", "roll": True}, "hết ngày 06/12/2021", "2021-12-07T00:00"),
        ({"date": "2021-12-03", "reading": "before", "roll": True}, "trước ngày 03/12/2021", "2021-12-03T00:00"),
        ({"at": "2021-12-03T02:00:00+00:00"}, "09:00 03/12/2021", "2021-12-03T09:00"),
    ],
)  # fmt: skip
def test_the_time_that_is_told_is_the_time_that_will_be(due: dict[str, Any], says: str, at: str) -> None:
    files = with_task({**due, "source": "office"})
    assert decided(files)["Khoản 2: hạn"] == says
    [duty] = [duty for duty in laid(files)["duties"] if duty["subject"] == "2"]
    assert local(datetime.fromisoformat(duty["due_at"]), ZONE).isoformat(timespec="minutes")[:16] == at


def with_task(due: dict[str, Any]) -> Files:
    files = small_office()
    first = files.directive["text"]["obligations"][0]
    task = {**first, "clause": "2", "kind": "one_off_deadline", "timing": {"type": "none"}}
    files.directive["text"]["obligations"].append(task)
    files.directive["regime"]["tasks"] = [{"clause": "2", "who": {"units": ["so-0", "ubnd-tinh"]}, "due": due}]
    return files


def test_who_has_a_task_is_not_counted_among_those_who_report() -> None:
    files = with_task({"within": "2d", "source": "office"})
    by_key = {item["key"]: item for item in laid(files)["addressees"]}
    assert (by_key["so-0"]["bears"], by_key["so-0"]["reports"]) == (["1", "2"], ["1"])
    assert (by_key["ubnd-tinh"]["bears"], by_key["ubnd-tinh"]["reports"]) == (["2"], [])
    assert sum(bool(item["reports"]) for item in by_key.values()) == 4


def test_each_rung_is_the_letter_that_will_be_sent() -> None:
    files = small_office()
    files.directive["regime"]["ladder"]["report"].append({"step": "explain", "at": "2h"})
    told = {(item["step"], item["template"]) for item in laid(files)["notices"]}
    assert told == {
        ("dispatch", "dispatch"), ("summary", "daily_summary"), ("explain", "explanation_request"),
        ("remind", "reminder"), ("press", "reminder"), ("superior", "escalation_digest"),
        ("leadership", "escalation_digest"),
    }  # fmt: skip


def test_what_the_office_decides_is_told_whole() -> None:
    files = small_office()
    files.directive["text"]["urgency"] = None
    regime = files.directive["regime"]
    regime["receipt"] = {"within": "4h", "counted": "working"}
    regime["first_action"] = {"within": "8h", "counted": "working"}
    regime["explanation"] = {"within": "1d"}
    press = {"step": "press", "at": "1h", "counted": "working"}
    regime["ladder"] |= {"first_action": [press], "explanation": [press]}
    assert "Hạn giải trình" not in decided(files)  # nobody is asked for one
    regime["ladder"]["report"].append({"step": "explain", "at": "2h"})
    told = decided(files)
    assert told["Hạn xác nhận đã nhận"] == "4 giờ sau khi ban hành (giờ làm việc)"
    assert told["Hạn báo việc đã triển khai"] == "8 giờ sau khi xác nhận (giờ làm việc)"
    assert told["Hạn giải trình"] == "1 ngày sau khi được yêu cầu (giờ làm việc)"
    for what in ("Thang đôn đốc (việc đã triển khai)", "Thang đôn đốc (giải trình)"):
        assert told[what] == "đôn đốc sau hạn 1 giờ (giờ làm việc)"
    assert told["Ai đọc bản tổng hợp"] == "Thủ trưởng (Tỉnh ủy)"
    assert told["Bản tổng hợp đi qua"] == "Đầu mối (UBND tỉnh)"
    files.directive["text"]["urgency"] = "HOẢ TỐC"  # by the clock, whatever was written
    assert decided(files)["Hạn xác nhận đã nhận"] == "4 giờ sau khi ban hành"


def test_how_a_decider_is_pressed_is_told_where_permission_is_asked_for() -> None:
    files = small_office()
    assert "Thang đôn đốc (trả lời xin phép)" not in decided(files)
    files.directive["regime"]["permissions"] = [
        {"clause": "1", "who": {"groups": ["so"]}, "matter": "ra ngoài tỉnh", "answer_within": "1d"}
    ]
    files.directive["text"]["obligations"][0]["kind"] = "permission_approval"
    files.directive["regime"]["ladder"]["decision"] = [{"step": "press", "at": "0m"}]
    assert decided(files)["Thang đôn đốc (trả lời xin phép)"] == "đôn đốc khi đến hạn"


def test_the_warnings_are_said_in_english() -> None:
    files = small_office()
    files.directive["regime"]["reports"][0]["first"] = "2021-11-20"
    said = [
        translated(item, catalogue(LOCALE, "en", CORE).gettext)
        for item in laid(files, DUE - timedelta(minutes=36))["warnings"]
    ]
    assert "Clause 1: the first period is given as 20/11/2021, which has passed; it will be 24/11/2021." in said
    reminder = "the reminder 1 h before it comes too late to be sent."
    assert f"Clause 1, first period: the deadline is only 36 min away; {reminder}" in said
