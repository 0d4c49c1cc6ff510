"""Accounts, for the administrator: who may sign in, as what; and the way in for whoever has none or has lost it."""

from fastapi import APIRouter, Response

from hoatoc import clock
from hoatoc.accounts import register, signin
from hoatoc.errors import HoatocError, NotFound
from hoatoc.ledger.schema import Account, Role
from portal.front import Front, TheFront
from portal.officer import Administrator, Officer
from portal.typed import RowId, Typed

router = APIRouter(prefix="/tai-khoan")
LOGIN, NAME, ROLE = "ten", "ho-ten", "vai-tro"
_ZONE = "Asia/Ho_Chi_Minh"


@router.get("")
def show_accounts(front: TheFront, officer: Administrator) -> Response:
    """Everyone who has an account."""
    return _page(front, officer)


@router.post("")
def add(front: TheFront, officer: Administrator, typed: Typed) -> Response:
    """A new account. It has no password yet: its owner comes by the link that is shown now, and sets one."""
    now = clock.machine_now()
    try:
        with front.ledger.write() as session:
            account = register.add(
                session, typed.get(LOGIN, ""), name=typed.get(NAME, ""), role=_role(typed), password="", now=now,
                by=officer.actor,
            )  # fmt: skip
            secret = signin.make_link(session, account, now=now, by=officer.actor)
    except HoatocError as wrong:
        return _page(front, officer, wrong=wrong, typed=typed)
    return _page(front, officer, link=front.links.sign_in(secret), of=account)


@router.post("/{account_id}/lien-ket")
def make_link(front: TheFront, officer: Administrator, account_id: RowId) -> Response:
    """A link for whoever has lost the password; it is shown once and not kept."""
    now = clock.machine_now()
    try:
        with front.ledger.write() as session:
            account = _account(session.get(Account, account_id))
            secret = signin.make_link(session, account, now=now, by=officer.actor)
    except HoatocError as wrong:
        return _page(front, officer, wrong=wrong)
    return _page(front, officer, link=front.links.sign_in(secret), of=account)


@router.post("/{account_id}/khoa")
def disable(front: TheFront, officer: Administrator, account_id: RowId) -> Response:
    """End an account at once."""
    with front.ledger.write() as session:
        account = _account(session.get(Account, account_id))
        if account.id != officer.account_id:
            register.disable(session, account, now=clock.machine_now(), by=officer.actor)
    return _page(front, officer, wrong=_oneself(account, officer))


@router.post("/{account_id}/mo")
def enable(front: TheFront, officer: Administrator, account_id: RowId) -> Response:
    """Let it sign in again."""
    with front.ledger.write() as session:
        account = _account(session.get(Account, account_id))
        register.enable(session, account, now=clock.machine_now(), by=officer.actor)
    return _page(front, officer)


@router.post("/{account_id}/vai-tro")
def change_role(front: TheFront, officer: Administrator, account_id: RowId, typed: Typed) -> Response:
    """Let it do something else."""
    try:
        role = _role(typed)
    except HoatocError as wrong:
        return _page(front, officer, wrong=wrong)
    with front.ledger.write() as session:
        account = _account(session.get(Account, account_id))
        if account.id != officer.account_id:
            register.change_role(session, account, role, now=clock.machine_now(), by=officer.actor)
    return _page(front, officer, wrong=_oneself(account, officer))


def roles(front: Front) -> dict[Role, str]:
    """What the roles are called."""
    say = front.language.say
    return {
        Role.DESK: say("văn thư, tổng hợp"), Role.LEADERSHIP: say("lãnh đạo"), Role.ADMINISTRATOR: say("quản trị"),
        Role.AUDITOR: say("kiểm tra"),
    }  # fmt: skip


def _page(
    front: Front, officer: Officer, *, wrong: HoatocError | None = None, typed: dict[str, str] | None = None,
    link: str = "", of: Account | None = None,
) -> Response:  # fmt: skip
    with front.ledger.read() as session:
        accounts, seen = register.everyone(session), signin.last_seen(session)
    return front.pages.page(
        "desk/accounts", status=422 if wrong else 200, officer=officer, accounts=accounts, seen=seen, wrong=wrong,
        typed=typed or {}, link=link, of=of, now=clock.machine_now(), roles=roles(front), zone=_ZONE,
        names=(LOGIN, NAME, ROLE),
    )  # fmt: skip


def _account(found: Account | None) -> Account:
    if found is None:
        raise NotFound("không có tài khoản này", hint="chọn trong danh sách")
    return found


def _oneself(account: Account, officer: Officer) -> HoatocError | None:
    if account.id != officer.account_id:
        return None
    return HoatocError("không tự khóa hay đổi vai trò của chính mình", hint="nhờ một người quản trị khác")


def _role(typed: dict[str, str]) -> Role:
    try:
        return Role(typed.get(ROLE, ""))
    except ValueError as error:
        raise HoatocError("chưa chọn vai trò", hint="chọn một vai trò trong danh sách") from error
