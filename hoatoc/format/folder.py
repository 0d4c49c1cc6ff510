"""Reads an office's folder: office.yaml, units.yaml, forms/*.yaml and one YAML file a directive."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from hoatoc.errors import FormatError, NotFound
from hoatoc.format import crosscheck
from hoatoc.format.directive import DirectiveFile, identity
from hoatoc.format.form import Form
from hoatoc.format.model import Model
from hoatoc.format.office import Office
from hoatoc.format.original import original_problems
from hoatoc.format.problem import Problem
from hoatoc.format.roster import RosterForm
from hoatoc.format.rulecheck import rule_problems
from hoatoc.format.slug import is_key, slug
from hoatoc.format.units import Units
from hoatoc.format.validate import validate
from hoatoc.format.yamlfile import YamlFile, read_yaml
from hoatoc.phrase import Phrase

OFFICE, UNITS = "office.yaml", "units.yaml"
#: What every directive of an office may use: these files, and the files in these folders.
SHARED, SHARED_FOLDERS = {OFFICE, UNITS}, {"forms", "rosters"}
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Draft:
    """A directive file that reads well; `key` is `office/file`."""

    key: str
    content: DirectiveFile
    source: YamlFile


@dataclass(frozen=True)
class OfficeFolder:
    """Everything an office keeps in files. `broken` are the directive files that do not read, with why."""

    key: str
    path: Path
    office: Office
    units: Units
    forms: dict[str, Form]
    rosters: dict[str, RosterForm]
    drafts: dict[str, Draft]
    broken: dict[str, FormatError] = field(default_factory=dict)

    def draft(self, key: str) -> Draft:
        """The draft of that key. Raises FormatError when its file is wrong, NotFound when there is none."""
        if key in self.broken:
            raise self.broken[key]
        if key not in self.drafts:
            known = ", ".join(sorted(self.drafts)) or Phrase("không có văn bản nào")
            raise NotFound(
                Phrase("không có văn bản %(key)r trong %(path)s", key=key, path=self.path),
                hint=Phrase("các văn bản: %(known)s", known=known),
            )
        return self.drafts[key]


def read_office(path: Path) -> OfficeFolder:
    """Read the folder. Raises FormatError with everything that is wrong with office, units, forms and rosters; a wrong
    directive file is kept in `broken`, so that one draft in the making does not stop the others."""
    folder, problems = read_shared(path)
    if folder is None or problems:
        raise FormatError(list(problems))
    for directive_path in directive_paths(path):
        read_draft(directive_path, folder)
    return folder


def directive_paths(path: Path) -> list[Path]:
    """The directive files of the office at `path`."""
    return [file for file in sorted(path.glob("*.yaml")) if file.name not in SHARED]


def read_shared(path: Path) -> tuple[OfficeFolder | None, list[Problem]]:
    """What the directives of the office at `path` share, before any of them is read, with every problem of it; None
    where one of its files is not even of the shape it should have."""
    reading = _Reading()
    key = path.resolve().name
    reading.problems += key_problems(key, path)
    office, units = reading.read(Office, path / OFFICE), reading.read(Units, path / UNITS)
    if units is not None:
        reading.problems += crosscheck.units_problems(*units)
    if office is not None and units is not None:
        reading.problems += crosscheck.office_problems(office[0], units[0], office[1])
    forms = {form.key: form for form in _read_forms(path, reading)}
    rosters = [reading.read(RosterForm, file) for file in sorted((path / "rosters").glob("*.yaml"))]
    if office is None or units is None or not reading.whole:
        return None, reading.problems
    by_key = {roster[0].key: roster[0] for roster in rosters if roster}
    return OfficeFolder(key, path, office[0], units[0], forms, by_key, {}), reading.problems


class _Reading:
    """Reads one file after another; `whole` while each has had the shape of its model."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.whole = True

    def read(self, model: type[M], path: Path) -> tuple[M, YamlFile] | None:
        """The file at `path` as a `model`; None where it is none, which is then among the problems."""
        try:
            source = read_yaml(path)
            return validate(model, source), source
        except FormatError as error:
            self.problems += error.problems  # type: ignore[arg-type]  # those of files are Problems
            self.whole = False
            return None


