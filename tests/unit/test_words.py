"""Numbers and moments as mails write them, and templates that cannot do harm."""

from pathlib import Path

import pytest
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from hoatoc.format.ladder import Rung, Step
from hoatoc.ledger.schema import DutyState
from hoatoc.localtime import NEVER
from hoatoc.rollout.answers import delay
from hoatoc.rollout.climb import Climb
from hoatoc.rollout.duties import TRANSITIONS
from hoatoc.templating import environment, number, signed
from tests.worlds.rollouts import DUE


@pytest.mark.parametrize(
    ("value", "said"), [(None, "—"), (0, "0"), (3884, "3.884"), (-5, "-5"), (1234567, "1.234.567")]
)
def test_a_number_is_grouped_by_points_and_the_unknown_is_a_dash(value: int | None, said: str) -> None:
    assert number(value) == said


@pytest.mark.parametrize(("value", "said"), [(None, ""), (0, "0"), (3, "+3"), (-2, "−2"), (-3884, "−3.884")])
def test_a_change_carries_its_sign(value: int | None, said: str) -> None:
    assert signed(value) == said


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.html").write_text("<p>{{ x }}</p>", encoding="utf-8")
    (tmp_path / "a.txt").write_text("{{ x }}", encoding="utf-8")
    (tmp_path / "evil.txt").write_text("{{ x.__class__.__mro__ }}", encoding="utf-8")
    return tmp_path


def test_a_value_is_escaped_in_html_and_only_there(folder: Path) -> None:
    env = environment(folder)
    assert env.get_template("a.html").render(x="<b>&") == "<p>&lt;b&gt;&amp;</p>"
    assert env.get_template("a.txt").render(x="<b>&") == "<b>&"


def test_a_missing_value_is_an_error_not_a_blank(folder: Path) -> None:
    with pytest.raises(UndefinedError):
        environment(folder).get_template("a.txt").render()


def test_a_template_cannot_reach_into_the_language(folder: Path) -> None:
    with pytest.raises(SecurityError):
        environment(folder).get_template("evil.txt").render(x="a")


def test_the_delay_grows_and_then_stays() -> None:
    delays = [delay(attempts) for attempts in range(1, 20)]
    assert delays == sorted(delays)
    assert delays[0].total_seconds() == 60
    assert len(set(delays)) > 4


def test_a_met_duty_never_reopens() -> None:
    assert set(TRANSITIONS) == set(DutyState)
    live = {DutyState.OPEN, DutyState.RETURNED}
    assert all(not targets for state, targets in TRANSITIONS.items() if state not in live)
    assert DutyState.OPEN not in TRANSITIONS[DutyState.OPEN]


def test_a_ladder_that_is_climbed_is_never_looked_at_again() -> None:
    rungs = (Rung.model_validate_json('{"step": "remind", "at": "-1h"}'),)
    assert rungs[0].step is Step.REMIND
    assert Climb(rungs).instant(0, DUE) < DUE
    assert Climb(rungs).instant(1, DUE) == NEVER
    assert Climb(()).instant(0, DUE) == NEVER
