"""The one module where instants (aware, UTC) become local dates and hours, and back."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hoatoc.phrase import Phrase

DEFAULT_ZONE = "Asia/Ho_Chi_Minh"
#: "Not ever": a sentinel instead of NULL, so that the next wake-up is one plain minimum.
NEVER = datetime(9999, 12, 30, tzinfo=UTC)


def instant(day: date, at: time, zone: str) -> datetime:
    """The UTC instant at which `zone`'s wall clock shows `at` on `day`."""
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


def local(moment: datetime, zone: str) -> datetime:
    """`moment` on the wall clock of `zone` (aware)."""
    return moment.astimezone(ZoneInfo(zone))


def local_date(moment: datetime, zone: str) -> date:
    """The calendar day of `moment` in `zone`."""
    return local(moment, zone).date()


def following_day(day: date, days: int = 1) -> date:
    """The calendar day `days` after `day` (before it, if negative)."""
    return day + timedelta(days=days)


def spoken(moment: datetime, zone: str) -> str:
    """The instant as an office writes it: "16 giờ 00, ngày 24/11/2021"; NEVER is "không thời hạn"."""
    if moment >= NEVER:
        return Phrase("không thời hạn")
    at = local(moment, zone)
    return Phrase("%(hour)s giờ %(minute)s, ngày %(day)s", hour=f"{at:%H}", minute=f"{at:%M}", day=spoken_day(at))


def spoken_due(moment: datetime, zone: str) -> str:
    """A deadline as an office writes it: a day ends at 24:00, so midnight is "24 giờ 00" of the day before."""
    at = local(moment, zone)
    if at.time() > time(0) or moment >= NEVER:
        return spoken(moment, zone)
    day = spoken_day(following_day(at.date(), -1))
    return Phrase("%(hour)s giờ %(minute)s, ngày %(day)s", hour="24", minute="00", day=day)


def short(moment: datetime, zone: str) -> str:
    """The instant in a table: "24/11 16:00"."""
    return local(moment, zone).strftime("%d/%m %H:%M")


def spoken_day(day: date) -> str:
    """A date as an office writes it: "24/11/2021"."""
    return day.strftime("%d/%m/%Y")
