"""A directive's page: how it stands, what happened and what comes, the ladder, whom to phone, and what can be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc import clock
from hoatoc.errors import NotFound
from hoatoc.ledger.schema import Directive, DutyKind, Period, PeriodState, Summary
from hoatoc.localtime import spoken_day
from hoatoc.rollout import books, course, permissions, phone, requests, snapshot, statistics, wording
from hoatoc.rollout.books import Books
from hoatoc.rollout.course import Coming, Happened
from portal import once
from portal.desk import controlroom, phrases
from portal.desk.actions import offered
from portal.desk.people import People
from portal.front import TheFront
from portal.language import Language
from portal.officer import AnyOfficer
from portal.standing import of_directive
from portal.steps import step_words
from portal.typed import RowId

router = APIRouter(prefix="/vb/{directive_id}")
_SUMMARIES = 7
_ORDER = [*(kind for kind in DutyKind if kind is not DutyKind.REPORT), DutyKind.REPORT]


@dataclass(frozen=True)
class BooksLine:
    """The books of the acknowledgement, of one period, or of what one clause asks for once."""

    what: str
    books: Books


@dataclass(frozen=True)
class Told:
    """One line of the course, in words."""

    at: datetime
    what: str
    about: str = ""
    who: str = ""
    why: str = ""


def find(session: Session, directive_id: int) -> Directive:
    """The directive of that id. Raises NotFound."""
    directive = session.get(Directive, directive_id)
    if directive is None:
        raise NotFound("chưa ban hành văn bản này", hint="mở lại bảng theo dõi")
    return directive


@router.get("")
def show_directive(front: TheFront, officer: AnyOfficer, directive_id: RowId, xong: bool = False) -> Response:
    """Everything about one directive; `xong` says that something has just been done with it."""
    language = front.language
    with front.ledger.read() as session:
        now = clock.read(session)
        directive = find(session, directive_id)
        snap = snapshot.of(directive)
        people = People(session, language)
        counted = books.by_subject(session, directive.id, now)
        return front.pages.page(
            "desk/directive", officer=officer, now=now, simulated=clock.is_simulated(session), directive=directive,
            words=wording.directive_words(snap), standing=of_directive(directive.state, language),
            cells=statistics.of_books(books.total(counted)), lines=_lines(counted, language),
            happened=[_told(line, language, people) for line in course.happened(session, directive)],
            coming=[_coming(item, language) for item in course.to_come(session, directive)],
            stages=[(step_words(stage.step, language), stage) for stage in course.ladder(session, directive)],
            silent=phone.silent(session, directive, now), summaries=_summaries(session, directive),
            under_way=_under_way(session, directive), waiting=_waiting(session, directive, now),
            asked=permissions.counts(session, directive.id) if snap.content.regime.permissions else None,
            put=permissions.of_directive(session, directive.id),
            done=xong, control_room=controlroom.address_of(front, session, directive),
            actions=offered(directive, language) if officer.is_desk else [],
        )  # fmt: skip


def _lines(counted: dict[tuple[str, str, str], Books], language: Language) -> list[BooksLine]:
    """The acknowledgement first, then what is owed once, then the periods, the newest on top."""
    newest_first = sorted(counted.items(), key=lambda item: item[0][2], reverse=True)
    by_title: dict[str, dict[str, Books]] = {}
    for (kind, subject, slot), found in sorted(newest_first, key=lambda item: _ORDER.index(DutyKind(item[0][0]))):
        # The answers to the requests of one matter, and the explanations of one lateness, stand in one line.
        title = once.title(DutyKind(kind), subject, language, slot)
        by_title.setdefault(title, {})[f"{subject} {slot}"] = found
    return [BooksLine(title, books.total(many)) for title, many in by_title.items()]


def _summaries(session: Session, directive: Directive) -> list[dict[str, Any]]:
    """The newest frozen summaries, the newest first."""
    found = session.scalars(
        select(Summary)
        .where(Summary.directive_id == directive.id)
        .order_by(Summary.frozen_at.desc(), Summary.id.desc())
        .limit(_SUMMARIES)
    )
    return [summary.content for summary in found]


def _under_way(session: Session, directive: Directive) -> Sequence[Period]:
    """The periods that are open and not yet frozen."""
    return session.scalars(
        select(Period)
        .where(Period.directive_id == directive.id, Period.state == PeriodState.OPEN)
        .order_by(Period.due_at)
    ).all()


def _waiting(session: Session, directive: Directive, now: datetime) -> int:
    """How many requests about this directive wait for the office, as its page counts them: for more time, units that
    have given something back, and those before the leadership."""
    about = [item.directive.id for item in requests.waiting(session)]
    gave_back = {(item.directive.id, item.addressee.id) for item in requests.returned(session)}
    about += [id_ for id_, _ in gave_back]
    about += [duty.directive_id for _, duty, _, _ in permissions.before_leadership(session, now)]
    return about.count(directive.id)


def _told(line: Happened, language: Language, people: People) -> Told:
    what = phrases.event(line.kind, language)
    if line.times > 1:
        what = language.say("%(what)s: %(num)s", what=what, num=language.number(line.times))
    detail = line.detail or {}
    return Told(
        at=line.at, what=what, about=line.name, who=people(line.actor) if line.actor else "",
        why=str(detail.get("reason", "")),
    )  # fmt: skip


def _coming(item: Coming, language: Language) -> Told:
    say = language.say
    if item.step is not None:
        what = say("%(step)s, nếu đến lúc ấy chưa xong: %(num)s", step=step_words(item.step, language),
                   num=language.number(item.times))  # fmt: skip
        return Told(item.at, what)
    day = spoken_day(item.day) if item.day else ""
    return Told(
        item.at,
        {
            PeriodState.PLANNED: say("Mở kỳ báo cáo ngày %(day)s", day=day),
            PeriodState.OPEN: say("Chốt số liệu ngày %(day)s", day=day),
        }.get(item.period or PeriodState.FROZEN, say("Khóa kỳ báo cáo ngày %(day)s", day=day)),
    )
