"""One's own password."""

from fastapi import APIRouter, Response

from hoatoc import clock
from hoatoc.accounts import lockout, register, signin
from hoatoc.accounts.password import SHORTEST, is_right, require_good
from hoatoc.errors import HoatocError
from hoatoc.ledger.schema import Account
from portal.front import Front, TheFront
from portal.officer import AnyOfficer, Officer
from portal.typed import Typed

router = APIRouter(prefix="/mat-khau")
OLD, NEW, AGAIN = "cu", "moi", "lai"


@router.get("")
def show_form(front: TheFront, officer: AnyOfficer) -> Response:
    """The form. Whoever has come by a link of the administrator's need not know the old one."""
    return _form(front, officer)


@router.post("")
def change(front: TheFront, officer: AnyOfficer, typed: Typed) -> Response:
    """Change it, which signs out everywhere else."""
    try:
        require_good(typed.get(NEW, ""), officer.login)
        if typed.get(NEW) != typed.get(AGAIN):
            raise HoatocError("hai lần nhập mật khẩu mới không giống nhau", hint="nhập lại")
        if officer.way != "link":
            _require_old(front, officer, typed.get(OLD, ""))
        with front.ledger.write() as session:
            register.change_password(
                session, session.get_one(Account, officer.account_id), typed[NEW], now=clock.machine_now(),
                by=officer.actor, stays=officer.sign_in_id,
            )  # fmt: skip
    except HoatocError as wrong:
        return _form(front, officer, wrong=wrong)
    return _form(front, officer, done=True)


def _require_old(front: Front, officer: Officer, old: str) -> None:
    """Wrong ones count as at the sign-in: a browser left open is no way to guess."""
    now = clock.machine_now()
    with front.ledger.read() as session:
        asked = signin.challenge(session, officer.login, now=now)
    right = is_right(asked.password_hash, old)
    try:
        with front.ledger.write() as session:
            known = signin.settle(session, asked, old, right=right, now=now)
    except lockout.Locked as locked:
        raise HoatocError("nhập sai nhiều lần", hint="chờ vài phút rồi thử lại") from locked
    if known is None:
        raise HoatocError("mật khẩu cũ không đúng", hint="quên thì nhờ người quản trị gửi liên kết đăng nhập")


def _form(front: Front, officer: Officer, *, wrong: HoatocError | None = None, done: bool = False) -> Response:
    return front.pages.page(
        "desk/own_password", status=422 if wrong else 200, officer=officer, wrong=wrong, done=done, shortest=SHORTEST,
        names=(OLD, NEW, AGAIN),
    )  # fmt: skip
