"""The pictures of a summary mail: who has reported, and the figures' last days. Drawn once for all its recipients."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hoatoc.mail.enclosure import Enclosure, picture
from hoatoc.papers import charts
from hoatoc.templating import number

#: Inches of a phone, at which the charts are drawn; shown at 160 dots an inch at most.
_WIDTH = 3.2


@dataclass(frozen=True)
class Picture:
    """A picture in a letter. `place` is where its template shows it, `alt` what it says to whom it is not shown."""

    place: str
    content_id: str
    alt: str
    enclosure: Enclosure


def of_summary(summary: Mapping[str, Any], domain: str) -> tuple[Picture, ...]:
    """The pictures of a summary's content (with its `data_hash`), named under `domain`: the bar of who has reported
    unless nobody had to, and the lines once there is more than one day to draw them through."""
    made = []
    if summary["books"]["expected"]:
        alt = ", ".join(
            f"{number(summary['books'][column])} {words}"
            for column, (words, _) in charts.COLUMNS.items()
            if summary["books"][column]
        )
        drawn = charts.reporting(summary["books"], "png", width=_WIDTH)
        made.append(_picture("books", alt, drawn, summary["data_hash"], domain))
    if summary["figures"] and len(summary["series"]) > 1:
        alt = f"Diễn biến {len(summary['series'])} kỳ gần nhất của các chỉ tiêu trong bảng trên"
        drawn = charts.lines(summary, "png", columns=1)
        made.append(_picture("lines", alt, drawn, summary["data_hash"], domain))
    return tuple(made)


def _picture(place: str, alt: str, drawn: bytes, data_hash: str, domain: str) -> Picture:
    content_id = f"{place}.{data_hash[:32]}@{domain}"
    return Picture(place, content_id, alt, picture(drawn, content_id=content_id))
