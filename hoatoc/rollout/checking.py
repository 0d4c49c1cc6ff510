"""Checks a report's figures: between themselves, against the period before, and against what its unit usually reports.

Errors refuse a report. Warnings ask for a word of explanation that travels with it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor, sqrt
from statistics import median

from hoatoc.format import expression
from hoatoc.format.expression import Figure
from hoatoc.format.form import Check, Field, FieldType, Form, Severity
from hoatoc.rollout.past import Past
from hoatoc.templating import number

#: How many earlier reports make a habit; with fewer nothing is called unusual.
_HABIT = 7
#: A figure is unusual beyond this many spreads from the unit's median. The spread is the median absolute deviation,
#: scaled to a standard deviation (1.4826), and at least that of small counts (the square root).
_SPREADS = 5


@dataclass(frozen=True)
class Finding:
    """Something that does not hold: the fields it is about, and what to say, in Vietnamese."""

    fields: tuple[str, ...]
    says: str


def errors(form: Form, figures: Mapping[str, Figure], past: Past) -> list[Finding]:
    """What refuses the report."""
    return [
        *_failed(form, figures, past, Severity.ERROR),
        *(finding for field in form.ratios for finding in _wrong_ratio(field, form, figures)),
        *_no_shared_whole(form, figures),
    ]


def warnings(form: Form, figures: Mapping[str, Figure], past: Past) -> list[Finding]:
    """What asks for an explanation."""
    found = [*_failed(form, figures, past, Severity.WARNING)]
    for field in (field for field in form.summed if field.key in figures):
        value = int(figures[field.key])
        if field.type is FieldType.CUMULATIVE:
            found += _fallen(field, value, past)
        if field.unusual:
            found += _unusual(field, value, past)
    return found


def by_field(findings: Iterable[Finding]) -> dict[str, str]:
    """What is said at each field."""
    said: dict[str, list[str]] = {}
    for finding in findings:
        for key in finding.fields:
            said.setdefault(key, []).append(finding.says)
    return {key: "; ".join(words) for key, words in said.items()}


def _failed(form: Form, figures: Mapping[str, Figure], past: Past, severity: Severity) -> Iterator[Finding]:
    for check in (check for check in form.checks if check.severity is severity):
        read = expression.read(check.that)
        known = read.now <= figures.keys() and read.before <= past.before.keys()
        if known and not expression.holds(check.that, figures, past.before):
            named = [field.key for field in form.fields if field.key in read.now]
            told = [f"{form.field(key).label}: {number(figures[key])}" for key in named]
            told += [
                f"{field.label} kỳ trước: {number(past.before[field.key])}"
                for field in form.fields
                if field.key in read.before
            ]
            by = _by_how_much(check.that, figures, past)
            yield Finding(tuple(named), f"{spoken(check)} ({', '.join(told)}{by})")


def spoken(check: Check) -> str:
    """What a check says when it fails, ready for the figures that follow in brackets."""
    return check.says.rstrip(".")


def _by_how_much(that: str, figures: Mapping[str, Figure], past: Past) -> str:
    gap = expression.gap(that, figures, past.before)
    return f"; lệch {_spelled(abs(gap))}" if gap else ""


def _spelled(value: Fraction) -> str:
    return number(int(value)) if value.denominator == 1 else number(round(Decimal(float(value)), 2).normalize())


def _wrong_ratio(field: Field, form: Form, figures: Mapping[str, Figure]) -> Iterator[Finding]:
    """A percentage that is not that of its part in its whole."""
    if field.part is None or field.whole is None or not {field.key, field.part, field.whole} <= figures.keys():
        return
    part, whole = int(figures[field.part]), int(figures[field.whole])
    given = Decimal(figures[field.key])
    low, high = _bounds(given, field.decimals)
    if whole and not low <= Fraction(100 * part, whole) < high:
        right = floor(Fraction(100 * part, whole) * 10**field.decimals + Fraction(1, 2))
        computed = Decimal(right).scaleb(-field.decimals)
        labels = f"{form.field(field.part).label}: {number(part)}, {form.field(field.whole).label}: {number(whole)}"
        says = f"{field.label} phải là {number(computed)}%, không phải {number(given)}% ({labels}; " \
               f"lệch {number(abs(given - computed))} điểm phần trăm)"  # fmt: skip
        yield Finding((field.key, field.part, field.whole), says)


def _no_shared_whole(form: Form, figures: Mapping[str, Figure]) -> Iterator[Finding]:
    """Percentages of one whole that nobody has stated, and that no whole can give at once."""
    wholes = {field.whole for field in form.ratios if field.whole is not None and field.whole not in figures}
    for whole in (field.key for field in form.fields if field.key in wholes):
        shared = [field for field in form.ratios if field.whole == whole and _stated(field, figures)]
        spans = [whole_span(int(figures[field.part or ""]), Decimal(figures[field.key]), field.decimals)
                 for field in shared]  # fmt: skip
        if len(spans) > 1 and max(low for low, _ in spans) > min(high for _, high in spans):
            told = "; ".join(
                f"{field.label} {number(figures[field.key])}% cần mẫu số từ {number(low)} đến {number(high)}"
                for field, (low, high) in zip(shared, spans, strict=True)
            )
            apart = max(low for low, _ in spans) - min(high for _, high in spans)
            yield Finding(
                tuple(field.key for field in shared), f"Các tỷ lệ không cùng mẫu số ({told}; lệch {number(apart)})"
            )


def _stated(field: Field, figures: Mapping[str, Figure]) -> bool:
    return field.key in figures and field.part in figures and figures[field.key] > 0


def whole_span(part: int, ratio: Decimal, decimals: int) -> tuple[int, int]:
    """The smallest and the largest whole number of which `part` is `ratio` percent, rounded half up to `decimals`."""
    low, high = _bounds(ratio, decimals)
    # part/whole lies in [low, high) percent: the low end counts, the high end does not.
    smallest = floor(Fraction(100 * part) / high) + 1
    largest = floor(Fraction(100 * part) / low) if low > 0 else 10**15
    return smallest, largest


def _bounds(ratio: Decimal, decimals: int) -> tuple[Fraction, Fraction]:
    half = Fraction(1, 2 * 10**decimals)
    return Fraction(ratio) - half, Fraction(ratio) + half


def _fallen(field: Field, value: int, past: Past) -> Iterator[Finding]:
    """A running total below what was reported before, or above what was reported after."""
    before = next((int(figures[field.key]) for figures in past.earlier if field.key in figures), None)
    if before is not None and value < before:
        says = f"{field.label} giảm so với kỳ trước ({number(before)} → {number(value)}; lệch {number(before - value)})"
        yield Finding((field.key,), f"{says}; nếu là đính chính thì giải trình")
    after = past.after.get(field.key)
    if after is not None and value > after:
        says = f"{field.label} lớn hơn kỳ sau đã báo cáo ({number(value)} → {number(int(after))}; " \
               f"lệch {number(value - int(after))})"  # fmt: skip
        yield Finding((field.key,), f"{says}; nếu là đính chính thì giải trình")


def _unusual(field: Field, value: int, past: Past) -> Iterator[Finding]:
    """A figure (of a running total: its growth) far from what the unit has reported in the last four weeks."""
    known = [int(figures[field.key]) for figures in past.earlier if field.key in figures]
    what = field.label
    if field.type is FieldType.CUMULATIVE:
        growth = [newer - older for newer, older in pairwise(known)]
        value, known, what = value - known[0] if known else 0, growth, f"{field.label}: số tăng thêm"
    if len(known) < _HABIT:
        return
    usual = median(known)
    spread = max(1.4826 * median(abs(other - usual) for other in known), sqrt(max(usual, 1)))
    if abs(value - usual) > _SPREADS * spread:
        says = f"{what} khác hẳn thường ngày ({number(value)}; thường khoảng {number(ceil(usual))})"
        yield Finding((field.key,), says)
