"""Charts of a summary: seven-day lines and the bar of who has reported, as PNG for mails and SVG for pages.

Drawn by matplotlib without its state machine: figures are made and thrown away, so threads do not meet."""

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from math import isnan
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Literal

from hoatoc.format.form import FieldType
from hoatoc.templating import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

FONTS = Path(__file__).parent / "fonts"
Kind = Literal["png", "svg"]
INK, QUIET, LINE, PAPER = "#1c2430", "#566070", "#1f4b73", "#ffffff"
#: The columns of the books from left to right, each with its words and colour (readable for the colour-blind: they
#: differ in lightness too, and the words stand beside).
COLUMNS = {
    "on_time": ("đúng hạn", "#17653a"), "late": ("chậm", "#d9a441"), "missing": ("chưa báo cáo", "#9f1d20"),
    "unreachable": ("không liên lạc được", "#5b3a6e"), "exempt": ("được miễn", "#b9bfc8"),
    "open": ("còn hạn", "#7fa6c9"),
}  # fmt: skip


def lines(content: Mapping[str, Any], kind: Kind, *, keys: Sequence[str] = (), columns: int = 2) -> bytes:
    """The last periods of each figure of a summary's `content` (of `keys`, where given), each on a scale of its own: a
    period nobody reported leaves a gap. One of the `columns` is 3.2 inches wide, which is a phone."""
    figures = [item for item in content["figures"] if not keys or item["key"] in keys]
    rows = max(1, -(-len(figures) // columns))
    drawing = _figure(3.2 * columns, 1.5 * rows)
    for index, item in enumerate(figures):
        _line(drawing.add_subplot(rows, columns, index + 1), item, content["series"])
    return _drawn(drawing, kind)


def reporting(books: Mapping[str, int], kind: Kind, *, width: float = 6.4, say: Callable[[str], str] = str) -> bytes:
    """One bar of all expected units: how many stand in each column of the books. `width` is in inches, 3.2 a phone;
    `say` puts the columns' words into another language."""
    narrow = width < 5
    drawing = _figure(width, 1.2 if narrow else 0.95)
    axes = drawing.add_subplot(1, 1, 1)
    start = 0
    for column, (words, colour) in COLUMNS.items():
        if books[column]:
            axes.barh(
                0, books[column], left=start, height=0.6, color=colour, label=f"{number(books[column])} {say(words)}"
            )
            start += books[column]
    axes.set_xlim(0, max(start, 1))
    axes.axis("off")
    if start:
        axes.legend(
            loc="upper left", bbox_to_anchor=(0, 0.05), ncols=2 if narrow else 3, frameon=False, prop=_font(8),
            handlelength=1, handleheight=1, borderaxespad=0, columnspacing=1.2, labelcolor=INK,
        )  # fmt: skip
    return _drawn(drawing, kind)


def _line(axes: "Axes", item: Mapping[str, Any], series: Sequence[Mapping[str, Any]]) -> None:
    values = [_plotted(day["totals"].get(item["key"])) for day in series]
    days = list(range(len(series)))
    axes.plot(days, values, color=LINE, linewidth=1.6, marker="o", markersize=3.2)
    known = [(day, value) for day, value in zip(days, values, strict=True) if not isnan(value)]
    if known:
        day, value = known[-1]
        axes.annotate(
            number(series[day]["totals"][item["key"]]), (day, value), xytext=(0, 5), textcoords="offset points",
            ha="right" if day == len(days) - 1 and day else "center", fontproperties=_font(8, bold=True), color=INK,
        )  # fmt: skip
    axes.set_title(_wrapped(item["label"]), fontproperties=_font(7.5), color=INK, loc="left", pad=11)
    axes.set_xticks(days, [f"{date.fromisoformat(day['date']):%d/%m}" for day in series])
    axes.set_xlim(-0.4, max(3, len(days) - 1) + 0.4)
    low, high = _limits([value for _, value in known], zero=item["type"] != FieldType.CUMULATIVE)
    axes.set_ylim(low, high)
    axes.set_yticks([])
    axes.tick_params(axis="x", length=0, pad=2)
    for label in axes.get_xticklabels():
        label.set_fontproperties(_font(6.5))
        label.set_color(QUIET)
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color("#c9ced6")


def _limits(values: Sequence[float], *, zero: bool) -> tuple[float, float]:
    """The scale: from zero, so that heights compare; a running total shows its growth instead."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    if zero:
        return -0.06 * max(high, 1), 1.3 * max(high, 1)
    room = (high - low) * 0.3 or max(abs(high) * 0.2, 1)
    return low - room, high + room


def _plotted(value: int | str | None) -> float:
    return float("nan") if value is None else float(Decimal(value))


def _wrapped(label: str) -> str:
    # Whole labels, two lines at most: labels of one form often differ only at their end.
    return "\n".join(wrap(label, 50, max_lines=3, placeholder=" …"))


def _figure(width: float, height: float) -> "Figure":
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained", facecolor=PAPER)


def _drawn(drawing: "Figure", kind: Kind) -> bytes:
    import matplotlib as mpl

    made = io.BytesIO()
    # Letters of an SVG are drawn, so that it needs no font; no date, so that the same figures give the same bytes.
    with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": "hoatoc"}):
        drawing.savefig(made, format=kind, dpi=160, metadata={"Date": None} if kind == "svg" else {"Software": None})
    return made.getvalue()


@lru_cache(maxsize=16)
def _font(size: float, *, bold: bool = False) -> "FontProperties":
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=FONTS / f"BeVietnamPro-{'SemiBold' if bold else 'Regular'}.ttf", size=size)
