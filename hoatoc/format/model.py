"""What all models of the format share: frozen, strict, no unknown key; and the small value types they use."""

import re
from datetime import time, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, StringConstraints, WithJsonSchema


class Model(BaseModel):
    """A frozen, strict model: what is not in the format is an error, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


_SPAN = re.compile(r"^([+-]?)(\d{1,4})(m|h|d)$")
_HOUR = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)$")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def parse_span(value: Any) -> Any:
    """A span such as "30m", "24h", "-1h" or "2d" as a timedelta. Raises ValueError naming the form expected."""
    if isinstance(value, timedelta):
        return value
    match = _SPAN.match(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError('khoảng thời gian viết như "30m", "24h", "-1h" hoặc "2d"')
    sign, number, unit = match.groups()
    span = timedelta(**{_UNITS[unit]: int(number)})
    return -span if sign == "-" else span


def write_span(span: timedelta) -> str:
    """The shortest spelling that `parse_span` reads back as `span` (whole minutes)."""
    minutes = int(span.total_seconds() // 60)
    sign, minutes = ("-", -minutes) if minutes < 0 else ("", minutes)
    for unit, size in (("d", 1440), ("h", 60)):
        if minutes and minutes % size == 0:
            return f"{sign}{minutes // size}{unit}"
    return f"{sign}{minutes}m"


def _parse_hour(value: Any) -> Any:
    match = _HOUR.match(value) if isinstance(value, str) else None
    if match is None and not isinstance(value, time):
        raise ValueError('giờ viết như "16:00"')
    return time(int(match[1]), int(match[2])) if match else value


def _written(form: re.Pattern[str], *examples: str) -> WithJsonSchema:
    """For editors: what is typed is text of this form, whatever it becomes."""
    return WithJsonSchema({"type": "string", "pattern": form.pattern, "examples": list(examples)})


Span = Annotated[
    timedelta, BeforeValidator(parse_span), PlainSerializer(write_span), _written(_SPAN, "30m", "24h", "-1h", "2d")
]
Hour = Annotated[
    time, BeforeValidator(_parse_hour), PlainSerializer(lambda at: at.strftime("%H:%M")), _written(_HOUR, "16:00")
]
#: A key used in files, links and tables: lower-case ASCII letters, digits and hyphens.
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=80)]
Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
#: A clause as the text numbers it; `2` and `1` come as numbers from YAML and are text all the same.
Clause = Annotated[
    str,
    StringConstraints(min_length=1, strip_whitespace=True),
    BeforeValidator(lambda value: str(value) if isinstance(value, int) else value),
    WithJsonSchema({"type": ["string", "number"], "minLength": 1}),  # an editor's YAML reads `1.2` as a number
]
#: Addresses are plain ASCII mailboxes (RFC 5321); anything a header could break on is refused here.
Mailbox = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}$", max_length=254)]
