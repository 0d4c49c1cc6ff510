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
    err.print(f"[bold red]{say('Lỗi:')}[/] {_plain(say(str(error)))}", soft_wrap=True)
    if error.hint:
        err.print(f"[yellow]→[/] {_plain(say(error.hint))}", soft_wrap=True)


def print_json(data: Any) -> None:
    """Write `data` as JSON, for programs."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n")


def _plain(text: str) -> str:
    """`text` with nothing that rich would take for markup."""
    return text.replace("[", "\\[")
