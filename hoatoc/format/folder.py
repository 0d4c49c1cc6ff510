"""Reads an office's folder: office.yaml, units.yaml, forms/*.yaml and one YAML file a directive."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hoatoc.errors import FormatError, NotFound
from hoatoc.format import crosscheck
from hoatoc.format.directive import DirectiveFile, identity
from hoatoc.format.form import Form
from hoatoc.format.office import Office
from hoatoc.format.original import original_problems
from hoatoc.format.problem import Problem
from hoatoc.format.roster import RosterForm
from hoatoc.format.rulecheck import rule_problems
from hoatoc.format.units import Units
from hoatoc.format.validate import validate
from hoatoc.format.yamlfile import YamlFile, read_yaml
from hoatoc.phrase import Phrase

_RESERVED = {"office.yaml", "units.yaml"}
#: Folders whose files every directive of the office may use.
_SHARED = {"forms", "rosters"}


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
    """Read the folder. Raises FormatError when office, units or forms are wrong; a wrong directive file is kept
    in `broken`, so that one draft in the making does not stop the others."""
    office_file, units_file = read_yaml(path / "office.yaml"), read_yaml(path / "units.yaml")
    office, units = validate(Office, office_file), validate(Units, units_file)
    problems = [*crosscheck.units_problems(units, units_file), *crosscheck.office_problems(office, units, office_file)]
    forms: dict[str, Form] = {}
    for form_path in sorted((path / "forms").glob("*.yaml")):
        form_file = read_yaml(form_path)
        form = validate(Form, form_file)
        problems += crosscheck.form_problems(form, form_file)
        if form.key in forms:
            problems.append(
                form_file.problem(("key",), Phrase("biểu mẫu %(form)r có hai tệp", form=form.key), "đổi khóa một tệp")
            )
        forms[form.key] = form
    rosters = {form.key: form for form in _read_rosters(path)}
    if problems:
        raise FormatError(list(problems))
    folder = OfficeFolder(path.name, path, office, units, forms, rosters, {})
    for directive_path in sorted(path.glob("*.yaml")):
        if directive_path.name not in _RESERVED:
            read_draft(directive_path, folder)
    return folder


def _read_rosters(path: Path) -> list[RosterForm]:
    return [validate(RosterForm, read_yaml(file)) for file in sorted((path / "rosters").glob("*.yaml"))]


def read_draft(path: Path, folder: OfficeFolder) -> None:
    """Read one directive file into `folder`: among its drafts, or among the broken with why."""
    key = f"{folder.key}/{path.stem}"
    try:
        source = read_yaml(path)
        content = validate(DirectiveFile, source)
        problems = [
            *crosscheck.directive_problems(content, folder.units, folder.forms, source),
            *rule_problems(content, folder.units, folder.rosters, source),
            *original_problems(content, source),
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


def office_paths(root: Path) -> list[Path]:
    """The office folders under `root`, or `root` itself when it is one."""
    if (root / "office.yaml").is_file():
        return [root]
    return sorted(path.parent for path in root.glob("*/office.yaml"))


def find_draft(root: Path, key: str) -> tuple[OfficeFolder, Draft]:
    """The office folder and draft of `office/file` under `root`. Raises NotFound or FormatError."""
    folder = find_office(root, key.partition("/")[0])
    return folder, folder.draft(key)


def find_office(root: Path, office_key: str) -> OfficeFolder:
    """The folder of an office under `root`. Raises NotFound or FormatError."""
    path = root if (root / "office.yaml").is_file() and root.name == office_key else root / office_key
    if not (path / "office.yaml").is_file():
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
        return []  # `problems_under` tells of it


def problems_under(path: Path) -> list[Problem]:
    """Every problem of the file or folder at `path`, as `hoatoc check` lists them."""
    target = path.resolve()
    if target.is_file():
        folder_path = target.parent.parent if target.parent.name in _SHARED else target.parent
        if not (folder_path / "office.yaml").is_file():
            hint = "đặt tệp trong thư mục của một cơ quan (có office.yaml và units.yaml)"
            return [Problem(target, 1, 1, "(tệp)", "tệp không nằm trong thư mục cơ quan nào", hint)]
        # What breaks office, units or forms breaks every directive of the folder, so it is never filtered out.
        shared = target.name in _RESERVED or target.parent.name in _SHARED
        return _office_problems(folder_path, only=None if shared else target.stem)
    found = []
    for office in office_paths(target):
        found += _office_problems(office, only=None)
    return found


def _office_problems(path: Path, only: str | None) -> list[Problem]:
    try:
        folder = read_office(path)
    except FormatError as error:
        return [problem for problem in error.problems if isinstance(problem, Problem)]
    broken = (error for key, error in folder.broken.items() if only is None or key.endswith(f"/{only}"))
    return [problem for error in broken for problem in error.problems if isinstance(problem, Problem)]
