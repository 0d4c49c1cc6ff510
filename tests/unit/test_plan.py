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
