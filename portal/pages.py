"""Fills the templates of `templates/portal/`."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from hoatoc.rollout.snapshot import Snapshot
from hoatoc.settings import ROOT
from portal.language import Language

TEMPLATES = ROOT / "templates" / "portal"
STATIC = Path(__file__).parent / "static"


class Pages:
    """The pages of one installation, in its language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
            lstrip_blocks=True, extensions=["jinja2.ext.i18n"], auto_reload=False,
        )  # fmt: skip
        self._environment.policies["ext.i18n.trimmed"] = True
        self._environment.install_gettext_translations(  # type: ignore[attr-defined]  # the i18n extension adds it
            language.translations, newstyle=True
        )
        # `count` stands alone, because message extraction does not see methods.
        self._environment.globals |= {
            "language": language, "count": language.count, "static": _addresses(),
            "clauses": lru_cache(maxsize=32)(self._clauses),
        }  # fmt: skip

    def read_all(self) -> None:
        """Read all templates and the language's forms of numbers now, not while the first visitors wait."""
        for name in self._environment.list_templates():
            self._environment.get_template(name)
        self.language.number(0)

    def page(self, name: str, /, *, status: int = 200, **context: Any) -> HTMLResponse:
        """The page `name`, filled with `context`; what the template asks for and does not get is an error."""
        template = self._environment.get_template(f"{name}.html")
        return HTMLResponse(template.render(**context), status_code=status)

    def _clauses(self, snap: Snapshot) -> Markup:
        """What comes of the content of a directive alone."""
        return Markup(self._environment.get_template("clauses.html").render(snap=snap))  # noqa: S704  # a filled template


def _addresses() -> dict[str, str]:
    """The address of each file a page links to, with a fingerprint, so that a new release is seen at once."""
    names = ("pico.classless.min.css", "fonts/be-vietnam-pro.css", "hoatoc.css", "htmx.min.js", "portal.js", "icon.svg")
    return {name: f"/static/{name}?v={_fingerprint(STATIC / name)}" for name in names}


def _fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]
