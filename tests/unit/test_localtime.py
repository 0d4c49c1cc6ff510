"""Instants and the wall clock of an office."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoatoc.localtime import DEFAULT_ZONE, NEVER, following_day, instant, local, local_date, short, spoken, spoken_day


def test_sixteen_oclock_in_vietnam_is_nine_utc() -> None:
    assert instant(date(2021, 11, 24), time(16), DEFAULT_ZONE) == datetime(2021, 11, 24, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "day"),
    [(datetime(2021, 11, 23, 16, 59, 59, 999999, tzinfo=UTC), date(2021, 11, 23)),
     (datetime(2021, 11, 23, 17, tzinfo=UTC), date(2021, 11, 24))],
)  # fmt: skip
def test_the_day_turns_at_local_midnight(moment: datetime, day: date) -> None:
    assert local_date(moment, DEFAULT_ZONE) == day


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.times().map(lambda at: at.replace(tzinfo=None, fold=0)))
def test_local_and_instant_are_each_others_inverse(day: date, at: time) -> None:
    moment = instant(day, at, DEFAULT_ZONE)
    assert moment.tzinfo is UTC
    assert local(moment, DEFAULT_ZONE).replace(tzinfo=None) == datetime.combine(day, at)


def test_a_moment_is_spoken_as_an_office_writes_it() -> None:
    assert spoken(datetime(2021, 11, 24, 9, 5, tzinfo=UTC), DEFAULT_ZONE) == "16 giờ 05, ngày 24/11/2021"
    assert short(datetime(2021, 11, 24, 9, 5, tzinfo=UTC), DEFAULT_ZONE) == "24/11 16:05"
    assert spoken_day(date(2021, 11, 4)) == "04/11/2021"


def test_never_is_spoken_as_without_end_and_has_a_wall_clock_everywhere() -> None:
    assert spoken(NEVER, DEFAULT_ZONE) == "không thời hạn"
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", DEFAULT_ZONE):
        assert local(NEVER, zone)


def test_days_follow_across_months() -> None:
    assert following_day(date(2021, 11, 30)) == date(2021, 12, 1)
    assert following_day(date(2021, 12, 1), -1) == date(2021, 11, 30)
    assert datetime.now(UTC) + timedelta(days=365) < NEVER
