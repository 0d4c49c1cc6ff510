"""A portal over the three letters of Bình Phước, which ask for tasks, lists, shares and permissions."""

from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select

from hoatoc import clock
from hoatoc.ledger.schema import Addressee, Base, Directive, Duty, DutyKind
from hoatoc.rollout.aggregate import aggregate
from hoatoc.rollout.dispatch import dispatch
from hoatoc.rollout.issue import issue
from tests.portal.place import Place, open_place
from tests.worlds.duties import ISSUED_360, drafted

T = TypeVar("T", bound=Base)


class Province(Place):
    """An installation in which letters of Bình Phước run."""

    def issue(self, key: str, now: datetime) -> None:
        """Issue and dispatch the letter `key` at `now`."""
        folder, draft = drafted(key)
        with self.ledger.write() as session:
            clock.simulate(session, now)
            dispatch(session, issue(session, folder, draft, now=now, by="desk"), now)

    def page(self, key: str, code: str = "360") -> str:
        """The path of the page of the addressee `key` of the letter with `code` in its name."""
        with self.ledger.read() as session:
            addressee = session.scalars(
                select(Addressee).join(Directive, Directive.id == Addressee.directive_id)
                .where(Addressee.key == key, Directive.key.contains(f"/{code}-"))
            ).one()  # fmt: skip
            return self.links.unit(addressee.id, addressee.link_generation).removeprefix(self.links.public_url)

    def duty(self, key: str, kind: DutyKind) -> Duty:
        """The newest duty of that kind which an addressee `key` owes."""
        with self.ledger.read() as session:
            return session.scalars(
                select(Duty).join(Addressee, Addressee.id == Duty.addressee_id)
                .where(Addressee.key == key, Duty.kind == kind).order_by(Duty.id.desc())
            ).first()  # type: ignore[return-value]  # the tests ask for what is there  # fmt: skip

    def all(self, table: type[T]) -> list[T]:
        """The rows of `table`."""
        with self.ledger.read() as session:
            return list(session.scalars(select(table)))

    def expire(self, now: datetime) -> None:
        """Move the clock, and let a pass close what is over."""
        with self.ledger.write() as session:
            clock.simulate(session, now)
            for directive in session.scalars(select(Directive)).all():
                aggregate(session, directive, now)


def province_at(path: Path) -> Province:
    """360-CV/TU, issued and dispatched on its day."""
    made = open_place(path)
    province = Province(made.ledger, made.links)
    province.issue("binh-phuoc/360-cv-tu", ISSUED_360)
    return province
