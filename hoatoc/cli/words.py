"""The command line's language: Vietnamese strings are the message ids, English comes from a catalogue.

Read by every command, `--help` too, so nothing heavy is imported while the language is Vietnamese. What offices and
units have written stays in Vietnamese."""

import inspect
import os
from functools import cache
from pathlib import Path
from typing import Any

import typer

from hoatoc.phrase import translated


def say(message: str, **values: object) -> str:
    """`message` in the language of the settings, its %(names)s filled in."""
    if is_vietnamese():
        return message % values if values else message
    from hoatoc.catalogue import LOCALE, catalogue

    said = translated(message, catalogue(LOCALE, _language(), "cli").gettext)
    return said % values if values else said


def is_vietnamese() -> bool:
    """Whether the command line speaks Vietnamese."""
    return _language() == "vi"


def translate(app: typer.Typer) -> None:
    """Put the help of `app`, its groups, commands and their options into the language of the settings."""
    if is_vietnamese():
        return
    _translate_help(app.info)
    for group in app.registered_groups:
        if group.typer_instance is not None:
            translate(group.typer_instance)
    for command in app.registered_commands:
        command.help = say(inspect.getdoc(command.callback) or "")
        for parameter in inspect.signature(command.callback).parameters.values() if command.callback else ():
            for option in getattr(parameter.annotation, "__metadata__", ()):
                _translate_help(option)


def _translate_help(described: Any) -> None:
    """An option may stand in several commands: what is English by now is in no catalogue, and stays."""
    if isinstance(getattr(described, "help", None), str):
        described.help = say(described.help)


@cache
def _language() -> str:
    """HOATOC_LANG of the environment or of the `.env` beside us; Vietnamese when it is neither language."""
    lang = os.environ.get("HOATOC_LANG", "")
    if not lang and Path(".env").exists():
        from dotenv import dotenv_values

        lang = dotenv_values(".env").get("HOATOC_LANG") or ""
    return "en" if lang == "en" else "vi"
