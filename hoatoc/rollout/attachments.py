"""Files that go with a report, kept in the ledger under their SHA-256."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePath
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hoatoc.errors import NotFound, SubmissionRefused
from hoatoc.format.form import Form
from hoatoc.ledger.schema import Addressee, Attachment, Report

#: What is taken in: the extension, and how such a file begins.
KINDS = {
    ".pdf": b"%PDF-", ".png": b"\x89PNG", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff", ".docx": b"PK\x03\x04",
    ".xlsx": b"PK\x03\x04",
}  # fmt: skip
_LARGEST = 3 * 1024 * 1024
#: Of one addressee: a unit that reports daily with a full file fills this in a month.
_MOST_KEPT = 100 * 1024 * 1024


def keep(session: Session, addressee: Addressee, *, name: str, content: bytes, now: datetime) -> str:
    """Keep a file of `addressee`; its SHA-256, by which its report names it. Raises ValueError with what to do."""
    extension = PurePath(name).suffix.lower()
    if extension not in KINDS or not content.startswith(KINDS[extension]):
        raise ValueError("chỉ nhận tệp PDF, PNG, JPG, DOCX, XLSX")
    if len(content) > _LARGEST:
        raise ValueError("tệp lớn quá 3 MB")
    sha256 = hashlib.sha256(content).hexdigest()
    if _find(session, addressee.id, sha256) is None:
        if _size_kept(session, addressee.id) + len(content) > _MOST_KEPT:
            raise ValueError("đơn vị đã gửi quá nhiều tệp; liên hệ văn phòng")
        kept = "".join(mark for mark in PurePath(name).name if mark.isprintable())[-120:]
        session.add(Attachment(addressee_id=addressee.id, sha256=sha256, name=kept, at=now, content=content))
        session.flush()
    return sha256


def get(session: Session, addressee_id: int, sha256: str) -> Attachment:
    """The file of that SHA-256. Raises NotFound when the addressee has sent none such."""
    found = _find(session, addressee_id, sha256)
    if found is None:
        raise NotFound("không có tệp này")
    return found


def names(session: Session, period_id: int) -> dict[tuple[int, str], str]:
    """The names of the files that were sent by those who have reported for a period, by addressee and SHA-256."""
    rows = session.execute(
        select(Attachment.addressee_id, Attachment.sha256, Attachment.name)
        .join(Report, Report.addressee_id == Attachment.addressee_id)
        .where(Report.period_id == period_id)
    )
    return {(addressee_id, sha256): name for addressee_id, sha256, name in rows}


def require(session: Session, addressee_id: int, form: Form, figures: Mapping[str, Any]) -> None:
    """Raise SubmissionRefused unless every file that `figures` name was sent by the addressee."""
    wrong = {
        field.key: "chưa nhận được tệp; chọn lại tệp"
        for field in form.files
        if field.key in figures and _find(session, addressee_id, figures[field.key]) is None
    }
    if wrong:
        raise SubmissionRefused("Báo cáo chưa nhận được vì thiếu tệp.", wrong)


def _size_kept(session: Session, addressee_id: int) -> int:
    """Bytes."""
    sizes = select(func.sum(func.length(Attachment.content))).where(Attachment.addressee_id == addressee_id)
    return session.scalar(sizes) or 0


def _find(session: Session, addressee_id: int, sha256: str) -> Attachment | None:
    return session.scalar(
        select(Attachment).where(Attachment.addressee_id == addressee_id, Attachment.sha256 == sha256)
    )
