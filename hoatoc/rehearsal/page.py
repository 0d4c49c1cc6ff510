"""The account of a rehearsal as one HTML page that needs nothing else: no script, no font, no picture from outside."""

from datetime import datetime
from typing import Any

from jinja2 import Undefined

from hoatoc.rollout.bundle import STEP_NAMES
from hoatoc.templating import TEMPLATES, environment

#: What the steps are called on the page, those of the ladder and the two others.
STEPS = {**{step.value: name for step, name in STEP_NAMES.items()}, "dispatch": "gửi văn bản", "summary": "tổng hợp"}
MANNERS = {
    "prompt": "đúng hẹn", "wrong_first": "sai số liệu lần đầu", "reminded": "phải nhắc", "slow": "phải đôn đốc",
    "next_day": "hôm sau mới làm", "silent": "không trả lời", "dead": "hộp thư hỏng",
}  # fmt: skip


def render(account: dict[str, Any]) -> str:
    """The page (HTML, UTF-8) of an account."""
    # A step that did nothing on a beat is not in it: its cell stays blank.
    env = environment(TEMPLATES / "rehearsal")
    env.undefined = Undefined
    env.filters["clock"] = _clock
    return env.get_template("page.html").render(
        account=account, steps=STEPS, manners=MANNERS, days=_days(account), hours=_hours(account)
    )


def _days(account: dict[str, Any]) -> list[tuple[str, int, str]]:
    """A bar a day: its label, its height and what it says when pointed at."""
    return [
        (f"{day['date'][8:]}/{day['date'][5:7]}", day["sent"], f"{day['date']}: {day['sent']} thư")
        for day in account["days"]
    ]


def _hours(account: dict[str, Any]) -> list[tuple[str, int, str]]:
    counts = enumerate(account["busiest_hour"]["of_the_day"])
    return [(f"{hour}h", count, f"{hour} giờ: {count} thư") for hour, count in counts]


def _clock(at: str) -> str:
    """An ISO instant with its offset as "24/11 16:00"."""
    return datetime.fromisoformat(at).strftime("%d/%m %H:%M")
