"""Whose token a request carries: a unit's, which is that of its link, or one of an account of the office."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from hoatoc import clock
from hoatoc.accounts import tokens
from hoatoc.errors import TokenError
from hoatoc.ledger.schema import Account
from portal.front import TheFront

_UNIT = HTTPBearer(
    scheme_name="unit", auto_error=False,
    description="The token of a unit's link, or of a link the unit has given to one of its people: what is after /v/.",
)  # fmt: skip
_ACCOUNT = HTTPBearer(
    scheme_name="account", auto_error=False, description="An API token of an account: `hoatoc account token LOGIN`."
)
_Sent = HTTPAuthorizationCredentials | None


def _token(front: TheFront, request: Request, sent: Annotated[_Sent, Depends(_UNIT)]) -> str:
    if sent is None:
        raise TokenError("thiếu mã")
    if request.method != "GET":
        front.pace.write(sent.credentials)
    return sent.credentials


#: The token of a unit's link; whether it opens is found out by `portal.visitor.enter`, as for the pages.
UnitToken = Annotated[str, Depends(_token)]


def _reader(front: TheFront, sent: Annotated[_Sent, Depends(_ACCOUNT)]) -> Account:
    if sent is not None:
        with front.ledger.read() as session:
            account = tokens.read(session, sent.credentials, now=clock.machine_now())
        if account is not None:
            return account
    raise TokenError("mã không dùng được")


#: The account of the office in whose name is read: every role reads everything.
Reader = Annotated[Account, Depends(_reader)]
