"""What every endpoint is handed: the ledger, the links and the pages."""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from hoatoc.accounts.province import Province
from hoatoc.ledger.engine import Ledger
from hoatoc.links import Links
from hoatoc.settings import ROOT
from portal.language import Language
from portal.pacing import Pace
from portal.pages import Pages
from portal.receipts import Receipts


@dataclass(frozen=True)
class Folders:
    """Where the offices keep their files, and this installation its own."""

    directives: Path = ROOT / "directives"
    home: Path = Path.home() / ".hoatoc"


@dataclass(frozen=True)
class Front:
    """The portal's hold on the core. Units' links open until `link_lasts` after their directive has ended; `province`
    is the single sign-on, if there is one, `control_room` where Prefect's UI is ('' for whatever `serve` runs here)."""

    ledger: Ledger
    links: Links
    pages: Pages
    pace: Pace = field(default_factory=Pace)
    link_lasts: timedelta = timedelta(days=90)
    province: Province | None = None
    folders: Folders = field(default_factory=Folders)
    control_room: str = ""

    @cached_property
    def receipts(self) -> Receipts:
        """Where acknowledgements on the pages are taken in."""
        return Receipts(self.ledger, self.link_lasts, "portal")

    @cached_property
    def api_receipts(self) -> Receipts:
        """Where those over the API are taken in."""
        return Receipts(self.ledger, self.link_lasts, "api")

    @property
    def language(self) -> Language:
        """The language of the installation."""
        return self.pages.language

    @property
    def is_https(self) -> bool:
        """Whether people reach the portal by https."""
        return self.links.public_url.startswith("https:")


async def front_of(request: Request) -> Front:
    """The portal that serves `request`."""
    front: Front = request.app.state.front
    return front


TheFront = Annotated[Front, Depends(front_of)]
