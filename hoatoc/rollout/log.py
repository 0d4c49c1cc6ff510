"""Reads the event log: everything that happened, who did it, the newest first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import ColumnElement, Select, Text, case, cast, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from hoatoc.ledger.schema import Addressee, Directive, Duty, Event
from hoatoc.localtime import following_day, instant

_SLICE = 1000


@dataclass(frozen=True)
class Filter:
    """Which events are wanted; what is '' or None leaves everything in. `actor` may be a part of who did it, and
    whoever is in `actors` matches too; `day` is a day on `zone`'s wall clock."""

    directive_id: int | None = None
    unit_ids: Sequence[int] | None = None
    actor: str = ""
    actors: Sequence[str] = ()
    kind: str = ""
    day: date | None = None
    zone: str = ""


@dataclass(frozen=True)
class Entry:
    """One event, with the names behind its numbers: the directive's title and the addressee's name and unit, '' where
    it is about none."""

    event: Event
    directive: str
    zone: str
    addressee: str
    unit_id: int  # 0 for none


@dataclass(frozen=True)
class Page:
    """A page of entries; `older` is the key of the next one (0 when this is the last)."""

    entries: Sequence[Entry]
    older: int


@dataclass(frozen=True)
class Occurring:
    """What occurs in the log, in order: every kind of event, and every actor that is no addressee."""

    kinds: Sequence[str]
    actors: Sequence[str]


def page(session: Session, wanted: Filter, *, before: int = 0, size: int = 100) -> Page:
    """The newest `size` events of `wanted` with an id below `before` (0: the newest of all)."""
    query = _events(wanted).limit(size + 1)
    if before:
        query = query.where(Event.id < before)
    events = session.scalars(query).all()
    shown = events[:size]
    return Page(_named(session, shown), shown[-1].id if len(events) > size else 0)


def everything(session: Session, wanted: Filter) -> Iterator[Entry]:
    """All events of `wanted`, the newest first, read in slices: the log may be longer than memory is large."""
    before = 0
    while True:
        found = page(session, wanted, before=before, size=_SLICE)
        yield from found.entries
        if not found.older:
            return
        before = found.older
        session.expunge_all()


def occurring(session: Session) -> Occurring:
    """What the log can be filtered by."""
    actor = case((Event.actor.startswith("addressee:"), None), else_=Event.actor)
    rows = session.execute(select(Event.kind, actor).distinct()).tuples().all()  # one reading of the log
    return Occurring(
        kinds=sorted({kind for kind, _ in rows}), actors=sorted({actor for _, actor in rows if actor is not None})
    )


def _events(wanted: Filter) -> Select[tuple[Event]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.directive_id is not None:
        conditions.append(Event.directive_id == wanted.directive_id)
    if wanted.actor:
        said = Event.actor.contains(wanted.actor, autoescape=True)
        conditions.append(or_(said, Event.actor.in_(wanted.actors)))
    if wanted.kind:
        conditions.append(Event.kind == wanted.kind)
    if wanted.day is not None:
        conditions.append(Event.at >= instant(wanted.day, time(0), wanted.zone))
        conditions.append(Event.at < instant(following_day(wanted.day), time(0), wanted.zone))
    if wanted.unit_ids is not None:
        conditions.append(_about(wanted.unit_ids))
    return select(Event).where(*conditions).order_by(Event.id.desc())


def _about(unit_ids: Sequence[int]) -> ColumnElement[bool]:
    """Events about units: about their addressees, or about those addressees' duties."""
    mine = select(Addressee.id).where(Addressee.unit_id.in_(unit_ids))
    addressees = select(_subject("addressee:", Addressee.id)).where(Addressee.id.in_(mine))
    duties = select(_subject("duty:", Duty.id)).where(Duty.addressee_id.in_(mine))
    return or_(Event.subject.in_(addressees), Event.subject.in_(duties))


def _subject(prefix: str, id_: InstrumentedAttribute[int]) -> ColumnElement[str]:
    return literal(prefix).concat(cast(id_, Text))


def _named(session: Session, events: Sequence[Event]) -> list[Entry]:
    directives = _directives(session, events)
    addressees = _addressees(session, events)
    return [
        Entry(
            event, *directives.get(event.directive_id or 0, ("", "")), *addressees.get(event.subject, ("", 0))
        )
        for event in events
    ]  # fmt: skip


def _directives(session: Session, events: Sequence[Event]) -> dict[int, tuple[str, str]]:
    ids = {event.directive_id for event in events if event.directive_id is not None}
    rows = session.execute(select(Directive.id, Directive.title, Directive.zone).where(Directive.id.in_(ids)))
    return {id_: (title, zone) for id_, title, zone in rows}


def _addressees(session: Session, events: Sequence[Event]) -> dict[str, tuple[str, int]]:
    """The addressee's name and unit behind the subjects "duty:12" and "addressee:3"."""
    numbers: dict[str, list[int]] = {"duty": [], "addressee": []}
    for event in events:
        what, _, number = event.subject.partition(":")
        if what in numbers and number.isdecimal():
            numbers[what].append(int(number))
    found: dict[str, tuple[str, int]] = {}
    behind = select(Duty.id, Addressee.name, Addressee.unit_id).join(Addressee, Addressee.id == Duty.addressee_id)
    for query, what, column in (
        (behind, "duty", Duty.id), (select(Addressee.id, Addressee.name, Addressee.unit_id), "addressee", Addressee.id),
    ):  # fmt: skip
        rows = session.execute(query.where(column.in_(numbers[what])))
        found |= {f"{what}:{id_}": (name, unit_id) for id_, name, unit_id in rows}
    return found
