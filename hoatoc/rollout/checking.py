"""Checks a report's figures: between themselves, against the period before, against what its unit usually reports and
what its office thinks likely.

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
from hoatoc.phrase import Joined, Phrase
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
        found += _above(field, value)
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
    return {key: Joined(words, "; ") for key, words in said.items()}


def _failed(form: Form, figures: Mapping[str, Figure], past: Past, severity: Severity) -> Iterator[Finding]:
    for check in (check for check in form.checks if check.severity is severity):
        read = expression.read(check.that)
        known = read.now <= figures.keys() and read.before <= past.before.keys()
        if known and not expression.holds(check.that, figures, past.before):
            named = [field.key for field in form.fields if field.key in read.now]
            told = [f"{form.field(key).label}: {number(figures[key])}" for key in named]
            told += [
                Phrase("%(label)s kỳ trước: %(value)s", label=field.label, value=number(past.before[field.key]))
                for field in form.fields
                if field.key in read.before
            ]
            by = _by_how_much(check.that, figures, past)
            yield Finding(tuple(named), Joined((spoken(check), " (", Joined(told, ", "), by, ")")))


def spoken(check: Check) -> str:
    """What a check says when it fails, ready for the figures that follow in brackets."""
    return check.says.rstrip(".")


def _by_how_much(that: str, figures: Mapping[str, Figure], past: Past) -> str:
    gap = expression.gap(that, figures, past.before)
    return Phrase("; lệch %(gap)s", gap=_spelled(abs(gap))) if gap else ""


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
        says = Phrase(
            "%(label)s phải là %(computed)s%%, không phải %(given)s%% (%(labels)s; lệch %(gap)s điểm phần trăm)",
            label=field.label, computed=number(computed), given=number(given), labels=labels,
            gap=number(abs(given - computed)),
        )  # fmt: skip
        yield Finding((field.key, field.part, field.whole), says)


def _no_shared_whole(form: Form, figures: Mapping[str, Figure]) -> Iterator[Finding]:
    """Percentages of one whole that nobody has stated, and that no whole can give at once."""
    wholes = {field.whole for field in form.ratios if field.whole is not None and field.whole not in figures}
    for whole in (field.key for field in form.fields if field.key in wholes):
        shared = [field for field in form.ratios if field.whole == whole and _stated(field, figures)]
        spans = [whole_span(int(figures[field.part or ""]), Decimal(figures[field.key]), field.decimals)
                 for field in shared]  # fmt: skip
        if len(spans) > 1 and max(low for low, _ in spans) > min(high for _, high in spans):
            told = [
                Phrase("%(label)s %(ratio)s%% cần mẫu số từ %(low)s đến %(high)s", label=field.label,
                       ratio=number(figures[field.key]), low=number(low), high=number(high))
                for field, (low, high) in zip(shared, spans, strict=True)
            ]  # fmt: skip
            apart = number(max(low for low, _ in spans) - min(high for _, high in spans))
            says = Phrase("Các tỷ lệ không cùng mẫu số (%(told)s; lệch %(gap)s)", told=Joined(told, "; "), gap=apart)
            yield Finding(tuple(field.key for field in shared), says)


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


def _above(field: Field, value: int) -> Iterator[Finding]:
    """A figure above what its office thinks likely of any unit."""
    if field.unusual_above is not None and value > field.unusual_above:
        says = Phrase(
            "%(label)s lớn khác thường (%(value)s; văn phòng hỏi lại khi trên %(bound)s)",
            label=field.label, value=number(value), bound=number(field.unusual_above),
        )  # fmt: skip
        yield Finding((field.key,), says)


def _fallen(field: Field, value: int, past: Past) -> Iterator[Finding]:
    """A running total below what was reported before, or above what was reported after."""
    before = next((int(figures[field.key]) for figures in past.earlier if field.key in figures), None)
    if before is not None and value < before:
        says = Phrase(
            "%(label)s giảm so với kỳ trước (%(before)s → %(now)s; lệch %(gap)s); nếu là đính chính thì giải trình",
            label=field.label, before=number(before), now=number(value), gap=number(before - value),
        )  # fmt: skip
        yield Finding((field.key,), says)
    after = past.after.get(field.key)
    if after is not None and value > after:
        says = Phrase(
            "%(label)s lớn hơn kỳ sau đã báo cáo (%(now)s → %(after)s; lệch %(gap)s); nếu là đính chính thì giải trình",
            label=field.label, now=number(value), after=number(int(after)), gap=number(value - int(after)),
        )  # fmt: skip
        yield Finding((field.key,), says)


def _unusual(field: Field, value: int, past: Past) -> Iterator[Finding]:
    """A figure (of a running total: its growth) far from what the unit has reported in the last four weeks."""
    known = [int(figures[field.key]) for figures in past.earlier if field.key in figures]
    what: str = field.label
    if field.type is FieldType.CUMULATIVE:
        growth = [newer - older for newer, older in pairwise(known)]
        value, known, what = (
            value - known[0] if known else 0,
            growth,
            Phrase("%(label)s: số tăng thêm", label=field.label),
        )
    if len(known) < _HABIT:
        return
    usual = median(known)
    spread = max(1.4826 * median(abs(other - usual) for other in known), sqrt(max(usual, 1)))
    if abs(value - usual) > _SPREADS * spread:
        says = Phrase(
            "%(label)s khác hẳn thường ngày (%(value)s; thường khoảng %(usual)s)",
            label=what, value=number(value), usual=number(ceil(usual)),
        )  # fmt: skip
        yield Finding((field.key,), says)
