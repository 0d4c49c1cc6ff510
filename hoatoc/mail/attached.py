"""The files a person has attached to a mail: their names, and the workbook of a report among them."""

import re
from dataclasses import asdict
from email.message import EmailMessage
from itertools import islice
from typing import Any

from hoatoc.errors import SubmissionRefused
from hoatoc.mail import parts
from hoatoc.papers.reportsheet import is_ours, read_workbook

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SIGNATURES = frozenset({"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"})
_WORDS = frozenset({"text/plain", "text/html"})
_LONGEST_NAME = 200
_MOST_REPORTS = 10
_NAMELESS = "không tên"
#: An inline picture up to this size is a signature's; a photograph of a paper is larger.
_LOGO = 100 * 1024
#: What a name must not hold: control characters, and those that turn the direction of what follows.
_UNSHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")


def files(message: EmailMessage) -> list[dict[str, Any]]:
    """The attached files in their order, each with its `name`, `kind` (media type) and `octets`; the pictures of a
    signature are left out."""
    return [
        {"name": name(part), "kind": parts.clean(parts.kind(part)), "octets": _size(part)}
        for part in parts.leaves(message)
        if is_attached(part) and not _belongs_to_words(part)
    ]


def sheet(message: EmailMessage) -> dict[str, Any]:
    """What the attached workbook of a report holds, or its problem; of several the first that can be read. Empty
    without one: a workbook that does not bear our marks is a file like any other."""
    ours = (part for part in parts.leaves(message) if is_attached(part) and _is_report(part))
    read = [_read(part) for part in islice(ours, _MOST_REPORTS)]
    return next((found for found in read if "marks" in found), read[0] if read else {})


def is_attached(part: EmailMessage) -> bool:
    """Whether a part is a file, and not the mail's own words."""
    kind, disposition = parts.kind(part), _disposition(part)
    if not kind.startswith("text/"):
        return not kind.startswith("multipart/")
    return disposition == "attachment" or (bool(_given(part)) and (disposition != "" or kind not in _WORDS))


def name(part: EmailMessage) -> str:
    """What a file is called, as it may be shown: without folders, and with its ending; an attached mail by its
    subject."""
    given = _given(part)
    if not given and parts.kind(part) == "message/rfc822":
        given = "".join(f"{parts.header(mail, 'Subject')}.eml" for mail in parts.children(part)[:1]).replace("/", "-")
    bare = " ".join(_UNSHOWN.sub("", parts.clean(given)).replace("\\", "/").rpartition("/")[2].split())
    return bare[-_LONGEST_NAME:] or _NAMELESS


def _given(part: EmailMessage) -> str:
    try:
        return str(part.get_filename() or "")
    except Exception:  # noqa: BLE001  # whatever the parser of parameters stumbles over
        return ""


def _disposition(part: EmailMessage) -> str:
    return parts.header(part, "Content-Disposition").partition(";")[0].strip().lower()


def _size(part: EmailMessage) -> int:
    try:
        return len(parts.octets(part))
    except Exception:  # noqa: BLE001  # an attached mail that cannot be written again
        return 0


def _belongs_to_words(part: EmailMessage) -> bool:
    kind = parts.kind(part)
    inline = kind.startswith("image/") and _disposition(part) == "inline" and "Content-ID" in part
    return kind in _SIGNATURES or (inline and _size(part) <= _LOGO)


def _is_report(part: EmailMessage) -> bool:
    return (_given(part).strip().lower().endswith(".xlsx") or parts.kind(part) == _XLSX) and is_ours(parts.octets(part))


def _read(part: EmailMessage) -> dict[str, Any]:
    try:
        returned = read_workbook(parts.octets(part))
    except SubmissionRefused as refused:
        return {"problem": str(refused)}
    except Exception:  # noqa: BLE001  # a broken or hostile file: whatever the parsers raise, the mail is taken in
        return {"problem": "Không đọc được tệp Excel (.xlsx) gửi kèm."}
    typed = {parts.clean(key): parts.clean(value) for key, value in returned.typed.items()}
    marks = {key: parts.clean(value) for key, value in asdict(returned.marks).items()} if returned.marks else {}
    return {"marks": marks, "typed": typed}
