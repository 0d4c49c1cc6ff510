"""account: who may sign in. The shell of this machine is authority enough."""

import sys
from typing import Annotated, Literal

import typer

from hoatoc.cli import app
from hoatoc.cli.console import out, print_json
from hoatoc.cli.words import say
from hoatoc.errors import HoatocError

accounts = typer.Typer(no_args_is_help=True, help="Tài khoản của văn phòng, lãnh đạo, người quản trị.")
app.add_typer(accounts, name="account")

_BY = "command line"
Login = Annotated[str, typer.Argument(metavar="LOGIN", help="Tên đăng nhập: chữ thường không dấu, số, . _ - @")]
Generate = Annotated[bool, typer.Option("--generate", help="Tạo mật khẩu và in ra một lần, thay vì hỏi.")]


@accounts.command()
def add(
    login: Login,
    name: Annotated[str, typer.Option(help="Họ và tên.")],
    role: Annotated[
        Literal["desk", "leadership", "administrator", "auditor"],
        typer.Option(help="Vai trò: văn phòng, lãnh đạo, quản trị, kiểm tra."),
    ],
    generate: Generate = False,
    no_password: Annotated[
        bool, typer.Option("--no-password", help="Chỉ vào bằng liên kết, hoặc đăng nhập một lần của tỉnh.")
    ] = False,
) -> None:
    """Thêm một tài khoản."""
    from hoatoc.accounts import register
    from hoatoc.clock import machine_now
    from hoatoc.installation import open_installation
    from hoatoc.ledger.schema import Role

    here = open_installation()
    password = "" if no_password else _password(generate)
    with here.ledger.write() as session:
        made = register.add(session, login, name=name, role=Role(role), password=password, now=machine_now(), by=_BY)
    out.print(say("[green]Đã thêm[/] %(login)s (%(role)s)", login=made.login, role=made.role), soft_wrap=True)
    _show(password, generate)


@accounts.command(name="list")
def list_accounts(as_json: Annotated[bool, typer.Option("--json", help="In dữ liệu dạng JSON.")] = False) -> None:
    """Liệt kê tài khoản."""
    from hoatoc.accounts import register
    from hoatoc.clock import machine_now
    from hoatoc.installation import open_installation

    with open_installation().ledger.read() as session:
        everyone = register.everyone(session)
    now = machine_now()
    if as_json:
        print_json(
            [
                {"login": each.login, "name": each.name, "role": each.role.value, "disabled": each.disabled_at <= now}
                for each in everyone
            ]
        )
        return
    for each in everyone:
        closed = f"  {say('(đã khóa)')}" if each.disabled_at <= now else ""
        told = f"{each.login:<24} {each.role.value:<14} {each.name}{closed}"
        out.print(told, markup=False, soft_wrap=True)
    if not everyone:
        out.print(say("Chưa có tài khoản nào: hoatoc account add LOGIN --name 'Họ và tên' --role desk"))


@accounts.command()
def disable(login: Login) -> None:
    """Khóa một tài khoản: mọi nơi đang đăng nhập bị thoát ngay."""
    from hoatoc.accounts import register
    from hoatoc.clock import machine_now
    from hoatoc.installation import open_installation

    with open_installation().ledger.write() as session:
        register.disable(session, register.find(session, login), now=machine_now(), by=_BY)
    out.print(say("Đã khóa %(login)s.", login=login))


@accounts.command()
def enable(login: Login) -> None:
    """Mở lại một tài khoản đã khóa."""
    from hoatoc.accounts import register
    from hoatoc.clock import machine_now
    from hoatoc.installation import open_installation

    with open_installation().ledger.write() as session:
        register.enable(session, register.find(session, login), now=machine_now(), by=_BY)
    out.print(say("Đã mở lại %(login)s.", login=login))


