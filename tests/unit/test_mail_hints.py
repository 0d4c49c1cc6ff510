"""A greylisting server that names a time is taken at its word, within reason."""

from datetime import timedelta

import pytest

from hoatoc.rollout.answers import hinted_delay

SPARE = timedelta(seconds=5)


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("4.2.0 Greylisted, please try again in 300 seconds", timedelta(seconds=300)),
        ("4.7.1 Greylisting in action, please come back in 00:04:59", timedelta(minutes=4, seconds=59)),
        ("4.2.0 Greylisted for 5 minutes", timedelta(minutes=5)),
        ("Try again in 1 hour", timedelta(hours=1)),
    ],
)
def test_a_named_time_is_waited_for(text: str, delay: timedelta) -> None:
    assert hinted_delay(text) == delay + SPARE


@pytest.mark.parametrize(
    "text",
    ["", "4.2.0 Greylisted", "4.3.0 mailbox 300 seconds", "try again in 9999 hours", "try again in 0 seconds",
     "4.3.2 Service busy at 2021-11-23 08:15:30, try again later"],
)  # fmt: skip
def test_without_a_time_worth_believing_there_is_no_hint(text: str) -> None:
    assert hinted_delay(text) is None
