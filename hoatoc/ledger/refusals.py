"""What a database refuses, told with the way out."""

import os
import shutil
from pathlib import Path

from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError

from hoatoc.errors import LedgerError
from hoatoc.phrase import Phrase
from hoatoc.refusals import way_in

#: What SQLite says, by a part of its words, and what it means here.
_SQLITE = {
    "unable to open database file": "không mở được tệp",
    "readonly database": "không ghi được tệp",
    "disk is full": "đĩa đầy",
    "disk I/O error": "đĩa hỏng",
    "not a database": "tệp này không phải là sổ cái",
    "malformed": "tệp đã hỏng",
    "database is locked": "một tiến trình khác giữ sổ cái quá lâu",
}
_HINTS = {
    "disk is full": "dọn đĩa rồi làm lại; việc dở dang không để lại gì trong sổ cái",
    "disk I/O error": "xem dmesg và df -h; thay đĩa, phục hồi từ bản sao lưu: `hoatoc restore FILE`",
    "not a database": "kiểm tra HOATOC_DATABASE_URL, hoặc phục hồi: `hoatoc restore FILE`",
    "malformed": "dừng dịch vụ, phục hồi từ bản sao lưu: `hoatoc restore FILE`",
    "database is locked": "làm lại; nếu vẫn vậy, xem tiến trình nào mở tệp (fuser)",
}
#: With less room than this SQLite cannot begin.
_FULL = 1 << 16


def of_database(error: DBAPIError, file: str | None = None) -> LedgerError:
    """What `error` says of the ledger; `file` is where it is, on SQLite."""
    words = str(error.orig).strip()
    part = next((part for part in _SQLITE if part in words), "")
    if part == "disk I/O error" and file and shutil.disk_usage(Path(file).absolute().parent).free < _FULL:
        part = "disk is full"  # where the journal has no room, SQLite says no more than that
    told = {"file": file or "", "said": Phrase(_SQLITE.get(part, words))}
    if not part:
        hint = "kiểm tra HOATOC_DATABASE_URL, và máy chủ cơ sở dữ liệu có chạy không (systemctl status postgresql)"
        return LedgerError(Phrase("không mở được sổ cái: %(said)s", **told), hint=hint)
    if file and os.path.isdir(file):  # noqa: PTH112  # False where we may not look, too
        return LedgerError(
            Phrase("sổ cái %(file)s: là một thư mục", **told), hint="HOATOC_DATABASE_URL phải là đường dẫn của một tệp"
        )
    hint = _HINTS.get(part, "") or (way_in(Path(file)) if file else "kiểm tra quyền của thư mục nhà")
    return LedgerError(Phrase("sổ cái %(file)s: %(said)s", **told), hint=hint)


def is_from_outside(error: Exception) -> bool:
    """Whether `error` comes of the world around the program: a server that is away, a disk, a file of another kind.
    A statement that the database cannot understand does not."""
    return type(error) in (DatabaseError, OperationalError) and "no such" not in str(error)
