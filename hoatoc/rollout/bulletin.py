"""Everything the summary of one period says, read from the ledger: what the page, the workbook and the papers show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from hoatoc.errors import NotFound
from hoatoc.format.form import Form
from hoatoc.format.office import PostRef
from hoatoc.format.text import Text
from hoatoc.format.units import Role
from hoatoc.ledger.schema import (
    Addressee,
    Directive,
    Duty,
    DutyState,
    Period,
    Post,
    Reopening,
    Report,
    Revision,
    Summary,
    Unit,
)
from hoatoc.localtime import local_date
from hoatoc.rollout import attachments, books, editions, rollups, snapshot, wording
from hoatoc.rollout.areas import AREA, beneath
from hoatoc.rollout.rollups import Node


@dataclass(frozen=True)
class UnitRow:
    """One reporting unit. `figures` are those of the frozen summary (the newest, before the freeze), None without
    any, `files` the names of its files by field; `changed` says that newer ones have come since. `above` is the unit
    above it, `area` what `areas` says, or ''."""

    duty_id: int
    key: str
    name: str
    above: str
    area: str
    column: str
    first_at: datetime | None
    revision: int
    figures: dict[str, Any] | None
    files: Mapping[str, str]
    warnings: tuple[str, ...]
    explanation: str
    changed: bool
    reopened_until: datetime | None


@dataclass(frozen=True)
class Signer:
    """The post that signs the paper: its unit, the unit above that one, title and holder ('' when vacant)."""

    unit: str
    above: str
    party: bool
    title: str
    holder: str


@dataclass(frozen=True)
class Reader:
    """Who the paper goes to: the title of a post ('' where the unit as such reads it) and its unit."""

    title: str
    unit: str


@dataclass(frozen=True)
class Bulletin:
    """One period. `content` is the frozen summary, None before the freeze, `supplements` the later editions; `nodes`
    its roll-up (live before the freeze), `live` the roll-up as of `now`."""

    directive: Directive
    period: Period
    form: Form
    text: Text
    words: dict[str, Any]
    office: dict[str, Any]
    place: str
    content: dict[str, Any] | None
    data_hash: str
    supplements: Sequence[dict[str, Any]]
    nodes: Sequence[Node]
    live: Sequence[Node]
    units: Sequence[UnitRow]
    signer: Signer
    readers: Sequence[Reader]
    now: datetime


def find(session: Session, directive_id: int, day: date) -> tuple[Directive, Period]:
    """The directive and its period of `day`. Raises NotFound."""
    found = session.execute(
        select(Directive, Period)
        .join(Period, Period.directive_id == Directive.id)
        .where(Directive.id == directive_id, Period.local_date == day)
        .order_by(Period.subject)
        .limit(1)
    ).first()
    if found is None:
        raise NotFound("không có kỳ báo cáo này", hint="chọn một ngày trong bảng theo dõi")
    return found[0], found[1]


def read(
    session: Session, directive: Directive, period: Period, now: datetime, *, edition: int = editions.FIRST
) -> Bulletin:
    """One edition of the summary of `period`, as of `now` (aware, UTC); the first may still have to be made. Raises
    NotFound."""
    snap = snapshot.of(directive)
    form = snap.form_of(period.subject)
    kept = session.scalars(select(Summary).where(Summary.period_id == period.id).order_by(Summary.edition)).all()
    summary = next((one for one in kept if one.edition == edition), None)
    if summary is None and edition != editions.FIRST:
        raise NotFound("không có bản tổng hợp này", hint="mở bản tổng hợp của kỳ để xem có những bản nào")
    live = rollups.compute(session, directive, period, form, now)
    at = summary.frozen_at if summary else now
    rule = snap.content.regime.summary
    through = rule.through if rule else PostRef(unit=snap.office.unit)
    return Bulletin(
        directive=directive, period=period, form=form, text=snap.content.text, words=wording.directive_words(snap),
        office=wording.office_words(snap), place=snap.content.text.place or snap.office.province,
        content=summary.content if summary else None, data_hash=summary.data_hash if summary else "",
        supplements=[one.content | {"data_hash": one.data_hash} for one in kept if one.edition > edition],
        nodes=_nodes(session, summary) if summary else live, live=live,
        units=_units(session, period, form, at, summary),
        signer=_signer(session, directive, through, local_date(at, directive.zone)),
        readers=[_reader(session, directive, ref) for ref in (rule.to if rule else snap.office.leadership)], now=now,
    )  # fmt: skip


def _nodes(session: Session, summary: Summary) -> list[Node]:
    if summary.edition == editions.FIRST:
        return rollups.frozen(session, summary.period_id)
    return [rollups.of_plain(node) for node in summary.content["rollup"]]


def _told(summary: Summary | None) -> ColumnElement[bool]:
    """The revisions whose newest a summary tells: the first edition those that came before it was frozen, by their
    period's state; a later one, which is written when nothing more is taken in, all until then."""
    if summary is None or summary.edition == editions.FIRST:
        return Revision.in_summary.is_(True)
    return Revision.at <= summary.frozen_at


