"""Selectors: who is meant on a given day."""

from datetime import date
from pathlib import Path

import pytest

from hoatoc.format.folder import read_office
from hoatoc.format.regime import Selector
from hoatoc.format.select import in_force, select
from hoatoc.format.units import Unit, Units
from hoatoc.rollout.resolve import resolve
from tests.worlds.offices import kien_giang, small_office

DAY = date(2021, 11, 23)


def keys(who: Selector, units: Units, day: date = DAY) -> list[str]:
    return [target.key for target in select(who, units, day)]


@pytest.fixture
def units() -> Units:
    return small_office(members=2).read()[0].units


def test_a_group_names_its_units_in_the_order_of_the_file(units: Units) -> None:
    assert keys(Selector(groups=("so", "huyen")), units) == ["huyen-0", "huyen-1", "so-0", "so-1"]


def test_who_is_named_twice_is_meant_once(units: Units) -> None:
    assert keys(Selector(groups=("so",), units=("so-0",)), units) == ["so-0", "so-1"]


def test_without_takes_units_out(units: Units) -> None:
    assert keys(Selector(groups=("so",), without=("so-0",)), units) == ["so-1"]


def test_members_of_a_body_are_meant_by_name_and_not_the_body(units: Units) -> None:
    targets = select(Selector(members_of=("ban-chap-hanh",)), units, DAY)
    assert [target.key for target in targets] == ["ban-chap-hanh/uv-0", "ban-chap-hanh/uv-1"]
    assert [target.name for target in targets] == ["Ủy viên 0", "Ủy viên 1"]


def test_heads_and_focal_points_are_no_members(units: Units) -> None:
    assert keys(Selector(members_of=("so-0",)), units) == []


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2021, 11, 21), False), (date(2021, 11, 22), True), (DAY, True), (date(2021, 11, 24), True),
     (date(2021, 11, 25), False)],
)  # fmt: skip
def test_both_ends_of_a_units_dates_count(day: date, expected: bool) -> None:
    unit = Unit.model_validate_json(
        '{"key": "a", "name": "A", "tree": "state", "kind": "sở", "since": "2021-11-22", "until": "2021-11-24"}'
    )
    assert in_force(unit, day) is expected


def test_a_unit_that_has_ended_is_not_meant(tmp_path: Path) -> None:
    files = small_office()
    files.unit("so-0")["until"] = "2021-11-22"
    files.unit("so-1")["since"] = "2021-11-24"
    assert keys(Selector(groups=("so",)), read_office(files.write(tmp_path)).units) == []


def test_a_member_that_has_left_is_not_meant() -> None:
    files = small_office(members=2)
    files.unit("ban-chap-hanh")["posts"][0]["until"] = "2021-11-22"
    assert keys(Selector(members_of=("ban-chap-hanh",)), files.read()[0].units) == ["ban-chap-hanh/uv-1"]


def test_everyone_is_reached_once_and_knows_what_it_reports() -> None:
    folder, draft = small_office().read()
    found = {item.target.key: item for item in resolve(draft.content, folder.units, DAY)}
    assert list(found) == ["huyen-0", "huyen-1", "so-0", "so-1", "ban-chap-hanh/uv-0"]
    assert found["so-0"].clauses == ("1",)
    assert found["ban-chap-hanh/uv-0"].clauses == ()
    assert found["so-0"].line == "Các sở"


def test_who_reports_unaddressed_is_reached_under_no_line() -> None:
    files = small_office()
    files.directive["regime"]["reports"][0]["who"] = {"units": ["ubnd-tinh"]}
    folder, draft = files.read()
    found = {item.target.key: item for item in resolve(draft.content, folder.units, DAY)}
    assert found["ubnd-tinh"].line == ""


def test_kien_giang_reaches_members_who_owe_no_report_and_units_that_do() -> None:
    folder, draft = kien_giang()
    resolved = resolve(draft.content, folder.units, DAY)
    assert len({item.target.key for item in resolved}) == len(resolved)
    members = [item for item in resolved if item.target.post]
    assert len(members) == 50
    assert not any(item.clauses for item in members)
    assert sum(bool(item.clauses) for item in resolved) >= 60
    assert "van-phong-tinh-uy" not in {item.target.key for item in resolved}
