"""A directive file: the text and the regime, kept apart."""

import unicodedata

from hoatoc.format.model import Model
from hoatoc.format.regime import Regime
from hoatoc.format.text import Text, Urgency

_MARKS = {
    "hỏa tốc": Urgency.FLASH, "hoả tốc": Urgency.FLASH, "hòa tốc": Urgency.FLASH, "hoà tốc": Urgency.FLASH,
    "thượng khẩn": Urgency.VERY_URGENT, "khẩn": Urgency.URGENT,
}  # fmt: skip


class DirectiveFile(Model):
    """What one YAML file of a directive holds."""

    text: Text
    regime: Regime


def urgency(text: Text) -> Urgency:
    """The degree of urgency behind the printed mark, whatever its spelling (HỎA/HOẢ/HÒA/HOÀ TỐC)."""
    printed = unicodedata.normalize("NFC", text.urgency or "").casefold()
    return next((degree for mark, degree in _MARKS.items() if mark in printed), Urgency.NORMAL)


def identity(text: Text) -> str:
    """What makes the document one document: issuer, year, number and symbol (Nghị định 30/2020, Điều 15),
    or issuer, date and subject where it carries no number."""
    day = text.date
    if text.number is not None and text.symbol is not None:
        return f"{text.issuer}|{day.year if day else ''}|{text.number}|{text.symbol}".casefold()
    return f"{text.issuer}|{day or ''}|{text.subject or ''}".casefold()


def title(text: Text) -> str:
    """How the document is called in a line: "Công điện 13-CV/BCĐ ngày 23/11/2021"."""
    kind = text.type[:1].upper() + text.type[1:]
    when = f" ngày {text.date:%d/%m/%Y}" if text.date else ""
    return f"{kind} {text.code}{when}" if text.code else f"{kind}{when}"
