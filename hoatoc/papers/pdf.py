"""The official paper as PDF, set by Typst from `templates/official/`, with the fonts kept there: nothing is fetched."""

import json
from dataclasses import asdict

import typst

from hoatoc.papers.official import Paper
from hoatoc.templating import TEMPLATES

_FOLDER = TEMPLATES / "official"


def write(paper: Paper) -> bytes:
    """The PDF of `paper`; the same paper always gives the same bytes."""
    template = _FOLDER / ("party.typ" if paper.party else "state.typ")
    made = typst.compile(
        template, root=_FOLDER, font_paths=[_FOLDER / "fonts"], ignore_system_fonts=True, format="pdf",
        sys_inputs={"paper": json.dumps(asdict(paper), ensure_ascii=False)},
    )  # fmt: skip
    assert isinstance(made, bytes), "one document"
    return made
