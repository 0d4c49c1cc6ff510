"""What comes with a request, and how what the core finds wrong with it is told by the names it came under."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from hoatoc.errors import SubmissionRefused
from portal.returning import REASON
from portal.typed import NAME, TITLE, Signature, signature

#: Fields by what the core and the pages call them.
_NAMED = {
    NAME: "by", TITLE: "title", "evidence": "said", "wanted_at": "until", REASON: "reason", "asked_by": "by",
}  # fmt: skip
# PostgreSQL takes no NUL in text, and no person types one.
Words = Annotated[str, AfterValidator(lambda said: said.replace("\0", ""))]


class Signed(BaseModel):
    """Who does it."""

    model_config = ConfigDict(extra="forbid")

    by: Words = Field(description="The name of the person, at most 120 characters.", examples=["Nguyễn Văn An"])

    @property
    def signature(self) -> Signature:
        """The name as a form would bring it."""
        return signature({NAME: self.by})

    def refuse_unsigned(self) -> None:
        """Raise SubmissionRefused where the name cannot stand."""
        if self.signature.problems:
            raise SubmissionRefused("Chưa ghi nhận.")


class Done(BaseModel):
    """It stands in the ledger."""

    recorded: bool = Field(True, description="Always true: what was not recorded is a problem.")


@contextmanager
def named(signed: Signature, more: Mapping[str, str] | None = None) -> Iterator[None]:
    """Tell what is wrong by the API's names (those of one endpoint in `more`), together with what is wrong with the
    name of the person."""
    names = _NAMED | dict(more or {})
    try:
        yield
    except SubmissionRefused as refused:
        problems = {names.get(key, key): says for key, says in (refused.problems | signed.problems).items()}
        raise SubmissionRefused(str(refused), problems, refused.warnings) from refused
