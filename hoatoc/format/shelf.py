"""Writing into an office's folder: a file is judged before it is put there, and put there whole or not at all."""

import hashlib
import os
import tempfile
from dataclasses import replace
from pathlib import Path

from hoatoc.errors import ChangedMeanwhile, HoatocError
from hoatoc.format.folder import Draft, OfficeFolder, read_draft
from hoatoc.format.slug import slug
from hoatoc.phrase import Phrase
from hoatoc.unfinished import unfinished


class NotWritable(HoatocError):
    """The folder of the directives belongs to somebody else."""


def judge(folder: OfficeFolder, name: str, source: str) -> Draft:
    """`source` as the draft `name` of `folder`, beside whose files it is read, without writing it there. Raises
    FormatError."""
    with tempfile.TemporaryDirectory() as root:
        path = Path(root) / f"{name}.yaml"
        path.write_text(source, encoding="utf-8")
        key = f"{folder.key}/{name}"
        others = {other: draft for other, draft in folder.drafts.items() if other != key}
        judged = replace(folder, drafts=others, broken={})
        read_draft(path, judged)
        return judged.draft(key)


def put(path: Path, source: str, *, seen: str) -> None:
    """Write `source` to `path`, which must still be as it was `seen` (its `fingerprint`). Raises ChangedMeanwhile,
    and NotWritable."""
    if fingerprint(path) != seen:
        raise ChangedMeanwhile(path.name)
    try:
        with unfinished(path) as half:
            with half.open("w", encoding="utf-8") as file:
                file.write(source)
                file.flush()
                os.fsync(file.fileno())
            half.chmod(0o644)
            half.replace(path)
    except OSError as error:
        hint = "đặt HOATOC_DIRECTIVES tới thư mục mà dịch vụ được ghi, hoặc cấp quyền ghi"
        raise NotWritable(
            Phrase("không ghi được vào %(folder)s: %(error)s", folder=path.parent, error=error.strerror), hint=hint
        ) from error


def fingerprint(path: Path) -> str:
    """SHA-256 of the file at `path`; '' where there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def stem_of(file_name: str) -> str:
    """What an uploaded file is called in the folder, without ".yaml": its own name as a key; '' where that is none."""
    stem = file_name.replace("\\", "/").rpartition("/")[2].removesuffix(".yaml").removesuffix(".yml")
    name = slug(stem)
    return "" if name in ("office", "units") else name
