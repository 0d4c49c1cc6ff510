"""The Jinja2 environment of mails and papers: sandboxed, strict, and with an office's filters."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from jinja2 import FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from hoatoc.localtime import spoken, spoken_day
from hoatoc.settings import ROOT

TEMPLATES = ROOT / "templates"
#: A list of more names than this is told by area.
LONG = 15
T = TypeVar("T")
_VIETNAMESE = str.maketrans(",.", ".,")


def _area(unit: Any) -> str:
    return str(unit.get("area", ""))


def _name(unit: Any) -> str:
    return str(unit["name"] if isinstance(unit, Mapping) else unit.name)


def number(value: int | Decimal | str | None) -> str:
    """A number as Vietnamese write it, "3.884" and "81,81"; "—" when it is not known. Percentages are kept as their
    decimal digits ("81.81")."""
    if value is None:
        return "—"
    exact = Decimal(value) if isinstance(value, str) else value
    return f"{exact:,}".translate(_VIETNAMESE)


def signed(value: int | Decimal | str | None) -> str:
    """A change: "+3", "−2", "0"; nothing when there is nothing to compare with."""
    if value is None:
        return ""
    exact = Decimal(value) if isinstance(value, str) else value
    return f"+{number(exact)}" if exact > 0 else number(exact).replace("-", "−")


def changed(changes: Iterable[Mapping[str, Any]]) -> str:
    """The figures of an erratum as they go on after its sentence: ": ca mắc mới từ 3 thành 5; …"; "" without any."""
    said = "; ".join(f"{one['label']} từ {number(one['before'])} thành {number(one['after'])}" for one in changes)
    return said and f": {said}"


def by_area(units: Sequence[T], area: Callable[[T], str] = _area) -> list[tuple[str, list[T]]]:
    """A long list of `units` by their areas, those of none ("") last; a short one, or one of a single area, as it is,
    under "". An area in which nobody but it itself is named is none."""
    found: dict[str, list[T]] = {}
    members = Counter(map(area, units))
    for unit in units if len(units) > LONG else ():
        own = area(unit)
        found.setdefault("" if members[own] == 1 and _name(unit) == own else own, []).append(unit)
    if len(found) <= 1:
        return [("", list(units))]
    return sorted(found.items(), key=lambda pair: not pair[0])


def owing(units: Sequence[Mapping[str, Any]], item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Those of the `units` of a digest that owe `item`, as often as they do."""
    return [
        unit for unit in units for one in unit["duties"] if (one["what"], one["due"]) == (item["what"], item["due"])
    ]


def day(value: str) -> str:
    """An ISO date as "24/11/2021"."""
    return spoken_day(date.fromisoformat(value))


@pass_context
def moment(context: Context, value: str | datetime) -> str:
    """An instant (ISO or aware) on the wall clock of the context's `zone`."""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return spoken(at, context["zone"])


def environment(folder: Path, **options: Any) -> ImmutableSandboxedEnvironment:
    """The environment for templates under `folder`; autoescape is on for .html only."""
    env = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folder), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        autoescape=lambda name: bool(name and name.endswith(".html")), keep_trailing_newline=True, **options,
    )  # fmt: skip
    env.filters.update(number=number, signed=signed, day=day, moment=moment, changed=changed, by_area=by_area,
                       owing=owing)  # fmt: skip
    return env
