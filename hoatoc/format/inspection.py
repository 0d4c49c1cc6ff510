"""What `hoatoc check` looks at, and everything it finds wrong there."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hoatoc.errors import FormatError
from hoatoc.format.directive import DirectiveFile
from hoatoc.format.folder import (
    OFFICE,
    SHARED,
    SHARED_FOLDERS,
    UNITS,
    directive_paths,
    key_problems,
    office_paths,
    read_draft,
    read_shared,
)
from hoatoc.format.problem import Problem
from hoatoc.format.validate import validate
from hoatoc.format.yamlfile import read_yaml
from hoatoc.phrase import Phrase

_IN_AN_OFFICE = "đặt tệp trong thư mục của một cơ quan (có office.yaml và units.yaml)"


@dataclass
class Inspection:
    """What was read, and what is wrong with it."""

    problems: list[Problem] = field(default_factory=list)
    offices: set[Path] = field(default_factory=set)
    files: set[Path] = field(default_factory=set)


def inspect(paths: list[Path]) -> Inspection:
    """Read the files and folders at `paths` and note every problem. Where there is nothing to read, that is one."""
    made = Inspection()
    for path in (path.resolve() for path in paths):
        if path.is_dir():
            _look_through(path, made)
        else:
            _look_at(path, made)
    return made


def problems_under(path: Path) -> list[Problem]:
    """Every problem of the file or folder at `path`."""
    return inspect([path]).problems


def _look_through(path: Path, made: Inspection) -> None:
    inside = path.parent if path.name in SHARED_FOLDERS else path
    offices = office_paths(inside)
    for office in offices:
        made.offices.add(office)
        made.files |= _files_of(office)
        made.problems += [*_office_problems(office, only=None), *_passed_over(office)]
    homeless = list(_homeless(inside)) if inside not in offices else []
    if not offices and not homeless:
        what = "không có gì để kiểm tra: ở đây không có thư mục cơ quan nào"
        hint = "chỉ tới thư mục có office.yaml, hoặc thư mục chứa các thư mục như vậy"
        homeless = [Problem(path, 1, 1, "(thư mục)", what, hint)]
    made.problems += homeless


def _look_at(path: Path, made: Inspection) -> None:
    office = path.parent.parent if path.parent.name in SHARED_FOLDERS else path.parent
    if path.suffix != ".yaml":
        made.problems.append(_unread(path))
        return
    if not (office / OFFICE).is_file():
        made.problems.append(Problem(path, 1, 1, "(tệp)", "tệp không nằm trong thư mục cơ quan nào", _IN_AN_OFFICE))
        return
    made.offices.add(office)
    made.files.add(path)
    # What breaks office, units or forms breaks every directive of the folder, so it is never filtered out.
    shared = path.name in SHARED or path.parent.name in SHARED_FOLDERS
    made.problems += _office_problems(office, only=None if shared else path)


def _files_of(office: Path) -> set[Path]:
    return {*office.glob("*.yaml"), *(file for name in SHARED_FOLDERS for file in (office / name).glob("*.yaml"))}


def _office_problems(office: Path, only: Path | None) -> list[Problem]:
    """What is wrong in the folder of an office; of its directives with that of `only`. As long as what they share has
    not the shape it should have, no more can be told of a directive than its own shape."""
    folder, problems = read_shared(office)
    for path in directive_paths(office):
        if folder is not None:
            read_draft(path, folder)
    broken = folder.broken if folder is not None else {path.stem: _misshapen(path) for path in directive_paths(office)}
    for key, error in broken.items():
        if only is None or key.rpartition("/")[2] == only.stem:
            problems += [problem for problem in error.problems if isinstance(problem, Problem)]
    return problems


def _misshapen(path: Path) -> FormatError:
    found: list[object] = list(key_problems(path.stem, path))
    try:
        validate(DirectiveFile, read_yaml(path))
    except FormatError as error:
        found += error.problems
    return FormatError(found)


def _passed_over(office: Path) -> Iterator[Problem]:
    """Files that look as if they were read, and are not."""
    for folder in (office, *(office / name for name in sorted(SHARED_FOLDERS))):
        for path in sorted(folder.glob("*")):
            if path.suffix != ".yaml" and path.suffix.lower() in (".yml", ".yaml"):
                yield _unread(path)


def _unread(path: Path) -> Problem:
    what = Phrase("tệp %(suffix)s không được đọc", suffix=path.suffix or path.name)
    hint = Phrase("chỉ tệp .yaml được đọc: đổi tên thành %(name)s", name=path.with_suffix(".yaml").name)
    return Problem(path, 1, 1, "(tên)", what, hint)


def _homeless(root: Path) -> Iterator[Problem]:
    """Folders at or beneath `root` that hold files of an office, and no office.yaml."""
    for folder in (root, *sorted(path for path in root.iterdir() if path.is_dir() and path.name[0] != ".")):
        if not (folder / OFFICE).is_file() and any(path.suffix in (".yaml", ".yml") for path in folder.glob("*")):
            what = Phrase("thư mục có tệp YAML nhưng không có %(office)s, nên không tệp nào được đọc", office=OFFICE)
            hint = Phrase("thêm %(office)s và %(units)s, hoặc chuyển các tệp đi", office=OFFICE, units=UNITS)
            yield Problem(folder, 1, 1, "(thư mục)", what, hint)
