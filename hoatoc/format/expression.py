"""Expressions over a form's figures, by simpleeval: arithmetic and comparison only, never `eval`."""

import ast
from collections.abc import Mapping

from simpleeval import SimpleEval


def names(source: str) -> set[str]:
    """The figures that `source` speaks of. Raises SyntaxError when it does not read."""
    return {node.id for node in ast.walk(ast.parse(source, mode="eval")) if isinstance(node, ast.Name)}


def holds(source: str, figures: Mapping[str, int]) -> bool:
    """Whether `source` is true of `figures`. Raises simpleeval.InvalidExpression on anything but plain arithmetic."""
    return bool(SimpleEval(names=dict(figures), functions={}).eval(source))
