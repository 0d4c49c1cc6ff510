"""The signed original beside a directive's file: the paper as it was signed."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile

from hoatoc.errors import HoatocError
from hoatoc.format.directive import DirectiveFile
from hoatoc.format.problem import Problem
from hoatoc.format.yamlfile import YamlFile
from hoatoc.phrase import Phrase

#: A reader looks for the end of a PDF this far from the end of the file (PDF Reference 1.7, Appendix H, note 18).
_TAIL = 1024


def _is_pdf(content: bytes) -> bool:
    return content.startswith(b"%PDF-") and b"%%EOF" in content[-_TAIL:]


def _is_docx(content: bytes) -> bool:
    try:
        with ZipFile(BytesIO(content)) as archive:
            return "word/document.xml" in archive.namelist()
    except (BadZipFile, ValueError, NotImplementedError):
        return False


#: What an original may be: by its ending the MIME type, and whether a file is whole and of that kind.
KINDS = {
    ".pdf": ("application/pdf", _is_pdf),
    ".docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _is_docx),
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
    kind, is_whole = KINDS[ending]
    if not is_whole(content):
        what = Phrase("%(name)r không phải tệp %(ending)s thật, hoặc không trọn vẹn", name=name, ending=ending)
        raise OriginalRefused(what)
    return Original(path.name, kind, content)


def original_problems(content: DirectiveFile, folder: Path, source: YamlFile) -> Iterator[Problem]:
    """What is wrong with the original that a directive's file names in the office's `folder`."""
    if content.text.original is not None:
        try:
            read_original(folder, content.text.original)
        except OriginalRefused as refused:
            hint = "đặt bản ký (.pdf, .docx) trong thư mục cơ quan, ghi đường dẫn tới nó"
            yield source.problem(("text", "original"), str(refused), hint)
