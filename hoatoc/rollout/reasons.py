"""Why a notice is written when it is: the ledger keeps it in Vietnamese, and here it is read back to be said in another
language."""

import re
from functools import cache

from hoatoc.phrase import Joined, Phrase

STEP = "đến nấc %(step)s, mốc %(at)s"
EXPLAIN = "đến nấc yêu cầu giải trình"
FOLDED = "gộp nấc %(steps)s"
HELD_UP = "gửi muộn %(delay)s vì hệ thống ngừng"
HELD_UP_SINCE = "gửi muộn %(delay)s vì hệ thống ngừng, gộp các mốc từ %(at)s"
QUIET = "chờ hết giờ nghỉ"
FULL = "hộp thư đã nhận đủ %(most)s thư trong ngày, chuyển sang sáng hôm sau"
#: The parts of a span of time.
SPANS = {"ngày": "%(count)s ngày", "giờ": "%(count)s giờ", "phút": "%(count)s phút"}
#: What begins the reason of a letter that tells of a change: its headline, before the words of whoever decided it.
HEADLINES = (
    "gia hạn", "miễn thực hiện", "việc vẫn do đơn vị thực hiện", "thôi giao việc", "giao việc", "không đồng ý gia hạn",
    "liên kết mới", "sửa đổi, bổ sung", "thôi giao thực hiện", "tạm dừng thực hiện", "tiếp tục thực hiện",
    "kết thúc thực hiện", "thu hồi văn bản", "thay thế văn bản",
)  # fmt: skip
_FILLED = (STEP, FOLDED, HELD_UP_SINCE, HELD_UP, FULL)
_BETWEEN = "; "


def joined(*reasons: str) -> str:
    """Several reasons as one."""
    return Joined(reasons, _BETWEEN)


def read(kept: str) -> str:
    """A kept reason as what it was made of. What somebody typed stays what it is."""
    return Joined([_read(reason) for reason in kept.split(_BETWEEN)], _BETWEEN) if kept else ""


def _read(reason: str) -> str:
    for pattern in _FILLED:
        found = _expression(pattern).fullmatch(reason)
        if found:
            return Phrase(pattern, **{name: _said(value) for name, value in found.groupdict().items()})
    headline, colon, words = reason.partition(": ")
    return Joined((Phrase(headline), words), colon) if headline in HEADLINES else reason


def _said(value: str) -> str:
    """What is filled in: spans, names of steps, numbers."""
    spans = re.findall(r"(\d+) (\w+)", value)
    if spans and " ".join(map(" ".join, spans)) == value and all(unit in SPANS for _, unit in spans):
        return Joined([Phrase(SPANS[unit], count=count) for count, unit in spans], " ")
    return Joined(value.split(", "), ", ")


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.+)", re.escape(pattern)))
