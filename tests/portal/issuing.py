"""An installation whose offices keep their files in a folder of the test's own, and people at its desk."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import FastAPI

from hoatoc import clock
from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import Role
from hoatoc.links import Links
from portal.app import create_app
from portal.front import Folders
from tests.portal.officers import TestClient, signed_in
from tests.worlds.offices import Files, small_office
from tests.worlds.rollouts import ISSUED, LINKS


@dataclass
class Desk:
    """The desk of the small office: `files` are what stands in its folder."""

    ledger: Ledger
    root: Path
    files: Files = field(default_factory=small_office)
    links: Links = LINKS

    @property
    def folder(self) -> Path:
        """The office's folder."""
        return self.root / "directives" / "tinh-mau"

    def app(self) -> FastAPI:
        """The portal over it."""
        folders = Folders(self.root / "directives", self.root / "home")
        return create_app(self.ledger, self.links, "vi", folders=folders)

    @contextmanager
    def people(self, *logins: tuple[str, Role]) -> Iterator[list[TestClient]]:
        """A browser for each of `logins`, signed in, which shows redirects instead of following them."""
        with ExitStack() as stack:
            yield [
                signed_in(stack.enter_context(TestClient(self.app(), follow_redirects=False)), self.ledger, role, login)
                for login, role in logins
            ]


def desk_at(ledger: Ledger, root: Path, files: Files | None = None) -> Desk:
    """A desk at the hour of the issue, nothing issued."""
    desk = Desk(ledger, root, files or small_office())
    (root / "directives").mkdir()
    desk.files.write(root / "directives")
    with ledger.write() as session:
        clock.simulate(session, ISSUED)
    return desk
