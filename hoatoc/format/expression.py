"""Expressions over a form's figures, by simpleeval: arithmetic and comparison only, never `eval`.

`before(x)` is the figure `x` of the period before. Figures are exact (whole numbers and decimals become fractions), so
that 81.81 is 81.81 and a third is a third."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import cast

from simpleeval import InvalidExpression, SimpleEval

Figure = int | Decimal
_BEFORE = "before"
_ALLOWED = (
    ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.Name, ast.Constant, ast.Load, ast.Add, ast.Sub, ast.Mult,
    ast.Div, ast.USub, ast.Not, ast.And, ast.Or, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE,
)  # fmt: skip


@dataclass(frozen=True)
class Expression:
    """An expression that reads well: `now` are the figures of the period it speaks of, `before` those of the one
    before."""

    source: str
    tree: ast.expr
    now: frozenset[str]
    before: frozenset[str]


@lru_cache(maxsize=1024)
def read(source: str) -> Expression:
    """`source`, parsed. Raises SyntaxError when it does not read, simpleeval.InvalidExpression when it holds anything
    but figures, numbers, arithmetic, comparison, `and`, `or`, `not` and `before(figure)`."""
    tree = _Rewriter().visit(ast.parse(source.strip(), mode="eval")).body
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED) or (isinstance(node, ast.Constant) and not _is_number(node.value)):
            raise InvalidExpression(f"chỉ dùng số, trường số và phép tính, so sánh: {source}")
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    earlier = {name for name in names if name.startswith(f"{_BEFORE}:")}
    return Expression(
        source, tree, frozenset(names - earlier), frozenset(name.removeprefix(f"{_BEFORE}:") for name in earlier)
    )


def names(source: str) -> set[str]:
    """The figures that `source` speaks of, of its period or of the one before. Raises as `read` does."""
    expression = read(source)
    return set(expression.now | expression.before)


def holds(source: str, figures: Mapping[str, Figure], before: Mapping[str, Figure] | None = None) -> bool:
    """Whether `source` is true of `figures` and those of the period before; what cannot be computed (a division by
    zero) holds. Raises as `read` does, and simpleeval.NameNotDefined for a figure that is not there."""
    expression = read(source)
    try:
        return bool(_evaluate(expression.tree, source, figures, before or {}))
    except ZeroDivisionError:
        return True


def gap(source: str, figures: Mapping[str, Figure], before: Mapping[str, Figure] | None = None) -> Fraction | None:
    """By how much the left side of a comparison exceeds the right one; None where `source` is no single comparison."""
    tree = read(source).tree
    if not (isinstance(tree, ast.Compare) and len(tree.ops) == 1):
        return None
    sides = (_evaluate(side, source, figures, before or {}) for side in (tree.left, tree.comparators[0]))
    try:
        left, right = sides
        return Fraction(cast(Fraction, left)) - Fraction(cast(Fraction, right))
    except (ZeroDivisionError, TypeError):
        return None


def _evaluate(tree: ast.expr, source: str, figures: Mapping[str, Figure], before: Mapping[str, Figure]) -> object:
    values = {key: Fraction(value) for key, value in figures.items()}
    values |= {f"{_BEFORE}:{key}": Fraction(value) for key, value in before.items()}
    return SimpleEval(names=values, functions={}).eval(source, previously_parsed=tree)


def _is_number(value: object) -> bool:
    return isinstance(value, int | Fraction) and not isinstance(value, bool)


class _Rewriter(ast.NodeTransformer):
    """Makes `before(x)` one name, and decimals exact."""

    def visit_Call(self, node: ast.Call) -> ast.AST:  # named by ast
        one_name = len(node.args) == 1 and not node.keywords and isinstance(node.args[0], ast.Name)
        if isinstance(node.func, ast.Name) and node.func.id == _BEFORE and one_name:
            name = cast(ast.Name, node.args[0])
            return ast.copy_location(ast.Name(f"{_BEFORE}:{name.id}", ast.Load()), node)
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:  # named by ast
        if isinstance(node.value, float):
            exact = Fraction(str(node.value))
            return ast.copy_location(ast.Constant(exact), node)  # type: ignore[arg-type]  # handed back as it is
        return node
