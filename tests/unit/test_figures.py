"""Figures as people type them, and the checks between them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoatoc.errors import SubmissionRefused
from hoatoc.format.form import Form
from hoatoc.rollout.figures import read_count, read_figures
from tests.worlds.offices import kien_giang, small_office


def form() -> Form:
    return small_office().read()[0].forms["bao-cao"]


def refused(**typed: str) -> dict[str, str]:
    with pytest.raises(SubmissionRefused) as caught:
        read_figures(form(), typed)
    return caught.value.problems


def grouped(number: int, mark: str) -> str:
    return f"{number:,}".replace(",", mark)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("0", 0), ("3884", 3884), ("3.884", 3884), ("3 884", 3884), ("3\u00a0884", 3884), ("3\u202f884", 3884),
     (" 12 ", 12), ("1.234.567", 1234567), ("007", 7), ("\u00a0", None), ("\t3.884\n", 3884)],
)  # fmt: skip
def test_a_number_is_read_as_people_write_it(typed: str, meant: int | None) -> None:
    if meant is None:
        with pytest.raises(ValueError, match="ghi số nguyên"):
            read_count(typed)
    else:
        assert read_count(typed) == meant


@pytest.mark.parametrize(
    ("typed", "says"),
    [("3,884", "dấu phẩy"), ("1,5", "dấu phẩy"), ("-1", "số âm"), ("-3.884", "số âm"), ("3.88", "ghi số nguyên"),
     ("3.8845", "ghi số nguyên"), (".884", "ghi số nguyên"), ("3..884", "ghi số nguyên"), ("12a", "ghi số nguyên"),
     ("1e3", "ghi số nguyên"), ("0x1", "ghi số nguyên"), ("+5", "ghi số nguyên"), ("", "ghi số nguyên"),
     ("1234.567", "ghi số nguyên"), ("9" * 40, "quá lớn"), ("không", "ghi số nguyên"), ("½", "ghi số nguyên"),
     ("²", "ghi số nguyên"), ("1\n2", "ghi số nguyên")],
)  # fmt: skip
def test_what_is_no_whole_number_is_refused_with_what_to_do(typed: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_count(typed)


@given(st.integers(0, 10**12 - 1), st.sampled_from([".", " ", "\u00a0", "\u202f", ""]))
def test_grouping_never_changes_a_number(number: int, mark: str) -> None:
    assert read_count(grouped(number, mark)) == number


@given(st.integers(1, 10**12))
def test_a_negative_number_is_always_refused(number: int) -> None:
    for typed in (str(-number), grouped(-number, ".")):
        with pytest.raises(ValueError, match="số"):
            read_count(typed)


@given(st.text(max_size=30))
def test_whatever_is_typed_is_a_whole_number_or_refused(typed: str) -> None:
    try:
        number = read_count(typed)
    except ValueError as error:
        assert str(error)  # noqa: PT017  # either way is right
    else:
        assert number >= 0


@pytest.mark.parametrize("typed", ["0.500", "0.123", "003.884"])
def test_a_decimal_is_not_taken_for_thousands(typed: str) -> None:
    with pytest.raises(ValueError, match="ghi số nguyên"):
        read_count(typed)


def test_blank_is_not_zero() -> None:
    assert refused(moi="", luy_ke="0") == {"moi": 'chưa điền; không phát sinh thì ghi "0"'}
    assert refused(moi="0") == {"luy_ke": 'chưa điền; không phát sinh thì ghi "0"'}
    assert "dang" not in read_figures(form(), {"moi": "0", "luy_ke": "0", "dang": " "})


def test_zero_is_zero() -> None:
    assert read_figures(form(), {"moi": "0", "luy_ke": "0", "dang": "0"}) == {"moi": 0, "luy_ke": 0, "dang": 0}


def test_every_wrong_field_is_named_at_once() -> None:
    assert set(refused(moi="-1", luy_ke="3,884", dang="x", ghi_chu="x" * 4001)) == {"moi", "luy_ke", "dang", "ghi_chu"}


def test_a_check_that_fails_is_told_at_each_figure_it_names() -> None:
    problems = refused(moi="5", luy_ke="4")
    assert set(problems) == {"moi", "luy_ke"}
    assert problems["moi"] == "Lũy kế không nhỏ hơn số mới (Nhiễm mới: 5, Lũy kế: 4; lệch 1)"


@pytest.mark.parametrize("luy_ke", ["5", "6"])
def test_a_check_holds_at_and_above_its_boundary(luy_ke: str) -> None:
    assert read_figures(form(), {"moi": "5", "luy_ke": luy_ke})["luy_ke"] == int(luy_ke)


def test_a_check_of_a_blank_figure_is_not_made() -> None:
    files = small_office()
    files.form["checks"] = [{"that": "dang <= luy_ke", "says": "x"}]
    assert read_figures(files.read()[0].forms["bao-cao"], {"moi": "1", "luy_ke": "1"}) == {"moi": 1, "luy_ke": 1}


def test_a_check_that_cannot_be_computed_does_not_stop_a_report() -> None:
    files = small_office()
    files.form["checks"] = [{"that": "moi / luy_ke <= 1", "says": "x"}]
    read_figures(files.read()[0].forms["bao-cao"], {"moi": "0", "luy_ke": "0"})


def test_what_the_form_does_not_ask_is_left_out() -> None:
    assert read_figures(form(), {"moi": "1", "luy_ke": "1", "la": "7"}) == {"moi": 1, "luy_ke": 1}


def test_the_checks_of_the_real_form_name_the_figures_that_do_not_add_up() -> None:
    real = kien_giang()[0].forms["bao-cao-ngay-13-cv-bcd"]
    typed = {
        "nhiem_moi": "2", "nhiem_luy_ke": "3.884", "xet_nghiem_tuan": "120", "mau_gop": "30", "ra_tinh_xin": "5",
        "ra_tinh_dong_y": "3", "ra_tinh_tu_choi": "2", "vi_pham_5k": "0", "ghi_chu": "",
    }  # fmt: skip
    assert read_figures(real, typed)["nhiem_luy_ke"] == 3884
    with pytest.raises(SubmissionRefused) as caught:
        read_figures(real, typed | {"ra_tinh_tu_choi": "3"})
    assert set(caught.value.problems) == {"ra_tinh_xin", "ra_tinh_dong_y", "ra_tinh_tu_choi"}


@pytest.mark.parametrize("typed", ["9" * 13, "9" * 20, "999.999.999.999.999.999"])
def test_a_number_that_is_too_large_is_called_so(typed: str) -> None:
    with pytest.raises(ValueError, match="quá lớn"):
        read_count(typed)
