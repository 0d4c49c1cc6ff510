"""The directory on screen: the office's units in their tree, one unit with its posts, edited with a look at who else
has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse

from hoatoc import clock
from hoatoc.errors import ChangedMeanwhile, FormatError, HoatocError, NotFound
from hoatoc.format.folder import OfficeFolder, office_paths
from hoatoc.format.select import in_force
from hoatoc.format.shelf import fingerprint
from hoatoc.format.slug import plain
from hoatoc.format.unitdiff import ROLES, TREES
from hoatoc.format.units import Unit, Units
from hoatoc.localtime import local_date
from hoatoc.papers.unitsheet import write_units
from hoatoc.rollout import keeping, snapshot
from portal.desk import unitform
from portal.desk.drafting import Data, office_of
from portal.front import Front, TheFront
from portal.officer import AnyOfficer, Keeper, Officer

router = APIRouter(prefix="/danh-ba")
HERE = "/ban/danh-ba"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Version = Annotated[str, Form(alias="ban")]


@dataclass(frozen=True)
class Line:
    """A unit in the tree: how deep it stands, and whether it is in force."""

    unit: Unit
    depth: int
    ended: bool


@router.get("")
def show_offices(front: TheFront, officer: AnyOfficer) -> Response:
    """The offices; straight to the only one."""
    keys = [path.name for path in office_paths(front.folders.directives)]
    if len(keys) == 1:
        return RedirectResponse(f"{HERE}/{keys[0]}", status_code=303)
    return front.pages.page("desk/directories", officer=officer, offices=[office_of(front, key) for key in keys])


@router.get("/{office}")
def show_units(front: TheFront, officer: AnyOfficer, office: str, tim: str = "") -> Response:
    """The units in their tree, or those in whose name, key or mailbox the words `tim` are."""
    return units_page(front, officer, office_of(front, office), search=tim)


def units_page(
    front: Front, officer: Officer, folder: OfficeFolder, *, search: str = "", wrong: HoatocError | None = None
) -> Response:
    """The units, with what could not be done."""
    lines = list(_tree(folder.units, _today(front, folder)))
    if search.strip():
        words = plain(search).split()
        lines = [
            Line(line.unit, 0, line.ended) for line in lines if all(word in _searched(line.unit) for word in words)
        ]
    return front.pages.page(
        "desk/directory", status=422 if wrong else 200, officer=officer, folder=folder, lines=lines, search=search,
        total=len(folder.units.units), wrong=wrong, keeps=_keeps(officer),
    )  # fmt: skip


def _today(front: Front, folder: OfficeFolder) -> date:
    with front.ledger.read() as session:
        return local_date(clock.read(session), folder.office.zone)


def _keeps(officer: Officer) -> bool:
    return officer.is_desk or officer.is_administrator


def _searched(unit: Unit) -> str:
    people = [f"{post.title} {post.holder or ''} {post.mail or ''}" for post in unit.posts]
    return plain(" ".join([unit.key, unit.name, unit.short or "", unit.mail or "", *people]))


def _tree(units: Units, today: date) -> Iterator[Line]:
    """Every unit after the one above it; what hangs nowhere stands at the top."""
    below: dict[str | None, list[Unit]] = {}
    keys = {unit.key for unit in units.units}
    for unit in units.units:
        below.setdefault(unit.parent if unit.parent in keys else None, []).append(unit)

    def walk(parent: str | None, depth: int) -> Iterator[Line]:
        for unit in below.get(parent, ()):
            yield Line(unit, depth, not in_force(unit, today))
            yield from walk(unit.key, depth + 1)

    return walk(None, 0)


@router.get("/{office}/tai-ve")
def download(front: TheFront, _officer: AnyOfficer, office: str) -> Response:
    """The directory as a workbook, to look at, or to fill in and send back."""
    folder = office_of(front, office)
    name = f'attachment; filename="danh-ba-{folder.key}.xlsx"'
    return Response(write_units(folder.units), media_type=XLSX, headers={"Content-Disposition": name})


@router.get("/{office}/them")
def show_new(front: TheFront, officer: Keeper, office: str) -> Response:
    """The form of a new unit."""
    return _form(front, officer, office_of(front, office), None, unitform.shown(None))


@router.post("/{office}/them")
def add(front: TheFront, officer: Keeper, office: str, data: Data) -> Response:
    """Add a unit."""
    seen = seen_of(front, office)
    folder = office_of(front, office)
    return _keep(front, officer, folder, None, unitform.read(data, folder.units, ""), seen)


@router.get("/{office}/don-vi/{key}")
def show_unit(front: TheFront, officer: AnyOfficer, office: str, key: str, xong: bool = False) -> Response:
    """One unit with its posts; `xong` says that it has just been saved."""
    folder = office_of(front, office)
    unit = _unit(folder, key)
    return _form(front, officer, folder, unit, unitform.shown(unit), saved=xong)


@router.post("/{office}/don-vi/{key}")
def edit(front: TheFront, officer: Keeper, office: str, key: str, data: Data, version: Version = "") -> Response:
    """Change a unit that still stands as it was seen."""
    seen = seen_of(front, office)
    folder = office_of(front, office)
    unit = _unit(folder, key)
    read = unitform.read(data, folder.units, key)
    if version != _version(unit):
        return _form(front, officer, folder, unit, read, wrong=ChangedMeanwhile(unit.name))
    return _keep(front, officer, folder, unit, read, seen)


def seen_of(front: Front, office: str) -> str:
    """The office's file as it stands before its folder is read, which takes a while: whoever saves another meanwhile is
    not overwritten."""
    paths = office_paths(front.folders.directives)
    return next((fingerprint(path / keeping.UNITS) for path in paths if path.name == office), "")


def _keep(
    front: Front, officer: Officer, folder: OfficeFolder, unit: Unit | None, read: unitform.Read, seen: str
) -> Response:
    if read.unit is None:
        return _form(front, officer, folder, unit, read)
    try:
        made = keeping.edition(folder, [read.unit])
        with front.ledger.write() as session:
            keeping.save(session, folder, made, seen=seen, now=clock.read(session), by=officer.actor)
    except FormatError as error:
        return _form(front, officer, folder, unit, read, said=keeping.problems_of(error))
    except HoatocError as error:
        return _form(front, officer, folder, unit, read, wrong=error)
    return RedirectResponse(f"{HERE}/{folder.key}/don-vi/{read.unit.key}?xong=1", status_code=303)


def _form(
    front: Front, officer: Officer, folder: OfficeFolder, unit: Unit | None, read: unitform.Read, *,
    wrong: HoatocError | None = None, said: Sequence[str] = (), saved: bool = False,
) -> Response:  # fmt: skip
    return front.pages.page(
        "desk/directory_unit", saved=saved, status=422 if wrong or said or read.problems else 200, officer=officer,
        folder=folder, unit=unit, read=read, typed=read.typed, problems=read.problems, wrong=wrong, said=said,
        keeps=_keeps(officer), version=_version(unit) if unit else "", groups=folder.units.groups,
        tree_options=[(tree.value, said) for tree, said in TREES.items()],
        role_options=[(role.value, said) for role, said in ROLES.items()],
        unit_options=[(other.key, other.name) for other in folder.units.units if other is not unit],
    )  # fmt: skip


def _version(unit: Unit) -> str:
    return snapshot.digest(unit.model_dump(mode="json"))


def _unit(folder: OfficeFolder, key: str) -> Unit:
    found = next((unit for unit in folder.units.units if unit.key == key), None)
    if found is None:
        raise NotFound("không có đơn vị này trong danh bạ", hint="mở lại trang Danh bạ")
    return found
