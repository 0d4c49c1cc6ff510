"""Proves the quotes of directives against the texts they were taken from."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from hoatoc.format.folder import Draft
from hoatoc.format.problem import Problem
from hoatoc.format.yamlfile import Path_
from hoatoc.phrase import Phrase


def fold(text: str) -> str:
    """The text with emphasis marks taken out and white space folded, as quotes are compared."""
    return re.sub(r"\s+", " ", text.replace("*", "")).strip()


def quote_problems(draft: Draft, sources: Path) -> Iterator[Problem]:
    """Everything of `draft` that its source file under `sources` does not bear out: the file missing or changed, a
    quote that does not stand in it."""
    text, at = draft.content.text, ("text", "source")
    if text.source is None:
        yield draft.source.problem(at, "không nêu tệp nguyên văn", "ghi file và sha256 của nguyên văn")
        return
    path = sources / text.source.file
    if not path.is_file():
        yield draft.source.problem(
            at, Phrase("không có tệp nguyên văn %(path)s", path=path), "chép tệp vào thư mục nguyên văn"
        )
        return
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != text.source.sha256:
        what = Phrase("nguyên văn %(path)s có SHA-256 khác: %(found)s", path=path.name, found=found)
        yield draft.source.problem(at, what, "kiểm tra xem tệp đã bị sửa, hoặc cập nhật sha256 sau khi đối chiếu")
        return
    words = fold(content.decode("utf-8"))
    for index, obligation in enumerate(text.obligations):
        if fold(obligation.quote) not in words:
            where: Path_ = ("text", "obligations", index, "quote")
            yield draft.source.problem(
                where, "câu trích không có trong nguyên văn", Phrase("chép đúng từng chữ từ %(path)s", path=path.name)
            )
