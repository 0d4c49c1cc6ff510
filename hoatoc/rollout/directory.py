"""Brings an office's files into the ledger's directory of units and posts."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoatoc.format import units as files
from hoatoc.format.folder import OfficeFolder
from hoatoc.ledger.schema import Office, Post, Unit
from hoatoc.localtime import following_day

FIRST_DAY, LAST_DAY = date.min, date.max


def import_office(session: Session, folder: OfficeFolder, day: date) -> Office:
    """Bring the files' office, units and posts into the ledger as of `day`. What has left the files keeps its rows,
    since older directives speak of them, and ends with the day before."""
    office = session.scalar(select(Office).where(Office.key == folder.key)) or Office(key=folder.key)
    _set(office, name=folder.office.name, zone=folder.office.zone, profile=folder.office.model_dump(mode="json"))
    session.add(office)
    session.flush()
    known = {unit.key: unit for unit in session.scalars(select(Unit).where(Unit.office_id == office.id))}
    for unit in folder.units.units:
        known[unit.key] = _import_unit(session, office.id, unit, known.get(unit.key))
    session.flush()
    ids = [unit.id for unit in known.values()]
    posts = {(post.unit_id, post.key): post for post in session.scalars(select(Post).where(Post.unit_id.in_(ids)))}
    for unit in folder.units.units:
        for post in unit.posts:
            _import_post(session, known[unit.key].id, post, posts.pop((known[unit.key].id, post.name), None))
    gone = known.keys() - {unit.key for unit in folder.units.units}
    _end([*(known[key] for key in gone), *posts.values()], following_day(day, -1))
    session.flush()
    return office


def _end(rows: Iterable[Unit | Post], last: date) -> None:
    for row in rows:
        row.valid_to = min(row.valid_to, last)


def _import_unit(session: Session, office_id: int, unit: files.Unit, row: Unit | None) -> Unit:
    row = row or Unit(office_id=office_id, key=unit.key)
    _set(
        row, name=unit.name, short=unit.short or unit.name, tree=unit.tree, kind=unit.kind,
        parent_key=unit.parent or "", groups=list(unit.groups), mail=unit.mail or "", phone=unit.phone or "",
        valid_from=unit.since or FIRST_DAY, valid_to=unit.until or LAST_DAY,
    )  # fmt: skip
    session.add(row)
    return row


def _import_post(session: Session, unit_id: int, post: files.Post, row: Post | None) -> None:
    row = row or Post(unit_id=unit_id, key=post.name)
    _set(
        row, role=post.role, title=post.title, holder=post.holder or "", mail=post.mail or "", phone=post.phone or "",
        acting=post.acting, valid_from=post.since or FIRST_DAY, valid_to=post.until or LAST_DAY,
    )  # fmt: skip
    session.add(row)


def _set(row: Any, **values: Any) -> None:
    for name, value in values.items():
        setattr(row, name, value)
