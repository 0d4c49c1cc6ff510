"""Renders a notice's template into subject, plain text and HTML."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Template

from hoatoc.templating import TEMPLATES, environment


@dataclass(frozen=True)
class Letter:
    """A rendered notice. `subject` is one line."""

    subject: str
    text: str
    html: str


class Letters:
    """The mail templates, each compiled once."""

    def __init__(self, folder: Path = TEMPLATES / "mail") -> None:
        self._env = environment(folder)
        self._compiled: dict[str, tuple[Template, Template, Template]] = {}

    def render(self, name: str, values: dict[str, Any]) -> Letter:
        """The letter of template `name` filled with `values`. Raises jinja2.UndefinedError when one is missing."""
        subject, text, html = self._templates(name)
        return Letter(" ".join(subject.render(values).split()), text.render(values), html.render(values))

    def _templates(self, name: str) -> tuple[Template, Template, Template]:
        if name not in self._compiled:
            parts = ("subject.txt", "body.txt", "body.html")
            subject, text, html = (self._env.get_template(f"{name}/{part}") for part in parts)
            self._compiled[name] = (subject, text, html)
        return self._compiled[name]
