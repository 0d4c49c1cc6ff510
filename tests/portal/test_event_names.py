"""What the log calls what has happened."""

import re
from pathlib import Path

import pytest

import hoatoc
import portal
from portal.desk import phrases
from portal.language import Language

_NOTED = re.compile(r'(?:\bkind=|_note\([^"){\n]*)"([a-z_]+)"')
#: Written under a name that is put together.
_COMPOSED = {"notice_refused", "notice_deferred"}


def noted() -> set[str]:
    """The kinds of event that the code writes."""
    folders = (Path(package.__file__ or "").parent for package in (hoatoc, portal))
    files = (path.read_text(encoding="utf-8") for folder in folders for path in folder.rglob("*.py"))
    return _COMPOSED | {kind for text in files for kind in _NOTED.findall(text)}


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_kind_of_event_has_a_name(lang: str) -> None:
    language = Language(lang)
    kinds = noted()
    assert {"notice_sent", "signed_in", "draft_kept"} <= kinds
    assert {kind for kind in kinds if phrases.event(kind, language) == kind} == set()
