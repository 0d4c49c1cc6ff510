"""The bulletin of Bạc Liêu, the morning of 12 November 2021, reproduced to the digit through its form."""

from decimal import Decimal

import pytest

from hoatoc.errors import SubmissionRefused
from hoatoc.format.folder import read_office
from hoatoc.format.form import Form
from hoatoc.rollout import checking, figures
from hoatoc.rollout.figures import read_figures
from hoatoc.rollout.past import Past
from hoatoc.settings import ROOT
from hoatoc.templating import number, signed

#: As the bulletin prints them.
TYPED = {
    "ca_moi": "252", "ca_cong_dong": "79", "ca_phong_toa": "80", "ca_cach_ly": "93", "khoi_benh": "273", "tu_vong": "2",
    "dang_dieu_tri": "3.884", "mui1": "549.032", "ty_le_mui1": "81,81%", "mui2": "321.089", "ty_le_mui2": "47,85%",
    "tiem_binh_quan_ngay": "trên 25.000 người",
}  # fmt: skip
#: The day before, as far as the bulletin tells: 39 cases more, and so many under treatment that the day adds up.
BEFORE = {"ca_moi": 291, "dang_dieu_tri": 3907}


@pytest.fixture(scope="module")
def form() -> Form:
    return read_office(ROOT / "directives" / "bac-lieu").forms["ban-tin-dich-bac-lieu"]


def test_every_figure_is_taken_in_and_written_as_printed(form: Form) -> None:
    kept = read_figures(form, TYPED, Past(before=BEFORE))
    assert kept == {
        "ca_moi": 252, "ca_cong_dong": 79, "ca_phong_toa": 80, "ca_cach_ly": 93, "khoi_benh": 273, "tu_vong": 2,
        "dang_dieu_tri": 3884, "mui1": 549032, "ty_le_mui1": "81.81", "mui2": 321089, "ty_le_mui2": "47.85",
        "tiem_binh_quan_ngay": "trên 25.000 người",
    }  # fmt: skip
    for field in form.figures:
        if field.key in kept:
            assert number(kept[field.key]) == TYPED[field.key].removesuffix("%")
    assert checking.warnings(form, figures.numbers(form, kept), Past(before=BEFORE)) == []


def test_what_the_bulletin_says_of_two_days_follows_from_them(form: Form) -> None:
    kept = read_figures(form, TYPED)
    assert signed(kept["ca_moi"] - BEFORE["ca_moi"]) == "−39"
    assert kept["mui1"] + kept["mui2"] == 870121
    assert number(kept["mui1"] - kept["mui2"]) == "227.943"


def test_both_percentages_are_of_one_whole_that_is_not_stated() -> None:
    one = checking.whole_span(549032, Decimal("81.81"), 2)
    two = checking.whole_span(321089, Decimal("47.85"), 2)
    assert one == (671066, 671147)
    assert two == (670963, 671102)
    assert (max(one[0], two[0]), min(one[1], two[1])) == (671066, 671102)


@pytest.mark.parametrize(("whole", "passes"), [(671065, False), (671066, True), (671102, True), (671103, False)])
def test_a_stated_whole_must_give_both_percentages(form: Form, whole: int, passes: bool) -> None:
    typed = {**TYPED, "nguoi_tu_18_tuoi": str(whole)}
    if passes:
        assert read_figures(form, typed)["nguoi_tu_18_tuoi"] == whole
    else:
        with pytest.raises(SubmissionRefused):
            read_figures(form, typed)


@pytest.mark.parametrize(
    ("key", "typed", "culprits"),
    [
        ("ca_cach_ly", "92", {"ca_moi", "ca_cong_dong", "ca_phong_toa", "ca_cach_ly"}),
        ("mui2", "549.033", {"mui1", "mui2"}),
        ("ty_le_mui1", "91,81", {"ty_le_mui1", "ty_le_mui2"}),
        ("ca_moi", "3,884", {"ca_moi"}),
        ("tu_vong", "", {"tu_vong"}),
        ("ty_le_mui2", "147,85", {"ty_le_mui2"}),
    ],
)
def test_a_misprint_names_the_figures_it_breaks(form: Form, key: str, typed: str, culprits: set[str]) -> None:
    with pytest.raises(SubmissionRefused) as caught:
        read_figures(form, {**TYPED, key: typed})
    assert set(caught.value.problems) >= culprits
    if key != "mui2":  # a wrong second dose breaks its percentage too
        assert set(caught.value.problems) == culprits


def test_patients_who_do_not_carry_over_ask_for_a_word(form: Form) -> None:
    kept = read_figures(form, TYPED, Past(before={"dang_dieu_tri": 3900}))
    (finding,) = checking.warnings(form, figures.numbers(form, kept), Past(before={"dang_dieu_tri": 3900}))
    assert "Đang điều trị tại các cơ sở y tế kỳ trước: 3.900" in finding.says
    assert finding.says.endswith("lệch 7)")
