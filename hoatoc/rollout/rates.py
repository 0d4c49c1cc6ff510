"""Rates of reporting, as DHIS2 and the IDSR guidelines of WHO define them.

*Reporting rate* (DHIS2 `REPORTING_RATE`; IDSR completeness): reports received, on time or late, in percent of those
expected. *Timeliness* (DHIS2 `REPORTING_RATE_ON_TIME`; IDSR timeliness): reports received on time in percent of those
expected. Exempt units are not expected, as a DHIS2 unit to which the form is not assigned is not; the unreachable are,
since nothing was received from them."""

from decimal import Decimal
from fractions import Fraction

from hoatoc.rollout.books import Books
from hoatoc.rollout.figures import rounded


def reporting_rate(books: Books) -> str | None:
    """Reports received in percent of those expected, one decimal ("97.6"); None when none was expected."""
    return _percent(books.on_time + books.late, books)


def timeliness(books: Books) -> str | None:
    """Reports received on time in percent of those expected, one decimal; None when none was expected."""
    return _percent(books.on_time, books)


def _percent(received: int, books: Books) -> str | None:
    expected = books.expected - books.exempt
    if expected == 0:
        return None
    percent: Decimal = rounded(Fraction(100 * received, expected), 1)
    return str(percent)
