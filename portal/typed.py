"""What a person typed into a form, before anyone judges it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

#: Names of the portal's own fields. The hyphen keeps them apart from a report's figures, whose keys have none.
NAME, TITLE = "ho-ten", "chuc-vu"
_MAX_NAME = 120


async def _typed(request: Request) -> dict[str, str]:
    form = await request.form()
    # PostgreSQL takes no NUL in text, and no person types one.
    return {key: value.replace("\0", "") for key, value in form.items() if isinstance(value, str)}


Typed = Annotated[dict[str, str], Depends(_typed)]


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


def _one_line(said: str) -> str:
    return "".join(character for character in " ".join(said.split()) if character.isprintable())
