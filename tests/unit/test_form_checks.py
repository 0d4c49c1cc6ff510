"""Report forms: percentages, identities, the period before, and what is unusual for a unit."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hoatoc.errors import SubmissionRefused
from hoatoc.format.form import Field, Form
from hoatoc.format.yamlfile import read_yaml
from hoatoc.rollout import checking, figures
from hoatoc.rollout.figures import read_figures, read_ratio
from hoatoc.rollout.past import NOTHING, Past
from hoatoc.settings import ROOT

PARTS = ("cong_dong", "phong_toa", "cach_ly")
COUNTS = st.integers(0, 10**9)


def made(fields: list[dict[str, Any]], *checks: dict[str, str]) -> Form:
    return Form.model_validate({"key": "mau", "title": "Mẫu", "fields": fields, "checks": list(checks)}, strict=False)


def field(key: str, kind: str = "count", **more: Any) -> dict[str, Any]:
    return {"key": key, "label": key.upper(), "type": kind, **more}


CASES = made(
    [field("ca_moi"), *(field(key) for key in PARTS), field("dang", "stock"), field("luy_ke", "cumulative")],
    {"that": "ca_moi == cong_dong + phong_toa + cach_ly", "says": "Tổng không khớp."},
    {"that": "luy_ke >= ca_moi", "says": "Lũy kế nhỏ hơn ca mới."},
)


def problems(form: Form, past: Past = NOTHING, /, **typed: object) -> dict[str, str]:
    with pytest.raises(SubmissionRefused) as caught:
        read_figures(form, {key: str(value) for key, value in typed.items()}, past)
    return caught.value.problems


def warned(form: Form, past: Past, /, **values: int) -> dict[str, str]:
    return checking.by_field(checking.warnings(form, values, past))


@given(st.lists(COUNTS, min_size=3, max_size=3), COUNTS, COUNTS)
def test_any_consistent_set_passes(parts: list[int], dang: int, more: int) -> None:
    typed = {"ca_moi": sum(parts), **dict(zip(PARTS, parts, strict=True)), "dang": dang, "luy_ke": sum(parts) + more}
    assert read_figures(CASES, {key: str(value) for key, value in typed.items()}) == typed


@given(st.lists(COUNTS, min_size=3, max_size=3), st.integers(-(10**6), 10**6).filter(bool), COUNTS)
def test_any_broken_identity_names_its_figures_and_by_how_much(parts: list[int], off: int, more: int) -> None:
    total = max(sum(parts) + off, 0)
    if total == sum(parts):
        return
    typed = {"ca_moi": total, **dict(zip(PARTS, parts, strict=True)), "dang": 0, "luy_ke": total + more}
    found = problems(CASES, **typed)
    assert set(found) == {"ca_moi", *PARTS}, "the culprits, and no other field"
    lech = f"{abs(total - sum(parts)):,}".replace(",", ".")
    assert all(said.startswith("Tổng không khớp (") and said.endswith(f"lệch {lech})") for said in found.values())


@given(COUNTS, st.integers(1, 10**6))
def test_of_two_identities_the_broken_one_is_told(new: int, short: int) -> None:
    total = max(new - short, 0)
    typed = {"ca_moi": new, "cong_dong": new, "phong_toa": 0, "cach_ly": 0, "dang": 0, "luy_ke": total}
    if total < new:
        assert set(problems(CASES, **typed)) == {"ca_moi", "luy_ke"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("81,81", "81.81"), ("81,81%", "81.81"), (" 47,85 % ", "47.85"), ("47", "47.00"), ("0", "0.00"), ("100", "100.00"),
     ("81,8", "81.80")],
)  # fmt: skip
def test_a_percentage_is_read_as_people_write_it(typed: str, meant: str) -> None:
    assert str(read_ratio(typed, 2)) == meant


@pytest.mark.parametrize(
    ("typed", "says"),
    [("81.81", "dấu phẩy"), ("100,01", "100%"), ("-1", "số âm"), ("81,815", "2 chữ số"), ("", "phần trăm"),
     ("81,", "phần trăm"), (",81", "phần trăm"), ("8e1", "phần trăm"), ("1000", "phần trăm")],
)  # fmt: skip
def test_what_is_no_percentage_is_refused_with_what_to_do(typed: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_ratio(typed, 2)


RATIOS = made([
    field("mui1", "cumulative"), field("mui2", "cumulative"), field("dan", "stock", required=False),
    field("ty_le1", "ratio", part="mui1", whole="dan", required=False),
    field("ty_le2", "ratio", part="mui2", whole="dan", required=False),
])  # fmt: skip


def percent(part: int, whole: int) -> str:
    """`part` of `whole` in percent, rounded half up, as an office types it."""
    hundredths = (2 * 10000 * part + whole) // (2 * whole)
    return f"{hundredths // 100},{hundredths % 100:02d}"


@given(st.integers(1, 10**7), st.data())
def test_percentages_of_one_whole_pass_stated_or_not(whole: int, data: st.DataObject) -> None:
    one, two = (data.draw(st.integers(0, whole)) for _ in range(2))
    typed = {"mui1": str(one), "mui2": str(two), "ty_le1": percent(one, whole), "ty_le2": percent(two, whole)}
    assert read_figures(RATIOS, typed)
    assert read_figures(RATIOS, {**typed, "dan": str(whole)})


@given(st.integers(1, 10**7), st.data())
def test_a_wrong_percentage_is_named_with_the_right_one(whole: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, whole))
    wrong = data.draw(st.integers(0, 10000).filter(lambda hundredths: hundredths != round_half_up(part, whole)))
    typed = f"{wrong // 100},{wrong % 100:02d}"
    found = problems(RATIOS, mui1=part, mui2=0, dan=whole, ty_le1=typed)
    assert set(found) == {"mui1", "dan", "ty_le1"}
    assert f"phải là {percent(part, whole)}%" in found["ty_le1"]


def round_half_up(part: int, whole: int) -> int:
    return (2 * 10000 * part + whole) // (2 * whole)


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_the_wholes_a_percentage_allows_are_exactly_those_that_give_it(part: int, more: int) -> None:
    whole = part + more
    ratio = Decimal(percent(part, whole).replace(",", "."))
    if ratio == 0:
        return
    low, high = checking.whole_span(part, ratio, 2)
    assert low <= whole <= high
    for inside in (low, high):
        assert round_half_up(part, inside) == ratio * 100
    for outside in (low - 1, high + 1):
        assert outside <= 0 or round_half_up(part, outside) != ratio * 100


def test_percentages_that_no_whole_can_give_at_once_are_told_with_the_wholes_each_needs() -> None:
    found = problems(RATIOS, mui1=549032, mui2=321089, ty_le1="81,81", ty_le2="48,85")
    assert set(found) == {"ty_le1", "ty_le2"}
    assert "671.066 đến 671.147" in found["ty_le1"]


CARRIED = made(
    [field("dang", "stock"), field("vao"), field("ra")],
    {"that": "dang == before(dang) + vao - ra", "says": "Không khớp hôm trước.", "severity": "error"},
)


@given(COUNTS, COUNTS, st.data())
def test_a_stock_is_the_one_before_and_what_came_and_went(before: int, came: int, data: st.DataObject) -> None:
    went = data.draw(st.integers(0, before + came))
    past = Past(before={"dang": before})
    right = before + came - went
    assert read_figures(CARRIED, {"dang": str(right), "vao": str(came), "ra": str(went)}, past)["dang"] == right
    found = problems(CARRIED, past, dang=right + 3, vao=came, ra=went)
    assert set(found) == {"dang", "vao", "ra"}
    assert "lệch 3" in found["dang"]
    assert "kỳ trước" in found["dang"]


def test_without_a_report_of_the_period_before_its_check_is_not_made() -> None:
    assert read_figures(CARRIED, {"dang": "7", "vao": "0", "ra": "0"})
    assert read_figures(CARRIED, {"dang": "7", "vao": "0", "ra": "0"}, Past(earlier=[{"dang": 1}]))


@pytest.mark.parametrize(("value", "falls"), [(9, True), (10, False), (11, False)])
def test_a_running_total_that_falls_asks_for_a_word(value: int, falls: bool) -> None:
    said = warned(made([field("lk", "cumulative")]), Past(earlier=[{}, {"lk": 10}]), lk=value)
    assert bool(said) is falls
    if falls:
        assert "10 → 9; lệch 1" in said["lk"]
        assert "đính chính" in said["lk"]


def test_a_late_running_total_above_the_next_one_asks_for_a_word() -> None:
    assert "kỳ sau" in warned(made([field("lk", "cumulative")]), Past(after={"lk": 10}), lk=11)["lk"]
    assert not warned(made([field("lk", "cumulative")]), Past(after={"lk": 10}), lk=10)


def test_the_unusual_is_judged_by_the_units_own_history() -> None:
    form, week = made([field("ca")]), Past(earlier=[{"ca": value} for value in (10, 12, 9, 11, 10, 13, 10)])
    assert not warned(form, week, ca=20)
    said = warned(form, week, ca=100)["ca"]
    assert "khác hẳn thường ngày (100; thường khoảng 10)" in said
    assert not warned(form, Past(earlier=week.earlier[:6]), ca=100), "six reports are no habit"
    assert not warned(made([field("ca", unusual=False)]), week, ca=100)
    assert not warned(form, Past(earlier=[{"ca": 0}] * 7), ca=5), "small counts swing"
    assert warned(form, Past(earlier=[{"ca": 0}] * 7), ca=6)


@pytest.mark.parametrize("kind", ["count", "stock", "cumulative"])
def test_a_figure_above_its_bound_asks_for_a_word_on_the_first_day_too(kind: str) -> None:
    form = made([field("ca", kind, unusual_above=1500, unusual=False)])
    assert not warned(form, NOTHING, ca=1500)
    assert warned(form, NOTHING, ca=1501) == {
        "ca": "CA lớn khác thường (1.501; văn phòng hỏi lại khi trên 1.500)"
    }  # fmt: skip
    assert read_figures(form, {"ca": "99999999"}) == {"ca": 99_999_999}, "it is no error"


@pytest.mark.parametrize("kind", ["ratio", "text", "file"])
def test_only_what_adds_up_has_a_bound(kind: str) -> None:
    with pytest.raises(ValidationError, match="có unusual_above"):
        Field.model_validate(field("a", kind, unusual_above=1), strict=False)


@pytest.mark.parametrize("path", sorted(ROOT.glob("directives/*/forms/*.yaml")), ids=lambda path: path.stem)
def test_no_slip_of_a_finger_passes_a_form_that_is_shipped(path: Path) -> None:
    form = Form.model_validate(read_yaml(path).data, strict=False)
    for each in form.summed:
        typed = {other.key: 99_999_999 if other is each else 0 for other in form.summed}
        assert checking.errors(form, typed, NOTHING) or checking.warnings(form, typed, NOTHING), each.key


def test_of_a_running_total_its_growth_is_judged() -> None:
    form = made([field("lk", "cumulative")])
    past = Past(earlier=[{"lk": 1000 + 10 * day} for day in reversed(range(8))])
    assert not warned(form, past, lk=1080)
    assert "số tăng thêm" in warned(form, past, lk=1570)["lk"]


def test_a_warning_check_does_not_refuse() -> None:
    form = made([field("a"), field("b")], {"that": "a <= b", "says": "A lớn hơn B.", "severity": "warning"})
    assert read_figures(form, {"a": "5", "b": "3"}) == {"a": 5, "b": 3}
    assert warned(form, NOTHING, a=5, b=3) == dict.fromkeys("ab", "A lớn hơn B (A: 5, B: 3; lệch 2)")


def test_a_percentage_is_kept_as_its_digits_and_compared_as_a_number() -> None:
    form = made([field("a", "ratio")], {"that": "a >= 81.81", "says": "Thấp."})
    kept = read_figures(form, {"a": "81,81"})
    assert kept == {"a": "81.81"}
    assert figures.numbers(form, kept) == {"a": Decimal("81.81")}
    assert set(problems(form, a="81,8")) == {"a"}


@pytest.mark.parametrize("wrong", [{"part": "x"}, {"whole": "x"}])
def test_the_parts_of_a_percentage_go_together(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="đi cùng nhau"):
        Field.model_validate(field("a", "ratio", **wrong), strict=False)
    with pytest.raises(ValidationError, match="chỉ trường ratio"):
        Field.model_validate(field("a", "count", **wrong), strict=False)
