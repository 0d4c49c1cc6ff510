"""The signed original beside a directive's file: the paper as it was signed."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from hoatoc.errors import HoatocError
from hoatoc.format.directive import DirectiveFile
from hoatoc.format.problem import Problem
from hoatoc.format.yamlfile import YamlFile
from hoatoc.phrase import Phrase

#: What an original may be: by its ending the MIME type, and how such a file begins.
KINDS = {
    ".pdf": ("application/pdf", b"%PDF-"),
    ".docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK\x03\x04"),
}
LARGEST = 20 * 1024 * 1024


class OriginalRefused(HoatocError):
    """The signed original cannot be used; the message says why."""


@dataclass(frozen=True)
class Original:
    """A signed original: its file name, MIME type and content."""

    name: str
    kind: str
    content: bytes

    @property
    def sha256(self) -> str:
        """What it is known by."""
        return hashlib.sha256(self.content).hexdigest()


def read_original(folder: Path, name: str) -> Original:
    """The file `name` in or below an office's `folder`. Raises OriginalRefused."""
    path, ending = (folder / name).resolve(), PurePosixPath(name).suffix.lower()
    if not path.is_relative_to(folder.resolve()):
        raise OriginalRefused(Phrase("%(name)r nằm ngoài thư mục cơ quan", name=name))
    if ending not in KINDS:
        raise OriginalRefused(Phrase("%(name)r không phải tệp %(kinds)s", name=name, kinds=" hay ".join(KINDS)))
    try:
        if path.stat().st_size > LARGEST:
            raise OriginalRefused(Phrase("%(name)r lớn quá %(most)s MB", name=name, most=LARGEST // 1024 // 1024))
        content = path.read_bytes()
    except OSError as error:
        raise OriginalRefused(Phrase("không đọc được %(name)r: %(error)s", name=name, error=error.strerror)) from error
    kind, begins = KINDS[ending]
    if not content.startswith(begins):
        raise OriginalRefused(Phrase("%(name)r không phải tệp %(ending)s thật", name=name, ending=ending))
    return Original(path.name, kind, content)


def original_problems(content: DirectiveFile, source: YamlFile) -> Iterator[Problem]:
    """What is wrong with the original that a directive's file names."""
    if content.text.original is not None:
        try:
            read_original(source.path.parent, content.text.original)
        except OriginalRefused as refused:
            hint = "đặt bản ký (.pdf, .docx) trong thư mục cơ quan, ghi đường dẫn tới nó"
            yield source.problem(("text", "original"), str(refused), hint)