@accounts.command()
def password(login: Login, generate: Generate = False) -> None:
    """Đổi mật khẩu của một tài khoản: mọi nơi đang đăng nhập bị thoát."""
    from hoatoc.accounts import register
    from hoatoc.clock import machine_now
    from hoatoc.installation import open_installation

    here = open_installation()
    with here.ledger.read() as session:
        register.find(session, login)
    new = _password(generate)
    with here.ledger.write() as session:
        register.change_password(session, register.find(session, login), new, now=machine_now(), by=_BY)
    out.print(say("Đã đổi mật khẩu của %(login)s.", login=login))
    _show(new, generate)


@accounts.command()
def link(login: Login) -> None:
    """In một liên kết đăng nhập, dùng một lần trong 15 phút."""
    from hoatoc.accounts import register, signin
    from hoatoc.clock import machine_now
    from hoatoc.installation import open_installation

    here = open_installation()
    with here.ledger.write() as session:
        secret = signin.make_link(session, register.find(session, login), now=machine_now(), by=_BY)
    sys.stdout.write(f"{here.links.sign_in(secret)}\n")


@accounts.command()
def token(
    login: Login,
    note: Annotated[str, typer.Option(help="Dùng để làm gì, ví dụ: bảng điện tử phòng họp.")] = "",
    days: Annotated[int, typer.Option(min=1, max=730, help="Thời hạn, tính bằng ngày.")] = 90,
) -> None:
    """In một mã API để chương trình đọc số liệu thay tài khoản; chỉ in một lần."""
    from datetime import timedelta

    from hoatoc.accounts import register, tokens
    from hoatoc.clock import machine_now
    from hoatoc.installation import open_installation

    with open_installation().ledger.write() as session:
        account = register.find(session, login)
        _, secret = tokens.make(session, account, note=note, now=machine_now(), by=_BY, lasts=timedelta(days=days))
    sys.stdout.write(f"{secret}\n")


@accounts.command(name="tokens")
def list_tokens(login: Login) -> None:
    """Liệt kê mã API của một tài khoản."""
    from hoatoc.accounts import register, tokens
    from hoatoc.clock import machine_now
    from hoatoc.installation import open_installation
    from hoatoc.localtime import DEFAULT_ZONE, local_date, spoken_day

    with open_installation().ledger.read() as session:
        found = tokens.of(session, register.find(session, login))
    now = machine_now()
    for each in found:
        ended = say("(đã thu hồi)") if each.revoked_at <= now else say("(hết hạn)") if each.expires_at <= now else ""
        until = say("đến %(day)s", day=spoken_day(local_date(each.expires_at, DEFAULT_ZONE)))
        out.print(f"{each.id:>5}  {until}  {each.note} {ended}".rstrip(), markup=False, soft_wrap=True)
    if not found:
        out.print(say("%(login)s chưa có mã API nào: hoatoc account token %(login)s", login=login))


@accounts.command()
def revoke_token(login: Login, number: Annotated[int, typer.Argument(min=1, max=2**63 - 1, help="Số của mã.")]) -> None:
    """Thu hồi một mã API: hết dùng được ngay."""
    from hoatoc.accounts import register, tokens
    from hoatoc.clock import machine_now
    from hoatoc.installation import open_installation

    with open_installation().ledger.write() as session:
        tokens.revoke(session, register.find(session, login), number, now=machine_now(), by=_BY)
    out.print(say("Đã thu hồi mã số %(number)s của %(login)s.", number=number, login=login))


def _password(generate: bool) -> str:
    """A password: made, asked for, or the first line of what is piped in."""
    from hoatoc.accounts.password import make_password

    if generate:
        return make_password()
    piped = not sys.stdin.isatty()
    typed = sys.stdin.readline().rstrip("\n") if piped else _ask()
    if not typed:
        raise HoatocError("chưa nhập mật khẩu", hint="--generate để tạo, --no-password nếu chỉ vào bằng liên kết")
    return typed


def _ask() -> str:
    asked: str = typer.prompt(say("Mật khẩu"), hide_input=True, confirmation_prompt=say("Nhập lại"))
    return asked


def _show(password: str, generated: bool) -> None:
    if generated:
        sys.stdout.write(f"{password}\n")
