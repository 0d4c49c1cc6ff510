"""Prints for people: one console for what is asked for, one for errors, and JSON as it is."""

import json
import sys
from typing import Any

from rich.console import Console

from hoatoc.cli.words import say
from hoatoc.errors import HoatocError

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def fail(error: HoatocError) -> None:
    """Say what is wrong and the way out."""
    _print(f"[bold red]{say('Lỗi:')}[/]", say(str(error)))
    if error.hint:
        _print("[yellow]→[/]", say(error.hint))


def print_json(data: Any) -> None:
    """Write `data` as JSON, for programs."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n")


def _print(mark: str, words: str) -> None:
    """`mark`, then `words` as they are: what somebody typed is no markup."""
    err.print(mark, end=" ")
    err.print(words, markup=False, soft_wrap=True)
