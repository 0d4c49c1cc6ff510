"""The event log: filtered, page by page, and as CSV."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc import clock
from hoatoc.ledger.schema import Event, Notice
from hoatoc.localtime import DEFAULT_ZONE, local
from hoatoc.papers.cells import defused
from hoatoc.rollout import log, missing, record
from hoatoc.rollout.exchange import Code
from hoatoc.rollout.log import Entry, Filter
from hoatoc.rollout.statistics import Selection
from portal.desk import phrases
from portal.desk.people import People
from portal.front import Front, TheFront
from portal.language import Language
from portal.officer import AnyOfficer
from portal.steps import code_words
from portal.typed import read_day

router = APIRouter(prefix="/nhat-ky")
_HEAD = ("số", "lúc", "việc", "loại", "văn bản", "đơn vị", "đối tượng", "ai", "chi tiết")


@dataclass(frozen=True)
class Wanted:
    """The filter as typed; what cannot be read leaves everything in."""

    directive: str = ""
    unit: str = ""
    actor: str = ""
    kind: str = ""
    day: str = ""

    def read(self, session: Session, people: People) -> Filter:
        """The filter of the core."""
        return Filter(
            directive_id=int(self.directive) if self.directive.isascii() and self.directive.isdecimal() else None,
            unit_ids=record.called(session, self.unit) if self.unit else None, actor=self.actor,
            actors=people.called(self.actor) if self.actor else (), kind=self.kind, day=_day(self.day),
            zone=DEFAULT_ZONE,
        )  # fmt: skip

    def query(self, **other: object) -> str:
        """The filter as the end of an address; '' for none."""
        values = {"vb": self.directive, "don-vi": self.unit, "ai": self.actor, "loai": self.kind, "ngay": self.day}
        said = urlencode({key: str(value) for key, value in (values | other).items() if value})
        return f"?{said}" if said else ""


def _wanted(
    vb: Annotated[str, Query(max_length=12)] = "",
    unit: Annotated[str, Query(alias="don-vi", max_length=100)] = "",
    ai: Annotated[str, Query(max_length=100)] = "",
    loai: Annotated[str, Query(max_length=60)] = "",
    ngay: Annotated[str, Query(max_length=10)] = "",
) -> Wanted:
    # PostgreSQL takes no NUL in text.
    vb, unit, ai, loai, ngay = (said.replace("\0", "").strip() for said in (vb, unit, ai, loai, ngay))
    return Wanted(directive=vb, unit=unit, actor=ai, kind=loai, day=ngay)


TheWanted = Annotated[Wanted, Depends(_wanted)]


@router.get("")
def show_log(front: TheFront, officer: AnyOfficer, wanted: TheWanted, truoc: str = "") -> Response:
    """A page of the log, the newest first; `truoc` is the key of the page."""
    language = front.language
    before = int(truoc) if truoc.isascii() and truoc.isdecimal() and len(truoc) < 18 else 0
    with front.ledger.read() as session:
        people, occurring = People(session, language), log.occurring(session)
        found = log.page(session, wanted.read(session, people), before=before)
        return front.pages.page(
            "desk/events", officer=officer, now=clock.read(session), simulated=clock.is_simulated(session),
            wanted=wanted, found=found, before=before, zone=DEFAULT_ZONE,
            directives=missing.directives(session, Selection()),
            kinds=sorted((phrases.event(kind, language), kind) for kind in occurring.kinds),
            called=lambda event: _called(event, language), who=people, people=people.shown(occurring.actors),
            detail=_detail,
            recipients=_recipients(session, [entry.event for entry in found.entries]),
        )  # fmt: skip


@router.get("/nhat-ky.csv")
def give_csv(front: TheFront, _officer: AnyOfficer, wanted: TheWanted) -> Response:
    """Everything the filter lets through, as CSV (UTF-8 with a mark, as Excel wants it), read as it is sent."""
    headers = {"Content-Disposition": 'attachment; filename="nhat-ky.csv"'}
    return StreamingResponse(_csv(front, wanted), media_type="text/csv; charset=utf-8", headers=headers)


def _csv(front: Front, wanted: Wanted) -> Iterator[bytes]:
    yield "\ufeff".encode()
    with front.ledger.read() as session:
        yield _line(_HEAD)
        for entry in log.everything(session, wanted.read(session, People(session, front.language))):
            yield _line(_row(entry, front))


def _row(entry: Entry, front: Front) -> tuple[str, ...]:
    event = entry.event
    at = local(event.at, entry.zone or DEFAULT_ZONE).isoformat(timespec="seconds")
    return (
        str(event.id), at, _called(event, front.language), event.kind, entry.directive, entry.addressee,
        event.subject, event.actor, _detail(event.detail),
    )  # fmt: skip


def _line(values: tuple[str, ...]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerow([defused(value) for value in values])
    return written.getvalue().encode()


def _called(event: Event, language: Language) -> str:
    """What an event is called; one kind is told apart by the code it carries."""
    if event.kind == "receipt_recorded":
        return code_words(Code(event.detail["code"]), language)
    return phrases.event(event.kind, language)


def _recipients(session: Session, events: Sequence[Event]) -> dict[str, str]:
    """Who the letters go to that `events` are about, by their subjects ("notice:12")."""
    numbers = [event.subject.removeprefix("notice:") for event in events if event.subject.startswith("notice:")]
    ids = [int(number) for number in numbers if number.isdecimal()]
    rows = session.execute(select(Notice.id, Notice.to_name).where(Notice.id.in_(ids)))
    return {f"notice:{id_}": name for id_, name in rows}


def _detail(detail: dict[str, object]) -> str:
    """What else an event says, in one line."""
    return "; ".join(f"{key}: {value}" for key, value in detail.items() if value not in ("", None, [], {}))


def _day(typed: str) -> date | None:
    try:
        return read_day(typed)
    except ValueError:
        return None
