"""Catalogues of words: Vietnamese strings are the message ids, English comes from a file."""

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

#: The words of the core and of the command line.
LOCALE = Path(__file__).parent / "locale"
#: What the core says: its errors, its warnings, the story of a duty. Every entrance speaks it.
CORE = "core"


@cache
def catalogue(locale: Path, language: str, domain: str) -> NullTranslations:
    """The catalogue of `domain` in `language`, and behind it what the core says; empty for Vietnamese."""
    path = locale / language / "LC_MESSAGES" / f"{domain}.po"
    if not path.exists():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    found = Translations(compiled)
    if domain != CORE:
        found.add_fallback(catalogue(LOCALE, language, CORE))
    return found
