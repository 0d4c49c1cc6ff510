"""A real ledger in which 13-CV/BCĐ has been issued, on a simulated clock that the tests move."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select, text

from hoatoc import clock
from hoatoc.ledger.engine import Ledger, open_ledger
from hoatoc.ledger.schema import Addressee, Base, Directive
from hoatoc.links import Links
from hoatoc.rollout.aggregate import aggregate
from hoatoc.rollout.dispatch import dispatch
from hoatoc.rollout.issue import issue
from tests.worlds.offices import kien_giang
from tests.worlds.rollouts import LINKS

ISSUED = datetime(2021, 11, 23, 9, tzinfo=UTC)  # 16:00 in Kiên Giang
DUE = datetime(2021, 11, 24, 9, tzinfo=UTC)
LOCKED = datetime(2021, 11, 25, 9, tzinfo=UTC)

#: A right report of the form, as people type.
FIGURES = {
    "nhiem_moi": "2", "nhiem_luy_ke": "3.884", "xet_nghiem_tuan": "120", "mau_gop": "30", "ra_tinh_xin": "5",
    "ra_tinh_dong_y": "3", "ra_tinh_tu_choi": "1", "vi_pham_5k": "0", "ghi_chu": "",
}  # fmt: skip
SIGNED = {"ho-ten": "Nguyễn Văn An"}
#: Scripts and styles in a page itself, which its policy lets no browser run.
INLINE = re.compile(r"<style|<script(?![^>]* src=)|\sstyle=|\son\w+=|javascript:")


_COUNTS = text(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in Base.metadata.tables))


@dataclass(frozen=True)
class Place:
    """The installation under test."""

    ledger: Ledger
    links: Links

    def link(self, name: str) -> str:
        """The path of the page of the addressee called `name`."""
        with self.ledger.read() as session:
            addressee = session.scalars(select(Addressee).where(Addressee.name == name)).one()
            return self.links.unit(addressee.id, addressee.link_generation).removeprefix(self.links.public_url)

    def at(self, now: datetime) -> None:
        """Move the clock, and let what is due then happen as in a pass."""
        with self.ledger.write() as session:
            clock.simulate(session, now)
            directive = session.scalars(select(Directive)).one()
            dispatch(session, directive, now)
            aggregate(session, directive, now)

    def clock(self, now: datetime) -> None:
        """Move the clock alone: no pass has run yet."""
        with self.ledger.write() as session:
            clock.simulate(session, now)

    def print_mark(self, mark: str) -> None:
        """Let the issued text carry a mark of urgency."""
        with self.ledger.write() as session:
            directive = session.scalars(select(Directive)).one()
            content = directive.snapshot["directive"]
            marked = {**content, "text": {**content["text"], "urgency": mark}}
            directive.snapshot_hash += "x"
            directive.snapshot = {**directive.snapshot, "directive": marked}

    def rows(self) -> dict[str, int]:
        """How many rows each table has."""
        with self.ledger.read() as session:
            return dict(session.execute(_COUNTS).tuples().all())


def open_place(path: Path, public_url: str = "http://portal.example") -> Place:
    """The ledger at `path`, an empty one where there is none."""
    if not path.exists():
        path.write_bytes(_ledger_file(None))
    return Place(open_ledger(f"sqlite:///{path}"), Links(LINKS.ring, public_url))


def issue_at(path: Path, now: datetime) -> Place:
    """A ledger at `path` in which Kiên Giang's directive has been issued and dispatched at `now`."""
    path.write_bytes(_ledger_file(now))
    return open_place(path)


@cache
def _ledger_file(issued: datetime | None) -> bytes:
    """The file of an empty ledger, or of one in which the directive was issued at `issued`: made once, and copied."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        ledger = open_ledger(f"sqlite:///{path}")
        Base.metadata.create_all(ledger.engine)
        if issued:
            issue_in(Place(ledger, LINKS), issued)
        ledger.close()
        return path.read_bytes()


def issue_in(place: Place, now: datetime) -> Place:
    """The same in the empty ledger of `place`."""
    folder, draft = kien_giang()
    with place.ledger.write() as session:
        clock.simulate(session, now)
        dispatch(session, issue(session, folder, draft, now=now, by="desk"), now)
    return place
