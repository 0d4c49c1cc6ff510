"""What a person typed into a form, before anyone judges it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Annotated

from fastapi import Depends, Path, Request

from hoatoc.localtime import following_day, instant

#: Names of the portal's own fields. The hyphen keeps them apart from a report's figures, whose keys have none.
NAME, TITLE = "ho-ten", "chuc-vu"
_MAX_NAME = 120
#: Days outside these years are slips of the finger.
_YEARS = (2000, 2999)


#: The id of a row in an address: PostgreSQL counts in 64 bits, and a larger number is no row's.
LARGEST_ID = 2**63 - 1
RowId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


async def typed_into(request: Request) -> dict[str, str]:
    """The fields of a form, without its files."""
    form = await request.form()
    # PostgreSQL takes no NUL in text, and no person types one.
    return {key: value.replace("\0", "") for key, value in form.items() if isinstance(value, str)}


Typed = Annotated[dict[str, str], Depends(typed_into)]


@dataclass(frozen=True)
class Signature:
    """Who presses the button. `problems` names the fields that cannot stand; the messages are Vietnamese."""

    name: str
    title: str
    problems: dict[str, str] = field(default_factory=dict)


def signature(typed: Mapping[str, str]) -> Signature:
    """The name and post that were typed, on one line each; a name is needed."""
    name, title = _one_line(typed.get(NAME, "")), _one_line(typed.get(TITLE, ""))
    problems = {} if name else {NAME: "chưa điền họ và tên"}
    problems |= {key: "dài quá 120 ký tự" for key, said in ((NAME, name), (TITLE, title)) if len(said) > _MAX_NAME}
    return Signature(name, title, problems)


def read_id(typed: str) -> int:
    """The id of a row out of the name of a field. Raises ValueError for what is none."""
    number = int(typed)
    if not 1 <= number <= LARGEST_ID:
        raise ValueError(typed)
    return number


def read_day(typed: str) -> date:
    """A day as a browser's field gives it (2021-11-25) or as a person writes it (25/11/2021). Raises ValueError."""
    typed = typed.strip()
    form = "%d/%m/%Y" if "/" in typed else "%Y-%m-%d"
    day = datetime.strptime(typed, form).date()  # noqa: DTZ007  # a calendar day, no instant
    if not _YEARS[0] <= day.year <= _YEARS[1]:
        raise ValueError(typed)
    return day


def read_moment(typed: str, zone: str) -> datetime:
    """An instant (UTC) as a browser's field gives it (2021-11-25T16:00) or as a person writes it (25/11/2021 16:00, or
    the day alone, which ends at 24:00), on the wall clock of `zone`. Raises ValueError."""
    typed = " ".join(typed.replace("T", " ").replace(",", " ").replace("giờ", ":").split()).replace(" :", ":")
    day, _, hour = typed.partition(" ")
    on = read_day(day)
    if not hour:
        return instant(following_day(on), time(0), zone)
    return instant(on, time.fromisoformat(hour.replace(" ", "").zfill(5)).replace(tzinfo=None), zone)


def _one_line(said: str) -> str:
    return "".join(character for character in " ".join(said.split()) if character.isprintable())
