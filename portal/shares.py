"""Shares as they are shown: in per cent, and drawn on their way to the target."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from hoatoc.ledger.schema import CoverageEntry
from hoatoc.localtime import local_date
from hoatoc.rollout.coverage import Series

#: The plot inside the drawing, in its own units; what is left around it holds the words.
LEFT, TOP, WIDTH, HEIGHT = 40, 14, 300, 130
#: So many dots are told apart; of a longer series only the line is drawn.
_MOST_DOTS = 40


@dataclass(frozen=True)
class Chart:
    """A series as a drawing: where its points and the target lie."""

    points: list[tuple[float, float]]
    target_y: float
    best_y: float | None
    first: date
    last: date

    @property
    def line(self) -> str:
        """The points as a polyline takes them."""
        return " ".join(f"{x},{y}" for x, y in self.points)

    @property
    def dots(self) -> list[tuple[float, float]]:
        """The points that are marked: all, or of many the newest alone."""
        return self.points if len(self.points) <= _MOST_DOTS else self.points[-1:]


def percent(entry: CoverageEntry) -> str:
    """The share in per cent with one decimal, cut off and never rounded up: 9999 of 10000 is "99.9"."""
    tenths = entry.counted * 1000 // entry.of
    return f"{tenths // 10}.{tenths % 10}"


def chart(series: Series, zone: str) -> Chart | None:
    """The drawing of a series; None before its first entry."""
    if not series.entries:
        return None
    return Chart(
        points=[(_x(entry.at, series.entries), _y(entry.counted * 100 / entry.of)) for entry in series.entries],
        target_y=_y(series.rule.target), best_y=_y(series.rule.best) if series.rule.best else None,
        first=local_date(series.entries[0].at, zone), last=local_date(series.entries[-1].at, zone),
    )  # fmt: skip


def _x(at: datetime, entries: Sequence[CoverageEntry]) -> float:
    first, whole = entries[0].at, (entries[-1].at - entries[0].at).total_seconds()
    # One entry alone stands in the middle.
    return round(LEFT + WIDTH * ((at - first).total_seconds() / whole if whole else 0.5), 1)


def _y(share: float) -> float:
    return round(TOP + HEIGHT * (1 - share / 100), 1)
