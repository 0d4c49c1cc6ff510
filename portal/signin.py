"""The way in and the way out of the signed-in side."""

from datetime import timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from hoatoc import clock
from hoatoc.accounts import lockout, signin
from hoatoc.accounts.password import is_right
from hoatoc.ledger.schema import Account
from portal import paced
from portal.csrf import own_form, refuse_cross_site
from portal.front import Front, TheFront
from portal.officer import cookie_name, presence
from portal.typed import Typed

router = APIRouter()
HOME, OWN_PASSWORD = "/ban", "/ban/mat-khau"


@router.get("/")
def show_entrance() -> Response:
    """To the board, and before it the sign-in, which tells units that they come in by the link in their mail."""
    return see(HOME)


@router.get("/vao")
def show_sign_in(front: TheFront, request: Request, toi: str = HOME) -> Response:
    """The form, or straight on for whoever is signed in."""
    if presence(front, request) is not None:
        return see(inside(toi))
    return sign_in_form(front, toi)


@router.post("/vao", dependencies=[Depends(refuse_cross_site), Depends(paced.sign_ins)])
def sign_in(front: TheFront, request: Request, typed: Typed) -> Response:
    """Sign in by login and password. Whatever is wrong with them gets one answer."""
    to, login, password = typed.get("toi", HOME), typed.get("ten", "")[:64], typed.get("mat-khau", "")
    try:
        account = _by_password(front, login, password)
    except lockout.Locked as locked:
        return sign_in_form(front, to, login=login, wrong=_wait(front, locked.left), status=429)
    if account is None:
        wrong = front.language.say("tên đăng nhập hoặc mật khẩu không đúng")
        return sign_in_form(front, to, login=login, wrong=wrong, status=422)
    return let_in(front, request, account, way="password", to=to)


@router.get("/vao/{secret}")
def show_link(front: TheFront, secret: str) -> Response:
    """One button. Opening the link uses nothing up: whatever previews links opens it too."""
    return front.pages.page("sign_in_link", secret=secret)


@router.post("/vao/{secret}", dependencies=[Depends(refuse_cross_site), Depends(paced.sign_ins)])
def follow_link(front: TheFront, request: Request, secret: str) -> Response:
    """Sign in by a link, which is used up by it: whoever has no other way in is asked for a password first."""
    with front.ledger.write() as session:
        account = signin.by_link(session, secret, now=clock.machine_now())
    to = HOME if account.password_hash or front.province is not None else OWN_PASSWORD
    return let_in(front, request, account, way="link", to=to)


@router.post("/ra", dependencies=[Depends(own_form)])
def sign_out(front: TheFront, request: Request) -> Response:
    """Sign this browser out."""
    present = presence(front, request)
    if present is not None:
        with front.ledger.write() as session:
            signin.close(session, present, now=clock.machine_now())
    answer = see("/vao")
    answer.delete_cookie(cookie_name(front), path="/", secure=front.is_https, httponly=True, samesite="lax")
    return answer


def way_in(path: str) -> str:
    """Where whoever wants `path` signs in."""
    return f"/vao?{urlencode({'toi': path})}"


def inside(to: str) -> str:
    """`to` if it is a path of the signed-in side; the board otherwise: nobody is sent elsewhere from here."""
    clean = to.isascii() and to.isprintable() and "\\" not in to and "/." not in to
    return to if clean and (to == HOME or to.startswith((f"{HOME}/", f"{HOME}?"))) else HOME


def _by_password(front: Front, login: str, password: str) -> Account | None:
    now = clock.machine_now()
    with front.ledger.read() as session:
        asked = signin.challenge(session, login, now=now)
    right = is_right(asked.password_hash, password)
    with front.ledger.write() as session:
        return signin.settle(session, asked, password, right=right, now=now)


def let_in(front: Front, request: Request, account: Account, *, way: str, to: str) -> Response:
    """Sign `account` in in this browser, under a new cookie, and go to `to`."""
    before = presence(front, request)
    now = clock.machine_now()
    with front.ledger.write() as session:
        if before is not None:
            signin.close(session, before, now=now)
        secret = signin.open_sign_in(session, account, way=way, now=now)
    answer = see(inside(to))
    # Until the browser closes; the ledger ends it earlier.
    answer.set_cookie(cookie_name(front), secret, path="/", secure=front.is_https, httponly=True, samesite="lax")
    return answer


def sign_in_form(front: Front, to: str, *, login: str = "", wrong: str = "", status: int = 200) -> Response:
    """The form for signing in; `wrong` says why it did not come about."""
    return front.pages.page(
        "sign_in", status=status, to=inside(to), login=login, wrong=wrong, by_province=front.province is not None
    )


def _wait(front: Front, left: timedelta) -> str:
    span = front.language.span(left + timedelta(minutes=1))
    return front.language.say("nhập sai nhiều lần, hãy chờ %(span)s rồi thử lại", span=span)


def see(path: str) -> RedirectResponse:
    """On to `path`, by GET."""
    return RedirectResponse(path, status_code=303)
