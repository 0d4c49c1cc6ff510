"""The command line's language: Vietnamese strings are the message ids, English comes from a catalogue.

Read by every command, `--help` too, so nothing heavy is imported while the language is Vietnamese. What offices and
units have written, and what the core says of their affairs, stays in Vietnamese."""

import inspect
import os
from functools import cache
from gettext import NullTranslations
from pathlib import Path
from typing import Any

import typer

LOCALE = Path(__file__).parent.parent / "locale"


def say(message: str, **values: object) -> str:
    """`message` in the language of the settings, its %(names)s filled in."""
    said = _catalogue(_language()).gettext(message)
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


@cache
def _catalogue(language: str) -> NullTranslations:
    path = LOCALE / language / "LC_MESSAGES" / "cli.po"
    if not path.exists():
        return NullTranslations()
    from io import BytesIO

    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po
    from babel.support import Translations

    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)
