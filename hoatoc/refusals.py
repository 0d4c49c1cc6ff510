"""What the operating system refuses, told with the way out."""

import errno
import os
import pwd
from pathlib import Path

from hoatoc.errors import HoatocError
from hoatoc.phrase import Phrase

_SAID = {
    errno.ENOSPC: "đĩa đầy",
    errno.EDQUOT: "hết hạn mức đĩa",
    errno.EACCES: "không có quyền",
    errno.EPERM: "không có quyền",
    errno.EROFS: "chỉ đọc được",
    errno.ENOENT: "không có tệp hoặc thư mục này",
    errno.ENOTDIR: "một phần của đường dẫn không phải là thư mục",
    errno.EISDIR: "là một thư mục",
    errno.EEXIST: "đã có sẵn, và không phải là thư mục",
}
_HINTS = {
    errno.ENOSPC: "dọn đĩa rồi làm lại; việc dở dang không để lại gì trong sổ cái",
    errno.EDQUOT: "dọn đĩa rồi làm lại; việc dở dang không để lại gì trong sổ cái",
    errno.ENOENT: "ghi đường dẫn có thật; thư mục phải có trước",
    errno.ENOTDIR: "ghi đường dẫn khác",
    errno.EISDIR: "ghi đường dẫn của một tệp",
    errno.EEXIST: "ghi đường dẫn khác",
}
_NO_RIGHT = (errno.EACCES, errno.EPERM, errno.EROFS)


def of_system(error: OSError) -> HoatocError:
    """What `error` says of a file, in the words of the person at the desk."""
    number = error.errno or 0
    said = Phrase(_SAID.get(number, error.strerror or str(error)))
    if error.filename is None:
        return HoatocError(said, hint=_HINTS.get(number, ""))
    path = Path(os.fsdecode(error.filename))
    hint = way_in(path) if number in _NO_RIGHT else _HINTS.get(number, "")
    return HoatocError(Phrase("%(path)s: %(said)s", path=path, said=said), hint=hint)


def way_in(path: Path) -> str:
    """Who has to work on `path`, seen from the nearest part of it that can be seen at all."""
    place = next(part for part in (path, *path.absolute().parents) if os.path.lexists(part))
    owner = place.lstat().st_uid
    if owner == os.geteuid():
        return Phrase("xem quyền của %(place)s: ls -ld; chmod u+rwX, hoặc chọn nơi khác", place=place)
    return Phrase(
        "%(place)s là của người dùng %(owner)s: chạy bằng người dùng đó (sudo -u %(owner)s …), hoặc đổi chủ (chown)",
        place=place, owner=_name(owner),
    )  # fmt: skip


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"#{uid}"
