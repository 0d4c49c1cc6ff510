"""The portal's language: Vietnamese strings are the message ids, English comes from a catalogue."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from babel.numbers import format_decimal

from hoatoc.catalogue import catalogue
from hoatoc.localtime import local
from hoatoc.phrase import translated

LOCALE = Path(__file__).parent / "locale"
_DAY = timedelta(days=1)


class Language:
    """How one installation speaks: its messages, numbers, instants and spans of time."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.translations = catalogue(LOCALE, code, "portal")

    def say(self, message: str, **values: object) -> str:
        """`message` in this language, its %(names)s filled in."""
        said = translated(message, self.translations.gettext)
        return said % values if values else said

    def count(self, message: str, num: int) -> str:
        """`message` for `num` things; Vietnamese has one form, English two."""
        return self.translations.ngettext(message, message, num) % {"num": self.number(num)}

    def number(self, value: int) -> str:
        """A whole number with its thousands grouped: 3.884 in Vietnamese, 3,884 in English."""
        return format_decimal(value, locale=self.code)

    def figure(self, value: int | str) -> str:
        """A figure of a report: a whole number, or a percentage kept as its digits, "81.81", with all of them."""
        if isinstance(value, int):
            return self.number(value)
        decimals = len(value.partition(".")[2])
        return format_decimal(Decimal(value), format=f"#,##0.{'0' * decimals}", locale=self.code)

    def change(self, value: int | str) -> str:
        """A difference with its sign: +12, −3, 0."""
        exact = Decimal(value)
        sign = "+" if exact > 0 else "−" if exact < 0 else ""
        return sign + self.figure(value.lstrip("-") if isinstance(value, str) else abs(value))

    def moment(self, moment: datetime, zone: str) -> str:
        """An instant on `zone`'s wall clock, as an office writes it."""
        return local(moment, zone).strftime(self.translations.gettext("%H giờ %M, ngày %d/%m/%Y"))

    def due(self, moment: datetime, zone: str) -> str:
        """A deadline: a day ends at 24:00, so midnight is said as the end of the day before."""
        at = local(moment, zone)
        if at.time() > time(0):
            return self.moment(moment, zone)
        return (at - _DAY).strftime(self.translations.gettext("24 giờ 00, ngày %d/%m/%Y"))

    def iso_moment(self, moment: str, zone: str) -> str:
        """The same, of an instant kept as ISO 8601."""
        return self.moment(datetime.fromisoformat(moment), zone)

    def iso_day(self, day: str) -> str:
        """A calendar day kept as ISO 8601: "24/11/2021"."""
        return date.fromisoformat(day).strftime("%d/%m/%Y")

    def span(self, span: timedelta) -> str:
        """A span in the words of someone who waits: "2 ngày", "1 ngày 5 giờ", "45 phút"."""
        minutes = int(span.total_seconds()) // 60
        if minutes < 1:
            return self.say("dưới 1 phút")
        if minutes < 60:
            return self.count("%(num)s phút", minutes)
        hours = minutes // 60
        if span < _DAY:
            return self.count("%(num)s giờ", hours)
        days = self.count("%(num)s ngày", span.days)
        return days if span.days > 2 or hours % 24 == 0 else f"{days} {self.count('%(num)s giờ', hours % 24)}"