def _units(session: Session, period: Period, form: Form, at: datetime, summary: Summary | None) -> list[UnitRow]:
    sent = attachments.names(session, period.id) if form.files else {}
    named = _named(summary.content) if summary else {}
    shown = (
        select(Revision.report_id, func.max(Revision.number).label("number"))
        .join(Report, Report.id == Revision.report_id)
        .where(Report.period_id == period.id, _told(summary))
        .group_by(Revision.report_id)
        .subquery()
    )
    above = select(Unit.office_id, Unit.key, Unit.name).subquery()
    rows = session.execute(
        select(Addressee.id, Duty.id, Addressee.key, Addressee.name, above.c.name, AREA.name, books.column(at), Report,
               Revision, Reopening.lock_at)
        .join(Addressee, Addressee.id == Duty.addressee_id)
        .join(Unit, Unit.id == Addressee.unit_id)
        .outerjoin(above, and_(above.c.office_id == Unit.office_id, above.c.key == Unit.parent_key))
        .outerjoin(AREA, beneath())
        .outerjoin(Report, Report.duty_id == Duty.id)
        .outerjoin(shown, shown.c.report_id == Report.id)
        .outerjoin(Revision, and_(Revision.report_id == Report.id, Revision.number == shown.c.number))
        .outerjoin(Reopening, Reopening.duty_id == Duty.id)
        .where(Duty.period_id == period.id, _in_books(summary, named))
        .order_by(Addressee.id, Duty.generation)
    )  # fmt: skip
    found: dict[int, UnitRow] = {}
    for addressee_id, *row in rows:
        made = _row(*row, frozen=summary is not None)
        values = made.figures or {}
        files = {item.key: sent.get((addressee_id, values[item.key]), "") for item in form.files if item.key in values}
        column = named.get(made.key, "on_time") if summary else made.column
        found[addressee_id] = replace(made, files=files, column=column)
    return list(found.values())


def _in_books(summary: Summary | None, named: Mapping[str, str]) -> ColumnElement[bool]:
    """The duties that the books count: those of a frozen summary what they did then, whoever has come since, and
    whoever of those `named` has gone."""
    stands = Duty.state != DutyState.WITHDRAWN
    if summary is None:
        return stands
    return and_(or_(stands, Addressee.key.in_(named)), Duty.opened_at <= summary.frozen_at)


def _named(content: dict[str, Any]) -> dict[str, str]:
    """The column in which a frozen summary has each unit it names; all others were on time."""
    columns = ("late", "missing", "exempt", "unreachable", "open")
    return {unit["key"]: column for column in columns for unit in content[column]}


def _row(
    duty_id: int, key: str, name: str, above: str | None, area: str | None, column: str, report: Report | None,
    revision: Revision | None, reopened_until: datetime | None, *, frozen: bool,
) -> UnitRow:  # fmt: skip
    return UnitRow(
        duty_id=duty_id, key=key, name=name, above=above or "", area=area or "", column=column,
        first_at=report.first_at if report else None, revision=report.revision if report else 0,
        figures=revision.figures if revision else None, files={},
        warnings=tuple(warning["says"] for warning in revision.warnings) if revision else (),
        explanation=revision.explanation if revision else "",
        changed=frozen and report is not None and (revision is None or revision.number != report.revision),
        reopened_until=reopened_until,
    )  # fmt: skip


def _signer(session: Session, directive: Directive, ref: PostRef, day: date) -> Signer:
    unit, post = _post(session, directive, ref)
    if post is None or post.role is not Role.HEAD:
        post = session.scalar(
            select(Post)
            .where(Post.unit_id == unit.id, Post.role == Role.HEAD, Post.valid_from <= day, Post.valid_to >= day)
            .limit(1)
        )
    above = session.scalar(
        select(Unit.name).where(Unit.office_id == unit.office_id, Unit.key == unit.parent_key)
    )  # fmt: skip
    return Signer(
        unit=unit.name, above=above or "", party=unit.tree.value == "party", title=post.title if post else "",
        holder=post.holder if post else "",
    )  # fmt: skip


def _reader(session: Session, directive: Directive, ref: PostRef) -> Reader:
    unit, post = _post(session, directive, ref)
    return Reader(post.title if post else "", unit.name)


def _post(session: Session, directive: Directive, ref: PostRef) -> tuple[Unit, Post | None]:
    unit = session.scalars(select(Unit).where(Unit.office_id == directive.office_id, Unit.key == ref.unit)).one()
    return unit, session.scalar(select(Post).where(Post.unit_id == unit.id, Post.key == ref.post))