def _read_forms(path: Path, reading: _Reading) -> Iterator[Form]:
    keys: set[str] = set()
    for form_path in sorted((path / "forms").glob("*.yaml")):
        read = reading.read(Form, form_path)
        if read is None:
            continue
        form, source = read
        reading.problems += crosscheck.form_problems(form, source)
        if form.key in keys:
            what = Phrase("biểu mẫu %(form)r có hai tệp", form=form.key)
            reading.problems.append(source.problem(("key",), what, "đổi khóa một tệp"))
        keys.add(form.key)
        yield form


def read_draft(path: Path, folder: OfficeFolder) -> None:
    """Read one directive file into `folder`: among its drafts, or among the broken with why. Its original is looked for
    in the office's folder, wherever the file itself is judged."""
    key = f"{folder.key}/{path.stem}"
    try:
        source = read_yaml(path)
        content = validate(DirectiveFile, source)
        problems = [
            *key_problems(path.stem, path),
            *crosscheck.directive_problems(content, folder.units, folder.forms, source),
            *rule_problems(content, folder.units, folder.rosters, source),
            *original_problems(content, folder.path, source),
            *_same_document(key, content, folder, source),
        ]
        if problems:
            raise FormatError(list(problems))
    except FormatError as error:
        folder.broken[key] = error
    else:
        folder.drafts[key] = Draft(key, content, source)


def _same_document(key: str, content: DirectiveFile, folder: OfficeFolder, source: YamlFile) -> Iterator[Problem]:
    """One document is one file, whatever it is called (issuer, year, number and symbol)."""
    for other in folder.drafts.values():
        if identity(other.content.text) == identity(content.text):
            yield source.problem(
                ("text",),
                Phrase("cùng một văn bản với %(other)s", other=other.key),
                Phrase("bỏ %(key)s hoặc %(other)s", key=key, other=other.key),
            )


def key_problems(key: str, path: Path) -> Iterator[Problem]:
    """Whether the name of the folder or file at `path` can be half of a directive's ID: links and commands carry it."""
    if not is_key(key):
        what = Phrase("tên %(name)r không làm khóa được: chỉ chữ thường không dấu, chữ số, gạch nối", name=key)
        better = slug(key) or "13-cv-bcd"
        yield Problem(path, 1, 1, "(tên)", what, Phrase("đổi tên thành %(name)s", name=better + path.suffix))


def office_paths(root: Path) -> list[Path]:
    """The office folders under `root`, or `root` itself when it is one."""
    if (root / OFFICE).is_file():
        return [root]
    return sorted(path.parent for path in root.glob(f"*/{OFFICE}"))


def find_draft(root: Path, key: str) -> tuple[OfficeFolder, Draft]:
    """The office folder and draft of `office/file` under `root`. Raises NotFound or FormatError."""
    folder = find_office(root, key.partition("/")[0])
    return folder, folder.draft(key)


def find_office(root: Path, office_key: str) -> OfficeFolder:
    """The folder of an office under `root`. Raises NotFound or FormatError."""
    path = root if (root / OFFICE).is_file() and root.resolve().name == office_key else root / office_key
    if not (path / OFFICE).is_file():
        offices = ", ".join(found.name for found in office_paths(root)) or Phrase("không có")
        raise NotFound(
            Phrase("không có thư mục cơ quan %(office)r trong %(root)s", office=office_key, root=root),
            hint=Phrase("các cơ quan: %(offices)s", offices=offices),
        )
    return read_office(path)


def drafts_under(paths: list[Path]) -> list[Draft]:
    """Every directive that reads well in the files and folders of `paths`."""
    found: dict[Path, Draft] = {}
    for path in (path.resolve() for path in paths):
        folders = office_paths(path) if path.is_dir() else [path.parent]
        for draft in (draft for folder in folders for draft in _readable(folder)):
            if path.is_dir() or draft.source.path == path:
                found[draft.source.path] = draft
    return list(found.values())


def _readable(path: Path) -> list[Draft]:
    try:
        return list(read_office(path).drafts.values())
    except FormatError:
        return []  # `inspect` tells of it
