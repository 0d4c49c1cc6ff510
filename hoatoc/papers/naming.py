"""How a paper names agencies, posts, days and other documents."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from hoatoc.format.text import Text
from hoatoc.localtime import spoken
from hoatoc.rollout.bulletin import Reader, Signer

_PLACES = ("TỈNH ", "THÀNH PHỐ ", "HUYỆN ", "QUẬN ", "THỊ XÃ ", "XÃ ", "PHƯỜNG ", "ĐẶC KHU ")
_SPELLED = {"UBND": "Ủy ban nhân dân", "HĐND": "Hội đồng nhân dân", "UBMTTQ": "Ủy ban Mặt trận Tổ quốc"}
_ABOUT = ("v/v ", "về việc ", "về ")


def formal_day(day: date) -> str:
    """A date as it stands on a paper: days under 10 and the first two months with a zero (Phụ lục I, II.4)."""
    return f"ngày {day.day:02d} tháng {f'{day.month:02d}' if day.month < 3 else day.month} năm {day.year}"


def cited(text: Text) -> str:
    """A document as it is cited first: kind, number, day, issuer, subject (Phụ lục I, II.6.b). The kind of
    one certain document has a capital (Phụ lục II, V)."""
    number = f" số {text.code}" if text.code else ""
    when = f" {formal_day(text.date)}" if text.date else ""
    subject = text.subject or ""
    mark = next((mark for mark in _ABOUT if subject.casefold().startswith(mark)), "")
    about = f" về {'việc ' if mark == 'về việc ' else ''}{subject[len(mark) :]}" if subject else ""
    return f"{text.type[:1].upper()}{text.type[1:]}{number}{when} của {text.issuer}{about}"


def short_of(signer: Signer) -> str:
    """The issuing unit under the one above it: "Văn phòng" where "Văn phòng Tỉnh ủy" stands under "Tỉnh ủy …"."""
    return _without(signer.unit, signer.above)


def post_of(signer: Signer) -> str:
    """The post alone, since the paper's head names the agency: "Chánh Văn phòng", not "… Ủy ban nhân dân tỉnh"."""
    return _without(signer.title, signer.above or signer.unit)


def edition_of(content: Mapping[str, Any], zone: str) -> tuple[str, ...]:
    """What a later edition of a summary calls itself and what it takes the place of, on two lines; nothing for the
    first."""
    if content["edition"] == 1:
        return ()
    replaced = content["replaces"]
    at = spoken(datetime.fromisoformat(replaced["frozen_at"]), zone)
    which = f" điều chỉnh lần {replaced['edition'] - 1}" if replaced["edition"] > 1 else ""
    return (f"Bản điều chỉnh lần {content['edition'] - 1},", f"thay cho bản{which} chốt lúc {at}")


def _without(words: str, name: str) -> str:
    """`words` without an ending that begins `name`, abbreviated or not."""
    parts = words.split()
    for start in range(1, len(parts)):
        ending = " ".join(_SPELLED.get(part, part) for part in parts[start:])
        if name.casefold().startswith((ending.casefold(), " ".join(parts[start:]).casefold())):
            return " ".join(parts[:start])
    return words


def full(reader: Reader) -> str:
    """A post with its unit, said once: "Trưởng Ban Chỉ đạo" of "Ban Chỉ đạo tỉnh" is "Trưởng Ban Chỉ đạo tỉnh"."""
    if not reader.title or reader.unit.casefold() in reader.title.casefold():
        return reader.title or reader.unit
    return f"{_without(reader.title, reader.unit)} {reader.unit}"


def balanced(words: str, longest: int = 20) -> str:
    """A name on one line, or on two: before the place where it names one ("ỦY BAN NHÂN DÂN", "TỈNH …"), else of like
    length."""
    if len(words) <= longest:
        return words
    breaks = [index for index, mark in enumerate(words) if mark == " "]
    places = [index for index in breaks if index <= longest and words[index + 1 :].upper().startswith(_PLACES)]
    at = min(places or breaks, key=lambda index: abs(index - len(words) / 2), default=None)
    return words if at is None else f"{words[:at]}\n{words[at + 1 :]}"
