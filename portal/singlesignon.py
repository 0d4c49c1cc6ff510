"""The way in by the province's single sign-on."""

import json
import secrets

from fastapi import APIRouter, Depends, Request, Response

from hoatoc import clock
from hoatoc.accounts import register
from hoatoc.accounts.province import CALLBACK, Province, SignOnFailed
from hoatoc.errors import HoatocError, NotFound, TokenError
from hoatoc.ledger.schema import Account
from portal import paced
from portal.front import Front, TheFront
from portal.officer import cookie_name
from portal.signin import HOME, let_in, see, sign_in_form

router = APIRouter(dependencies=[Depends(paced.sign_ins)])
_PURPOSE, _LASTS_SECONDS = "single-sign-on", 600


@router.get("/vao/tinh")
def begin(front: TheFront, toi: str = HOME) -> Response:
    """Send the browser to the provider. What has to come back with it is in a signed cookie of this browser's own."""
    try:
        journey = _province(front).begin()
    except SignOnFailed as failed:
        return _failed(front, failed, toi)
    until = int(clock.machine_now().timestamp()) + _LASTS_SECONDS
    kept = json.dumps([journey.state, journey.nonce, journey.verifier, until, toi])
    answer = see(journey.url)
    answer.set_cookie(
        _cookie(front), front.links.ring.sign(_PURPOSE, kept.encode().hex()), max_age=_LASTS_SECONDS, path="/",
        secure=front.is_https, httponly=True, samesite="lax",
    )  # fmt: skip
    return answer


@router.get(CALLBACK)
def finish(front: TheFront, request: Request, state: str = "", code: str = "", error: str = "") -> Response:
    """The browser comes back with the provider's word."""
    to = HOME
    try:
        kept, nonce, verifier, to = _kept(front, request)
        if not secrets.compare_digest(kept.encode(), state.encode()):
            raise SignOnFailed("lượt đăng nhập này không bắt đầu ở trình duyệt này", hint="đăng nhập lại từ đầu")
        if error or not code:
            raise SignOnFailed("hệ thống của tỉnh không cho đăng nhập", hint="thử lại, hoặc hỏi người quản trị")
        login = _province(front).finish(code, nonce=nonce, verifier=verifier)
        answer = let_in(front, request, _account(front, login), way="oidc", to=to)
    except SignOnFailed as failed:
        answer = _failed(front, failed, to)
    answer.delete_cookie(_cookie(front), path="/", secure=front.is_https, httponly=True, samesite="lax")
    return answer


def _account(front: Front, login: str) -> Account:
    with front.ledger.read() as session:
        try:
            account = register.find(session, login)
        except NotFound:
            account = None
    if account is None or account.disabled_at <= clock.machine_now():
        raise SignOnFailed(
            "tỉnh đã xác nhận, nhưng ở đây chưa có tài khoản cho người này",
            hint="nhờ người quản trị thêm tài khoản",
        )
    return account


def _kept(front: Front, request: Request) -> tuple[str, str, str, str]:
    """State, nonce, verifier and where to go, as this browser took them along. Raises SignOnFailed."""
    try:
        kept = front.links.ring.read(_PURPOSE, request.cookies.get(_cookie(front), ""))
        state, nonce, verifier, until, to = json.loads(bytes.fromhex(kept))
    except (TokenError, ValueError) as error:
        raise SignOnFailed("lượt đăng nhập này không bắt đầu ở trình duyệt này", hint="đăng nhập lại từ đầu") from error
    if until < clock.machine_now().timestamp():
        raise SignOnFailed("lượt đăng nhập này đã quá 10 phút", hint="đăng nhập lại từ đầu")
    return state, nonce, verifier, to


def _province(front: Front) -> Province:
    if front.province is None:
        raise SignOnFailed("ở đây chưa dùng đăng nhập của tỉnh", hint="đăng nhập bằng mật khẩu")
    return front.province


def _failed(front: Front, failed: HoatocError, to: str) -> Response:
    said = [front.language.say(words) for words in (str(failed), failed.hint) if words]
    return sign_in_form(front, to, wrong="; ".join(said), status=422)


def _cookie(front: Front) -> str:
    return f"{cookie_name(front)}-tinh"
