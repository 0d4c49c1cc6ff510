"""What every endpoint is handed: the ledger, the links and the pages."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from hoatoc.ledger.engine import Ledger
from hoatoc.links import Links
from portal.language import Language
from portal.pages import Pages


@dataclass(frozen=True)
class Front:
    """The portal's hold on the core."""

    ledger: Ledger
    links: Links
    pages: Pages

    @property
    def language(self) -> Language:
        """The language of the installation."""
        return self.pages.language

    @property
    def is_https(self) -> bool:
        """Whether people reach the portal by https."""
        return self.links.public_url.startswith("https:")


async def _front(request: Request) -> Front:
    front: Front = request.app.state.front
    return front


TheFront = Annotated[Front, Depends(_front)]
