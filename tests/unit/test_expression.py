"""Checks of a form are arithmetic and comparison, nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simpleeval import InvalidExpression

from hoatoc.format import expression


@pytest.mark.parametrize(
    ("source", "expected"),
    [("a >= b", True), ("a < b", False), ("a == b + 1", True), ("a - b * 2 <= 0", True), ("a >= b and b > 5", False),
     ("not a < b", True), ("(a + b) * 2 == 6", True)],
)  # fmt: skip
def test_arithmetic_and_comparison_hold_or_not(source: str, expected: bool) -> None:
    assert expression.holds(source, {"a": 2, "b": 1}) is expected


def test_the_names_of_an_expression_are_the_figures_it_speaks_of() -> None:
    assert expression.names("luy_ke >= moi + 3 * cu") == {"luy_ke", "moi", "cu"}


@pytest.mark.parametrize(
    "source",
    ["a.__class__", "a.real", "().__class__.__bases__", "abs(a)", "int('1')", "__import__('os')", "open('/etc/passwd')",
     "[x for x in (1, 2)]", "(lambda: 1)()", "f'{a}'", "a[0]", "print", "exec('1')", "a := 1"],
)  # fmt: skip
def test_anything_else_is_refused(source: str) -> None:
    with pytest.raises((InvalidExpression, SyntaxError, TypeError)):
        expression.holds(source, {"a": 1})


def test_a_power_that_would_not_end_is_refused() -> None:
    with pytest.raises(InvalidExpression):
        expression.holds("9 ** 9 ** 9 > a", {"a": 1})


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_it_counts_as_python_does(a: int, b: int) -> None:
    assert expression.holds("a + b >= a and a * 2 - b <= 2 * a", {"a": a, "b": b})
    assert expression.holds("a >= b", {"a": a, "b": b}) is (a >= b)
